/**
 * What rows of a list must satisfy, as plain data over the fields of its kind (list-fields.ts): every store
 * evaluates it where the rows are, so that a page is full and shows nothing that the caller may not see.
 * Texts compare as they are, or folded (core/folded.ts) with `anyCase`.
 */
import type { Comparison, FilterNode, WideOperator } from '../../core/filter.ts'

export type FieldValue = string | number | null

export type Condition<Field extends string> =
  /** The field has one of the values; null stands for an absent one. */
  | {
      readonly kind: 'among'
      readonly field: Field
      readonly values: readonly FieldValue[]
      readonly anyCase?: true
    }
  | {
      readonly kind: 'contains' | 'begins'
      readonly field: Field
      readonly text: string
      readonly anyCase?: true
    }
  /** In any case. */
  | { readonly kind: 'ends'; readonly field: Field; readonly text: string }
  /** In any case; see core/wildcard.ts. */
  | { readonly kind: 'wildcard'; readonly field: Field; readonly pattern: string }
  /** The field is a list of texts that has this one. */
  | { readonly kind: 'has'; readonly field: Field; readonly value: string }
  | { readonly kind: 'at-most'; readonly field: Field; readonly value: number }
  | { readonly kind: 'all' | 'any'; readonly of: readonly Condition<Field>[] }
  | { readonly kind: 'not'; readonly of: Condition<Field> }

export function is<Field extends string>(field: Field, ...values: readonly FieldValue[]): Condition<Field> {
  return { kind: 'among', field, values }
}

/** In any case. */
export function contains<Field extends string>(field: Field, text: string): Condition<Field> {
  return { kind: 'contains', field, text, anyCase: true }
}

/** Conditions that are undefined are left out. */
export function all<Field extends string>(
  ...conditions: readonly (Condition<Field> | undefined)[]
): Condition<Field> {
  return { kind: 'all', of: conditions.filter((one) => one !== undefined) }
}

export function any<Field extends string>(...conditions: readonly Condition<Field>[]): Condition<Field> {
  return { kind: 'any', of: conditions }
}

export function not<Field extends string>(condition: Condition<Field>): Condition<Field> {
  return { kind: 'not', of: condition }
}

/** Satisfied by no row. */
export const NONE: Condition<never> = { kind: 'any', of: [] }

/**
 * A filter as a condition.
 * @param compared what each of its comparisons asks for
 */
export function conditionOf<Field extends string, Operator extends WideOperator>(
  filter: FilterNode<Operator>,
  compared: (one: Comparison<Operator>) => Condition<Field>,
): Condition<Field> {
  switch (filter.kind) {
    case 'not':
      return not(conditionOf(filter.of, compared))
    case 'and':
      return all(conditionOf(filter.left, compared), conditionOf(filter.right, compared))
    case 'or':
      return any(conditionOf(filter.left, compared), conditionOf(filter.right, compared))
    case 'compare':
      return compared(filter)
  }
}

/**
 * As `matchesFilter` (core/filter.ts) in any case, over text fields.
 * @param fields by attribute of the filter
 */
export function filtered<Field extends string>(
  filter: FilterNode,
  fields: Readonly<Record<string, Field>>,
): Condition<Field> {
  return conditionOf(filter, ({ attribute, operator, value }): Condition<Field> => {
    const field = fields[attribute]
    if (field === undefined) return operator === 'ne' ? not(NONE) : NONE
    if (operator === 'co') return { kind: 'contains', field, text: value, anyCase: true }
    const equal: Condition<Field> = { kind: 'among', field, values: [value], anyCase: true }
    return operator === 'ne' ? not(equal) : equal
  })
}
