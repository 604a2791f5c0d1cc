/** The text of a script file that another one includes. */
import { readFile } from 'node:fs/promises'
import { faults } from '../../script/fault/fault.ts'
import type { FilePaths } from './file-paths.ts'

const SCRIPT_MAX_BYTES = 16 * 1024 * 1024

/**
 * Decodes by the byte order mark; without one as UTF-8 if valid, else as Windows-1252 (SEMANTICS O21).
 * Undefined: there is no such file.
 */
export async function includedText(paths: FilePaths, path: string): Promise<string | undefined> {
  const found = paths.find(path)
  if (!found?.stats.isFile()) return undefined
  if (found.stats.size > SCRIPT_MAX_BYTES) {
    throw faults.wrongFormat(`The script file '${path}' is larger than ${SCRIPT_MAX_BYTES} bytes`)
  }
  const bytes = await readFile(paths.forReading(path))
  const utf16 = bytes[0] === 0xff && bytes[1] === 0xfe
  if (utf16) return new TextDecoder('utf-16le').decode(bytes)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('windows-1252').decode(bytes)
  }
}
