/**
 * Reads the header of a QVD file from its XML (QVD, sections 1 and 2). Unknown elements are skipped, elements
 * without a meaning for the data may be missing. Document types are refused, so that no entity is expanded.
 * Numbers are checked against each other here, and against the file when it is opened.
 */
import sax from 'sax'
import { QvdError } from './qvd-error.ts'

/** How an application may show a field's numbers: a hint that never changes a value (QVD, section 6). */
export interface QvdNumberFormat {
  /** UNKNOWN, INTEGER, REAL, FIX, MONEY, DATE, TIME, TIMESTAMP, INTERVAL or ASCII. */
  readonly type: string
  readonly decimals: number
  readonly useThousands: boolean
  readonly format: string
  readonly decimalSep: string
  readonly thousandSep: string
}

/** One column: where its symbols are in the body, and its code in a row. */
export interface QvdFieldHeader {
  readonly name: string
  /** First bit within the row; bit 0 is the lowest of byte 0. */
  readonly bitOffset: number
  readonly bitWidth: number
  /** Added to the code of a row to get its symbol index; below 0 the value is NULL. */
  readonly bias: number
  readonly numberFormat: QvdNumberFormat
  /** Number of symbols. */
  readonly symbols: number
  /** Bytes of the symbol table, counted from the start of the body. */
  readonly offset: number
  readonly length: number
  readonly comment: string
  readonly tags: readonly string[]
}

export interface QvdLineage {
  readonly discriminator: string
  readonly statement: string
}

export interface QvdHeader {
  readonly tableName: string
  readonly fields: readonly QvdFieldHeader[]
  /** Number of rows. */
  readonly rows: number
  /** Bytes of a row. */
  readonly recordBytes: number
  /** Bytes of all rows, counted from the start of the body. */
  readonly offset: number
  readonly length: number
  /** `YYYY-MM-DD hh:mm:ss`, or as the writer wrote it; empty if unknown. */
  readonly createdUtc: string
  readonly creator: string
  readonly buildNumber: string
  readonly comment: string
  readonly lineage: readonly QvdLineage[]
  readonly tags: readonly string[]
}

/** More fields, more of their origins, or a longer row than this count as damage. */
const FIELDS_MAX = 100_000
const LINEAGE_MAX = 100_000
const ROW_MAX_BYTES = 1024 * 1024
/** A code only has to count symbols. */
const CODE_MAX_BITS = 64
const ROOT = 'QvdTableHeader'
const FIELD = `${ROOT}/Fields/QvdFieldHeader`
const LINEAGE = `${ROOT}/Lineage/LineageInfo`
/** Elements below this depth are ignored, and below the other one refused. */
const DEPTH_MAX = 5
const NESTED_MAX = 100
const ATTRIBUTES_MAX = 100

/** Texts of elements by their path within the described element. */
type Texts = Map<string, string>

/**
 * @param xml text from the start of the file to the end tag of the root
 * @throws QvdError if it is no XML, no QVD header, or inconsistent
 */
export function parseQvdHeader(xml: string): QvdHeader {
  const { root, fields, lineage, tags } = readElements(xml)
  const compression = text(root, 'Compression').trim()
  if (compression !== '') throw new QvdError(`its Compression '${compression}' is not supported`)
  const rows = wholeNumber(root, 'NoOfRecords')
  const recordBytes = wholeNumber(root, 'RecordByteSize')
  if (recordBytes > ROW_MAX_BYTES)
    throw new QvdError(`its RecordByteSize ${recordBytes} is more than ${ROW_MAX_BYTES}`)
  const length = wholeNumber(root, 'Length', rows * recordBytes)
  if (length !== rows * recordBytes) {
    throw new QvdError(
      `the rows have Length ${length}, which is not NoOfRecords ${rows} times RecordByteSize ${recordBytes}`,
    )
  }
  return {
    tableName: text(root, 'TableName'),
    fields: fields.map(({ texts, tags: own }, index) => fieldHeader(texts, own, index, recordBytes)),
    rows,
    recordBytes,
    offset: wholeNumber(root, 'Offset'),
    length,
    createdUtc: text(root, 'CreateUtcTime').trim(),
    creator: text(root, 'CreatorDoc'),
    buildNumber: text(root, 'QvBuildNo').trim(),
    comment: text(root, 'Comment'),
    lineage: lineage.map((texts) => ({
      discriminator: text(texts, 'Discriminator'),
      statement: text(texts, 'Statement'),
    })),
    tags,
  }
}

function fieldHeader(
  texts: Texts,
  tags: readonly string[],
  index: number,
  recordBytes: number,
): QvdFieldHeader {
  const name = texts.get('FieldName')
  if (name === undefined) throw new QvdError(`field ${index + 1} has no FieldName`)
  const number = (element: string, missing?: number) => wholeNumber(texts, element, missing, name)
  const bitOffset = number('BitOffset')
  const bitWidth = number('BitWidth')
  if (bitWidth > CODE_MAX_BITS) throw new QvdError(`BitWidth ${bitWidth} is more than ${CODE_MAX_BITS}`, name)
  if (bitWidth > 0 && bitOffset + bitWidth > recordBytes * 8) {
    throw new QvdError(
      `BitOffset ${bitOffset} and BitWidth ${bitWidth} lead out of a row of ${recordBytes} bytes`,
      name,
    )
  }
  const symbols = number('NoOfSymbols')
  const length = number('Length')
  // The shortest symbol has two bytes: a type and the NUL of an empty text.
  if (symbols * 2 > length) {
    throw new QvdError(`NoOfSymbols ${symbols} is more than its Length of ${length} bytes can hold`, name)
  }
  return {
    name,
    bitOffset,
    bitWidth,
    bias: signedNumber(texts, 'Bias', 0, name),
    numberFormat: {
      type: text(texts, 'NumberFormat/Type') || 'UNKNOWN',
      decimals: Number(text(texts, 'NumberFormat/nDec')) || 0,
      useThousands: text(texts, 'NumberFormat/UseThou').trim() === '1',
      format: text(texts, 'NumberFormat/Fmt'),
      decimalSep: text(texts, 'NumberFormat/Dec'),
      thousandSep: text(texts, 'NumberFormat/Thou'),
    },
    symbols,
    offset: number('Offset'),
    length,
    comment: text(texts, 'Comment'),
    tags,
  }
}

const text = (texts: Texts, element: string): string => texts.get(element) ?? ''

/** @param missing value of an absent element; without it the element is required */
function wholeNumber(texts: Texts, element: string, missing?: number, field?: string): number {
  const number = signedNumber(texts, element, missing, field)
  if (number < 0) throw new QvdError(`${element} is negative: ${number}`, field)
  return number
}

function signedNumber(texts: Texts, element: string, missing?: number, field?: string): number {
  const written = text(texts, element).trim()
  if (written === '' && missing !== undefined) return missing
  const number = /^[+-]?\d+$/.test(written) ? Number(written) : Number.NaN
  if (Number.isSafeInteger(number)) return number
  const found = written === '' ? 'is missing' : `is no whole number: '${written.slice(0, 40)}'`
  throw new QvdError(`the header element ${element} ${found}`, field)
}

interface Elements {
  readonly root: Texts
  readonly fields: { readonly texts: Texts; readonly tags: string[] }[]
  readonly lineage: Texts[]
  readonly tags: string[]
}

/** Collects the texts of the known elements. */
function readElements(xml: string): Elements {
  const found: Elements = { root: new Map(), fields: [], lineage: [], tags: [] }
  const parser = sax.parser(true, {})
  const open: string[] = []
  let content = ''
  let attributes = 0
  parser.onerror = (error) => {
    throw new QvdError(`its header is no well-formed XML: ${error.message.replaceAll(/\s+/g, ' ')}`)
  }
  parser.ondoctype = () => {
    throw new QvdError('its header has a document type, which no QVD has')
  }
  parser.onopentag = ({ name }) => {
    if (open.length === 0 && name !== ROOT) {
      throw new QvdError(`its XML is <${name.slice(0, 40)}> and not <${ROOT}>: it is no QVD file`)
    }
    if (open.length === NESTED_MAX) throw new QvdError(`its XML is nested more than ${NESTED_MAX} deep`)
    open.push(name)
    content = ''
    attributes = 0
    const path = open.length <= DEPTH_MAX ? open.join('/') : ''
    if (path === FIELD) {
      if (found.fields.length === FIELDS_MAX) throw new QvdError(`it has more than ${FIELDS_MAX} fields`)
      found.fields.push({ texts: new Map(), tags: [] })
    } else if (path === LINEAGE) {
      if (found.lineage.length === LINEAGE_MAX)
        throw new QvdError(`it has more than ${LINEAGE_MAX} LineageInfo`)
      found.lineage.push(new Map())
    }
  }
  parser.onattribute = () => {
    if (++attributes > ATTRIBUTES_MAX) throw new QvdError(`a tag has more than ${ATTRIBUTES_MAX} attributes`)
  }
  parser.ontext = (part) => {
    content += part
  }
  parser.oncdata = parser.ontext
  parser.onclosetag = () => {
    if (open.length <= DEPTH_MAX) keep(found, open.join('/'), content)
    open.pop()
    content = ''
  }
  parser.write(xml).close()
  return found
}

function keep({ root, fields, lineage, tags }: Elements, path: string, content: string): void {
  const field = fields.at(-1)
  if (path === `${FIELD}/Tags/String`) field?.tags.push(content)
  else if (path === `${ROOT}/TableTags/String`) tags.push(content)
  else if (path.startsWith(`${FIELD}/`)) field?.texts.set(path.slice(FIELD.length + 1), content)
  else if (path.startsWith(`${LINEAGE}/`)) lineage.at(-1)?.set(path.slice(LINEAGE.length + 1), content)
  else if (path.startsWith(`${ROOT}/`)) root.set(path.slice(ROOT.length + 1), content)
}
