/** The syntax tree of an expression, after dollar expansion. Offsets are into the expanded statement text. */
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

export type Expression =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'text'; readonly value: string }
  /** A field in a LOAD, a variable in LET, IF, FOR and the like. */
  | { readonly kind: 'name'; readonly name: string; readonly quoted: boolean }
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
