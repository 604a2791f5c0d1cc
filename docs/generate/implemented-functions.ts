/** Whether a function of the language is computed here: asked of the tables that compute it. */

import { hasAggregationSql } from '../../src/engine/sql/aggregation-sql.ts'
import { isListAggregation } from '../../src/script/function/context/collected-values.ts'
import { isAnswered } from '../../src/script/function/context/context-functions.ts'
import { functionSignature, scalarFunction } from '../../src/script/function/functions.ts'

/** @param name in any case; false also for what is no function of the language */
export function isImplemented(name: string): boolean {
  const lower = name.toLowerCase()
  switch (functionSignature(lower)?.kind) {
    case 'scalar':
      return scalarFunction(lower) !== undefined
    case 'aggregation':
      return hasAggregationSql(lower) || isListAggregation(lower)
    case 'context':
      return isAnswered(lower)
    case 'lazy':
      return true
    default:
      return false
  }
}
