/**
 * Whether database, key and folders belong together, before anything is made, swept or sealed. The database
 * has a name for the installation, and each folder bears it in a small file; the key is recognized by what
 * it derives. Where they disagree the service does not start: whoever runs it is told what was found and
 * what to do, and may say that a loss is accepted. What has no marks yet, as before there were any, gets
 * them.
 */
import { mkdir, open, readdir, readFile, rename, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Log } from '../core/ports.ts'
import { SET_ASIDE, SetAside } from '../files/local/set-aside.ts'
import { syncFolder } from '../files/local/sync-folder.ts'

/** Refuses a start in words for whoever starts the service. */
export class StartRefused extends Error {
  override readonly name = 'StartRefused'
}

export interface DataFolders {
  readonly database: string
  /** App data files. */
  readonly apps: string
  /** Data files of users and spaces. */
  readonly files: string
}

/** What whoever starts the service says about losses. */
export interface Accepted {
  /** The database is gone: begin with a new one, and set aside what is there. */
  readonly beginAnew: boolean
  /** Go on without a folder or a key that is gone. */
  readonly acceptLoss: boolean
}

const MARK = '.reprise-installation'

export function foldersOf(dataDir: string): DataFolders {
  return {
    database: join(dataDir, 'reprise.db'),
    apps: join(dataDir, 'apps'),
    files: join(dataDir, 'files'),
  }
}

/**
 * Like a recursive mkdir, but fails where a folder can hold no other (/proc); the original would never
 * return.
 */
export async function makeFolder(folder: string): Promise<void> {
  const make = () => mkdir(folder, { mode: 0o700 })
  await make().catch(async (error: NodeJS.ErrnoException) => {
    if (error.code === 'EEXIST' && (await stat(folder)).isDirectory()) return
    if (error.code !== 'ENOENT' || dirname(folder) === folder) throw error
    await makeFolder(dirname(folder))
    await make()
  })
}

/**
 * A new database beside what an older one left would lead to nothing: apps, users and keys would be gone, and
 * their files belong to nobody.
 * @returns names in the data folder that an installation left without its database; empty when it is new, or
 * when the database is there
 */
export async function leftBehind(dataDir: string): Promise<string[]> {
  const { database, apps, files } = foldersOf(dataDir)
  const left: string[] = []
  for (const [name, folder] of [
    ['apps', apps],
    ['files', files],
  ] as const) {
    if ((await contentOf(folder)).some((one) => one !== '.spool')) left.push(name)
  }
  for (const name of ['secret.key', 'reprise.db-wal']) {
    if ((await sizeOf(join(dataDir, name))) > 0) left.push(name)
  }
  // Looked at last: a server that starts beside this one makes its database first.
  return (await sizeOf(database)) > 0 ? [] : left
}

/** @throws StartRefused when something is left behind */
export async function refuseWithoutDatabase(dataDir: string, left: readonly string[]): Promise<void> {
  if (left.length === 0) return
  const { database } = foldersOf(dataDir)
  const isEmpty = (await stat(database).catch(() => undefined)) !== undefined
  throw new StartRefused(
    `${database} is ${isEmpty ? 'empty' : 'missing'}, but ${dataDir} holds an installation: ${left.join(', ')}. ` +
      'Without its database it knows no app, user or key. Restore reprise.db from a backup (with its -wal file, ' +
      'if there is one), and start again. To begin with a new database instead: start once with --begin-anew; ' +
      'what is there is set aside, not deleted.',
  )
}

/** Sets aside what is left behind, for `--begin-anew`. @returns where it is */
export async function setAsideLeft(
  dataDir: string,
  left: readonly string[],
  at: number,
): Promise<readonly string[]> {
  const { apps, files } = foldersOf(dataDir)
  const own = left.filter((name) => name !== 'apps' && name !== 'files')
  const places: string[] = []
  if (own.length > 0) places.push(await new SetAside(dataDir).take(own, at))
  for (const [name, folder] of [
    ['apps', apps],
    ['files', files],
  ] as const) {
    if (!left.includes(name)) continue
    places.push(await new SetAside(folder).take(await contentOf(folder), at))
  }
  return places
}

/** What a folder says whose it is. */
type Mark = { readonly name: string; readonly starts: number } | 'unmarked' | 'missing'

async function markOf(folder: string): Promise<Mark> {
  try {
    const [name = '', starts] = (await readFile(join(folder, MARK), 'utf8')).split(/\s+/)
    return name === '' ? 'unmarked' : { name, starts: Number(starts ?? 0) }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return (await isFolder(folder)) ? 'unmarked' : 'missing'
  }
}

export interface MarkedInstallation {
  readonly name: string
  /** Starts so far, with this one. */
  readonly starts: number
  /** Whether its folders have had marks. */
  readonly marked: boolean
}

/**
 * Sees to it that a folder is this installation's.
 * @throws StartRefused when it is missing, bears no mark although it once had one, or bears another's
 */
export async function judgeFolder(
  folder: string,
  { name, starts, marked }: MarkedInstallation,
  accepted: Accepted,
  { log, at }: { readonly log: Log; readonly at: number },
): Promise<'database-older' | 'fits'> {
  const mark = await markOf(folder)
  if (typeof mark === 'object' && mark.name !== name) {
    if (!accepted.acceptLoss) {
      throw new StartRefused(
        `${folder} belongs to another installation (${mark.name}; the database is of ${name}). ` +
          'Put the right folder there, or the right reprise.db. To go on without its content: start once with ' +
          '--accept-loss; what is there is set aside, not deleted.',
      )
    }
    const to = await new SetAside(folder).take(await contentOf(folder), at)
    log.warn('set aside the folder of another installation', { folder, to })
  } else if (typeof mark !== 'object' && marked) {
    const found = mark === 'missing' ? 'is missing' : `has lost its mark (${MARK})`
    if (!accepted.acceptLoss) {
      throw new StartRefused(
        `${folder} ${found}: is its volume mounted? Restore the folder as a whole, or copy ${MARK} back into it. ` +
          'To go on with what is there: start once with --accept-loss; what is gone is named then, and a ' +
          'full reload makes the data of an app anew.',
      )
    }
    log.warn('goes on with a folder as it is, as was asked for', { folder, found })
  } else if (typeof mark === 'object') return tellAge(folder, mark.starts, starts, log)
  return 'fits'
}

/** Makes the folder when it is missing, and marks it for this start. */
export async function markFolder(folder: string, { name, starts }: MarkedInstallation): Promise<void> {
  await makeFolder(folder)
  await writeDurably(join(folder, MARK), Buffer.from(`${name} ${starts}\n`))
}

/** A database or a folder that was restored from a backup has seen fewer starts than the other. */
function tellAge(folder: string, folderStarts: number, starts: number, log: Log): 'database-older' | 'fits' {
  const told = { folder, startsOfFolder: folderStarts, startsOfDatabase: starts - 1 }
  if (folderStarts > starts - 1) {
    log.warn('the database is older than a folder beside it; what it does not know is set aside', told)
    return 'database-older'
  }
  if (folderStarts < starts - 2) {
    log.warn('a folder is older than the database; what is missing in it is named', told)
  }
  return 'fits'
}

/** Replaces a file in one step, readable by its owner only. */
export async function writeDurably(path: string, content: Uint8Array): Promise<void> {
  const file = await open(`${path}.new`, 'w', 0o600)
  try {
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(`${path}.new`, path)
  await syncFolder(dirname(path))
}

/** Without what is set aside already, and what a file system puts into its root. */
async function contentOf(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  return names.filter((name) => name !== SET_ASIDE && name !== 'lost+found')
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false
}

/** 0 when it is not there. */
async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0
}
