/**
 * How a field shows its numbers: what the function that made it, or the header of a QVD file, says, and what
 * goes on into the header of the next one (QVD, section 6; FACTS, QVD read and written).
 */
import { isInCalendar } from './calendar.ts'
import { formatsOf } from './formats.ts'
import type { Settings } from './settings.ts'

/** Names as QVD headers have them; what is absent is empty there. */
export interface FieldFormat {
  /** UNKNOWN, INTEGER, REAL, FIX, MONEY, DATE, TIME, TIMESTAMP, INTERVAL or ASCII. */
  readonly type: string
  readonly format?: string
  readonly decimals?: number
  readonly useThousands?: boolean
  readonly decimalSep?: string
  readonly thousandSep?: string
}

/** Numbers are shown in no way of their own. */
export const PLAIN: FieldFormat = { type: 'UNKNOWN' }

/** The text of a number in a format; undefined where it is that of a number without one. */
export function shownNumber(
  { type, format = '', decimalSep, thousandSep }: FieldFormat,
  settings: Settings,
): ((number: number) => string | undefined) | undefined {
  const formats = formatsOf(settings)
  const own = CALENDAR_FORMATS[type]
  if (own !== undefined) {
    const { format: text } = formats.date(format || own(settings))
    return (number) => (isInCalendar(number) ? text(number) : undefined)
  }
  if (PLAIN_MASK.test(format) || (!NUMBER_TYPES.has(type) && type !== 'INTERVAL')) return undefined
  if (type === 'INTERVAL') return formats.interval(format).format
  return formats.number(format, decimalSep || settings.decimalSep, thousandSep || settings.thousandSep).format
}

const CALENDAR_FORMATS: Readonly<Record<string, (settings: Settings) => string>> = {
  DATE: ({ dateFormat }) => dateFormat,
  TIME: ({ timeFormat }) => timeFormat,
  TIMESTAMP: ({ timestampFormat }) => timestampFormat,
}
const NUMBER_TYPES: ReadonlySet<string> = new Set(['INTEGER', 'REAL', 'FIX', 'MONEY'])
/** `##############` and `###0` show a number as it is. */
const PLAIN_MASK = /^#*0?$/

/** What of a file's format goes on with a field that was loaded as it is: not that its numbers are whole. */
export function carriedFormat(format: FieldFormat): FieldFormat {
  const { type } = format
  const isTold = (format.format ?? '') !== ''
  return type === 'INTEGER' || (type === 'REAL' && !isTold) ? PLAIN : format
}
