/**
 * Turns the file paths of a script into paths of this machine. A script reaches nothing but the folders of
 * its connections: `lib://<connection>/<path>`, or a path relative to the folder that DIRECTORY set. A path
 * that leaves its connection's folder, by `..`, by an absolute part or by a symbolic link, is refused
 * (ARCHITECTURE, invariant 10).
 *
 * The check is made on the resolved path, after links, and the resolved path is what is opened.
 */
import { type Dirent, lstatSync, readdirSync, realpathSync, type Stats, statSync } from 'node:fs'
import path from 'node:path'
import { checkFileName } from '../../core/file-name.ts'
import { isMachinePath, placeOnMachine } from '../../core/machine-path.ts'
import { faults, type ScriptFaultError } from '../../script/fault/fault.ts'
import {
  noDirectory,
  pathBelow,
  pathOfMachine,
  pathOutside,
  writtenPath,
} from '../../script/plan/written-path.ts'
import { nearestName } from '../../script/value/nearest-name.ts'
import { matchesWildcard } from '../../script/value/wildcard.ts'
import type { FileConnection } from '../engine-session.ts'
import { type Listing, missingFile } from './missing-file.ts'
import { ReadFiles } from './read-files.ts'
import type { StagedFiles } from './staged-files.ts'

export interface ConnectionPath {
  readonly connection: FileConnection
  /** Below the connection's root, "/" between segments; '' is the root itself. */
  readonly relative: string
  /** As a script would write it: lib://connection/relative. */
  readonly shown: string
}

const LIB = 'lib://'

export class FilePaths {
  readonly #connections: ReadonlyMap<string, FileConnection>
  readonly #staged: StagedFiles | undefined
  /** What was given out for reading, and masks of files that were listed. */
  readonly reads = new ReadFiles()
  #directory: ConnectionPath | undefined

  /** @param staged what the script stored itself, in front of what lies there */
  constructor(connections: readonly FileConnection[], staged?: StagedFiles) {
    this.#staged = staged
    this.#connections = new Map(connections.map((connection) => [connection.name, connection]))
  }

  /** DIRECTORY: the folder that relative paths start from. An empty path takes the setting back. */
  setDirectory(given: string): void {
    this.#directory = given.trim() === '' ? undefined : this.locate(given)
  }

  /** Which file of which connection a path means. Looks at the text only. */
  locate(given: string): ConnectionPath {
    if (isMachinePath(given)) return this.#onMachine(given)
    const { connection: name, rest } = writtenPath(given)
    if (name === undefined) {
      if (this.#directory === undefined) throw noDirectory(given)
      return pathIn(this.#directory.connection, `${this.#directory.relative}/${rest}`, given)
    }
    const connection = this.#connections.get(name)
    if (connection === undefined) {
      const near = nearestName(name, [...this.#connections.keys()])
      const hint = near === undefined ? '' : `, did you mean '${near}'?`
      throw faults.connectionNotFound(`Connection '${name}' not found (path '${given}')${hint}`)
    }
    return pathIn(connection, rest, given)
  }

  /** The place that stands for a folder of a machine, by the operator's table. */
  #onMachine(given: string): ConnectionPath {
    const folders = [...this.#connections.values()].flatMap((connection) =>
      (connection.stands ?? []).map((folder) => ({ ...folder, connection })),
    )
    const found = placeOnMachine(given, folders)
    if (found === undefined) throw pathOfMachine(given)
    return pathIn(found.in.connection, found.relative, given)
  }

  /** Resolved path of an existing file, whose content counts as read. Fault 8 if there is none. */
  forReading(given: string): string {
    const found = this.find(given)
    if (found === undefined || !found.stats.isFile()) throw this.missing(given)
    this.#noteRead(this.locate(given).connection, found.real)
    return found.real
  }

  /**
   * Resolved path and facts of what is there, or undefined if nothing is. Never tells about anything outside.
   */
  find(given: string): { real: string; stats: Stats } | undefined {
    const located = this.locate(given)
    const staged = this.#stagedAt(located, given)
    if (staged !== undefined) return { real: staged, stats: statSync(staged) }
    const real = realPath(absolute(located))
    if (real === undefined) return undefined
    checkInside(located.connection, real, given)
    return { real, stats: statSync(real) }
  }

  /** The fault for a file, or for files of a mask, that are not there. */
  missing(given: string): ScriptFaultError {
    const { connection, shown } = this.locate(given)
    return missingFile(given, shown, (folder) => this.#listing(connection, folder))
  }

  /** Path to write a file to. Its folder must exist and the connection must be writable. */
  forWriting(given: string): { target: string; located: ConnectionPath } {
    const located = this.locate(given)
    const name = path.posix.basename(located.relative)
    if (name === '') throw faults.pathInvalid(`Cannot write '${given}': the path names no file`)
    if (!located.connection.writable) {
      throw faults.pathInvalid(
        `Cannot write '${given}': connection '${located.connection.name}' is read-only`,
      )
    }
    // A file that the catalog cannot name could be neither listed nor deleted.
    const refusal = checkFileName(located.relative)
    if (refusal !== undefined) throw faults.pathInvalid(`Cannot write '${given}': ${refusal.detail}`)
    const folder = realPath(path.dirname(absolute(located)))
    if (folder === undefined || !statSync(folder).isDirectory()) {
      throw faults.fileNotFound(`Cannot write '${given}': its folder does not exist`)
    }
    checkInside(located.connection, folder, given)
    const target = path.join(folder, name)
    // A file takes the place of a file only: a link, pipe or device would be lost.
    const there = lstatSync(target, { throwIfNoEntry: false })
    if (there !== undefined && !there.isFile()) {
      const what = there.isDirectory() ? 'a folder' : 'a link, pipe or device'
      throw faults.general(`Cannot write '${given}': there is ${what} of this name`)
    }
    return { target, located }
  }

  /** Paths that match a mask with * and ? in any segment, by name; nothing found: an empty list. */
  list(mask: string, what: 'files' | 'folders'): string[] {
    const { connection, relative } = this.locate(mask)
    if (what === 'files' && relative !== '') this.reads.add(connection.name, relative)
    const root = realPath(connection.root)
    if (root === undefined) return []
    let found = ['']
    const segments = relative.split('/')
    segments.forEach((segment, index) => {
      const wantsFile = what === 'files' && index === segments.length - 1
      found = found.flatMap((folder) =>
        this.#matching({ connection, root, mask }, folder, segment, wantsFile),
      )
    })
    return found.map((each) => `${LIB}${connection.name}/${each}`)
  }

  #listing(connection: FileConnection, folder: string): Listing {
    const root = realPath(connection.root)
    const real = root && realPath(path.join(root, folder))
    if (root === undefined || real === undefined || !isInside(root, real)) return undefined
    if (!statSync(real).isDirectory()) return undefined
    const entries = readdirSync(real, { withFileTypes: true })
    const named = (isWanted: (entry: Dirent) => boolean) => entries.filter(isWanted).map(({ name }) => name)
    return {
      files: [...named((entry) => entry.isFile()), ...(this.#staged?.namesIn(real) ?? [])].sort(),
      folders: named((entry) => entry.isDirectory()).sort(),
    }
  }

  /** What the script stored itself is none of its inputs, nor is what the catalog could not name. */
  #noteRead({ name, root }: FileConnection, real: string): void {
    const below = path
      .relative(realPath(root) ?? root, real)
      .split(path.sep)
      .join('/')
    if (this.#staged?.wasStored(real) || checkFileName(below) !== undefined) return
    this.reads.add(name, below)
  }

  /** Path of what the script stored there itself; undefined if it did not. */
  #stagedAt(located: ConnectionPath, given: string): string | undefined {
    const wanted = absolute(located)
    const folder = realPath(path.dirname(wanted))
    const staged = folder && this.#staged?.at(path.join(folder, path.basename(wanted)))
    if (staged !== undefined) checkInside(located.connection, folder!, given)
    return staged
  }

  /** Entries of one folder below the root that match one segment of a mask. */
  #matching(
    {
      connection,
      root,
      mask,
    }: { readonly connection: FileConnection; readonly root: string; readonly mask: string },
    folder: string,
    segment: string,
    wantsFile: boolean,
  ): string[] {
    const real = realPath(path.join(root, folder))
    if (real === undefined) return []
    checkInside(connection, real, mask)
    if (!statSync(real).isDirectory()) return []
    const isMatch = (name: string) => {
      if (this.#staged?.at(path.join(real, name)) !== undefined) return wantsFile
      const target = realPath(path.join(real, name))
      if (target === undefined) return false
      if (!/[*?]/.test(segment)) checkInside(connection, target, mask)
      else if (!isInside(root, target)) return false
      return statSync(target).isFile() === wantsFile
    }
    return [...new Set([...readdirSync(real), ...(this.#staged?.namesIn(real) ?? [])])]
      .filter((name) => matchesWildcard(segment, name))
      .sort()
      .filter(isMatch)
      .map((name) => (folder === '' ? name : `${folder}/${name}`))
  }
}

export const hasWildcard = (given: string): boolean => /[*?]/.test(given.replace(/^lib:\/\/[^/\\]*/i, ''))

const absolute = (located: ConnectionPath): string => path.join(located.connection.root, located.relative)

function pathIn(connection: FileConnection, relative: string, given: string): ConnectionPath {
  const clean = pathBelow(connection.name, relative, given)
  return { connection, relative: clean, shown: `${LIB}${connection.name}/${clean}` }
}

function checkInside(connection: FileConnection, real: string, given: string): void {
  const root = realPath(connection.root)
  if (root === undefined || !isInside(root, real)) throw pathOutside(connection.name, given)
}

const isInside = (root: string, real: string) => real === root || real.startsWith(`${root}${path.sep}`)

/**
 * The path behind all links, or undefined if something on the way is missing. The system's own call: the one
 * of Node looks at every parent folder, which an engine process may not.
 */
function realPath(given: string): string | undefined {
  try {
    return realpathSync.native(given)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP' || code === 'ENAMETOOLONG') {
      return undefined
    }
    throw error
  }
}
