/** The text of a script file that another one includes. */
import { readFile } from 'node:fs/promises'
import type { FilePaths } from './file-paths.ts'

/**
 * Decodes by the byte order mark; without one as UTF-8 if valid, else as Windows-1252 (SEMANTICS O21).
 * Undefined: there is no such file.
 */
export async function includedText(paths: FilePaths, path: string): Promise<string | undefined> {
  const found = paths.find(path)
  if (!found?.stats.isFile()) return undefined
  const bytes = await readFile(found.real)
  const utf16 = bytes[0] === 0xff && bytes[1] === 0xfe
  if (utf16) return new TextDecoder('utf-16le').decode(bytes)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('windows-1252').decode(bytes)
  }
}
