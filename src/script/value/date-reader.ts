/**
 * Parses texts of one date format to serial numbers; NaN if the text does not match as a whole. Names are
 * case-insensitive, one digit is accepted where two are usual, and only existing days and times are accepted.
 */
import { dayNumber, daysInMonth } from './calendar.ts'
import type { MaskPart } from './date-mask.ts'
import type { Settings } from './settings.ts'

/** Two-digit years below this are 20xx, others 19xx (D9). */
const YEAR_PIVOT = 30
/** Year for a format without a year. */
const YEAR_WHEN_ABSENT = 1900

/** Values read so far. */
interface Reading {
  at: number
  year: number
  month: number
  day: number
  hour: number
  minute: number
  second: number
  /** 0 none, 1 before, 2 after noon. */
  half: number
}

type Step = (text: string, reading: Reading) => boolean

/** @param parts no optional ones: one of the `alternatives` of a format */
export function dateReader(parts: readonly MaskPart[], settings: Settings): (text: string) => number {
  const steps = parts.map((part, index) =>
    step(part, [parts[index - 1], parts[index + 1]].some(isNumeric), settings),
  )
  const hasDate = parts.some(({ kind }) => kind === 'year' || kind === 'day' || kind.startsWith('month'))
  const reading: Reading = { at: 0, year: 0, month: 1, day: 1, hour: 0, minute: 0, second: 0, half: 0 }
  return (text) => {
    reading.at = 0
    reading.year = YEAR_WHEN_ABSENT
    reading.month = 1
    reading.day = 1
    reading.hour = 0
    reading.minute = 0
    reading.second = 0
    reading.half = 0
    for (const read of steps) if (!read(text, reading)) return Number.NaN
    return reading.at === text.length ? serialOf(reading, hasDate) : Number.NaN
  }
}

function serialOf(reading: Reading, hasDate: boolean): number {
  const { year, month, day, minute, second, half } = reading
  let { hour } = reading
  if (half !== 0) {
    if (hour < 1 || hour > 12) return Number.NaN
    hour = (hour % 12) + (half === 2 ? 12 : 0)
  }
  if (hour > 23 || minute > 59 || second >= 60) return Number.NaN
  const time = (hour * 3600 + minute * 60 + second) / 86_400
  if (!hasDate) return time
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return Number.NaN
  return dayNumber(year, month, day) + time
}

function step(part: MaskPart, tight: boolean, settings: Settings): Step {
  if (part.kind === 'optional') throw new Error('optional parts are laid out before reading')
  if (part.kind === 'literal') return literalStep(part.text)
  if (part.kind === 'half-day') return halfDayStep
  const names = namesOf(part, settings)
  if (names !== undefined) return nameStep(names, part.kind.startsWith('month'))
  return numberStep(part.kind, part.width, tight)
}

function isNumeric(part: MaskPart | undefined): boolean {
  return part !== undefined && NUMERIC.has(part.kind)
}

const NUMERIC: ReadonlySet<MaskPart['kind']> = new Set([
  'year',
  'month',
  'day',
  'hour',
  'minute',
  'second',
  'fraction',
  'weekday',
])

function literalStep(literal: string): Step {
  return (text, reading) => {
    if (!text.startsWith(literal, reading.at)) return false
    reading.at += literal.length
    return true
  }
}

function halfDayStep(text: string, reading: Reading): boolean {
  const given = text.slice(reading.at, reading.at + 2).toLowerCase()
  if (given !== 'am' && given !== 'pm') return false
  reading.half = given === 'am' ? 1 : 2
  reading.at += 2
  return true
}

function nameStep(names: readonly string[], isMonth: boolean): Step {
  const lower = names.map((name) => name.toLowerCase())
  return (text, reading) => {
    let found = -1
    for (let index = 0; index < lower.length; index++) {
      const name = lower[index]!
      if (name.length <= (lower[found]?.length ?? 0)) continue
      if (text.slice(reading.at, reading.at + name.length).toLowerCase() === name) found = index
    }
    if (found < 0) return false
    if (isMonth) reading.month = found + 1
    reading.at += lower[found]!.length
    return true
  }
}

/**
 * Reads the digits of one unit: exactly as many as the format has if another number follows (`YYYYMMDD`),
 * else one or two.
 */
function numberStep(kind: MaskPart['kind'], width: number, tight: boolean): Step {
  const isYear = kind === 'year'
  const exact = isYear ? (width <= 2 ? 2 : 4) : width
  const least = isYear || tight ? exact : 1
  const most = isYear || tight ? exact : kind === 'fraction' ? 9 : Math.max(2, width)
  return (text, reading) => {
    const start = reading.at
    let at = start
    let number = 0
    while (at - start < most) {
      const digit = text.charCodeAt(at) - 48
      if (!(digit >= 0 && digit <= 9)) break
      number = number * 10 + digit
      at++
    }
    if (at - start < least) return false
    reading.at = at
    assign(reading, kind, number, at - start)
    return true
  }
}

function assign(reading: Reading, kind: MaskPart['kind'], number: number, digits: number): void {
  if (kind === 'year') {
    reading.year = digits > 2 ? number : number + (number < YEAR_PIVOT ? 2000 : 1900)
  } else if (kind === 'month') reading.month = number
  else if (kind === 'day') reading.day = number
  else if (kind === 'hour') reading.hour = number
  else if (kind === 'minute') reading.minute = number
  else if (kind === 'second') reading.second = number
  else if (kind === 'fraction') reading.second += number / 10 ** digits
}

/** All characters that texts of a format can contain, names in both cases. */
export function dateCharacters(parts: readonly MaskPart[], settings: Settings): string {
  return parts
    .map((part) => {
      if (part.kind === 'literal') return part.text
      if (part.kind === 'optional') return dateCharacters(part.parts, settings)
      if (part.kind === 'half-day') return 'aApPmM'
      const names = namesOf(part, settings)?.join('')
      return names === undefined ? '0123456789' : names.toLowerCase() + names.toUpperCase()
    })
    .join('')
}

function namesOf(part: MaskPart, settings: Settings): readonly string[] | undefined {
  switch (part.kind) {
    case 'month-short':
      return settings.monthNames
    case 'month-long':
      return settings.longMonthNames
    case 'weekday-short':
      return settings.dayNames
    case 'weekday-long':
      return settings.longDayNames
    default:
      return undefined
  }
}
