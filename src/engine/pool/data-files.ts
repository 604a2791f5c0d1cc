/**
 * The app data files of an installation: one DuckDB file per data version, in one folder. The store says
 * which version an app points at.
 *
 * Promises: a sealed version survives power loss. Never touches a file whose name is not that of a data
 * version or of a DuckDB file beside one, and never follows a link out of its folder.
 */
import {
  constants,
  copyFile,
  lstat,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  writeFile,
} from 'node:fs/promises'
import { join } from 'node:path'
import type { DataProfile } from '../../core/data-profile.ts'
import type { DataVersion } from '../../core/ids.ts'
import type { AppData, AppDataCopies, AppDataProfiles } from '../engine-session.ts'
import { claimFile } from './session-folder.ts'

const VERSION = /^[0-9a-z][0-9a-z-]{0,99}\.duckdb$/
const COPY = '.copy'
/**
 * What lies beside a data file when its process or the service dies: the write-ahead log and the spill folder
 * of DuckDB, and a copy on its way.
 */
const COMPANIONS = ['.wal', '.wal.checkpoint', '.wal.recovery', '.tmp', COPY]
/** What its data is like: stays as long as the version. */
const PROFILE = '.profile'

export class DataFolder implements AppData, AppDataCopies, AppDataProfiles {
  readonly folder: string

  /** @param folder absolute path; created by `prepare` if missing */
  constructor(folder: string) {
    this.folder = folder
  }

  async prepare(): Promise<void> {
    await mkdir(this.folder, { recursive: true })
  }

  /** @throws Error for a name that is no data version, which could lead out of the folder */
  path(version: DataVersion): string {
    if (!VERSION.test(version)) throw new Error(`"${version}" is not the name of a data version`)
    return join(this.folder, version)
  }

  /**
   * Makes the file that a session made a version, durable with its folder entry. Its engine process is gone.
   * @param made absolute path; it is gone afterwards
   * @returns the file's size in bytes
   * @throws Error if it is not a complete data file
   */
  async seal(made: string, version: DataVersion): Promise<number> {
    const path = this.path(version)
    const log = await lstat(`${made}.wal`).catch(() => undefined)
    if (log !== undefined && log.size > 0) throw new Error('the new data file was not closed by its engine')
    const size = await claimFile(made)
    await moveFile(made, path)
    await sync(this.folder)
    return size
  }

  async copy(from: DataVersion, to: DataVersion): Promise<boolean> {
    const target = this.path(to)
    try {
      await copyFile(this.path(from), target, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
      throw error
    }
    await copyFile(this.path(from) + PROFILE, target + PROFILE).catch(unlessMissing)
    await sync(target)
    await sync(this.folder)
    return true
  }

  async discard(version: DataVersion): Promise<void> {
    const path = this.path(version)
    for (const file of [path, ...[...COMPANIONS, PROFILE].map((companion) => path + companion)]) {
      await rm(file, { force: true, recursive: true })
    }
  }

  /** Before the version is sealed: what is left of one that never was is swept with it. */
  async saveProfile(version: DataVersion, profile: DataProfile): Promise<void> {
    await writeFile(this.path(version) + PROFILE, JSON.stringify(profile), { mode: 0o600, flush: true })
  }

  async profile(version: DataVersion): Promise<DataProfile | undefined> {
    const text = await readFile(this.path(version) + PROFILE, 'utf8').catch(unlessMissing)
    return text === undefined ? undefined : (JSON.parse(text) as DataProfile)
  }

  async isWhole({ version, fileBytes }: { version: DataVersion; fileBytes: number }): Promise<boolean> {
    const found = await lstat(this.path(version)).catch(() => undefined)
    return found?.isFile() === true && found.size === fileBytes
  }

  /**
   * The versions that no app points at, and what lies beside versions. At the start, when no attempt runs, a
   * killed process left them, or a database that is older than this folder does not know them.
   */
  async unreferenced(referenced: Iterable<DataVersion>): Promise<string[]> {
    const keep = new Set<string>(referenced)
    return (await readdir(this.folder)).filter((name) => {
      const kept = name.endsWith(PROFILE) ? name.slice(0, -PROFILE.length) : name
      return versionOf(name) !== undefined && !keep.has(kept)
    })
  }
}

/** Returns the version that a directory entry belongs to; undefined for other files. */
function versionOf(name: string): string | undefined {
  const companion = [...COMPANIONS, PROFILE].find((ending) => name.endsWith(ending))
  const version = companion === undefined ? name : name.slice(0, -companion.length)
  return VERSION.test(version) ? version : undefined
}

/** In one step; between two file systems through a copy, whose name is swept with the version. */
async function moveFile(from: string, to: string): Promise<void> {
  try {
    await rename(from, to)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error
    const copy = `${to}${COPY}`
    await copyFile(from, copy, constants.COPYFILE_EXCL)
    await sync(copy)
    await rename(copy, to)
  }
}

function unlessMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
