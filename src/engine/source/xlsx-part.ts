/** Reads a part of an xlsx package as XML, within bounds, and stops when its reader has enough. */

import type { ZipArchive } from '../../archive/zip-archive.ts'
import { decoderFor } from './text-encoding.ts'
import { XmlError, type XmlEvents, XmlScanner } from './xml-scanner.ts'

export interface PartReading {
  /** Bytes that the part may unpack to. */
  readonly maxBytes: number
  /** Asked now and then; false ends the reading. */
  readonly wanted?: () => boolean
}

/**
 * @param name path within the package, without a slash before it
 * @throws ZipError, XmlError
 */
export async function readPart(
  archive: ZipArchive,
  name: string,
  { maxBytes, wanted = () => true }: PartReading,
  events: XmlEvents,
): Promise<void> {
  const scanner = new XmlScanner(events)
  let decode: ((bytes: Uint8Array) => string) | undefined
  for await (const piece of archive.read(name, maxBytes)) {
    decode ??= streamDecoder(piece)
    scanner.push(decode(piece))
    if (!wanted()) return
  }
  scanner.end()
}

function streamDecoder(start: Buffer): (bytes: Uint8Array) => string {
  const { decoder } = decoderFor(undefined, start)
  return (bytes) => {
    try {
      return decoder.decode(bytes, { stream: true })
    } catch {
      throw new XmlError('it is not UTF-8 text')
    }
  }
}

/**
 * Collects the text of one element of a cell or shared text: what stands in `v` and `t`, without the readings
 * of Asian characters (`rPh`).
 */
export class TextCollector {
  readonly #maxCharacters: number
  #text = ''
  #collects = false
  #aside = false
  /** Whether an element for text was there, be it empty. */
  found = false

  constructor(maxCharacters: number) {
    this.#maxCharacters = maxCharacters
  }

  begin(): void {
    this.#text = ''
    this.#collects = false
    this.#aside = false
    this.found = false
  }

  open(name: string): void {
    if (name === 'rPh') this.#aside = true
    else if ((name === 'v' || name === 't') && !this.#aside) {
      this.#collects = true
      this.found = true
    }
  }

  close(name: string): void {
    if (name === 'rPh') this.#aside = false
    else if (name === 'v' || name === 't') this.#collects = false
  }

  add(text: string): void {
    if (!this.#collects) return
    if (this.#text.length + text.length > this.#maxCharacters) {
      throw new XmlError(`it has a cell of more than ${this.#maxCharacters} characters`)
    }
    this.#text += text
  }

  /** The text as it stands in the file. */
  get raw(): string {
    return this.#text
  }

  /** The text with characters that XML cannot hold, written as `_x000D_`. */
  get text(): string {
    if (!this.#text.includes('_x')) return this.#text
    return this.#text.replaceAll(/_x([\da-f]{4})_/gi, (_, code) =>
      String.fromCharCode(Number.parseInt(code, 16)),
    )
  }
}
