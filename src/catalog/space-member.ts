/**
 * Members of a space and their roles (contract 05, section 4): one assignment for each assignee, roles
 * replaced as a whole list.
 */

import type { Caller } from '../core/caller.ts'
import { type GroupId, newHexId, type TenantId, type UserId } from '../core/ids.ts'
import type { Space, SpaceAssignment, User } from '../core/records.ts'
import { SPACE_ROLES } from '../core/rights.ts'
import type { Change, Decided, SpaceView } from '../store/port/change.ts'
import { is } from '../store/port/condition.ts'
import { findSpace } from './access.ts'
import type { CatalogDeps } from './deps.ts'
import { isRefused, type Refused, refused } from './refusal.ts'
import { spaceGone } from './space.ts'
import { rightsRechecked } from './tasks-off.ts'

type Answer = SpaceAssignment | Refused

export async function addMember(
  { store, world }: CatalogDeps,
  { tenantId, user }: Caller,
  spaceId: string,
  wish: Pick<SpaceAssignment, 'type' | 'assigneeId' | 'roles'>,
): Promise<Answer> {
  const found = await findSpace(store, user, spaceId, 'manage')
  if (isRefused(found)) return found
  const { space } = found
  const wrong = wrongRole(space, wish.roles)
  if (wrong !== undefined) return wrong
  const unknown = await unknownAssignee(store, tenantId, wish)
  if (unknown !== undefined) return unknown
  const now = world.clock.now()
  const assignment: SpaceAssignment = {
    id: newHexId(world.random, now),
    tenantId,
    spaceId: space.id,
    type: wish.type,
    assigneeId: wish.assigneeId,
    roles: [...new Set(wish.roles)],
    createdAt: now,
    createdBy: user.id,
    updatedAt: now,
  }
  return changeMembers({ store, world }, user, space, ({ assignments }) => {
    const isSame = (one: SpaceAssignment) => one.type === wish.type && one.assigneeId === wish.assigneeId
    if (assignments.some(isSame)) {
      return { answer: refused('conflict', 'the assignee has an assignment in this space already') }
    }
    return { answer: assignment, put: { assignments: [assignment] } }
  })
}

export async function changeRoles(
  { store, world }: CatalogDeps,
  { user }: Caller,
  path: MemberPath,
  roles: readonly string[],
): Promise<Answer> {
  const found = await findSpace(store, user, path.spaceId, 'manage')
  if (isRefused(found)) return found
  return changeMembers({ store, world }, user, found.space, (view) => {
    const before = memberOf(view.assignments, path)
    const wrong = isRefused(before) ? before : wrongRole(found.space, roles)
    if (isRefused(before) || wrong !== undefined) return { answer: wrong ?? before }
    const after = { ...before, roles: [...new Set(roles)], updatedAt: world.clock.now() }
    return { answer: after, put: { assignments: [after] } }
  })
}

export async function endMembership(
  { store, world }: CatalogDeps,
  { user }: Caller,
  path: MemberPath,
): Promise<Answer> {
  const found = await findSpace(store, user, path.spaceId, 'manage')
  if (isRefused(found)) return found
  return changeMembers({ store, world }, user, found.space, ({ assignments }) => {
    const row = memberOf(assignments, path)
    return isRefused(row) ? { answer: row } : { answer: row, remove: { assignments: [row.id] } }
  })
}

export interface MemberPath {
  readonly spaceId: string
  readonly assignmentId: string
}

/** The assignment of a path among those of its space. */
export function memberOf(assignments: readonly SpaceAssignment[], { assignmentId }: MemberPath): Answer {
  const found = assignments.find(({ id }) => id === assignmentId)
  if (found !== undefined) return found
  return refused('notFound', 'the space has no assignment with this id', { parameter: 'assignmentId' })
}

/** Tasks of those who lose their right to reload apps of the space are switched off in the same commit. */
async function changeMembers(
  { store, world }: CatalogDeps,
  by: User,
  { tenantId, id }: Space,
  step: (view: SpaceView) => Decided<Answer>,
): Promise<Answer> {
  const members: Change<Answer | undefined> = {
    kind: 'space',
    tenantId,
    id,
    step: (view) => (view.space === undefined ? { answer: spaceGone() } : step(view)),
  }
  const rights = await rightsRechecked({ store, world }, by, is('spaceId', id))
  const [answer] = await store.change<Answer | undefined>([members, ...rights])
  return answer!
}

/** Bots are not known here, and an assignment gives them nothing. */
async function unknownAssignee(
  store: CatalogDeps['store'],
  tenantId: TenantId,
  { type, assigneeId }: Pick<SpaceAssignment, 'type' | 'assigneeId'>,
): Promise<Refused | undefined> {
  if (type === 'bot') return undefined
  const isKnown =
    type === 'user'
      ? ((await store.user(tenantId, assigneeId as UserId))?.status ?? 'deleted') !== 'deleted'
      : (await store.group(tenantId, assigneeId as GroupId)) !== undefined
  if (isKnown) return undefined
  return refused('badRequest', `there is no ${type} with this id`, { pointer: '/assigneeId' })
}

function wrongRole({ type }: Space, roles: readonly string[]): Refused | undefined {
  const known = SPACE_ROLES[type]
  const index = roles.findIndex((role) => !known.includes(role))
  if (index === -1) return undefined
  const detail = `a ${type} space has the roles ${known.join(', ')}`
  return refused('badRequest', detail, { pointer: `/roles/${index}` })
}
