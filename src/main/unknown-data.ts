/**
 * App data that no record knows: what a killed process left, or what a database that was restored from a
 * backup is too old for. It is set aside, never deleted at once.
 */
import type { Log } from '../core/ports.ts'
import type { DataFolder } from '../engine/pool/data-files.ts'
import { SetAside } from '../files/local/set-aside.ts'
import type { Store } from '../store/port/store.ts'
import type { DataFolders } from './surroundings.ts'

export interface KnownData {
  readonly store: Store
  readonly data: DataFolder
  readonly folders: DataFolders
  readonly setAsideAt: number
}

/** To be called before the worker starts: no attempt runs. */
export async function setAsideUnknown(
  { store, data, folders, setAsideAt }: KnownData,
  log: Log,
): Promise<void> {
  const unknown = await data.unreferenced(await store.referencedDataVersions())
  if (unknown.length === 0) return
  log.warn('set aside app data that no app points at', {
    files: unknown.length,
    to: await new SetAside(folders.apps).take(unknown, setAsideAt),
  })
}

/** What was set aside in these folders, for the loop that deletes it long after. */
export function setAsideIn(folders: readonly string[]): { deleteBefore(moment: number): Promise<number> } {
  const all = folders.map((folder) => new SetAside(folder))
  return {
    async deleteBefore(moment) {
      let count = 0
      for (const one of all) count += await one.deleteBefore(moment)
      return count
    },
  }
}
