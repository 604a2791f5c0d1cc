/**
 * FileName, FileSize and their family: without an argument about the file that the running LOAD reads (SEMANTICS E13), with
 * a path about that file. A missing file gives NULL, never a fault (E14). The Qvd functions give NULL for a missing file.
 */
import { faults } from '../fault.ts'
import type { Value } from '../value/value.ts'
import type { FileFacts, FileProbe } from './load-context.ts'

const OF_FILE: Readonly<Record<string, (file: FileFacts) => Value>> = {
  filename: ({ path }) => baseName(path),
  filebasename: ({ path }) => withoutExtension(baseName(path)),
  fileextension: ({ path }) => {
    const name = baseName(path)
    const dot = name.lastIndexOf('.')
    return dot < 0 ? '' : name.slice(dot + 1)
  },
  filepath: ({ path }) => path,
  filedir: ({ path }) => path.slice(0, Math.max(0, path.lastIndexOf('/'))),
  filesize: ({ bytes }) => bytes,
  filetime: ({ changed }) => changed,
}

/** Answered by a fault, and by NULL for a missing file. */
export const QVD_FUNCTIONS: ReadonlySet<string> = new Set([
  'qvdcreatetime',
  'qvdfieldname',
  'qvdnooffields',
  'qvdnoofrecords',
  'qvdtablename',
])

export const isFileFunction = (name: string): boolean =>
  Object.hasOwn(OF_FILE, name) || QVD_FUNCTIONS.has(name)

/** `path` undefined: the function was called without one. */
export function fileFunction(name: string, path: string | null | undefined, files: FileProbe): Value {
  if (path === null) return null
  const file = path === undefined ? files.current : files.facts(path)
  if (file === undefined) return null
  if (QVD_FUNCTIONS.has(name)) {
    throw faults.wrongFormat(`${name}: QVD files cannot be read yet (file '${path ?? file.path}')`)
  }
  return OF_FILE[name]!(file)
}

export const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

export function withoutExtension(name: string): string {
  const dot = name.lastIndexOf('.')
  return dot <= 0 ? name : name.slice(0, dot)
}
