/**
 * Which texts a LOAD makes: what a function, `&` or a literal gives as a text is read as a cell is, so that a
 * number in it is one. A field, and what a function only gives on, stays as it is; Text() alone makes a
 * text that stays one (FACTS 2).
 */
import type { Expression } from '../syntax/expression.ts'
import { functionRow } from './functions.ts'

/** The same expression, with its texts read where it makes them. Conditions stay: they compare by value. */
export function readMade(expression: Expression): Expression {
  switch (expression.kind) {
    case 'text':
      return read(expression)
    case 'binary':
      return expression.operator === '&' ? read(expression) : expression
    case 'call': {
      const given = functionRow(expression.name)?.gives
      if (given === undefined) return read(expression)
      const isGiven = (index: number) => given === 'all' || given.includes(index)
      const args = expression.args.map((argument, index) => (isGiven(index) ? readMade(argument) : argument))
      return { ...expression, args }
    }
    default:
      return expression
  }
}

const read = (operand: Expression): Expression => ({ kind: 'read', operand })
