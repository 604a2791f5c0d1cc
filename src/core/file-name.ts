/**
 * Canonical names of data files and folders (contract 05, section 3). "/" separates folders; a record whose
 * name ends in "/" is a folder. A canonical name has no empty part, no "." or "..", no forbidden or control
 * character, and never reaches out of its place; what is canonical may be joined to a path.
 */
import type { ErrorName } from './errors.ts'
import { utf8Bytes } from './utf8.ts'

/** Longest part in UTF-8 bytes: what the file systems we run on can hold. */
export const NAME_PART_MAX_BYTES = 255
/** Longest full name in UTF-8 bytes. */
export const NAME_MAX_BYTES = 1024
export const FOLDERS_MAX_DEPTH = 20

export interface NameRefusal {
  readonly refused: ErrorName
  readonly detail: string
}

/** @returns the name itself when it is a canonical file name with an extension, else why not. */
export function checkFileName(name: string): NameRefusal | undefined {
  const fault = notCanonical(name)
  if (fault !== undefined) return { refused: 'dataFileNameNotCanonical', detail: fault }
  const tooDeep = checkDepth(name.split('/').length - 1)
  if (tooDeep !== undefined) return tooDeep
  if (extensionOf(name) === '') {
    return { refused: 'dataFileExtension', detail: `"${baseNameOf(name)}" has no extension` }
  }
  return undefined
}

/** Checks the path of a folder without its closing "/". */
export function checkFolderPath(path: string): NameRefusal | undefined {
  const fault = notCanonical(path)
  if (fault !== undefined) return { refused: 'dataFileFolderNotCanonical', detail: fault }
  return checkDepth(path.split('/').length)
}

/** True for the record name of a folder. */
export function isFolderName(name: string): boolean {
  return name.endsWith('/')
}

/** Last part without "/": "a/b.csv" and "a/b.csv/" give "b.csv". */
export function baseNameOf(name: string): string {
  const bare = isFolderName(name) ? name.slice(0, -1) : name
  return bare.slice(bare.lastIndexOf('/') + 1)
}

/** Record name of the folder that a file or folder lies in, "" at the top: "a/b/c.csv" gives "a/b/". */
export function parentOf(name: string): string {
  const bare = isFolderName(name) ? name.slice(0, -1) : name
  return bare.slice(0, bare.lastIndexOf('/') + 1)
}

/** Record names of all folders above, outermost first: "a/b/c.csv" gives "a/", "a/b/". */
export function foldersAbove(name: string): string[] {
  const above: string[] = []
  for (let folder = parentOf(name); folder !== ''; folder = parentOf(folder)) above.unshift(folder)
  return above
}

/**
 * The names that stand in the way of a wanted one: itself as a file and as a folder, and each folder above it
 * as a folder (there already) and as a file (which cannot hold it).
 */
export function namesOnTheWay(name: string): string[] {
  const bare = isFolderName(name) ? name.slice(0, -1) : name
  return [...foldersAbove(name), `${bare}/`].flatMap((folder) => [folder, folder.slice(0, -1)])
}

/** Lower case without the dot; "" when there is none. */
export function extensionOf(name: string): string {
  const base = baseNameOf(name)
  const dot = base.lastIndexOf('.')
  return dot <= 0 ? '' : base.slice(dot + 1).toLowerCase()
}

const FORBIDDEN = /[<>":|?*\\]/
const CONTROL = /\p{Cc}/u
const LONE_SURROGATE = /\p{Surrogate}/u

function notCanonical(name: string): string | undefined {
  if (name === '') return 'the name is empty'
  if (utf8Bytes(name) > NAME_MAX_BYTES) return `the name is longer than ${NAME_MAX_BYTES} bytes`
  if (LONE_SURROGATE.test(name)) return 'the name is not well-formed Unicode'
  if (CONTROL.test(name)) return 'the name holds a control character'
  const forbidden = FORBIDDEN.exec(name)
  if (forbidden !== null) return `the name holds the forbidden character ${forbidden[0]}`
  for (const part of name.split('/')) {
    if (part === '') return 'the name has an empty part: no leading, closing or double "/"'
    if (part === '.' || part === '..') return `the name has the part "${part}"`
    if (part.trim() !== part || part.endsWith('.')) {
      return `the part "${part}" begins or ends with a blank, or ends with a dot`
    }
    if (utf8Bytes(part) > NAME_PART_MAX_BYTES) return `a part is longer than ${NAME_PART_MAX_BYTES} bytes`
  }
  return undefined
}

function checkDepth(folders: number): NameRefusal | undefined {
  return folders > FOLDERS_MAX_DEPTH
    ? { refused: 'dataFileFoldersTooDeep', detail: `more than ${FOLDERS_MAX_DEPTH} folders in one another` }
    : undefined
}
