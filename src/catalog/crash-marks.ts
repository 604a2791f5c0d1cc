/**
 * The marks of an app that ran out of memory on the largest engine: while it is marked its reloads are
 * refused without an engine. They are cleared by whatever may change how it ends: another script, other data
 * to read, or somebody who may reload the app and says so.
 */

import type { Caller } from '../core/caller.ts'
import type { App, DataFile } from '../core/records.ts'
import type { AppView, Decided } from '../store/port/change.ts'
import { findApp } from './access.ts'
import { type CatalogDeps, changeOne } from './deps.ts'
import { isRefused, type Refused } from './refusal.ts'

export const UNMARKED: App['crashedOnMaxSize'] = { full: false, partial: false }

export function unmarked(app: App): App {
  return { ...app, crashedOnMaxSize: UNMARKED }
}

/**
 * Of marked apps those that may read one of the files, without their marks: a personal file is read by the
 * apps of its owner, one of a space by all of the tenant.
 */
export function unmarkedReaders(marked: readonly App[], files: readonly DataFile[]): App[] {
  const reads = (app: App) => files.some((file) => file.spaceId !== undefined || file.ownerId === app.ownerId)
  return marked.filter(reads).map(unmarked)
}

/** Needs the right to reload the app. */
export async function clearCrashMarks(
  { store }: CatalogDeps,
  { user }: Caller,
  appId: string,
): Promise<App | Refused> {
  const app = await findApp(store, user, appId, 'reload')
  if (isRefused(app)) return app
  const { tenantId, id } = app
  return changeOne<App>(store, { kind: 'app', tenantId, id, step: (view) => withoutMarks(view, app) })
}

/** An app that was deleted meanwhile has no marks. */
function withoutMarks({ app }: AppView, seen: App): Decided<App> {
  if (app === undefined) return { answer: seen }
  return { answer: unmarked(app), put: { apps: [unmarked(app)] } }
}
