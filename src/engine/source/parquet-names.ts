/**
 * Gives the columns of a parquet file their names. DuckDB takes names that differ only in their letters' case
 * for one and writes `name_1` for the second, so that such files are written with other names, which are
 * exchanged here. Names stand in the footer, a Thrift structure in compact form: nothing in it counts bytes
 * of others, so that a name is exchanged where it stands (parquet-format, `parquet.thrift`).
 */
import { open } from 'node:fs/promises'

/** What closes a file: the length of the footer and `PAR1`. */
const TRAILER_BYTES = 8

/** @param names of all columns, for those that they are written with */
export async function renameColumns(file: string, names: ReadonlyMap<string, string>): Promise<void> {
  const handle = await open(file, 'r+')
  try {
    const { size } = await handle.stat()
    const trailer = Buffer.alloc(TRAILER_BYTES)
    await handle.read(trailer, 0, TRAILER_BYTES, size - TRAILER_BYTES)
    const start = size - TRAILER_BYTES - trailer.readUInt32LE(0)
    const footer = Buffer.alloc(trailer.readUInt32LE(0))
    await handle.read(footer, 0, footer.length, start)
    const renamed = renamedFooter(footer, names)
    trailer.writeUInt32LE(renamed.length, 0)
    const written = Buffer.concat([renamed, trailer])
    await handle.write(written, 0, written.length, start)
    await handle.truncate(start + written.length)
    await handle.datasync()
  } finally {
    await handle.close()
  }
}

/** Fields of the structures, as paths of ids: those that hold names of columns. */
const NAME_PATHS: ReadonlySet<string> = new Set([
  // FileMetaData.schema[].name
  '2.4',
  // FileMetaData.row_groups[].columns[].meta_data.path_in_schema[]
  '4.1.3.3',
])

function renamedFooter(footer: Buffer, names: ReadonlyMap<string, string>): Buffer {
  const pieces: Buffer[] = []
  let copied = 0
  new CompactReader(footer, (path, from, name, to) => {
    const renamed = NAME_PATHS.has(path) ? names.get(name) : undefined
    if (renamed === undefined) return
    const bytes = Buffer.from(renamed)
    pieces.push(footer.subarray(copied, from), varint(bytes.length), bytes)
    copied = to
  }).readStruct([])
  return Buffer.concat([...pieces, footer.subarray(copied)])
}

function varint(value: number): Buffer {
  const bytes: number[] = []
  for (let left = value; ; left >>>= 7) {
    if (left < 0x80) return Buffer.from([...bytes, left])
    bytes.push((left & 0x7f) | 0x80)
  }
}

/** Types of Thrift's compact protocol. */
const TYPE = {
  true: 1,
  false: 2,
  byte: 3,
  i16: 4,
  i32: 5,
  i64: 6,
  double: 7,
  binary: 8,
  list: 9,
  set: 10,
  map: 11,
  struct: 12,
}

/** Walks through a structure and tells its texts, with the bytes from their length to their end. */
class CompactReader {
  readonly #bytes: Buffer
  readonly #tell: (path: string, from: number, text: string, to: number) => void
  #at = 0

  constructor(bytes: Buffer, tell: (path: string, from: number, text: string, to: number) => void) {
    this.#bytes = bytes
    this.#tell = tell
  }

  readStruct(path: readonly number[]): void {
    let id = 0
    for (;;) {
      const head = this.#bytes[this.#at++]!
      const type = head & 0x0f
      if (type === 0) return
      // A long form has its id behind it, in zigzag.
      const delta = head >> 4
      id = delta === 0 ? unzigzag(this.#varint()) : id + delta
      if (type !== TYPE.true && type !== TYPE.false) this.#value(type, [...path, id])
    }
  }

  #value(type: number, path: readonly number[]): void {
    switch (type) {
      case TYPE.true:
      case TYPE.false:
      case TYPE.byte:
        this.#at++
        return
      case TYPE.i16:
      case TYPE.i32:
      case TYPE.i64:
        this.#varint()
        return
      case TYPE.double:
        this.#at += 8
        return
      case TYPE.binary: {
        const from = this.#at
        const length = this.#varint()
        const end = this.#at + length
        this.#tell(path.join('.'), from, this.#bytes.toString('utf8', this.#at, end), end)
        this.#at = end
        return
      }
      case TYPE.list:
      case TYPE.set:
        this.#list(path)
        return
      case TYPE.struct:
        this.readStruct(path)
        return
      default:
        throw new Error(`a parquet footer has a value of type ${type}`)
    }
  }

  /** Elements have the path of their list. */
  #list(path: readonly number[]): void {
    const head = this.#bytes[this.#at++]!
    const count = head >> 4 === 0x0f ? this.#varint() : head >> 4
    for (let index = 0; index < count; index++) this.#value(head & 0x0f, path)
  }

  /** Values of 64 bits lose their upper ones, which nobody asks for. */
  #varint(): number {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = this.#bytes[this.#at++]!
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
  }
}

const unzigzag = (value: number): number => (value >>> 1) ^ -(value & 1)
