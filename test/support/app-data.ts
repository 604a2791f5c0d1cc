/** Data of apps for tests without engines: a file of the data folder that a record points at. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { newDataVersion } from '../../src/core/ids.ts'
import type { App, DataTable } from '../../src/core/records.ts'
import type { DataFolder } from '../../src/engine/pool/data-files.ts'
import type { ApiUnderTest } from './api-under-test.ts'
import { put } from './catalog.ts'

/** Gives the app data with this text for a file. */
export async function giveData(
  api: ApiUnderTest,
  app: App,
  text: string,
  tables: readonly DataTable[] = [],
): Promise<App> {
  const folder = api.deps.appData as DataFolder
  const engineTime = api.world.clock.now()
  const version = newDataVersion(api.world.random, engineTime)
  const path = folder.path(version)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, text)
  const after: App = { ...app, data: { version, fileBytes: text.length, engineTime, tables } }
  await put(api.store, { apps: [after] })
  return after
}

/** The text of the file that the app points at; undefined when it has no data, or the file is gone. */
export async function dataOf(api: ApiUnderTest, { data }: Pick<App, 'data'>): Promise<string | undefined> {
  if (data === undefined) return undefined
  const path = (api.deps.appData as DataFolder).path(data.version)
  return readFile(path, 'utf8').catch(() => undefined)
}
