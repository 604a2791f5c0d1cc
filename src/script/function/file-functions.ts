/**
 * FileName, FileSize and similar functions: without an argument for the file that the running LOAD reads
 * (SEMANTICS E13), with a path for that file. A missing file gives NULL, never a fault (E14).
 */

import { textOf } from '../value/convert.ts'
import type { Value } from '../value/value.ts'
import type { FunctionGroups, OfLoad } from './site/function-row.ts'
import type { FileFacts } from './site/load-context.ts'

export const FILE_FUNCTIONS: FunctionGroups = {
  File: [
    {
      name: 'FileBaseName',
      min: 0,
      max: 1,
      seen: 4,
      load: ofFile(({ path }) => withoutExtension(baseName(path))),
    },
    {
      name: 'FileDir',
      min: 0,
      max: 1,
      seen: 0,
      load: ofFile(({ path }) => path.slice(0, Math.max(0, path.lastIndexOf('/')))),
    },
    { name: 'FileExtension', min: 0, max: 1, seen: 1, load: ofFile(({ path }) => extensionOf(path)) },
    { name: 'FileName', min: 0, max: 1, seen: 290, load: ofFile(({ path }) => baseName(path)) },
    { name: 'FilePath', min: 0, max: 1, seen: 5, load: ofFile(({ path }) => path) },
    { name: 'FileSize', min: 0, max: 1, seen: 138, load: ofFile(({ bytes }) => bytes), outside: {} },
    { name: 'FileTime', min: 0, max: 1, seen: 74, load: ofFile(({ changed }) => changed), outside: {} },
  ],
}

function ofFile(tell: (file: FileFacts) => Value): OfLoad {
  return ([path], { files, settings }) => {
    const given = path === undefined ? undefined : textOf(path, settings)
    if (given === null) return null
    const file = given === undefined ? files.current : files.facts(given)
    return file === undefined ? null : tell(file)
  }
}

function extensionOf(path: string): string {
  const name = baseName(path)
  const dot = name.lastIndexOf('.')
  return dot < 0 ? '' : name.slice(dot + 1)
}

export const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

export function withoutExtension(name: string): string {
  const dot = name.lastIndexOf('.')
  return dot <= 0 ? name : name.slice(0, dot)
}
