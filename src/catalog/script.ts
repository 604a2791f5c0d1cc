/**
 * The load script of an app (contract 05, section 2): setting it makes a new version, which the next attempt
 * runs; versions are described and deleted.
 */

import type { Caller } from '../core/caller.ts'
import { type AppId, newTimeUuid, type ScriptVersionId } from '../core/ids.ts'
import type { Limits } from '../core/limits.ts'
import type { ScriptVersion } from '../core/records.ts'
import type { Task } from '../core/task/task.ts'
import { utf8Bytes } from '../core/utf8.ts'
import type { AppView, Decided } from '../store/port/change.ts'
import { findApp } from './access.ts'
import { appGone } from './app.ts'
import { unmarked } from './crash-marks.ts'
import { type CatalogDeps, changeOne } from './deps.ts'
import { isRefused, type Refused, refused } from './refusal.ts'
import { tasksAfter } from './tasks-off.ts'

/** Versions kept of an app's script (contract 05, section 2.1). */
export const SCRIPT_VERSIONS_KEPT = 100

export interface ScriptDeps extends CatalogDeps {
  readonly limits: Pick<Limits, 'scriptBytes'>
}

export async function setScript(
  { store, world, limits }: ScriptDeps,
  caller: Caller,
  appId: string,
  given: Pick<ScriptVersion, 'script' | 'message'>,
): Promise<ScriptVersion | Refused> {
  const { tenantId, user } = caller
  const app = await findApp(store, user, appId, 'develop')
  if (isRefused(app)) return app
  const bytes = utf8Bytes(given.script)
  if (bytes > limits.scriptBytes) {
    const detail = `the script has ${bytes} bytes, at most ${limits.scriptBytes} are taken`
    return refused('tooLarge', detail, { pointer: '/script' })
  }
  const version = newVersion(world, caller, app.id, given)
  return changeOne<ScriptVersion | Refused>(store, {
    kind: 'app',
    tenantId,
    id: app.id,
    step: (view) => withScriptBy({ user, world }, view, version),
  })
}

/** Made by the caller now; not saved. */
export function newVersion(
  { clock, random }: CatalogDeps['world'],
  { tenantId, user }: Caller,
  appId: AppId,
  { script, message }: Pick<ScriptVersion, 'script' | 'message'>,
): ScriptVersion {
  const modifiedAt = clock.now()
  const id: ScriptVersionId = newTimeUuid(random, modifiedAt)
  return { id, appId, tenantId, script, message, modifierId: user.id, modifiedAt }
}

/** Somebody else's rights must not run what the user wrote: tasks of others are switched off. */
export function withScriptBy(
  { user, world }: Pick<Caller, 'user'> & Pick<CatalogDeps, 'world'>,
  view: AppView,
  version: ScriptVersion,
): Decided<ScriptVersion | Refused> {
  const decided = withScript(view, version)
  const [app] = decided.put?.apps ?? []
  if (app === undefined) return decided
  const happening = { app, by: user, random: world.random, now: version.modifiedAt }
  const isOff = ({ ownerId }: Task) => ownerId !== user.id
  const { tasks, ...told } = tasksAfter(view, happening, 'APP-SCRIPT-UPDATED', isOff)
  return { ...decided, put: { ...decided.put, tasks }, ...told }
}

/** Makes it the current one, clears the app's crash marks, and lets the oldest versions go. */
export function withScript(
  { app, scripts }: AppView,
  version: ScriptVersion,
): Decided<ScriptVersion | Refused> {
  if (app === undefined) return { answer: appGone() }
  return {
    answer: version,
    put: { apps: [{ ...unmarked(app), currentScriptId: version.id }], scripts: [version] },
    remove: { scripts: scripts.slice(SCRIPT_VERSIONS_KEPT - 1) },
  }
}

/** Needs the right to develop the app. What a version runs never changes. */
export async function describeVersion(
  { store }: CatalogDeps,
  { tenantId, user }: Caller,
  path: VersionPath,
  message: string,
): Promise<ScriptVersion | Refused> {
  const app = await findApp(store, user, path.appId, 'develop')
  if (isRefused(app)) return app
  const version = await store.script(tenantId, app.id, path.id as ScriptVersionId | 'current')
  if (version === undefined) return noVersion()
  return changeOne<ScriptVersion | Refused>(store, {
    kind: 'app',
    tenantId,
    id: app.id,
    step: ({ scripts }) => {
      if (!scripts.includes(version.id)) return { answer: noVersion() }
      const described = { ...version, message }
      return { answer: described, put: { scripts: [described] } }
    },
  })
}

/** Needs the right to develop the app. The current version stays: an app is reloaded by it. */
export async function removeVersion(
  { store }: CatalogDeps,
  { tenantId, user }: Caller,
  path: VersionPath,
): Promise<ScriptVersionId | Refused> {
  const found = await findApp(store, user, path.appId, 'develop')
  if (isRefused(found)) return found
  const id = path.id as ScriptVersionId
  return changeOne<ScriptVersionId | Refused>(store, {
    kind: 'app',
    tenantId,
    id: found.id,
    step: ({ app, scripts }) => {
      if (path.id === 'current' || app?.currentScriptId === id) {
        return { answer: refused('conflict', 'the current version cannot be deleted', { parameter: 'id' }) }
      }
      if (!scripts.includes(id)) return { answer: noVersion() }
      return { answer: id, remove: { scripts: [id] } }
    },
  })
}

export interface VersionPath {
  readonly appId: string
  /** Of a version, or `current`. */
  readonly id: string
}

function noVersion(): Refused {
  return refused('notFound', 'the script has no version with this id', { parameter: 'id' })
}
