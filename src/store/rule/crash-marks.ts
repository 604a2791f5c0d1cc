/**
 * Changes of an app's record, and when they clear its crash marks: whenever the app may read other data or
 * runs another script, because a reload may then fit the largest engine.
 */
import type { App, DataFile, ScriptVersion } from '../../catalog/records.ts'
import { defined } from '../../core/defined.ts'
import type { UserId } from '../../core/ids.ts'
import type { AppChange } from '../port/apps.ts'

export function unmarked(app: App): App {
  return { ...app, crashedOnMaxSize: { full: false, partial: false } }
}

/** Another owner or space reads other data. */
export function changedApp(app: App, { spaceId: toSpace, ...change }: AppChange, now: number): App {
  const { spaceId: fromSpace, ...rest } = app
  const spaceId = toSpace === undefined ? fromSpace : (toSpace ?? undefined)
  const changed: App = {
    ...rest,
    ...change,
    ...defined({ spaceId }),
    modifiedAt: now,
  }
  const readsOther = changed.ownerId !== app.ownerId || spaceId !== fromSpace
  return readsOther ? unmarked(changed) : changed
}

/** The script is the current one from now on. */
export function withScript(app: App, script: ScriptVersion): App {
  return unmarked({ ...app, currentScriptId: script.id })
}

/**
 * Whose apps may read the file, within its tenant: those of its owner for a personal one, all for one of a
 * space.
 */
export function ownerOfReaders({ spaceId, ownerId }: DataFile): UserId | undefined {
  return spaceId === undefined ? ownerId : undefined
}
