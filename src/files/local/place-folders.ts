/**
 * The folders of places as other programs see them, `<root>/<tenant>/personal/<user>` and
 * `<root>/<tenant>/spaces/<space>`: which files lie there, and news of changes. Follows no link, opens no
 * file, and looks at a bounded number of entries.
 */
import { type FSWatcher, type Stats, watch } from 'node:fs'
import { lstat, opendir, readdir, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import type { Place } from '../../catalog/file-contents.ts'
import type { Changed, FoundFile, FoundFiles, PlaceFolders } from '../../catalog/found-file.ts'
import { checkFileName, checkFolderPath } from '../../core/file-name.ts'
import type { SpaceId, TenantId, UserId } from '../../core/ids.ts'
import type { Log } from '../../core/ports.ts'

/** Entries of a place that one look goes through. */
const PLACE_ENTRIES_MAX = 200_000
/** Folders of which the system is asked to tell; of others it is found out by looking. */
const WATCHERS_MAX = 4096

const ID = /^[A-Za-z0-9_-]+$/

export class LocalPlaceFolders implements PlaceFolders {
  readonly #root: string
  readonly #log: Log
  readonly #watchers = new Map<string, { readonly watcher: FSWatcher; readonly ino: number }>()
  #tellsAll = true
  /** To be set before the first look. */
  changed: Changed = () => {}

  /** @param root real path of the folder of data files */
  constructor(root: string, log: Log) {
    this.#root = root
    this.#log = log
  }

  async places(): Promise<readonly Place[]> {
    const places: Place[] = []
    const anything = () => this.changed()
    const watched = [this.#root]
    for (const tenantId of await foldersIn(this.#root)) {
      const tenant = join(this.#root, tenantId)
      const [personal, spaces] = [join(tenant, 'personal'), join(tenant, 'spaces')]
      watched.push(tenant, personal, spaces)
      const at = { tenantId: tenantId as TenantId }
      for (const id of await foldersIn(personal)) places.push({ ...at, place: { ownerId: id as UserId } })
      for (const id of await foldersIn(spaces)) places.push({ ...at, place: { spaceId: id as SpaceId } })
    }
    for (const folder of watched) this.#watch(folder, await plainFolder(folder), anything)
    return places
  }

  async look(place: Place): Promise<FoundFiles> {
    const files: FoundFile[] = []
    let entries = 0
    let leftAlone = 0
    const root = this.#folderOf(place)
    const folders = ['']
    for (let below = folders.shift(); below !== undefined; below = folders.shift()) {
      const folder = join(root, below)
      const stats = await plainFolder(folder)
      if (stats === undefined) continue
      const prefix = below === '' ? '' : `${below}/`
      this.#watch(folder, stats, (name) => this.changed(place, name && prefix + name))
      for await (const entry of await opendir(folder)) {
        entries += 1
        if (entries > PLACE_ENTRIES_MAX) return { files, leftAlone: leftAlone + 1 }
        const name = prefix + entry.name
        if (entry.isDirectory()) {
          if (checkFolderPath(name) === undefined) folders.push(name)
          else leftAlone += 1
        } else if (entry.isFile()) {
          const found =
            checkFileName(name) === undefined ? await foundAt(folder, entry.name, name) : undefined
          if (found === undefined) leftAlone += 1
          else files.push(found)
        }
      }
    }
    return { files, leftAlone }
  }

  async at(place: Place, name: string): Promise<FoundFile | 'folder' | undefined> {
    if (checkFolderPath(name) !== undefined) return undefined
    const parts = name.split('/')
    const folder = join(this.#folderOf(place), ...parts.slice(0, -1))
    if ((await plainFolder(folder)) === undefined) return undefined
    const found = await statOf(join(folder, parts.at(-1)!))
    if (found?.isDirectory()) return 'folder'
    return found?.isFile() && checkFileName(name) === undefined ? foundFile(name, found) : undefined
  }

  close(): void {
    for (const { watcher } of this.#watchers.values()) watcher.close()
    this.#watchers.clear()
  }

  #folderOf({ tenantId, place }: Place): string {
    return 'spaceId' in place
      ? join(this.#root, tenantId, 'spaces', place.spaceId)
      : join(this.#root, tenantId, 'personal', place.ownerId)
  }

  /** The system tells nothing of a folder that took the place of another: it is watched anew. */
  #watch(folder: string, stats: Stats | undefined, changed: (name: string | undefined) => void): void {
    const known = this.#watchers.get(folder)
    if (known !== undefined && known.ino === stats?.ino) return
    known?.watcher.close()
    this.#watchers.delete(folder)
    if (stats === undefined || !this.#tellsAll) return
    if (this.#watchers.size >= WATCHERS_MAX) {
      this.#tellsNoMore(`more than ${WATCHERS_MAX} folders`)
      return
    }
    try {
      const watcher = watch(folder, { persistent: false }, (_event, name) => changed(name ?? undefined))
      watcher.on('error', () => watcher.close())
      this.#watchers.set(folder, { watcher, ino: stats.ino })
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'ENOSPC' || code === 'EMFILE') this.#tellsNoMore(String(error))
      else if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error
    }
  }

  #tellsNoMore(cause: string): void {
    this.#tellsAll = false
    this.#log.warn(
      'the system tells of changes in some folders only; the others are looked at every minute',
      {
        cause,
      },
    )
  }
}

/** Facts of a folder that is where its path says: no link leads to it. */
async function plainFolder(folder: string): Promise<Stats | undefined> {
  if ((await realpath(folder).catch(() => undefined)) !== folder) return undefined
  const found = await statOf(folder)
  return found?.isDirectory() ? found : undefined
}

async function foldersIn(folder: string): Promise<string[]> {
  if ((await plainFolder(folder)) === undefined) return []
  const entries = await readdir(folder, { withFileTypes: true })
  return entries.filter((entry) => entry.isDirectory() && ID.test(entry.name)).map(({ name }) => name)
}

async function foundAt(folder: string, base: string, name: string): Promise<FoundFile | undefined> {
  const found = await statOf(join(folder, base))
  return found?.isFile() ? foundFile(name, found) : undefined
}

function foundFile(name: string, { size, mtimeMs, ino }: Stats): FoundFile {
  return { name, bytes: size, writtenAt: mtimeMs, print: `${ino} ${size} ${mtimeMs}` }
}

async function statOf(path: string): Promise<Stats | undefined> {
  return lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
    throw error
  })
}
