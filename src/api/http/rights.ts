/**
 * Rights as the API asks for them: loads what the rule (catalog/rights.ts) needs to know and answers, or
 * throws the refusal. What a caller may not even see is not found; what it sees but may not do is forbidden.
 */
import type { App, Caller } from '../../catalog/records.ts'
import { type AppRight, mayUseSpace, type SpaceRight, type SpaceStanding } from '../../catalog/rights.ts'
import {
  standingIn as loadStanding,
  standings as loadStandings,
  may as mayUse,
} from '../../catalog/standing.ts'
import type { AppId, SpaceId } from '../../core/ids.ts'
import type { ApiDeps } from './deps.ts'
import { refuse } from './problem.ts'

type Stored = Pick<ApiDeps, 'store'>

export function standingIn(
  { store }: Stored,
  { user }: Caller,
  spaceId: SpaceId,
): Promise<SpaceStanding | undefined> {
  return loadStanding(store, user, spaceId)
}

export function standings({ store }: Stored, { user }: Caller): Promise<Map<SpaceId, SpaceStanding>> {
  return loadStandings(store, user)
}

export function may({ store }: Stored, { user }: Caller, app: App, right: AppRight): Promise<boolean> {
  return mayUse(store, user, app, right)
}

export function mayRead(deps: Stored, caller: Caller, app: App): Promise<boolean> {
  return may(deps, caller, app, 'read')
}

export function mayCancel(deps: Stored, caller: Caller, app: App): Promise<boolean> {
  return may(deps, caller, app, 'cancel')
}

/**
 * The app of a path, when the caller has the right.
 * @throws refusal 404 when the caller may not read it, 403 naming the right when it may only read it
 */
export async function appFor(deps: Stored, caller: Caller, appId: string, right: AppRight): Promise<App> {
  const app = await deps.store.app(caller.tenantId, appId as AppId)
  if (app === undefined || !(await mayRead(deps, caller, app))) {
    throw refuse('notFound', { detail: 'there is no app with this id', parameter: 'appId' })
  }
  if (!(await may(deps, caller, app, right))) {
    throw refuse('forbidden', { detail: `the ${right} right on the app is missing` })
  }
  return app
}

/**
 * The standing in the space of a path, when the caller has the right.
 * @throws refusal 404 when the caller may not see the space, 403 naming the right otherwise
 */
export async function spaceFor(
  deps: Stored,
  caller: Caller,
  spaceId: string,
  right: SpaceRight,
): Promise<SpaceStanding> {
  const standing = await standingIn(deps, caller, spaceId as SpaceId)
  if (standing === undefined || !mayUseSpace(caller.user, standing, 'see')) {
    throw refuse('notFound', { detail: 'there is no space with this id', parameter: 'spaceId' })
  }
  if (!mayUseSpace(caller.user, standing, right)) {
    throw refuse('forbidden', { detail: `the ${right} right on the space is missing` })
  }
  return standing
}
