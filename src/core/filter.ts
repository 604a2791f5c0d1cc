/**
 * The SCIM filter subset (RFC 7644, section 3.4.2.2) that lists and webhooks share: `eq`, `ne` and `co`
 * (contains) on named attributes, `and` before `or`, `not`, parentheses, values in double quotes. Some lists
 * take more operators.
 */
export type FilterOperator = 'eq' | 'ne' | 'co'

/** Begins and ends with; greater, less. */
export type WideOperator = FilterOperator | 'sw' | 'ew' | 'gt' | 'ge' | 'lt' | 'le'

export interface Comparison<Operator extends WideOperator = FilterOperator> {
  readonly kind: 'compare'
  readonly attribute: string
  readonly operator: Operator
  readonly value: string
}

export type FilterNode<Operator extends WideOperator = FilterOperator> =
  | Comparison<Operator>
  | {
      readonly kind: 'and' | 'or'
      readonly left: FilterNode<Operator>
      readonly right: FilterNode<Operator>
    }
  | { readonly kind: 'not'; readonly of: FilterNode<Operator> }

/**
 * Returns true if the attributes satisfy the filter. A missing attribute makes `ne` true and the others
 * false.
 */
export function matchesFilter(filter: FilterNode, attribute: (name: string) => string | undefined): boolean {
  switch (filter.kind) {
    case 'compare':
      return compares(filter.operator, attribute(filter.attribute), filter.value)
    case 'and':
      return matchesFilter(filter.left, attribute) && matchesFilter(filter.right, attribute)
    case 'or':
      return matchesFilter(filter.left, attribute) || matchesFilter(filter.right, attribute)
    case 'not':
      return !matchesFilter(filter.of, attribute)
  }
}

function compares(operator: FilterOperator, actual: string | undefined, value: string): boolean {
  switch (operator) {
    case 'eq':
      return actual === value
    case 'ne':
      return actual !== value
    case 'co':
      return actual?.includes(value) ?? false
  }
}
