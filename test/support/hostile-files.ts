/**
 * Files made to break who reads them: zip archives whose directory lies, workbooks of a given sheet, and QVD
 * files of a given header.
 */

import { constants, crc32, deflateRawSync } from 'node:zlib'
import { defined } from '../../src/core/defined.ts'

export interface ZipPart {
  readonly name: string
  readonly content: string | Buffer
  /** What the archive says instead of the truth. */
  readonly stated?: Partial<{ size: number; packedSize: number; crc: number; at: number; flags: number }>
  /** Writes the numbers into the wide fields of zip64. */
  readonly wide?: boolean
  /** Instead of the content: this start, and its filling again and again up to so many bytes. */
  readonly bomb?: Bomb
}

export interface Bomb {
  readonly start: Buffer
  readonly bytes: number
  readonly fill?: string
}

/**
 * A whole block of the filling is packed once and repeated: blocks of deflate may follow each other,
 * whatever they hold.
 */
function packedBomb({ start, bytes, fill = ' ' }: Bomb): Buffer {
  const text = Buffer.from(fill.repeat(Math.ceil(BLOCK_BYTES / fill.length)))
  const block = deflateRawSync(text, { finishFlush: constants.Z_FULL_FLUSH })
  const blocks = Array.from({ length: Math.ceil(bytes / text.length) }, () => block)
  const first = deflateRawSync(start, { finishFlush: constants.Z_FULL_FLUSH })
  return Buffer.concat([first, ...blocks, deflateRawSync(Buffer.alloc(0))])
}

const BLOCK_BYTES = 1024 * 1024

export function zipOf(parts: readonly ZipPart[], entries = parts.length): Buffer {
  const files: Buffer[] = []
  const directory: Buffer[] = []
  let at = 0
  for (const { name, content, stated = {}, wide = false, bomb } of parts) {
    const bytes = Buffer.from(content)
    const packed = bomb === undefined ? deflateRawSync(bytes) : packedBomb(bomb)
    const numbers = {
      crc: stated.crc ?? crc32(bytes),
      packedSize: stated.packedSize ?? packed.length,
      size: stated.size ?? bytes.length,
      at: stated.at ?? at,
      flags: stated.flags ?? 0,
    }
    const local = Buffer.alloc(30)
    local.writeUInt32LE(0x04034b50, 0)
    local.writeUInt16LE(8, 8)
    local.writeUInt32LE(numbers.crc, 14)
    local.writeUInt32LE(numbers.packedSize, 18)
    local.writeUInt32LE(numbers.size, 22)
    local.writeUInt16LE(name.length, 26)
    files.push(local, Buffer.from(name), packed)
    at += local.length + name.length + packed.length
    directory.push(directoryEntry(name, numbers, wide))
  }
  const whole = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(entries, 8)
  end.writeUInt16LE(entries, 10)
  end.writeUInt32LE(whole.length, 12)
  end.writeUInt32LE(at, 16)
  return Buffer.concat([...files, whole, end])
}

function directoryEntry(
  name: string,
  {
    crc,
    packedSize,
    size,
    at,
    flags,
  }: { crc: number; packedSize: number; size: number; at: number; flags: number },
  wide: boolean,
): Buffer {
  const entry = Buffer.alloc(46)
  const extra = Buffer.alloc(wide ? 28 : 0)
  const number = (value: number): number => (wide ? 0xffffffff : value)
  entry.writeUInt32LE(0x02014b50, 0)
  entry.writeUInt16LE(flags, 8)
  entry.writeUInt16LE(8, 10)
  entry.writeUInt32LE(crc, 16)
  entry.writeUInt32LE(number(packedSize), 20)
  entry.writeUInt32LE(number(size), 24)
  entry.writeUInt16LE(name.length, 28)
  entry.writeUInt16LE(extra.length, 30)
  entry.writeUInt32LE(number(at), 42)
  if (wide) {
    extra.writeUInt16LE(1, 0)
    extra.writeUInt16LE(24, 2)
    for (const [index, value] of [size, packedSize, at].entries()) {
      extra.writeBigUInt64LE(BigInt(value), 4 + 8 * index)
    }
  }
  return Buffer.concat([entry, Buffer.from(name), extra])
}

const RELATION = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'

export interface BookParts {
  readonly workbook?: string
  readonly shared?: string
  readonly styles?: string
  /** Changes of the sheet's part, and parts beside it. */
  readonly sheetPart?: Omit<ZipPart, 'name' | 'content'>
  readonly sharedBomb?: Bomb
  readonly more?: readonly ZipPart[]
  readonly entries?: number
}

/** An xlsx workbook of one sheet, S. @param sheet the whole XML of its part */
export function xlsxOf(
  sheet: string,
  { workbook, shared, sharedBomb, styles, sheetPart, more = [], entries }: BookParts = {},
): Buffer {
  const relations = [
    `<Relationship Id="r1" Type="${RELATION}/worksheet" Target="worksheets/sheet1.xml"/>`,
    `<Relationship Id="r2" Type="${RELATION}/sharedStrings" Target="sharedStrings.xml"/>`,
    `<Relationship Id="r3" Type="${RELATION}/styles" Target="/xl/styles.xml"/>`,
  ]
  const parts: ZipPart[] = [
    {
      name: '_rels/.rels',
      content: `<Relationships><Relationship Id="a" Type="${RELATION}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    },
    {
      name: 'xl/workbook.xml',
      content: workbook ?? '<workbook><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
    },
    { name: 'xl/_rels/workbook.xml.rels', content: `<Relationships>${relations.join('')}</Relationships>` },
    { name: 'xl/worksheets/sheet1.xml', content: sheet, ...sheetPart },
    ...(shared === undefined
      ? []
      : [{ name: 'xl/sharedStrings.xml', content: shared, ...defined({ bomb: sharedBomb }) }]),
    ...(styles === undefined ? [] : [{ name: 'xl/styles.xml', content: styles }]),
    ...more,
  ]
  return zipOf(parts, entries)
}

/** @param rows XML of the rows @param before XML between the start of the sheet and its rows */
export const sheetOf = (rows: string, before = '', after = ''): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<worksheet>${before}<sheetData>${rows}</sheetData>${after}</worksheet>`

/** A QVD file of this header XML, without a body unless one is given. */
export const qvdOf = (inner: string, body: Buffer = Buffer.alloc(0)): Buffer =>
  Buffer.concat([Buffer.from(`<QvdTableHeader>${inner}</QvdTableHeader>\r\n\0`), body])
