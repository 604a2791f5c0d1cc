/**
 * Dates, times and timestamps as text by a format, and back (SEMANTICS block L). Formatting never changes the number;
 * reading gives the serial number or NaN when the text does not fit the format exactly.
 */
import { civilDate, DAY_MS, dayNumber, daysInMonth, milliseconds, weekdayOf } from './calendar.ts'
import { alternatives, type MaskPart, maskParts } from './date-mask.ts'
import type { Settings } from './settings.ts'

export interface DateMask {
  readonly format: (serial: number) => string
  readonly parse: (text: string) => number
  /** All characters a text of this format can start with. */
  readonly firstCharacters: string
}

/** Two-digit years below this are 20xx, the others 19xx (D9). */
const YEAR_PIVOT = 30
/** A format without a year reads as a day of this year. */
const YEAR_WHEN_ABSENT = 1900
const DIGITS = '0123456789'

export function dateMask(format: string, settings: Settings): DateMask {
  const parts = maskParts(format)
  const readings = alternatives(parts)
  const readers = readings.map((reading) => reader(reading, settings))
  return {
    format: (serial) => formatParts(parts, moment(serial, parts), settings),
    parse: (text) => {
      for (const read of readers) {
        const serial = read(text)
        if (!Number.isNaN(serial)) return serial
      }
      return Number.NaN
    },
    firstCharacters: readings.map((reading) => firstCharacters(reading[0], settings)).join(''),
  }
}

interface Moment {
  readonly day: number
  readonly year: number
  readonly month: number
  readonly dayOfMonth: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  readonly fraction: number
  readonly twelveHours: boolean
}

function moment(serial: number, parts: readonly MaskPart[]): Moment {
  const total = milliseconds(serial)
  const day = Math.floor(total / DAY_MS)
  const time = total - day * DAY_MS
  const civil = civilDate(day)
  return {
    day,
    year: civil.year,
    month: civil.month,
    dayOfMonth: civil.day,
    hour: Math.floor(time / 3_600_000),
    minute: Math.floor(time / 60_000) % 60,
    second: Math.floor(time / 1000) % 60,
    fraction: time % 1000,
    twelveHours: parts.some((part) => part.kind === 'half-day'),
  }
}

function formatParts(parts: readonly MaskPart[], at: Moment, settings: Settings): string {
  let text = ''
  for (const part of parts) text += formatPart(part, at, settings)
  return text
}

function formatPart(part: MaskPart, at: Moment, settings: Settings): string {
  switch (part.kind) {
    case 'literal':
      return part.text
    case 'optional':
      return part.parts.some((inner) => isShown(inner, at)) ? formatParts(part.parts, at, settings) : ''
    case 'year':
      return part.width <= 2 ? padded(((at.year % 100) + 100) % 100, 2) : padded(at.year, 4)
    case 'month':
      return padded(at.month, part.width)
    case 'month-short':
      return settings.monthNames[at.month - 1] ?? ''
    case 'month-long':
      return settings.longMonthNames[at.month - 1] ?? ''
    case 'day':
      return padded(at.dayOfMonth, Math.min(part.width, 2))
    case 'weekday':
      return padded((weekdayOf(at.day) - settings.firstWeekDay + 7) % 7, part.width)
    case 'weekday-short':
      return settings.dayNames[weekdayOf(at.day)] ?? ''
    case 'weekday-long':
      return settings.longDayNames[weekdayOf(at.day)] ?? ''
    case 'hour':
      return padded(at.twelveHours ? ((at.hour + 11) % 12) + 1 : at.hour, Math.min(part.width, 2))
    case 'minute':
      return padded(at.minute, Math.min(part.width, 2))
    case 'second':
      return padded(at.second, Math.min(part.width, 2))
    case 'fraction':
      return padded(at.fraction, 3).slice(0, part.width).padEnd(part.width, '0')
    case 'half-day': {
      const half = at.hour < 12 ? 'am' : 'pm'
      return part.upper ? half.toUpperCase() : half
    }
  }
}

/** An optional part shows when something in it is not zero: `[.fff]`. */
function isShown(part: MaskPart, at: Moment): boolean {
  switch (part.kind) {
    case 'literal':
    case 'half-day':
      return false
    case 'optional':
      return part.parts.some((inner) => isShown(inner, at))
    case 'hour':
      return at.hour !== 0
    case 'minute':
      return at.minute !== 0
    case 'second':
      return at.second !== 0
    case 'fraction':
      return at.fraction !== 0
    default:
      return true
  }
}

export function padded(number: number, width: number): string {
  const text = String(Math.abs(number)).padStart(width, '0')
  return number < 0 ? `-${text}` : text
}

function firstCharacters(part: MaskPart | undefined, settings: Settings): string {
  if (part === undefined || part.kind === 'optional') return ''
  if (part.kind === 'literal') return part.text.slice(0, 1)
  if (part.kind === 'half-day') return 'aApP'
  const names = namesOf(part, settings)
  if (names === undefined) return DIGITS
  return names.map((name) => `${name.slice(0, 1).toLowerCase()}${name.slice(0, 1).toUpperCase()}`).join('')
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

/** What has been read of a text so far. */
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

function reader(parts: readonly MaskPart[], settings: Settings): (text: string) => number {
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

/** Digits of one unit: as many as the format has beside another number (`YYYYMMDD`), else one or two are both fine. */
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
