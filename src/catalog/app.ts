/**
 * What is done with apps (contract 05, section 2): create, change, move, hand over. An app's data is written
 * by reloads alone. Copies stand in app-copy.ts; deleting one cancels its reload and so stands in
 * intake/cancel.ts.
 */

import type { Caller } from '../core/caller.ts'
import { defined } from '../core/defined.ts'
import { newUuid, type SpaceId, type UserId } from '../core/ids.ts'
import type { App, AppUsage, ScriptVersion, StoresMode } from '../core/records.ts'
import type { Change, ChangeStore } from '../store/port/change.ts'
import { is } from '../store/port/condition.ts'
import { findApp, findSpaceForApps } from './access.ts'
import { UNMARKED, unmarked } from './crash-marks.ts'
import { type CatalogDeps, changeOne } from './deps.ts'
import { isRefused, type Refused, refused } from './refusal.ts'
import { rightsRechecked, tasksAfter } from './tasks-off.ts'

export const APP_NAME_MAX_CHARACTERS = 256

/** What a new app is to be; what is left out has a default. */
export interface AppWish {
  readonly name?: string
  readonly description?: string
  readonly spaceId?: string
  readonly usage?: AppUsage
  readonly stores?: StoresMode
}

export async function createApp(deps: CatalogDeps, caller: Caller, wish: AppWish): Promise<App | Refused> {
  const app = await newApp(deps, caller, wish)
  return isRefused(app) ? app : saveNewApp(deps.store, app, undefined)
}

/** Needs the right to develop the app. */
export async function describeApp(
  deps: CatalogDeps,
  caller: Caller,
  appId: string,
  change: Partial<Pick<App, 'name' | 'description' | 'stores'>>,
): Promise<App | Refused> {
  const app = await findApp(deps.store, caller.user, appId, 'develop')
  return isRefused(app) ? app : changeApp(deps, caller, app, (now) => ({ ...now, ...change }))
}

/** @param spaceId null takes it out of its space */
export async function moveApp(
  deps: CatalogDeps,
  caller: Caller,
  appId: string,
  spaceId: string | null,
): Promise<App | Refused> {
  const app = await findApp(deps.store, caller.user, appId, 'remove')
  if (isRefused(app)) return app
  if (spaceId === null) return changeApp(deps, caller, app, ({ spaceId: _left, ...rest }) => rest)
  const space = await findSpaceForApps(deps.store, caller.user, spaceId)
  return isRefused(space) ? space : changeApp(deps, caller, app, (now) => ({ ...now, spaceId: space }))
}

export async function handOverApp(
  deps: CatalogDeps,
  caller: Caller,
  appId: string,
  ownerId: string,
): Promise<App | Refused> {
  const app = await findApp(deps.store, caller.user, appId, 'hand-over')
  if (isRefused(app)) return app
  const owner = await deps.store.user(caller.tenantId, ownerId as UserId)
  if (owner?.status !== 'active') {
    return refused('userNotFound', 'there is no active user with this id', { pointer: '/ownerId' })
  }
  return changeApp(deps, caller, app, (now) => ({ ...now, ownerId: owner.id }))
}

/**
 * Another owner or space clears the app's crash marks: it then reads other data. Its tasks are switched off
 * when it moves, or when their owners may not reload it any more.
 */
async function changeApp(
  { store, world }: CatalogDeps,
  { user }: Caller,
  seen: App,
  change: (app: App) => App,
): Promise<App | Refused> {
  const { tenantId, id } = seen
  const app: Change<App | Refused | undefined> = {
    kind: 'app',
    tenantId,
    id,
    step: (view) => {
      const { app } = view
      if (app === undefined) return { answer: appGone() }
      const now = world.clock.now()
      const after = { ...change(app), modifiedAt: now }
      const isMoved = after.spaceId !== app.spaceId
      const saved = isMoved || after.ownerId !== app.ownerId ? unmarked(after) : after
      const happening = { app: saved, by: user, random: world.random, now }
      const { tasks, ...told } = tasksAfter(view, happening, 'APP-MOVED-SPACE', () => isMoved)
      return { answer: saved, put: { apps: [saved], tasks }, ...told }
    },
  }
  const rights = await rightsRechecked({ store, world }, user, is('appId', id))
  const [answer] = await store.change<App | Refused | undefined>([app, ...rights])
  return answer!
}

export function appDataLost(): Refused {
  return refused('appDataLost', "the app's data file is missing or not whole", { parameter: 'appId' })
}

export function appGone(): Refused {
  return refused('notFound', 'the app was deleted', { parameter: 'appId' })
}

/** One commit. @param script its first version; undefined: it has none yet */
export async function saveNewApp(
  store: ChangeStore,
  made: App,
  script: ScriptVersion | undefined,
): Promise<App> {
  const app: App = { ...made, ...defined({ currentScriptId: script?.id }) }
  const { tenantId, id } = app
  const put = { apps: [app], scripts: script === undefined ? [] : [script] }
  await changeOne(store, { kind: 'app', tenantId, id, step: () => ({ answer: undefined, put }) })
  return app
}

/** A bare one: not saved. */
export async function newApp(
  { store, world }: CatalogDeps,
  { tenantId, user }: Caller,
  wish: AppWish,
): Promise<App | Refused> {
  const space: SpaceId | Refused | undefined =
    wish.spaceId === undefined ? undefined : await findSpaceForApps(store, user, wish.spaceId)
  if (isRefused(space)) return space
  const now = world.clock.now()
  return {
    id: newUuid(world.random),
    tenantId,
    name: wish.name ?? 'New app',
    description: wish.description ?? '',
    ownerId: user.id,
    ...defined({ spaceId: space }),
    usage: wish.usage ?? 'ANALYTICS',
    ...defined({ stores: wish.stores }),
    createdAt: now,
    modifiedAt: now,
    crashedOnMaxSize: UNMARKED,
  }
}
