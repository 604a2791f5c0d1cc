/**
 * Room `archive`: zip archives, read within bounds and written. Bytes enter, and nothing that knows what is
 * in them.
 *
 * Reads entries of a zip archive piece by piece. Sizes that the archive states are never believed: what an
 * entry unpacks to is counted while it is unpacked, and ends at a bound given by the reader. An entry may
 * overlap another or lie anywhere in the file: each is read by itself, so nothing adds up.
 *
 * Stored and deflated entries, also with the wide fields of zip64; memory is bounded by the directory and one
 * piece.
 */
import type { FileHandle } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { crc32, createInflateRaw } from 'node:zlib'

const END = { signature: 0x06054b50, bytes: 22 }
const WIDE_END = { signature: 0x06064b50, bytes: 56 }
const WIDE_END_LOCATOR = { signature: 0x07064b50, bytes: 20 }
const DIRECTORY_ENTRY = { signature: 0x02014b50, bytes: 46 }
const LOCAL_HEADER = { signature: 0x04034b50, bytes: 30 }
const COMMENT_MAX_BYTES = 0xffff
const DIRECTORY_MAX_BYTES = 8 * 1024 * 1024
const ENTRIES_MAX = 10_000
/** Marks a number that stands in the zip64 field of the entry. */
const ELSEWHERE = 0xffffffff
const WIDE_FIELD = 1
const STORED = 0
const DEFLATED = 8
const ENCRYPTED_FLAG = 1

/** The archive is damaged, or more than a reader allows. The message says what, as the end of a sentence. */
export class ZipError extends Error {
  override readonly name = 'ZipError'
}

interface ZipEntry {
  readonly method: number
  readonly encrypted: boolean
  readonly crc: number
  readonly packedBytes: number
  readonly headerAt: number
}

export class ZipArchive {
  readonly #file: FileHandle
  readonly #size: number
  readonly #entries: ReadonlyMap<string, ZipEntry>

  private constructor(file: FileHandle, size: number, entries: ReadonlyMap<string, ZipEntry>) {
    this.#file = file
    this.#size = size
    this.#entries = entries
  }

  /**
   * Reads the directory. The file stays the caller's, who closes it.
   * @throws ZipError if it is no zip archive, or damaged
   */
  static async open(file: FileHandle): Promise<ZipArchive> {
    const { size } = await file.stat()
    const { at, bytes } = await findDirectory(file, size)
    if (bytes > DIRECTORY_MAX_BYTES)
      throw new ZipError(`its directory takes more than ${DIRECTORY_MAX_BYTES} bytes`)
    return new ZipArchive(file, size, entriesOf(await readAt(file, size, at, bytes)))
  }

  /** Names are compared without regard to case. */
  has(name: string): boolean {
    return this.#entries.has(name.toLowerCase())
  }

  /**
   * Yields the unpacked bytes of an entry in pieces.
   * @param maxBytes it may unpack to
   * @throws ZipError for a missing or damaged entry, and for one that unpacks to more
   */
  async *read(name: string, maxBytes: number): AsyncGenerator<Buffer> {
    const entry = this.#entries.get(name.toLowerCase())
    if (entry === undefined) throw new ZipError(`it has no part '${name}'`)
    if (entry.encrypted) throw new ZipError(`its part '${name}' is encrypted`)
    const from = await this.#contentAt(entry, name)
    if (from + entry.packedBytes > this.#size) throw new ZipError(`its part '${name}' is cut off`)
    let bytes = 0
    let crc = 0
    for await (const piece of this.#unpacked(entry, from, name)) {
      bytes += piece.length
      if (bytes > maxBytes) throw new ZipError(`its part '${name}' unpacks to more than ${maxBytes} bytes`)
      crc = crc32(piece, crc)
      yield piece
    }
    if (crc !== entry.crc) throw new ZipError(`its part '${name}' is damaged`)
  }

  async #contentAt({ headerAt }: ZipEntry, name: string): Promise<number> {
    const header = await readAt(this.#file, this.#size, headerAt, LOCAL_HEADER.bytes)
    if (header.readUInt32LE(0) !== LOCAL_HEADER.signature)
      throw new ZipError(`its part '${name}' has no header`)
    return headerAt + LOCAL_HEADER.bytes + header.readUInt16LE(26) + header.readUInt16LE(28)
  }

  async *#unpacked({ method, packedBytes }: ZipEntry, from: number, name: string): AsyncGenerator<Buffer> {
    if (packedBytes === 0 && method === STORED) return
    const packed = this.#packed(from, packedBytes)
    if (method === STORED) {
      yield* packed
      return
    }
    if (method !== DEFLATED) throw new ZipError(`its part '${name}' is packed by an unknown method`)
    yield* inflated(packed, name)
  }

  async *#packed(from: number, bytes: number): AsyncGenerator<Buffer> {
    for (let done = 0; done < bytes; ) {
      const piece = await readAt(this.#file, this.#size, from + done, Math.min(PIECE_BYTES, bytes - done))
      done += piece.length
      yield piece
    }
  }
}

const PIECE_BYTES = 64 * 1024
const UNPACKED_PIECE_BYTES = 128 * 1024

async function* inflated(packed: AsyncIterable<Buffer>, name: string): AsyncGenerator<Buffer> {
  const inflate = createInflateRaw({ chunkSize: UNPACKED_PIECE_BYTES })
  const feeding = pipeline(Readable.from(packed), inflate).catch(() => undefined)
  try {
    yield* inflate as AsyncIterable<Buffer>
  } catch (error) {
    throw error instanceof ZipError ? error : new ZipError(`its part '${name}' is damaged`)
  } finally {
    inflate.destroy()
    await feeding
  }
}

async function readAt(file: FileHandle, size: number, at: number, bytes: number): Promise<Buffer> {
  if (at < 0 || at + bytes > size) throw new ZipError('it is damaged or cut off')
  const buffer = Buffer.allocUnsafe(bytes)
  for (let done = 0; done < bytes; ) {
    const { bytesRead } = await file.read(buffer, done, bytes - done, at + done)
    if (bytesRead === 0) throw new ZipError('it became shorter while it was read')
    done += bytesRead
  }
  return buffer
}

interface Directory {
  readonly at: number
  readonly bytes: number
}

/** The place of the directory is told by the record at the end of the file, before its comment. */
async function findDirectory(file: FileHandle, size: number): Promise<Directory> {
  const tailBytes = Math.min(size, END.bytes + COMMENT_MAX_BYTES)
  const tail = await readAt(file, size, size - tailBytes, tailBytes)
  let end = tailBytes - END.bytes
  while (end >= 0 && tail.readUInt32LE(end) !== END.signature) end--
  if (end < 0) throw new ZipError('it has no directory')
  const wide = await findWideDirectory(file, size, size - tailBytes + end)
  return wide ?? { at: tail.readUInt32LE(end + 16), bytes: tail.readUInt32LE(end + 12) }
}

/** @param end where the narrow record stands: a locator of the wide one may stand before it */
async function findWideDirectory(
  file: FileHandle,
  size: number,
  end: number,
): Promise<Directory | undefined> {
  const locatorAt = end - WIDE_END_LOCATOR.bytes
  if (locatorAt < 0) return undefined
  const locator = await readAt(file, size, locatorAt, WIDE_END_LOCATOR.bytes)
  if (locator.readUInt32LE(0) !== WIDE_END_LOCATOR.signature) return undefined
  const record = await readAt(file, size, wideNumber(locator, 8), WIDE_END.bytes)
  if (record.readUInt32LE(0) !== WIDE_END.signature) throw new ZipError('its wide directory is damaged')
  return { at: wideNumber(record, 48), bytes: wideNumber(record, 40) }
}

const wideNumber = (bytes: Buffer, at: number): number => Number(bytes.readBigUInt64LE(at))

function entriesOf(directory: Buffer): Map<string, ZipEntry> {
  const entries = new Map<string, ZipEntry>()
  for (let at = 0; at + DIRECTORY_ENTRY.bytes <= directory.length; ) {
    if (directory.readUInt32LE(at) !== DIRECTORY_ENTRY.signature)
      throw new ZipError('its directory is damaged')
    if (entries.size === ENTRIES_MAX) throw new ZipError(`it has more than ${ENTRIES_MAX} parts`)
    const nameEnd = at + DIRECTORY_ENTRY.bytes + directory.readUInt16LE(at + 28)
    const extraEnd = nameEnd + directory.readUInt16LE(at + 30)
    if (extraEnd > directory.length) throw new ZipError('its directory is damaged')
    const name = directory.toString('utf8', at + DIRECTORY_ENTRY.bytes, nameEnd).toLowerCase()
    // The first of one name counts.
    if (!entries.has(name)) entries.set(name, entryAt(directory, at, directory.subarray(nameEnd, extraEnd)))
    at = extraEnd + directory.readUInt16LE(at + 32)
  }
  return entries
}

function entryAt(directory: Buffer, at: number, extra: Buffer): ZipEntry {
  const wide = wideNumbers(extra)
  // The wide field holds only the numbers that do not fit, in this order.
  const numbers = [at + 24, at + 20, at + 42].map((place) => {
    const narrow = directory.readUInt32LE(place)
    return narrow === ELSEWHERE ? (wide.shift() ?? narrow) : narrow
  })
  return {
    method: directory.readUInt16LE(at + 10),
    encrypted: (directory.readUInt16LE(at + 8) & ENCRYPTED_FLAG) !== 0,
    crc: directory.readUInt32LE(at + 16),
    packedBytes: numbers[1]!,
    headerAt: numbers[2]!,
  }
}

function wideNumbers(extra: Buffer): number[] {
  for (let at = 0; at + 4 <= extra.length; ) {
    const end = at + 4 + extra.readUInt16LE(at + 2)
    if (extra.readUInt16LE(at) === WIDE_FIELD && end <= extra.length) {
      const numbers: number[] = []
      for (let number = at + 4; number + 8 <= end; number += 8) numbers.push(wideNumber(extra, number))
      return numbers
    }
    at = end
  }
  return []
}
