/** The header of a QVX file: its fields and how their values are written. */
import { characterSet } from '../../script/format/character-set.ts'
import { TABLE_FIELDS_MAX } from '../../script/plan/sink-plan.ts'
import { XmlError, XmlScanner } from './xml-scanner.ts'

/** The file is no QVX, or beyond a bound. The message says what, as the end of a sentence. */
export class QvxError extends Error {
  override readonly name = 'QvxError'
}

export interface QvxField {
  readonly name: string
  readonly type: 'signed' | 'unsigned' | 'real' | 'bcd' | 'blob' | 'text' | 'dual'
  readonly extent: 'fixed' | 'counted' | 'terminated' | 'special'
  /** How NULL is told: never, by no bytes, by a flag before the value, or by one without the value. */
  readonly nulls: 'never' | 'empty' | 'flag-and-data' | 'flag'
  readonly bigEndian: boolean
  /** As CHARACTER_SETS names it; its zero has so many bytes. */
  readonly characterSet: string
  readonly unitBytes: 1 | 2
  /** Bytes of a fixed value, or of the count of a counted one. */
  readonly width: number
  /** A whole number counts units of this power of ten. */
  readonly decimals: number
  /** UNKNOWN, ASCII, INTEGER, REAL, DATE ... */
  readonly format: string
  readonly pattern: string
}

export interface QvxHeader {
  readonly fields: readonly QvxField[]
  /** A byte stands before each row. */
  readonly separates: boolean
}

const TYPES: Readonly<Record<string, QvxField['type']>> = {
  QVX_SIGNED_INTEGER: 'signed',
  QVX_UNSIGNED_INTEGER: 'unsigned',
  QVX_IEEE_REAL: 'real',
  QVX_PACKED_BCD: 'bcd',
  QVX_BLOB: 'blob',
  QVX_TEXT: 'text',
  QVX_QV_DUAL: 'dual',
}
const EXTENTS: Readonly<Record<string, QvxField['extent']>> = {
  QVX_FIX: 'fixed',
  QVX_COUNTED: 'counted',
  QVX_ZERO_TERMINATED: 'terminated',
  QVX_QV_SPECIAL: 'special',
}
const NULLS: Readonly<Record<string, QvxField['nulls']>> = {
  QVX_NULL_NEVER: 'never',
  QVX_NULL_ZERO_LENGTH: 'empty',
  QVX_NULL_FLAG_WITH_UNDEFINED_DATA: 'flag-and-data',
  QVX_NULL_FLAG_SUPPRESS_DATA: 'flag',
}
const WIDTH_MAX_BYTES = 16 * 1024 * 1024
const COUNT_MAX_BYTES = 8
const DECIMALS_MAX = 30
const FIELD = 'QvxTableHeader/Fields/QvxFieldHeader'

/** @throws QvxError */
export function qvxHeader(xml: string): QvxHeader {
  const fields: QvxField[] = []
  let texts = new Map<string, string>()
  const table = new Map<string, string>()
  const path: string[] = []
  const scanner = new XmlScanner({
    open(name) {
      path.push(name)
      if (path.join('/') === FIELD) texts = new Map()
    },
    text(text) {
      const place = path.join('/')
      const into = place.startsWith(`${FIELD}/`) ? texts : table
      const key = into === texts ? place.slice(FIELD.length + 1) : place
      into.set(key, (into.get(key) ?? '') + text)
    },
    close() {
      if (path.join('/') === FIELD) fields.push(fieldOf(texts))
      if (fields.length > TABLE_FIELDS_MAX) throw new QvxError(`it has more than ${TABLE_FIELDS_MAX} fields`)
      path.pop()
    },
  })
  try {
    scanner.push(xml)
    scanner.end()
  } catch (error) {
    if (error instanceof XmlError) throw new QvxError(`in its header, ${error.message}`)
    throw error
  }
  if (fields.length === 0) throw new QvxError('its header has no fields')
  return { fields, separates: isTrue(table.get('QvxTableHeader/UsesSeparatorByte')) }
}

function fieldOf(texts: ReadonlyMap<string, string>): QvxField {
  const text = (name: string) => (texts.get(name) ?? '').trim()
  const name = texts.get('FieldName') ?? ''
  if (name === '') throw new QvxError('a field has no name')
  const oneOf = <Kind>(kinds: Readonly<Record<string, Kind>>, element: string): Kind => {
    const kind = Object.hasOwn(kinds, text(element)) ? kinds[text(element)] : undefined
    if (kind === undefined) throw new QvxError(`its field '${name}' has the ${element} '${text(element)}'`)
    return kind
  }
  const whole = (element: string, most: number): number => {
    const number = text(element) === '' ? 0 : Number(text(element))
    if (Number.isInteger(number) && number >= 0 && number <= most) return number
    throw new QvxError(`its field '${name}' has the ${element} '${text(element)}'`)
  }
  const type = oneOf(TYPES, 'Type')
  const extent = oneOf(EXTENTS, 'Extent')
  if ((type === 'dual') !== (extent === 'special')) {
    throw new QvxError(`its field '${name}' of type ${text('Type')} has the extent ${text('Extent')}`)
  }
  const page = text('CodePage') || text('Codepage')
  // Texts alone have characters.
  const set = type === 'text' && page !== '' ? characterSet(`cp${page}`) : 'utf-8'
  if (set === undefined) throw new QvxError(`its field '${name}' has the code page '${page}'`)
  const most = extent === 'counted' ? COUNT_MAX_BYTES : WIDTH_MAX_BYTES
  return {
    name,
    type,
    extent,
    nulls: oneOf(NULLS, 'NullRepresentation'),
    bigEndian: isTrue(text('BigEndian')),
    characterSet: set,
    unitBytes: /^utf-16/.test(set) ? 2 : 1,
    width: whole('ByteWidth', most),
    decimals: whole('FixPointDecimals', DECIMALS_MAX),
    format: text('FieldFormat/Type') || 'UNKNOWN',
    pattern: texts.get('FieldFormat/Fmt') ?? '',
  }
}

const isTrue = (text = ''): boolean => text.trim() === '1' || text.trim().toLowerCase() === 'true'
