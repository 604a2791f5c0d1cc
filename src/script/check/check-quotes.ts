/**
 * Single quotes around what is meant to be a field: a text that is aggregated, or is all that a field holds.
 */
import { functionRow, isAggregation } from '../function/functions.ts'
import { type Expression, operandsOf } from '../syntax/expression.ts'
import type { LoadStatement } from '../syntax/statement.ts'
import { advise, type Step, type Walk } from './walk.ts'

export function checkQuotes(walk: Walk, step: Step, { levels }: LoadStatement): void {
  const visit = (expression: Expression): void => {
    const operands = operandsOf(expression)
    const [first] = operands
    const row = expression.kind === 'call' ? functionRow(expression.name) : undefined
    if (first?.kind === 'text' && isAggregation(row)) {
      const message = `${row!.name}('${first.value}') aggregates a text, not the field`
      advise(walk, step, 'TextForField', message, first.span)
    }
    operands.forEach(visit)
  }
  for (const { items, groupBy = [] } of levels) {
    for (const item of items) {
      if (item.kind !== 'field') continue
      visit(item.expression)
      if (item.expression.kind === 'text' && isName(item.name, item.expression.value)) {
        const message = `The field '${item.expression.value}' holds that text in every row: it has no AS`
        advise(walk, step, 'TextForField', message, item.span)
      }
    }
    for (const key of groupBy) {
      if (key.kind !== 'text') continue
      advise(walk, step, 'TextForField', `GROUP BY '${key.value}' groups by a text, not the field`, key.span)
    }
  }
}

/** Nothing stands behind the text that names it. */
const isName = (name: string, text: string): boolean => name === `'${text}'`
