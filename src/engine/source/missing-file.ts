/**
 * What is said of a file that is not there: the name that was probably meant, and what the connection has
 * where the path ends. Names only, of one connection.
 */
import path from 'node:path'
import { faults, type ScriptFaultError } from '../../script/fault/fault.ts'
import { nearestName } from '../../script/value/nearest-name.ts'

/** What a folder holds; undefined: there is no such folder. */
export type Listing = { readonly files: readonly string[]; readonly folders: readonly string[] } | undefined

const FOLDERS_SHOWN = 10

/**
 * @param given the path as the script has it
 * @param shown the same as lib://connection/path
 * @param list of a folder below the connection; '' is its root
 */
export function missingFile(
  given: string,
  shown: string,
  list: (folder: string) => Listing,
): ScriptFaultError {
  const [root, ...segments] = shown.replace(/^lib:\/\//i, '').split('/')
  let folder = ''
  let there = list(folder)
  for (const [index, segment] of segments.entries()) {
    const inside = path.posix.join(folder, segment)
    const below = index < segments.length - 1 ? list(inside) : undefined
    if (below === undefined) {
      const where = ['lib:/', root, ...segments.slice(0, index)].join('/')
      return faults.fileNotFound(
        `Cannot open file '${given}'${hint(where, segment, index < segments.length - 1, there)}`,
      )
    }
    folder = inside
    there = below
  }
  return faults.fileNotFound(`Cannot open file '${given}'`)
}

function hint(where: string, segment: string, isFolder: boolean, there: Listing): string {
  if (there === undefined) return ''
  const { files, folders } = there
  const known = isFolder ? folders : files
  const near = /[*?]/.test(segment) ? undefined : nearestName(segment, known)
  const lacks = isFolder ? `: '${where}' has no folder '${segment}'` : ''
  if (near !== undefined) return `${lacks} (did you mean '${near}'?)`
  const some = folders.slice(0, FOLDERS_SHOWN).join(', ')
  const more = folders.length > FOLDERS_SHOWN ? ` and ${folders.length - FOLDERS_SHOWN} more` : ''
  return folders.length === 0 ? lacks : `${lacks}; folders of '${where}': ${some}${more}`
}
