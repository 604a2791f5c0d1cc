/** Facts about a file of a connection, as FileSize and FileTime tell them. */
import { QvdError } from '../../qvd/qvd-error.ts'
import { readQvdHeader } from '../../qvd/qvd-file.ts'
import type { FileFacts } from '../../script/function/site/load-context.ts'
import type { FilePaths } from './file-paths.ts'
import { localSerial } from './local-time.ts'

/** Undefined when there is no such file. Faults only for a path that may not be used. */
export function fileFacts(paths: FilePaths, path: string): FileFacts | undefined {
  const found = paths.find(path)
  if (!found?.stats.isFile()) return undefined
  const { size, mtimeMs } = found.stats
  return {
    path: paths.locate(path).shown,
    bytes: size,
    changed: localSerial(mtimeMs),
    qvd: () => qvdHeader(found.real),
  }
}

function qvdHeader(real: string) {
  try {
    return readQvdHeader(real)
  } catch (error) {
    if (error instanceof QvdError) return undefined
    throw error
  }
}
