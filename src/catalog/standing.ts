/**
 * Loads what the rules of rights.ts ask for: the standing of a user in one space, or in all of the tenant.
 */
import type { SpaceId } from '../core/ids.ts'
import type { SpaceStore } from '../store/port/spaces.ts'
import type { App, User } from './records.ts'
import { type AppRight, mayUseApp, type SpaceStanding, standingOf } from './rights.ts'

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

/** The user's standing in every space of the tenant: for lists. */
export async function standings(
  store: Pick<SpaceStore, 'spaces' | 'assignmentsOf'>,
  user: User,
): Promise<Map<SpaceId, SpaceStanding>> {
  const [spaces, assignments] = await Promise.all([
    store.spaces(user.tenantId),
    store.assignmentsOf(user.tenantId, user.id),
  ])
  return new Map(spaces.map((space) => [space.id, standingOf(user, space, assignments)]))
}

/** False for an app of another tenant. */
export async function may(store: SpaceReads, user: User, app: App, right: AppRight): Promise<boolean> {
  if (app.tenantId !== user.tenantId) return false
  // A standing only adds rights: most callers need none loaded.
  if (mayUseApp(user, app, undefined, right)) return true
  const standing = app.spaceId === undefined ? undefined : await standingIn(store, user, app.spaceId)
  return mayUseApp(user, app, standing, right)
}
