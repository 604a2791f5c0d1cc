/**
 * The records of a request, for who may do with them what is asked. What a user may not even see is not
 * found; what it sees but may not do is forbidden.
 */
import type { AppId, SpaceId } from '../core/ids.ts'
import type { App, User } from '../core/records.ts'
import { type AppRight, mayUseSpace, type SpaceRight, type SpaceStanding } from '../core/rights.ts'
import type { AppStore } from '../store/port/apps.ts'
import { isRefused, type Refused, refused } from './refusal.ts'
import { may, type SpaceReads, standingIn } from './standing.ts'

export type AppReads = Pick<AppStore, 'app'> & SpaceReads

/** The app, when the user has the right. */
export async function findApp(
  store: AppReads,
  user: User,
  appId: string,
  right: AppRight,
): Promise<App | Refused> {
  const app = await store.app(user.tenantId, appId as AppId)
  if (app === undefined || !(await may(store, user, app, 'read'))) {
    return refused('notFound', 'there is no app with this id', { parameter: 'appId' })
  }
  if (await may(store, user, app, right)) return app
  return refused('forbidden', `the ${right} right on the app is missing`)
}

/** The user's standing in the space, when the user has the right. */
export async function findSpace(
  store: SpaceReads,
  user: User,
  spaceId: string,
  right: SpaceRight,
): Promise<SpaceStanding | Refused> {
  const standing = await standingIn(store, user, spaceId as SpaceId)
  if (standing === undefined || !mayUseSpace(user, standing, 'see')) {
    return refused('notFound', 'there is no space with this id', { parameter: 'spaceId' })
  }
  if (mayUseSpace(user, standing, right)) return standing
  return refused('forbidden', `the ${right} right on the space is missing`)
}

/** The space, when the user may create apps in it or move apps into it. */
export async function findSpaceForApps(
  store: SpaceReads,
  user: User,
  spaceId: string,
): Promise<SpaceId | Refused> {
  const seen = await findSpace(store, user, spaceId, 'see')
  if (isRefused(seen)) return seen
  if (seen.space.type === 'data') {
    return refused('badRequest', 'a data space holds no apps', { pointer: '/spaceId' })
  }
  const standing = await findSpace(store, user, spaceId, 'add-app')
  return isRefused(standing) ? standing : standing.space.id
}
