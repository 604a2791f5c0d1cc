/**
 * Rights as the API asks for them: loads what the rule (catalog/rights.ts) needs to know and answers, or
 * throws the refusal. What a caller may not even see is not found; what it sees but may not do is forbidden.
 */
import type { App, Caller } from '../../catalog/records.ts'
import {
  type AppRight,
  mayUseApp,
  mayUseSpace,
  type SpaceRight,
  type SpaceStanding,
} from '../../catalog/rights.ts'
import type { AppId, SpaceId } from '../../core/ids.ts'
import type { ApiDeps } from './deps.ts'
import { refuse } from './problem.ts'

type Stored = Pick<ApiDeps, 'store'>

/** The caller's standing in a space of its tenant; undefined when there is no such space. */
export async function standingIn(
  deps: Stored,
  caller: Caller,
  spaceId: SpaceId,
): Promise<SpaceStanding | undefined> {
  const space = await deps.store.space(caller.tenantId, spaceId)
  if (space === undefined) return undefined
  const assignments = await deps.store.assignments(caller.tenantId, spaceId)
  const roles = assignments
    .filter(({ type, assigneeId }) => type === 'user' && assigneeId === caller.user.id)
    .flatMap((assignment) => assignment.roles)
  return { space, roles }
}

/** The caller's standing in every space of its tenant: for lists. */
export async function standings(deps: Stored, caller: Caller): Promise<Map<SpaceId, SpaceStanding>> {
  const [spaces, assignments] = await Promise.all([
    deps.store.spaces(caller.tenantId),
    deps.store.assignmentsOf(caller.tenantId, caller.user.id),
  ])
  return new Map(
    spaces.map((space) => {
      const roles = assignments.filter(({ spaceId }) => spaceId === space.id).flatMap((row) => row.roles)
      return [space.id, { space, roles }]
    }),
  )
}

export async function may(deps: Stored, caller: Caller, app: App, right: AppRight): Promise<boolean> {
  if (app.tenantId !== caller.tenantId) return false
  const standing = app.spaceId === undefined ? undefined : await standingIn(deps, caller, app.spaceId)
  return mayUseApp(caller.user, app, standing, right)
}

export function mayRead(deps: Stored, caller: Caller, app: App): Promise<boolean> {
  return may(deps, caller, app, 'read')
}

/** May start reloads of the app. */
export function mayReload(deps: Stored, caller: Caller, app: App): Promise<boolean> {
  return may(deps, caller, app, 'reload')
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
