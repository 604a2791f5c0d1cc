/**
 * Filters of the list of users (contract 05, section 5): SCIM, values in any case. Deleted users are listed
 * only where the filter asks for a status or an id.
 */
import type { Comparison, FilterNode } from '../../core/filter.ts'
import { FILTER_MAX_CHARACTERS, parseFilter } from '../../core/filter-parse.ts'
import { roleOf } from '../../core/role.ts'
import { all, type Condition, conditionOf, contains, is, NONE, not } from '../../store/port/condition.ts'
import type { FieldOf } from '../../store/port/list-fields.ts'
import { refuse } from '../http/problem.ts'

type UserField = FieldOf<'users'>
type Where = Condition<UserField>

const RULES = {
  attributes: {
    id: 'any',
    subject: 'any',
    name: 'any',
    email: 'any',
    // Nobody is provisioned here; asking for them is no fault.
    status: ['active', 'invited', 'disabled', 'deleted', 'provisioned'],
    clientId: 'any',
    'assignedRoles.id': 'any',
    'assignedRoles.name': 'any',
    'assignedGroups.id': 'any',
    'assignedGroupsAssignedRoles.name': 'any',
    assignedScopes: 'any',
  },
  operators: ['eq'],
  searchable: ['name', 'email', 'subject'],
} as const

/** In words, for the document. */
export const FILTER_ABOUT =
  `SCIM: eq on ${Object.keys(RULES.attributes).join(', ')}; co on ${RULES.searchable.join(', ')}; ` +
  'and, or, parentheses; values in any case. Deleted users are listed when a status or an id is asked for'
export const FILTER_MAX = FILTER_MAX_CHARACTERS

const HAS: Readonly<Record<string, (value: string, tenantId: string) => Where>> = {
  'assignedRoles.id': (id, tenantId) => ofRole('roles', roleOf(tenantId, { id })),
  'assignedRoles.name': (name, tenantId) => ofRole('roles', roleOf(tenantId, { name })),
  'assignedGroupsAssignedRoles.name': (name, tenantId) => ofRole('groupRoles', roleOf(tenantId, { name })),
  'assignedGroups.id': (id) => ({ kind: 'has', field: 'groupIds', value: id.toLowerCase() }),
  assignedScopes: () => NONE,
}

/** What a caller asks for beside the filter. */
export interface UserQuery {
  readonly filter?: string
  readonly email?: string
  readonly subject?: string
  readonly name?: string
  readonly status?: string
}

/** @throws refusal 400 naming the place in the filter */
export function usersWhere(tenantId: string, query: UserQuery): Where {
  const node = query.filter === undefined ? undefined : readFilter(query.filter)
  const named = (['email', 'subject', 'name', 'status'] as const).map((field) => {
    const value = query[field]
    return value === undefined ? undefined : equals(field, value)
  })
  const asksForGone = query.status !== undefined || (node !== undefined && namesAny(node, ['status', 'id']))
  return all(
    asksForGone ? undefined : not(is<UserField>('status', 'deleted')),
    node === undefined ? undefined : conditionOf(node, (one) => compared(one, tenantId)),
    ...named,
  )
}

function readFilter(text: string): FilterNode {
  const parsed = parseFilter(text, RULES)
  if (parsed.kind === 'filter') return parsed.filter
  throw refuse('badRequest', { detail: `filter: ${parsed.detail}`, parameter: 'filter' })
}

function compared({ attribute, operator, value }: Comparison, tenantId: string): Where {
  const has = HAS[attribute]
  if (has !== undefined) return has(value, tenantId)
  const field = attribute as UserField
  return operator === 'co' ? contains(field, value) : equals(field, value)
}

function equals(field: UserField, value: string): Where {
  return { kind: 'among', field, values: [value], anyCase: true }
}

function ofRole(field: 'roles' | 'groupRoles', role: string | undefined): Where {
  return role === undefined ? NONE : { kind: 'has', field, value: role }
}

function namesAny(node: FilterNode, attributes: readonly string[]): boolean {
  if (node.kind === 'compare') return attributes.includes(node.attribute)
  if (node.kind === 'not') return namesAny(node.of, attributes)
  return namesAny(node.left, attributes) || namesAny(node.right, attributes)
}
