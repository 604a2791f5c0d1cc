/** The syntax tree of an expression, after dollar expansion. */

import type { Span } from '../fault/span.ts'

export type BinaryOperator =
  | 'or'
  | 'xor'
  | 'and'
  | '='
  | '<>'
  | '<'
  | '<='
  | '>'
  | '>='
  | 'like'
  | 'precedes'
  | 'follows'
  | '&'
  | '+'
  | '-'
  | '*'
  | '/'
  | 'bitand'
  | 'bitor'
  | 'bitxor'
  | '<<'
  | '>>'

export type UnaryOperator = 'not' | '+' | '-' | 'bitnot'

export type Expression = Node & {
  /** In the expanded text of the statement; absent for generated nodes. */
  readonly span?: Span
}

type Node =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'text'; readonly value: string }
  /** A field in a LOAD, a variable in LET, IF, FOR and the like. */
  | { readonly kind: 'name'; readonly name: string; readonly quoted: boolean }
  /** The operand, read as a cell if it is a text. Made by planning, never by parsing. */
  | { readonly kind: 'read'; readonly operand: Expression }
  | { readonly kind: 'unary'; readonly operator: UnaryOperator; readonly operand: Expression }
  | {
      readonly kind: 'binary'
      readonly operator: BinaryOperator
      readonly left: Expression
      readonly right: Expression
    }
  | {
      readonly kind: 'call'
      /** Lower case, as in the function table: "applymap", "date#". */
      readonly name: string
      readonly args: readonly Expression[]
      /** Sum(DISTINCT x) */
      readonly distinct: boolean
    }

/** The expressions directly below this one. */
export function operandsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'read':
    case 'unary':
      return [expression.operand]
    case 'binary':
      return [expression.left, expression.right]
    case 'call':
      return expression.args
    default:
      return []
  }
}

/** The same text for equal expressions, regardless of their spans and of where their texts are read. */
export function expressionKey(expression: Expression): string {
  return JSON.stringify(expression, (name, value) =>
    name === 'span' ? undefined : value?.kind === 'read' ? value.operand : value,
  )
}
