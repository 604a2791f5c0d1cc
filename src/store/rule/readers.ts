/**
 * What a step is shown so that it can tell who reads the app: read only when a subscription of user level
 * listens, so that the common case costs nothing. It judges nobody; catalog/rights.ts does.
 */
import type { App, Space, SpaceAssignment, User } from '../../catalog/records.ts'
import type { SpaceId, UserId } from '../../core/ids.ts'
import type { Subscription } from '../../event/subscription.ts'
import type { ReloadView } from '../port/reloads.ts'

export interface ReaderRows {
  user(id: UserId): User | undefined
  space(id: SpaceId): Space | undefined
  assignments(id: SpaceId): readonly SpaceAssignment[]
}

export function readersOf(
  rows: ReaderRows,
  app: App | undefined,
  subscriptions: readonly Subscription[],
): Pick<ReloadView, 'readers'> {
  const owners = new Set(subscriptions.filter((one) => one.level === 'user').map((one) => one.ownerId))
  if (app === undefined || owners.size === 0) return {}
  const users = [...owners].flatMap((id) => rows.user(id) ?? [])
  const space = app.spaceId === undefined ? undefined : rows.space(app.spaceId)
  if (space === undefined) return { readers: { users, assignments: [] } }
  return { readers: { users, space, assignments: rows.assignments(space.id) } }
}
