/**
 * Loads what the rules of rights.ts ask for: the standing of a user in one space, or in all of the tenant.
 */
import type { SpaceId, UserId } from '../core/ids.ts'
import type { App, SpaceAssignment, User } from '../core/records.ts'
import {
  type AppRight,
  isTenantAdmin,
  managedTypes,
  mayUseApp,
  type SpaceStanding,
  standingOf,
} from '../core/rights.ts'
import { all, any, type Condition, is } from '../store/port/condition.ts'
import type { FieldOf } from '../store/port/list-fields.ts'
import { everyRow } from '../store/port/lists.ts'
import type { SpaceStore } from '../store/port/spaces.ts'
import type { Store } from '../store/port/store.ts'

export type SpaceReads = Pick<SpaceStore, 'space' | 'assignments'>

/** Undefined when the user's tenant has no such space. */
export async function standingIn(
  store: SpaceReads,
  user: User,
  spaceId: SpaceId,
): Promise<SpaceStanding | undefined> {
  const space = await store.space(user.tenantId, spaceId)
  if (space === undefined) return undefined
  return standingOf(user, space, await store.assignments(user.tenantId, spaceId))
}

/** The user's standing in every space that it owns, is a member of, or manages for its type: for lists. */
export async function standings(
  store: Pick<Store, 'list' | 'assignmentsOf'>,
  user: User,
): Promise<Map<SpaceId, SpaceStanding>> {
  const assignments = await store.assignmentsOf(user)
  const { tenantId } = user
  // A tenant admin sees all apps by itself.
  const where = isTenantAdmin(user) ? ownOrAssigned(user, assignments) : visibleSpaces(user, assignments)
  const spaces = await everyRow(store, 'spaces', { tenantId, where })
  return new Map(spaces.map((space) => [space.id, standingOf(user, space, assignments)]))
}

/**
 * The spaces that the user may see, as a condition of their list.
 * @param assignments those of the user
 */
export function visibleSpaces(
  user: User,
  assignments: readonly SpaceAssignment[],
): Condition<FieldOf<'spaces'>> {
  if (isTenantAdmin(user)) return all()
  return any(ownOrAssigned(user, assignments), is('type', ...managedTypes(user)))
}

function ownOrAssigned(user: User, assignments: readonly SpaceAssignment[]): Condition<FieldOf<'spaces'>> {
  return any(is('ownerId', user.id), is('id', ...assignments.map(({ spaceId }) => spaceId)))
}

/** The apps that the user may read, as a condition of their list. */
export function readableApps(
  user: User,
  spaces: ReadonlyMap<SpaceId, SpaceStanding>,
): Condition<FieldOf<'apps'>> {
  const ofNobody = { ownerId: '' as UserId }
  if (mayUseApp(user, ofNobody, undefined, 'read')) return all()
  const readable = [...spaces].filter(([, standing]) => mayUseApp(user, ofNobody, standing, 'read'))
  return any(is('ownerId', user.id), is('spaceId', ...readable.map(([id]) => id)))
}

/** False for an app of another tenant. */
export async function may(store: SpaceReads, user: User, app: App, right: AppRight): Promise<boolean> {
  if (app.tenantId !== user.tenantId) return false
  // A standing only adds rights: most callers need none loaded.
  if (mayUseApp(user, app, undefined, right)) return true
  const standing = app.spaceId === undefined ? undefined : await standingIn(store, user, app.spaceId)
  return mayUseApp(user, app, standing, right)
}
