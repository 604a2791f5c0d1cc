/**
 * The folder of one session: made before its process, emptied and removed after it. What the process left
 * in it is hostile: nothing in it is followed, and only a regular file with one name is taken out.
 *
 * To be called when the process is gone, so that nobody changes what is looked at.
 */
import { randomUUID } from 'node:crypto'
import { constants, mkdirSync, mkdtempSync } from 'node:fs'
import { chmod, lstat, open, readdir, rename, rmdir, unlink } from 'node:fs/promises'
import { join, sep } from 'node:path'
import type { SessionFolder } from '../wall/wall.ts'

/** @param prefix path of the folder, to which something is added that makes it unique */
export function makeSessionFolder(prefix: string): SessionFolder {
  const path = mkdtempSync(prefix)
  const folder = { path, in: join(path, 'in'), out: join(path, 'out') }
  mkdirSync(folder.in, { mode: 0o700 })
  mkdirSync(folder.out, { mode: 0o700 })
  return folder
}

/**
 * Makes what the process left at a path fit to be kept: for its owner only, and durable.
 * @returns its size in bytes
 * @throws Error if it is anything but a regular file with one name
 */
export async function claimFile(path: string): Promise<number> {
  // Without waiting: a FIFO would block. Without following: the last part of the path is no link.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
  const found = await lstat(path)
  if (!found.isFile() || found.nlink !== 1) throw new Error('the engine left something that is no file')
  await chmod(path, 0o600)
  const file = await open(path, flags)
  try {
    const { size } = await file.stat()
    await file.sync()
    return size
  } finally {
    await file.close()
  }
}

/**
 * Removes a folder with all that is in it. Folders without any rights are opened first, and folders of any
 * depth are moved up before they are emptied: no path becomes longer than two names. Links are removed, never
 * followed. Does nothing if there is none.
 */
export async function removeSessionFolder(path: string): Promise<void> {
  const top = Buffer.from(path)
  const waiting: Buffer[] = [top]
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    for (const name of await openedNames(folder)) {
      const entry = below(folder, name)
      if (!(await lstat(entry)).isDirectory()) await unlink(entry)
      else if (folder === top) waiting.push(entry)
      else waiting.push(await movedUp(entry, top))
    }
    if (folder !== top) await rmdir(folder)
  }
  await rmdir(top).catch(unlessMissing)
}

async function movedUp(folder: Buffer, top: Buffer): Promise<Buffer> {
  const up = below(top, Buffer.from(`removing-${randomUUID()}`))
  // Moving a folder changes its entry "..", which needs the right to write to it.
  await chmod(folder, 0o700)
  await rename(folder, up)
  return up
}

/** Names as bytes: not every name is a text. */
async function openedNames(folder: Buffer): Promise<Buffer[]> {
  try {
    await chmod(folder, 0o700)
    return await readdir(folder, { encoding: 'buffer' })
  } catch (error) {
    unlessMissing(error)
    return []
  }
}

function unlessMissing(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
}

function below(folder: Buffer, name: Buffer): Buffer {
  return Buffer.concat([folder, SEPARATOR, name])
}

const SEPARATOR = Buffer.from(sep)
