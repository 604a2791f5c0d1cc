/**
 * Rights as the API asks for them: loads what the rule (core/rights.ts) needs to know and answers, or
 * throws the refusal. What a caller may not even see is not found; what it sees but may not do is forbidden.
 */
import { findApp, findSpace } from '../../catalog/access.ts'
import {
  standingIn as loadStanding,
  standings as loadStandings,
  may as mayUse,
} from '../../catalog/standing.ts'
import type { Caller } from '../../core/caller.ts'
import type { SpaceId } from '../../core/ids.ts'
import type { App } from '../../core/records.ts'
import type { AppRight, SpaceRight, SpaceStanding } from '../../core/rights.ts'
import type { ApiDeps } from './deps.ts'
import { done } from './problem.ts'

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
export async function appFor(
  { store }: Stored,
  { user }: Caller,
  appId: string,
  right: AppRight,
): Promise<App> {
  return done(await findApp(store, user, appId, right))
}

/**
 * The standing in the space of a path, when the caller has the right.
 * @throws refusal 404 when the caller may not see the space, 403 naming the right otherwise
 */
export async function spaceFor(
  { store }: Stored,
  { user }: Caller,
  spaceId: string,
  right: SpaceRight,
): Promise<SpaceStanding> {
  return done(await findSpace(store, user, spaceId, right))
}
