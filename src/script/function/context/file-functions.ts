/**
 * FileName, FileSize and their family: without an argument about the file that the running LOAD reads
 * (SEMANTICS E13), with a path about that file. A missing file gives NULL, never a fault (E14).
 */

import type { FileFacts, FileProbe } from '../../row/load-context.ts'
import type { Value } from '../../value/value.ts'

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

export const isFileFunction = (name: string): boolean => Object.hasOwn(OF_FILE, name)

/** `path` undefined: the function was called without one. */
export function fileFunction(name: string, path: string | null | undefined, files: FileProbe): Value {
  if (path === null) return null
  const file = path === undefined ? files.current : files.facts(path)
  return file === undefined ? null : OF_FILE[name]!(file)
}

export const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

export function withoutExtension(name: string): string {
  const dot = name.lastIndexOf('.')
  return dot <= 0 ? name : name.slice(0, dot)
}
