/** Writes QVX files by hand: a header with elements as given, and the bytes of the rows. */

export interface QvxFieldText {
  readonly FieldName: string
  readonly Type: string
  readonly Extent: string
  readonly NullRepresentation?: string
  readonly ByteWidth?: number
  readonly BigEndian?: string
  readonly CodePage?: number
  readonly FixPointDecimals?: number
  /** Type and, behind a blank, the pattern. */
  readonly format?: string
}

export function qvxFile(
  fields: readonly QvxFieldText[],
  rows: readonly (readonly (number | string | Uint8Array)[])[],
  separates = false,
): Uint8Array {
  const headers = fields.map(({ format, ...field }) => {
    const elements = Object.entries({ NullRepresentation: 'QVX_NULL_NEVER', ...field })
    const [type, pattern = ''] = (format ?? 'UNKNOWN').split(/ (.*)/)
    return `<QvxFieldHeader>${elements.map(([name, text]) => `<${name}>${text}</${name}>`).join('')}<FieldFormat><Type>${type}</Type><Fmt>${pattern}</Fmt></FieldFormat></QvxFieldHeader>`
  })
  const header = `<?xml version="1.0" encoding="UTF-8"?>\n<QvxTableHeader><MajorVersion>1</MajorVersion><TableName>T</TableName><UsesSeparatorByte>${Number(separates)}</UsesSeparatorByte><Fields>${headers.join('\n')}</Fields></QvxTableHeader>\0`
  const body = rows.map((row) =>
    Buffer.concat([
      Buffer.from(separates ? [0x1e] : []),
      ...row.map((value) =>
        typeof value === 'number'
          ? Buffer.from([value])
          : typeof value === 'string'
            ? Buffer.from(value)
            : value,
      ),
    ]),
  )
  return Buffer.concat([Buffer.from(header), ...body, Buffer.from(separates ? [0, 0, 0x1c, 9, 9] : [])])
}
