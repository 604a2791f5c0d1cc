/** Files of formats that are read as a whole, such as JSON and pages: their size has a bound. */
import { readFile, stat } from 'node:fs/promises'
import { faults } from '../../script/fault/fault.ts'
import { decoded, decoderFor } from './text-encoding.ts'
import type { NamedFile } from './text-source.ts'

/**
 * @param what the size is of, for the fault: "JSON"
 * @throws ScriptFaultError for a larger file
 */
export async function wholeFile({ real, shown }: NamedFile, maxBytes: number, what: string): Promise<Buffer> {
  const { size } = await stat(real)
  if (size <= maxBytes) return readFile(real)
  throw faults.wrongFormat(`The file '${shown}' is larger than ${maxBytes} bytes, which ${what} may have`)
}

/**
 * @param set where no byte order mark tells it; undefined: UTF-8
 * @throws ScriptFaultError for bytes that are not of the character set
 */
export function wholeText(bytes: Uint8Array, set: string | undefined, shown: string): string {
  const { decoder, skip, name } = decoderFor(set, bytes)
  return decoded(() => decoder.decode(bytes.subarray(skip)), shown, name)
}
