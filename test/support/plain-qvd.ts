/**
 * QVD files by the description of the format alone, sharing no code with `src/qvd`: a reader that goes row by
 * row with big integers, and a builder that writes whatever layout it is told.
 */
export type PlainValue = null | number | string | { readonly text: string; readonly number: number }

/** Rows of a file that is taken to be right. */
export function readPlainQvd(bytes: Buffer): { names: string[]; rows: PlainValue[][] } {
  const headerEnd = bytes.indexOf('</QvdTableHeader>') + '</QvdTableHeader>'.length
  const header = bytes.toString('utf8', 0, headerEnd)
  const body = bytes.subarray(bytes.indexOf(0, headerEnd) + 1)
  const fieldTexts = [...header.matchAll(/<QvdFieldHeader>(.*?)<\/QvdFieldHeader>/gs)].map(
    ([, text]) => text!,
  )
  const root = header.replace(/<Fields>.*<\/Fields>/s, '')
  const fields = fieldTexts.map((text) => ({
    name: unescaped(/<FieldName>(.*?)<\/FieldName>/s.exec(text)![1]!),
    shift: BigInt(number(text, 'BitOffset')),
    mask: (1n << BigInt(number(text, 'BitWidth'))) - 1n,
    bias: number(text, 'Bias'),
    symbols: plainSymbols(body, number(text, 'Offset'), number(text, 'NoOfSymbols')),
  }))
  const size = number(root, 'RecordByteSize')
  const rows = Array.from({ length: number(root, 'NoOfRecords') }, (_, row) => {
    const start = number(root, 'Offset') + row * size
    const record = BigInt(
      `0x0${Buffer.from(body.subarray(start, start + size))
        .reverse()
        .toString('hex')}`,
    )
    return fields.map(({ shift, mask, bias, symbols }) => {
      const index = Number((record >> shift) & mask) + bias
      return index < 0 ? null : symbols[index]!
    })
  })
  return { names: fields.map(({ name }) => name), rows }
}

const number = (text: string, element: string): number =>
  Number(new RegExp(`<${element}>\\s*(-?\\d+)\\s*</${element}>`).exec(text)![1])

const unescaped = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&#13;', '\r').replaceAll('&amp;', '&')

function plainSymbols(body: Buffer, offset: number, count: number): PlainValue[] {
  let at = offset
  return Array.from({ length: count }, () => {
    const type = body[at++]!
    let side: number | undefined
    if (type === 1 || type === 5) {
      side = body.readInt32LE(at)
      at += 4
    } else if (type === 2 || type === 6) {
      side = body.readDoubleLE(at)
      at += 8
    }
    if (type < 4) return side!
    const end = body.indexOf(0, at)
    const text = body.toString('utf8', at, end)
    at = end + 1
    return side === undefined ? text : { text, number: side }
  })
}

export interface PlainField {
  readonly name: string
  /** Symbols as bytes, each from `symbol`. */
  readonly symbols: readonly Buffer[]
  readonly bitOffset: number
  readonly bitWidth: number
  readonly bias?: number
  readonly numberFormat?: string
}

export interface PlainFile {
  readonly fields: readonly PlainField[]
  readonly recordBytes: number
  /** Codes of each row, in the order of the fields. */
  readonly rows: readonly (readonly number[])[]
  /** The header, changed before it is written. */
  readonly header?: (xml: string) => string
  /** What stands between header and body. */
  readonly separator?: string
  /** The symbol tables are written in the reverse order of the fields. */
  readonly reverseTables?: boolean
}

export function plainQvd({
  fields,
  recordBytes,
  rows,
  header = (xml) => xml,
  separator = '\r\n\0',
  reverseTables = false,
}: PlainFile): Buffer {
  const tables = fields.map(({ symbols }) => Buffer.concat(symbols))
  const order = fields.map((_, index) => index)
  if (reverseTables) order.reverse()
  const offsets: number[] = []
  let offset = 0
  for (const index of order) {
    offsets[index] = offset
    offset += tables[index]!.length
  }
  const records = rows.map((codes) => {
    let record = 0n
    for (const [i, { bitOffset }] of fields.entries()) record |= BigInt(codes[i]!) << BigInt(bitOffset)
    const hex = record.toString(16).padStart(recordBytes * 2, '0')
    return Buffer.from(recordBytes === 0 ? '' : hex, 'hex').reverse()
  })
  const xml = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<QvdTableHeader>
  <TableName>Plain</TableName>
  <Fields>${fields.map(
    (field, i) => `
    <QvdFieldHeader>
      <FieldName>${field.name}</FieldName>
      <BitOffset>${field.bitOffset}</BitOffset>
      <BitWidth>${field.bitWidth}</BitWidth>
      <Bias>${field.bias ?? 0}</Bias>${field.numberFormat ?? ''}
      <NoOfSymbols>${field.symbols.length}</NoOfSymbols>
      <Offset>${offsets[i]}</Offset>
      <Length>${tables[i]!.length}</Length>
    </QvdFieldHeader>`,
  )}
  </Fields>
  <RecordByteSize>${recordBytes}</RecordByteSize>
  <NoOfRecords>${rows.length}</NoOfRecords>
  <Offset>${offset}</Offset>
  <Length>${rows.length * recordBytes}</Length>
</QvdTableHeader>`
  const body = [...order.map((index) => tables[index]!), ...records]
  return Buffer.concat([Buffer.from(header(xml) + separator), ...body])
}

/** The bytes of one symbol of a type. */
export function symbol(type: 1 | 2 | 4 | 5 | 6, number: number, text = ''): Buffer {
  const side = Buffer.alloc(type === 4 ? 0 : type === 1 || type === 5 ? 4 : 8)
  if (side.length === 4) side.writeInt32LE(number)
  if (side.length === 8) side.writeDoubleLE(number)
  return Buffer.concat([Buffer.from([type]), side, Buffer.from(type < 4 ? '' : `${text}\0`)])
}
