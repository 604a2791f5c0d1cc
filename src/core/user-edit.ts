/** Changes of a user, one after the other, as an administrator or the user asks for them. */
import { defined } from './defined.ts'
import { GROUPS_OF_USER_MAX, type Group, type GroupReference, membershipIn } from './group.ts'
import type { User, UserStatus } from './records.ts'
import type { Role } from './role.ts'

/** Texts that may be taken away; a name is only replaced. */
const OPTIONAL_TEXTS = ['email', 'picture', 'locale', 'zone'] as const

/** How a list is changed; `remove` of what is not in it changes nothing. */
export type ListChange = 'set' | 'add' | 'remove'

export type UserEdit =
  /** Changes nothing. */
  | { readonly kind: 'none' }
  | { readonly kind: 'name'; readonly value: string }
  | { readonly kind: (typeof OPTIONAL_TEXTS)[number]; readonly value: string | undefined }
  | { readonly kind: 'status'; readonly value: Exclude<UserStatus, 'deleted'> }
  | { readonly kind: 'roles'; readonly change: ListChange; readonly roles: readonly Role[] }
  | { readonly kind: 'groups'; readonly change: ListChange; readonly groups: readonly GroupReference[] }

/** What users change of themselves. */
const OWN: readonly UserEdit['kind'][] = ['none', 'picture', 'locale', 'zone']

export function isOwnEdit({ kind }: UserEdit): boolean {
  return OWN.includes(kind)
}

/** Why an edit cannot be. */
export interface EditFault {
  /** Of which edit. */
  readonly index: number
  readonly detail: string
}

/**
 * @param user not a deleted one
 * @param groupOf a group of the tenant
 */
export function edited(
  user: User,
  edits: readonly UserEdit[],
  groupOf: (reference: GroupReference) => Group | undefined,
): User | EditFault {
  let after = user
  for (const [index, edit] of edits.entries()) {
    const next = editedOnce(after, edit, groupOf)
    if (typeof next === 'string') return { index, detail: next }
    after = next
  }
  return after
}

function editedOnce(
  user: User,
  edit: UserEdit,
  groupOf: (reference: GroupReference) => Group | undefined,
): User | string {
  switch (edit.kind) {
    case 'none':
      return user
    case 'name':
      return { ...user, name: edit.value }
    case 'status':
      return withStatus(user, edit.value)
    case 'roles':
      return { ...user, roles: changed(user.roles, edit.change, edit.roles, (role) => role) }
    case 'groups':
      return withGroups(user, edit, groupOf)
    default: {
      const { [edit.kind]: _before, ...rest } = user
      return { ...rest, ...defined({ [edit.kind]: edit.value }) }
    }
  }
}

function withStatus(user: User, status: Exclude<UserStatus, 'deleted'>): User | string {
  if (status === 'invited' && user.status !== 'invited') return 'who was active is not invited any more'
  return { ...user, status }
}

function withGroups(
  user: User,
  { change, groups: named }: Extract<UserEdit, { kind: 'groups' }>,
  groupOf: (reference: GroupReference) => Group | undefined,
): User | string {
  const { groups: before = [], ...rest } = user
  const meant = named.map(groupOf)
  if (change !== 'remove' && meant.includes(undefined)) return 'there is no such group'
  const memberships = meant.filter((group) => group !== undefined).map(membershipIn)
  const after = changed(before, change, memberships, ({ id }) => id)
  if (after.length > GROUPS_OF_USER_MAX) return `a user is in at most ${GROUPS_OF_USER_MAX} groups`
  return after.length === 0 ? rest : { ...rest, groups: after }
}

function changed<Item>(
  before: readonly Item[],
  change: ListChange,
  items: readonly Item[],
  keyOf: (item: Item) => string,
): readonly Item[] {
  const named = new Set(items.map(keyOf))
  const kept = change === 'set' ? [] : before.filter((item) => !named.has(keyOf(item)))
  const after = change === 'remove' ? kept : [...kept, ...items]
  return [...new Map(after.map((item) => [keyOf(item), item])).values()]
}

/** What is left of a deleted user; its id stays, for the events and records that name it. */
export function deletedUser(user: User, now: number): User {
  const { groups: _groups, ...rest } = user
  return { ...rest, roles: [], status: 'deleted', updatedAt: now }
}

/** A deleted user of whom nothing tells the person any more. */
export function pseudonymised({ id, tenantId, clientId, status, createdAt, updatedAt }: User): User {
  const told = { subject: `deleted-${id}`, name: 'Deleted user' }
  return {
    id,
    tenantId,
    ...told,
    roles: [],
    ...defined({ clientId }),
    status,
    erasing: true,
    createdAt,
    updatedAt,
  }
}
