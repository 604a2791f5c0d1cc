/** Whether a function of the language is computed here: asked of the tables that compute it. */

import { functionSignature, scalarFunction } from '../function/functions.ts'
import { hasAggregationSql } from './aggregation-sql.ts'
import { isListAggregation } from './collected-values.ts'
import { isAnswered } from './context-functions.ts'

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
