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
import {
  constants,
  type FileHandle,
  lstat,
  mkdir,
  open,
  readdir,
  realpath,
  rename,
  rm,
} from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'
import type { FileStore, Place, PutFile, Spooled } from '../../catalog/file-contents.ts'
import { checkFileName, checkFolderPath, isFolderName } from '../../core/file-name.ts'
import { newUuid } from '../../core/ids.ts'
import type { Random } from '../../core/ports.ts'
import { SetAside } from './set-aside.ts'
import { syncFolder } from './sync-folder.ts'

/** Where spooled content lies below the root. No tenant id has a dot. */
export const SPOOL = '.spool'

export class FileTooLargeError extends Error {
  override readonly name = 'FileTooLargeError'
}

/** A name that would leave its place, or a path over a symbolic link. */
export class UnsafePathError extends Error {
  override readonly name = 'UnsafePathError'
}

export interface Leftovers {
  /** Ids of content that is still to be put into its place. */
  readonly wanted?: ReadonlySet<string>
  /** Epoch ms: the database may be too old to know what is wanted, so everything else is set aside. */
  readonly setAsideAt?: number
}

/**
 * Opens the store under `root`, making it when missing, and clears spools that a crash left behind: what no
 * commit wants was promised to nobody.
 */
export async function openFileStore(
  root: string,
  random: Random,
  { wanted, setAsideAt }: Leftovers = {},
): Promise<FileStore> {
  await mkdir(root, { recursive: true })
  const realRoot = await realpath(root)
  const spoolFolder = join(realRoot, SPOOL)
  await mkdir(spoolFolder, { recursive: true })
  const left = (await readdir(spoolFolder)).filter((name) => UUID.test(name) && !wanted?.has(name))
  if (setAsideAt !== undefined && left.length > 0) await new SetAside(spoolFolder).take(left, setAsideAt)
  else for (const name of left) await rm(join(spoolFolder, name), { force: true })
  return fileStore(realRoot, spoolFolder, random)
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const LINKED = 'the way leads over a symbolic link'

function fileStore(root: string, spoolFolder: string, random: Random): FileStore {
  const spooled = (content: string): string => {
    if (!UUID.test(content)) throw new UnsafePathError(`not an id: ${content}`)
    return join(spoolFolder, content)
  }
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

  const spool = async (from: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Spooled> => {
    const content = newUuid(random)
    const path = spooled(content)
    const file = await open(path, 'wx', 0o600)
    let bytes = 0
    try {
      for await (const chunk of from) {
        bytes += chunk.length
        if (bytes > maxBytes) throw new FileTooLargeError(`more than ${maxBytes} bytes`)
        await file.writeFile(chunk)
      }
      await file.sync()
      await file.close()
      return { content, bytes }
    } catch (error) {
      await file.close()
      await rm(path, { force: true })
      throw error
    }
  }

  /** Folders are made before and synced after: between the renames nothing waits for the disk. */
  const putAll = async (puts: readonly PutFile[]): Promise<void> => {
    const moves: { from: string; to: string }[] = []
    for (const { tenantId, place, name, content } of puts) {
      moves.push({ from: spooled(content), to: await pathOf({ tenantId, place }, name) })
    }
    for (const { from, to } of moves) await rename(from, to)
    for (const folder of new Set(moves.map(({ to }) => dirname(to)))) await syncFolder(folder)
  }

  return {
    spool,
    read: ({ content }) => createReadStream(spooled(content)),
    folderOf,
    async spoolCopy(of, name) {
      const path = await existing(of, name)
      if (path === undefined) throw new UnsafePathError(`${name} is not there`)
      const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW)
      return spool(createReadStream('', { fd: file }), Number.POSITIVE_INFINITY)
    },
    async adopt(path) {
      const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
      try {
        const { size, dev, ino } = await onlyName(file)
        const content = newUuid(random)
        try {
          await file.chmod(0o600)
          await rename(path, spooled(content))
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error
          const copy = await spool(file.createReadStream({ autoClose: false }), size)
          await rm(path, { force: true })
          await syncFolder(spoolFolder)
          return copy
        }
        const moved = await lstat(spooled(content))
        if (moved.dev !== dev || moved.ino !== ino) {
          await rm(spooled(content), { recursive: true, force: true })
          throw new UnsafePathError('the file was replaced while it was taken over')
        }
        await file.sync()
        await syncFolder(spoolFolder)
        return { content, bytes: size }
      } finally {
        await file.close()
      }
    },
    async isSpooled(content) {
      return (await lstat(spooled(content)).catch(() => undefined)) !== undefined
    },
    async discard({ content }) {
      await rm(spooled(content), { force: true })
    },
    async refusePut(place, name) {
      const base = join(root, placePath(place))
      let path = base
      for (const part of checked(name).split(sep)) {
        path = join(path, part)
        const found = await lstat(path).catch(() => undefined)
        const isLast = path === join(base, checked(name))
        if (found === undefined) return undefined
        if (!isLast && !found.isDirectory()) return `'${part}' is no folder`
        if (isLast && !found.isFile()) {
          return `there is ${found.isDirectory() ? 'a folder' : 'a link, pipe or device'} of this name`
        }
      }
      return undefined
    },
    put: ({ content }, place, name) => putAll([{ ...place, content, name }]),
    putAll,
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
    async removeAll(tenantId) {
      await rm(join(root, checkedId(tenantId)), { recursive: true, force: true })
      await syncFolder(root)
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

/** A regular file that nobody has under another name. */
async function onlyName(file: FileHandle): Promise<{ size: number; dev: number; ino: number }> {
  const found = await file.stat()
  if (!found.isFile() || found.nlink !== 1) throw new UnsafePathError('not a file of one name')
  return found
}

function placePath({ tenantId, place }: Place): string {
  const [kind, id] = 'spaceId' in place ? ['spaces', place.spaceId] : ['personal', place.ownerId]
  return join(checkedId(tenantId), kind!, checkedId(id))
}

function checkedId(id: string): string {
  if (!/^[A-Za-z0-9_-]+$/.test(id)) throw new UnsafePathError(`not an id: ${id}`)
  return id
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
