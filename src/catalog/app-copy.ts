/** Copies of apps: of their script and their data, which each app has for itself. */
import type { Caller } from '../core/caller.ts'
import { defined } from '../core/defined.ts'
import { type DataVersion, newDataVersion } from '../core/ids.ts'
import type { App, ScriptVersion } from '../core/records.ts'
import { findApp } from './access.ts'
import { APP_NAME_MAX_CHARACTERS, type AppWish, appDataLost, newApp, saveNewApp } from './app.ts'
import type { CatalogDeps } from './deps.ts'
import { isRefused, type Refused } from './refusal.ts'
import { newVersion } from './script.ts'

export interface CopyDeps extends CatalogDeps {
  readonly appData: {
    /** False when there is no such version (any more). */
    copy(from: DataVersion, to: DataVersion): Promise<boolean>
    isWhole(data: { readonly version: DataVersion; readonly fileBytes: number }): Promise<boolean>
  }
}

/**
 * Copies the script and the data, not the history. App and script are one commit; a copy of the data that no
 * app points at, because the process died before it, goes at the next start.
 * @param wish what is to differ from the source
 */
export async function copyApp(
  deps: CopyDeps,
  caller: Caller,
  appId: string,
  wish: AppWish,
): Promise<App | Refused> {
  const source = await findApp(deps.store, caller.user, appId, 'read-script')
  if (isRefused(source)) return source
  const { description, usage, stores } = source
  const name = `${source.name} (copy)`.slice(0, APP_NAME_MAX_CHARACTERS)
  const bare = await newApp(deps, caller, { name, description, usage, ...defined({ stores }), ...wish })
  if (isRefused(bare)) return bare
  const data = await copyData(deps, source)
  if (isRefused(data)) return data
  const script = await copyScript(deps, caller, source, bare)
  return saveNewApp(deps.store, { ...bare, ...defined({ data }) }, script)
}

/** The current script of the source as a first version of the copy; undefined when it never had one. */
export async function copyScript(
  { store, world }: CatalogDeps,
  caller: Caller,
  source: App,
  copy: Pick<App, 'id'>,
): Promise<ScriptVersion | undefined> {
  const current = await store.script(caller.tenantId, source.id, 'current')
  if (current === undefined) return undefined
  const { script, message } = current
  return newVersion(world, caller, copy.id, { script, message })
}

/** Data of the copy's own: a version belongs to one app and goes with it. */
export async function copyData(
  { store, world, appData }: CopyDeps,
  source: App,
): Promise<App['data'] | Refused> {
  for (let app: App | undefined = source; app?.data !== undefined; ) {
    const version = newDataVersion(world.random, world.clock.now())
    const isWhole = await appData.isWhole(app.data)
    if (isWhole && (await appData.copy(app.data.version, version))) return { ...app.data, version }
    // A reload gave the app new data in between, unless the file is gone for good.
    const now: App | undefined = await store.app(app.tenantId, app.id)
    if (now?.data?.version === app.data.version) return appDataLost()
    app = now
  }
  return undefined
}
