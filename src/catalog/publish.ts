/**
 * Apps are published into managed spaces: as a copy of script and data, which publishing again renews. Who
 * may read the script of an app and add apps to the space may publish it there.
 */
import type { Caller } from '../core/caller.ts'
import { defined } from '../core/defined.ts'
import type { AppId, DataVersion } from '../core/ids.ts'
import type { Log } from '../core/ports.ts'
import type { App, ScriptVersion, Space } from '../core/records.ts'
import type { AppView, Decided } from '../store/port/change.ts'
import { is } from '../store/port/condition.ts'
import { findApp, findSpaceForApps } from './access.ts'
import { appGone, newApp, saveNewApp } from './app.ts'
import { type CopyDeps, copyData, copyScript } from './app-copy.ts'
import { unmarked } from './crash-marks.ts'
import { type CatalogDeps, changeOne } from './deps.ts'
import { isRefused, type Refused, refused } from './refusal.ts'
import { withScriptBy } from './script.ts'

/** source: the data of the app that is published; target: none, or what the published app has. */
export const PUBLISHED_DATA = ['source', 'target'] as const

export interface PublishWish {
  readonly name?: string
  readonly description?: string
  readonly data?: (typeof PUBLISHED_DATA)[number]
}

export interface RepublishWish extends PublishWish {
  /** The published app; may be absent where there is only one. */
  readonly targetId?: string
  /** False: also one that was published from another app. */
  readonly checkOrigin?: boolean
}

export interface PublishDeps extends CopyDeps {
  readonly appData: CopyDeps['appData'] & { discard(version: DataVersion): Promise<void> }
  readonly world: CatalogDeps['world'] & { readonly log: Log }
}

/** The copy belongs to the caller. */
export async function publishApp(
  deps: PublishDeps,
  caller: Caller,
  appId: string,
  spaceId: string,
  wish: PublishWish,
): Promise<App | Refused> {
  const source = await findSource(deps, caller, appId)
  if (isRefused(source)) return source
  const space = await findManaged(deps, caller, spaceId)
  if (isRefused(space)) return space
  const { name = source.name, description = source.description, data: wanted = 'source' } = wish
  const { usage, stores } = source
  const bare = await newApp(deps, caller, { name, description, usage, spaceId, ...defined({ stores }) })
  if (isRefused(bare)) return bare
  const data = wanted === 'source' ? await copyData(deps, source) : undefined
  if (isRefused(data)) return data
  const script = await copyScript(deps, caller, source, bare)
  const publication = { originAppId: source.id, publishedAt: deps.world.clock.now() }
  return saveNewApp(deps.store, { ...bare, publication, ...defined({ data }) }, script)
}

/** Needs the right to develop the published app, too. Its id, owner, space and tasks stay. */
export async function republishApp(
  deps: PublishDeps,
  caller: Caller,
  appId: string,
  wish: RepublishWish,
): Promise<App | Refused> {
  const source = await findSource(deps, caller, appId)
  if (isRefused(source)) return source
  const target = await findTarget(deps, caller, source, wish)
  if (isRefused(target)) return target
  const copied = wish.data === 'target' ? undefined : await copyData(deps, source)
  if (isRefused(copied)) return copied
  const script = await copyScript(deps, caller, source, target)
  const renewed = await changeOne<Renewed | Refused>(deps.store, {
    kind: 'app',
    tenantId: caller.tenantId,
    id: target.id,
    step: (view) => renewal(deps, caller, view, { source, wish, script, copied }),
  })
  const leftover = isRefused(renewed) ? copied : renewed.before.data
  const isKept = !isRefused(renewed) && wish.data === 'target'
  if (leftover !== undefined && !isKept) await discard(deps, leftover)
  return isRefused(renewed) ? renewed : renewed.app
}

interface Renewed {
  readonly app: App
  readonly before: App
}

interface Renewing {
  readonly source: App
  readonly wish: RepublishWish
  readonly script: ScriptVersion | undefined
  readonly copied: App['data']
}

function renewal(
  { world }: PublishDeps,
  { user }: Caller,
  view: AppView,
  { source, wish, script, copied }: Renewing,
): Decided<Renewed | Refused> {
  const { app: before } = view
  if (before === undefined) return { answer: appGone() }
  if (view.isReloading) {
    const detail = 'the published app is being reloaded: wait for the end, or cancel it'
    return { answer: refused('conflict', detail, { pointer: '/targetId' }) }
  }
  const now = world.clock.now()
  const { name = before.name, description = before.description } = wish
  const { data: dataBefore, ...rest } = unmarked(before)
  const data = wish.data === 'target' ? dataBefore : copied
  const publication = { originAppId: source.id, publishedAt: now }
  const app: App = { ...rest, name, description, publication, modifiedAt: now, ...defined({ data }) }
  if (script === undefined) return { answer: { app, before }, put: { apps: [app] } }
  const saving = withScriptBy({ user, world }, { ...view, app }, script)
  return { ...saving, answer: { app: { ...app, currentScriptId: script.id }, before } }
}

async function findSource({ store }: PublishDeps, { user }: Caller, appId: string): Promise<App | Refused> {
  const source = await findApp(store, user, appId, 'read-script')
  if (isRefused(source) || source.publication === undefined) return source
  return refused('badRequest', 'the app is a published copy: publish the app that it was made from', {
    parameter: 'appId',
  })
}

async function findManaged(
  { store }: PublishDeps,
  { tenantId, user }: Caller,
  spaceId: string,
): Promise<Space | Refused> {
  const found = await findSpaceForApps(store, user, spaceId)
  if (isRefused(found)) return found
  const space = await store.space(tenantId, found)
  if (space?.type === 'managed') return space
  return refused('badRequest', 'apps are published into managed spaces', { pointer: '/spaceId' })
}

async function findTarget(
  { store }: PublishDeps,
  { tenantId, user }: Caller,
  source: App,
  { targetId, checkOrigin = true }: RepublishWish,
): Promise<App | Refused> {
  const where = { pointer: '/targetId' }
  const wanted = targetId ?? (await onlyCopy(store, tenantId, source.id))
  if (isRefused(wanted)) return wanted
  const found = await findApp(store, user, wanted, 'develop')
  if (isRefused(found)) return { ...found, faults: found.faults.map(({ detail }) => ({ detail, ...where })) }
  if (found.publication === undefined) return refused('badRequest', 'the app is not a published one', where)
  if (checkOrigin && found.publication.originAppId !== source.id) {
    return refused('badRequest', 'the app was published from another app', where)
  }
  return found
}

async function onlyCopy(
  store: CatalogDeps['store'],
  tenantId: App['tenantId'],
  source: AppId,
): Promise<string | Refused> {
  const { rows } = await store.list('apps', {
    tenantId,
    where: is('originAppId', source),
    sort: { field: 'id', descending: false },
    page: { limit: 2 },
  })
  const [only, other] = rows
  if (only !== undefined && other === undefined) return only.id
  const count = only === undefined ? 'no published copy' : 'several published copies'
  return refused('badRequest', `the app has ${count}: name one`, { pointer: '/targetId' })
}

/** The next start removes what this misses. */
async function discard(
  { appData, world }: PublishDeps,
  { version }: { readonly version: DataVersion },
): Promise<void> {
  await appData.discard(version).catch((error: unknown) => {
    world.log.warn('discarding app data failed', { version, error: String(error) })
  })
}
