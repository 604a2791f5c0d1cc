/**
 * The SCIM filter subset (RFC 7644, section 3.4.2.2) that lists and webhooks share: `eq`, `ne` and `co`
 * (contains) on named attributes, `and` before `or`, parentheses, values in double quotes.
 */
export type FilterOperator = 'eq' | 'ne' | 'co'

export type FilterNode =
  | {
      readonly kind: 'compare'
      readonly attribute: string
      readonly operator: FilterOperator
      readonly value: string
    }
  | { readonly kind: 'and' | 'or'; readonly left: FilterNode; readonly right: FilterNode }

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
