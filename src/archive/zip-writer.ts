/**
 * Writes a zip archive as a stream of bytes: stored entries, whose sizes and checksums are known beforehand,
 * with the wide fields of zip64 where a number needs them (APPNOTE.TXT 6.3, sections 4.3 to 4.5). Entries
 * have no times and no rights: the same parts make the same bytes.
 */
import { crc32 } from 'node:zlib'

/** A part of an archive. */
export interface ZipPart {
  /** Relative, "/" between its parts. */
  readonly name: string
  readonly bytes: number
  readonly crc: number
  readonly content: () => AsyncIterable<Uint8Array> | Iterable<Uint8Array>
}

const NARROW_MAX = 0xffffffff
const NARROW_ENTRIES_MAX = 0xffff
/** Needed to read wide fields, and written for all. */
const VERSION_NEEDED = 45
/** Names are UTF-8. */
const FLAGS = 0x0800
/** 1980-01-01, the first day that the format knows. */
const DATE = 0x0021
const WIDE_FIELD = 1

export function textPart(name: string, text: string): ZipPart {
  const content = Buffer.from(text, 'utf8')
  return { name, bytes: content.length, crc: crc32(content), content: () => [content] }
}

/** @throws Error when a part has other bytes than it promised */
export async function* zipped(parts: readonly ZipPart[]): AsyncGenerator<Uint8Array> {
  const directory: Buffer[] = []
  let at = 0
  for (const part of parts) {
    const header = localHeader(part)
    directory.push(directoryEntry(part, at))
    yield header
    let bytes = 0
    for await (const piece of part.content()) {
      bytes += piece.length
      yield piece
    }
    if (bytes !== part.bytes) throw new Error(`'${part.name}' has ${bytes} bytes, not ${part.bytes}`)
    at += header.length + bytes
  }
  const entries = Buffer.concat(directory)
  yield entries
  yield endOf(at, entries.length, parts.length)
}

function localHeader({ name, bytes, crc }: ZipPart): Buffer {
  const nameBytes = Buffer.from(name, 'utf8')
  const isWide = bytes >= NARROW_MAX
  // Of a local header both sizes stand in the wide field.
  const extra = isWide ? wideField([bytes, bytes]) : Buffer.alloc(0)
  const header = Buffer.alloc(30)
  header.writeUInt32LE(0x04034b50, 0)
  writeCommon(header, 4, crc, bytes)
  header.writeUInt16LE(nameBytes.length, 26)
  header.writeUInt16LE(extra.length, 28)
  return Buffer.concat([header, nameBytes, extra])
}

function directoryEntry({ name, bytes, crc }: ZipPart, headerAt: number): Buffer {
  const nameBytes = Buffer.from(name, 'utf8')
  const wide = [...(bytes >= NARROW_MAX ? [bytes, bytes] : []), ...(headerAt >= NARROW_MAX ? [headerAt] : [])]
  const extra = wide.length === 0 ? Buffer.alloc(0) : wideField(wide)
  const entry = Buffer.alloc(46)
  entry.writeUInt32LE(0x02014b50, 0)
  entry.writeUInt16LE(VERSION_NEEDED, 4)
  writeCommon(entry, 6, crc, bytes)
  entry.writeUInt16LE(nameBytes.length, 28)
  entry.writeUInt16LE(extra.length, 30)
  entry.writeUInt32LE(Math.min(headerAt, NARROW_MAX), 42)
  return Buffer.concat([entry, nameBytes, extra])
}

/** The fields that both headers of an entry have in one order. */
function writeCommon(header: Buffer, at: number, crc: number, bytes: number): void {
  header.writeUInt16LE(VERSION_NEEDED, at)
  header.writeUInt16LE(FLAGS, at + 2)
  header.writeUInt16LE(DATE, at + 8)
  header.writeUInt32LE(crc, at + 10)
  header.writeUInt32LE(Math.min(bytes, NARROW_MAX), at + 14)
  header.writeUInt32LE(Math.min(bytes, NARROW_MAX), at + 18)
}

function wideField(numbers: readonly number[]): Buffer {
  const field = Buffer.alloc(4 + 8 * numbers.length)
  field.writeUInt16LE(WIDE_FIELD, 0)
  field.writeUInt16LE(8 * numbers.length, 2)
  for (const [index, number] of numbers.entries()) field.writeBigUInt64LE(BigInt(number), 4 + 8 * index)
  return field
}

function endOf(directoryAt: number, directoryBytes: number, entries: number): Buffer {
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(Math.min(entries, NARROW_ENTRIES_MAX), 8)
  end.writeUInt16LE(Math.min(entries, NARROW_ENTRIES_MAX), 10)
  end.writeUInt32LE(Math.min(directoryBytes, NARROW_MAX), 12)
  end.writeUInt32LE(Math.min(directoryAt, NARROW_MAX), 16)
  if (directoryAt < NARROW_MAX && entries < NARROW_ENTRIES_MAX) return end
  const wide = Buffer.alloc(56)
  wide.writeUInt32LE(0x06064b50, 0)
  wide.writeBigUInt64LE(44n, 4)
  wide.writeUInt16LE(VERSION_NEEDED, 12)
  wide.writeUInt16LE(VERSION_NEEDED, 14)
  wide.writeBigUInt64LE(BigInt(entries), 24)
  wide.writeBigUInt64LE(BigInt(entries), 32)
  wide.writeBigUInt64LE(BigInt(directoryBytes), 40)
  wide.writeBigUInt64LE(BigInt(directoryAt), 48)
  const locator = Buffer.alloc(20)
  locator.writeUInt32LE(0x07064b50, 0)
  locator.writeBigUInt64LE(BigInt(directoryAt + directoryBytes), 8)
  locator.writeUInt32LE(1, 16)
  return Buffer.concat([wide, locator, end])
}
