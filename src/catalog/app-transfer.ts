/** Apps leave as archives and come in from them: script, description, tasks and data. */
import type { Caller } from '../core/caller.ts'
import { defined } from '../core/defined.ts'
import type { App, ScriptVersion } from '../core/records.ts'
import { timeText } from '../core/time-text.ts'
import type { AppView, Decided } from '../store/port/change.ts'
import { all, is } from '../store/port/condition.ts'
import { findApp, findSpace } from './access.ts'
import { appDataLost, appGone, newApp, saveNewApp } from './app.ts'
import { type AppArchives, type Manifest, readManifest, unfit, writeManifest } from './app-archive.ts'
import type { CopyDeps } from './app-copy.ts'
import { archivedTasks, makeTasks, type TaskDocuments, taskPlans } from './archived-tasks.ts'
import type { DataTransfers, ImportedData } from './data-transfers.ts'
import { changeOne } from './deps.ts'
import { isRefused, type Refused, refused } from './refusal.ts'
import { newVersion, type ScriptDeps, withScriptBy } from './script.ts'
import type { TaskDeps } from './task-deps.ts'
import { keepTempContent, type TempContent, type TempContents } from './temp-contents.ts'

export interface TransferDeps extends ScriptDeps, Pick<TaskDeps, 'zones'> {
  readonly limits: ScriptDeps['limits'] & TaskDeps['limits'] & { readonly dataFileBytes: number }
  readonly tempContents: TempContents
  readonly archives: AppArchives
  readonly version: string
  readonly taskDocuments: TaskDocuments
  readonly dataTransfers: DataTransfers
  readonly appData: CopyDeps['appData']
  /** Deletes an app with all that belongs to it. */
  deleteApp(app: App): Promise<void>
}

/** An export is to be fetched within this time. */
const EXPORT_MS = 3_600_000

/** Needs the right to read the script; its tasks leave with it for who may see them. */
export async function exportApp(
  deps: TransferDeps,
  caller: Caller,
  appId: string,
  { noData }: { readonly noData: boolean },
): Promise<TempContent | Refused> {
  const app = await findApp(deps.store, caller.user, appId, 'read-script')
  if (isRefused(app)) return app
  const script = await deps.store.script(caller.tenantId, app.id, 'current')
  const { name, description, usage, stores } = app
  const manifest: Manifest = {
    app: { name, description, usage, ...defined({ stores }) },
    connections: await connectionsOf(deps, app),
    data: app.data !== undefined && !noData,
  }
  const { documents, leftOut } = await archivedTasks(deps, caller, app)
  const making = { exportedAt: timeText(deps.world.clock.now()), service: deps.version, leftOut }
  const text = {
    manifest: writeManifest(manifest, making),
    ...defined({ script: script?.script }),
    ...(documents.length === 0 ? {} : { tasks: `${JSON.stringify(documents, null, 2)}\n` }),
  }
  const exported = await exportedData(deps, app, noData)
  if (isRefused(exported)) return exported
  try {
    const content = deps.archives.pack(text, exported?.parts ?? [])
    const about = { name: `${app.name}.zip`, ttlMs: EXPORT_MS }
    return await keepTempContent(deps.tempContents, caller, about, content, deps.limits.dataFileBytes)
  } finally {
    await exported?.discard()
  }
}

async function exportedData({ appData, dataTransfers }: TransferDeps, app: App, noData: boolean) {
  const { data } = app
  if (noData || data === undefined) return undefined
  if (!(await appData.isWhole(data))) return appDataLost()
  return dataTransfers.exported({ ...app, data })
}

/** replace: over the app that is named; autoreplace: over the one of this name in the place, or a new one. */
export const IMPORT_MODES = ['new', 'replace', 'autoreplace'] as const

export interface ImportWish {
  readonly mode: (typeof IMPORT_MODES)[number]
  readonly name?: string
  /** For an archive whose app has no name. */
  readonly fallbackName?: string
  readonly spaceId?: string
  readonly appId?: string
  /** The data of the archive is left away, and that of an app that is replaced kept. */
  readonly noData: boolean
}

/** A new app belongs to the caller; to replace one needs the right to develop it. */
export async function importApp(
  deps: TransferDeps,
  caller: Caller,
  content: TempContent,
  wish: ImportWish,
): Promise<App | Refused> {
  const opened = await deps.archives.open(content, deps.limits.scriptBytes)
  if ('fault' in opened) return unfit(opened.fault)
  const manifest = readManifest(opened.manifest, wish.fallbackName)
  if (isRefused(manifest)) return manifest
  const { script } = opened
  const plans = taskPlans(deps, opened.tasks)
  if (isRefused(plans)) return plans
  const target = await targetOf(deps, caller, wish, wish.name ?? manifest.app.name)
  if (isRefused(target)) return target
  const dataOf = async () =>
    manifest.data && !wish.noData ? deps.dataTransfers.imported(caller.tenantId, content) : undefined
  if (target !== undefined) return replaced(deps, caller, target, script, dataOf)
  const app = await imported(deps, caller, manifest, script, wish, dataOf)
  if (isRefused(app)) return app
  // In commits of their own: switched off as they are, the tasks of an app of which nobody was told, because
  // the service died meanwhile, run nothing. One that cannot be takes the app with it.
  const refusal = await makeTasks(deps, caller, app, plans)
  if (refusal !== undefined) await deps.deleteApp(app)
  return refusal ?? app
}

/** Makes the data, which belongs to nobody yet. */
type DataOf = () => Promise<ImportedData | Refused | undefined>

/** Script and data change in one commit, or neither does. */
async function replaced(
  deps: TransferDeps,
  caller: Caller,
  { tenantId, id }: App,
  script: string | undefined,
  dataOf: DataOf,
): Promise<App | Refused> {
  const data = await dataOf()
  if (isRefused(data)) return data
  const version =
    script === undefined ? undefined : newVersion(deps.world, caller, id, { script, message: IMPORTED })
  const before = await changeOne<App | Refused>(deps.store, {
    kind: 'app',
    tenantId,
    id,
    step: (view) => replacement(deps, caller, view, version, data),
  })
  const leftover = isRefused(before) ? data : data && before.data
  if (leftover !== undefined) await deps.dataTransfers.discard(leftover.version)
  return isRefused(before) ? before : findApp(deps.store, caller.user, id, 'read')
}

const BY_ID = { parameter: 'appId' } as const

/** @returns the app as it was */
function replacement(
  { world }: TransferDeps,
  { user }: Caller,
  view: AppView,
  version: ScriptVersion | undefined,
  data: ImportedData | undefined,
): Decided<App | Refused> {
  const { app: before, isReloading } = view
  if (before === undefined) return { answer: appGone() }
  if (data !== undefined && isReloading) {
    return {
      answer: refused('conflict', 'the app is being reloaded: wait for the end, or cancel it', BY_ID),
    }
  }
  const after = data === undefined ? before : { ...before, data, modifiedAt: world.clock.now() }
  if (version !== undefined) {
    return { ...withScriptBy({ user, world }, { ...view, app: after }, version), answer: before }
  }
  return data === undefined ? { answer: before } : { answer: before, put: { apps: [after] } }
}

const IMPORTED = 'imported'

async function imported(
  deps: TransferDeps,
  caller: Caller,
  { app: { stores, ...archived } }: Manifest,
  script: string | undefined,
  { name, spaceId }: ImportWish,
  dataOf: DataOf,
): Promise<App | Refused> {
  const bare = await newApp(deps, caller, { ...archived, ...defined({ stores, name, spaceId }) })
  if (isRefused(bare)) return bare
  const data = await dataOf()
  if (isRefused(data)) return data
  const version =
    script === undefined ? undefined : newVersion(deps.world, caller, bare.id, { script, message: IMPORTED })
  return saveNewApp(deps.store, { ...bare, ...defined({ data }) }, version)
}

/** Undefined: a new app. */
async function targetOf(
  { store }: TransferDeps,
  caller: Caller,
  { mode, appId, spaceId }: ImportWish,
  name: string,
): Promise<App | Refused | undefined> {
  if (mode === 'new') return undefined
  if (appId !== undefined) return findApp(store, caller.user, appId, 'develop')
  if (mode === 'replace') {
    return refused('badRequest', 'replace needs the id of the app', BY_ID)
  }
  const space = spaceId === undefined ? undefined : await findSpace(store, caller.user, spaceId, 'see')
  if (space !== undefined && isRefused(space)) return space
  const place =
    spaceId === undefined ? all(is('spaceId', null), is('ownerId', caller.user.id)) : is('spaceId', spaceId)
  const { rows } = await store.list('apps', {
    tenantId: caller.tenantId,
    where: all(place, is('name', name)),
    sort: { field: 'id', descending: false },
    page: { limit: 2 },
  })
  const [only, other] = rows
  if (only === undefined) return undefined
  if (other !== undefined) {
    return refused('conflict', 'several apps of this name are there: name one', BY_ID)
  }
  return findApp(store, caller.user, only.id, 'develop')
}

/** As the script names them, each once. */
async function connectionsOf({ store }: TransferDeps, app: App): Promise<readonly string[]> {
  const names = new Set<string>()
  for (const { place } of app.data?.reads ?? []) {
    if ('ownerId' in place || place.spaceId === app.spaceId) names.add(OWN_CONNECTION)
    else {
      const space = await store.space(app.tenantId, place.spaceId)
      if (space !== undefined) names.add(`${space.name}:${OWN_CONNECTION}`)
    }
  }
  return [...names]
}

/** Of the app's own place, in every script (files/connections.ts). */
const OWN_CONNECTION = 'DataFiles'
