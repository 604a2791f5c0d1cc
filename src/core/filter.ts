/**
 * The SCIM filter subset (RFC 7644, section 3.4.2.2) that reload lists and webhooks share: `eq` and `ne` on named
 * attributes, `and` before `or`, parentheses, values in double quotes.
 */
export type FilterNode =
  | {
      readonly kind: 'compare'
      readonly attribute: string
      readonly operator: 'eq' | 'ne'
      readonly value: string
    }
  | { readonly kind: 'and' | 'or'; readonly left: FilterNode; readonly right: FilterNode }

/** True when the attributes satisfy the filter. A missing attribute makes `eq` false and `ne` true. */
export function matchesFilter(filter: FilterNode, attribute: (name: string) => string | undefined): boolean {
  switch (filter.kind) {
    case 'compare': {
      const equal = attribute(filter.attribute) === filter.value
      return filter.operator === 'eq' ? equal : !equal
    }
    case 'and':
      return matchesFilter(filter.left, attribute) && matchesFilter(filter.right, attribute)
    case 'or':
      return matchesFilter(filter.left, attribute) || matchesFilter(filter.right, attribute)
  }
}
