/**
 * Room `files/local`: content of data files in a folder of this machine. Reading, writing and safe paths
 * enter; records of files and rights do not.
 *
 * The content of data files on disk: `<root>/<tenant>/personal/<user>/...` and
 * `<root>/<tenant>/spaces/<space>/...`. An upload is spooled beside them under a name of its own, synced, and
 * renamed to its place in one step: a reader sees the old content or the new, never a part, and can finish
 * reading what it has opened. A discarded spool leaves nothing behind.
 *
 * Nothing here leaves the root or follows a symbolic link below it: names are canonical
 * (core/file-name.ts) and each folder on the way is compared with its real path. Rights and records are
 * the callers' concern.
 */
import { createReadStream } from 'node:fs'
import { constants, lstat, mkdir, open, realpath, rename, rm } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'
import type { FileStore, Place, Spooled } from '../../catalog/file-contents.ts'
import { checkFileName, checkFolderPath, isFolderName } from '../../core/file-name.ts'
import { newUuid } from '../../core/ids.ts'
import type { Random } from '../../core/ports.ts'

export class FileTooLargeError extends Error {
  override readonly name = 'FileTooLargeError'
}

/** A name that would leave its place, or a path over a symbolic link. */
export class UnsafePathError extends Error {
  override readonly name = 'UnsafePathError'
}

/** Opens the store under `root`, making it when missing, and clears spools that a crash left behind. */
export async function openFileStore(root: string, random: Random): Promise<FileStore> {
  await mkdir(root, { recursive: true })
  const realRoot = await realpath(root)
  const spoolFolder = join(realRoot, SPOOL)
  await rm(spoolFolder, { recursive: true, force: true })
  await mkdir(spoolFolder)
  return fileStore(realRoot, spoolFolder, random)
}

/** No tenant id has a dot. */
const SPOOL = '.spool'
const LINKED = 'the way leads over a symbolic link'

function fileStore(root: string, spoolFolder: string, random: Random): FileStore {
  const queues = new Map<string, Promise<unknown>>()

  /** The path of a name whose parent folders exist and are no links. */
  const pathOf = async (place: Place, name: string): Promise<string> => {
    const path = join(await folderOf(place), checked(name))
    await mkdirSafely(root, dirname(path))
    return path
  }

  const folderOf = async (place: Place): Promise<string> => {
    const folder = join(root, placePath(place))
    await mkdirSafely(root, folder)
    return folder
  }

  /** The path of a name without making anything; undefined when its folder is not there. */
  const existing = async (place: Place, name: string): Promise<string | undefined> => {
    const path = join(root, placePath(place), checked(name))
    const folder = await realpath(dirname(path)).catch(() => undefined)
    if (folder !== undefined && folder !== dirname(path)) throw new UnsafePathError(LINKED)
    return folder === undefined ? undefined : path
  }

  const spool = async (content: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Spooled> => {
    const path = join(spoolFolder, newUuid(random))
    const file = await open(path, 'wx', 0o600)
    let bytes = 0
    try {
      for await (const chunk of content) {
        bytes += chunk.length
        if (bytes > maxBytes) throw new FileTooLargeError(`more than ${maxBytes} bytes`)
        await file.writeFile(chunk)
      }
      await file.sync()
      await file.close()
      return { path, bytes }
    } catch (error) {
      await file.close()
      await rm(path, { force: true })
      throw error
    }
  }

  return {
    spool,
    folderOf,
    async spoolCopy(of, name) {
      const path = await existing(of, name)
      if (path === undefined) throw new UnsafePathError(`${name} is not there`)
      const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW)
      return spool(createReadStream('', { fd: file }), Number.POSITIVE_INFINITY)
    },
    async discard(spooled) {
      await rm(spooled.path, { force: true })
    },
    async put(spooled, place, name) {
      const path = await pathOf(place, name)
      await rename(spooled.path, path)
      await syncFolder(dirname(path))
    },
    async makeFolder(place, name) {
      const path = await pathOf(place, name)
      await mkdirSafely(root, path)
      await syncFolder(dirname(path))
    },
    async move(from, name, to, newName) {
      const source = await existing(from, name)
      if (source === undefined) throw new UnsafePathError(`${name} is not there`)
      const target = await pathOf(to, newName)
      await rename(source, target)
      await syncFolder(dirname(source))
      await syncFolder(dirname(target))
    },
    async remove(place, name) {
      const path = await existing(place, name)
      if (path === undefined) return
      await rm(path, { recursive: isFolderName(name), force: true })
      await syncFolder(dirname(path))
    },
    async sizeOf(place, name) {
      const path = await existing(place, name)
      const found = path === undefined ? undefined : await lstat(path).catch(() => undefined)
      return found?.isFile() ? found.size : undefined
    },
    alone(places, work) {
      const keys = [...new Set(places.map(placePath))]
      const before = Promise.all(keys.map((key) => queues.get(key)))
      const mine = before.then(work)
      const over = mine.then(
        () => undefined,
        () => undefined,
      )
      for (const key of keys) {
        queues.set(key, over)
        over.then(() => queues.get(key) === over && queues.delete(key))
      }
      return mine
    },
  }
}

function placePath({ tenantId, place }: Place): string {
  const [kind, id] = 'spaceId' in place ? ['spaces', place.spaceId] : ['personal', place.ownerId]
  for (const part of [tenantId, id]) {
    if (!/^[A-Za-z0-9_-]+$/.test(part)) throw new UnsafePathError(`not an id: ${part}`)
  }
  return join(tenantId, kind!, id)
}

/** The relative path of a canonical name, in the separators of this machine. */
function checked(name: string): string {
  const refusal = isFolderName(name) ? checkFolderPath(name.slice(0, -1)) : checkFileName(name)
  if (refusal !== undefined) throw new UnsafePathError(refusal.detail)
  return (isFolderName(name) ? name.slice(0, -1) : name).split('/').join(sep)
}

/** Makes a folder and those above it; refuses when one of them is a link or leads elsewhere. */
async function mkdirSafely(root: string, folder: string): Promise<void> {
  const parts = folder.slice(root.length).split(sep)
  let path = root
  for (const part of parts) {
    if (part === '') continue
    path = join(path, part)
    await mkdir(path).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
    if (!(await lstat(path)).isDirectory()) {
      throw new UnsafePathError(`${path.slice(root.length + 1)} is not a folder`)
    }
  }
  if ((await realpath(folder)) !== folder) throw new UnsafePathError(LINKED)
}

/** A rename is durable only once its folder is synced. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
