/** Zip archives whose records say what a test wants, true or not. */
import { crc32 } from 'node:zlib'

export interface WrittenEntry {
  readonly name: string
  /** As it stands in the archive. */
  readonly packed: Buffer
  /** 0 (stored) unless told otherwise; 8 is deflated. */
  readonly method?: number
  /** What it is said to unpack to. */
  readonly bytes?: number
  /** Unix mode, such as that of a link. */
  readonly mode?: number
}

/** @param headless entries of the directory lead to nothing: for very many of them */
export function zipWith(entries: readonly WrittenEntry[], headless = false): Buffer {
  const local: Buffer[] = []
  const directory: Buffer[] = []
  let at = 0
  for (const { name, packed, method = 0, bytes = packed.length, mode = 0 } of entries) {
    const nameBytes = Buffer.from(name)
    const header = Buffer.alloc(30)
    header.writeUInt32LE(0x04034b50, 0)
    header.writeUInt16LE(method, 8)
    header.writeUInt32LE(packed.length, 18)
    header.writeUInt32LE(bytes, 22)
    header.writeUInt16LE(nameBytes.length, 26)
    const entry = Buffer.alloc(46)
    entry.writeUInt32LE(0x02014b50, 0)
    entry.writeUInt16LE(method, 10)
    entry.writeUInt32LE(crc32(packed), 16)
    entry.writeUInt32LE(packed.length, 20)
    entry.writeUInt32LE(bytes, 24)
    entry.writeUInt16LE(nameBytes.length, 28)
    entry.writeUInt32LE((mode << 16) >>> 0, 38)
    entry.writeUInt32LE(at, 42)
    directory.push(entry, nameBytes)
    if (headless) continue
    local.push(header, nameBytes, packed)
    at += header.length + nameBytes.length + packed.length
  }
  const entryBytes = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt32LE(entryBytes.length, 12)
  end.writeUInt32LE(at, 16)
  return Buffer.concat([...local, entryBytes, end])
}
