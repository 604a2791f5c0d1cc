/**
 * Formats and parses dates, times and timestamps (SEMANTICS block L). Formatting never changes the number;
 * parsing returns the serial number, or NaN if the text does not match the format exactly.
 */
import { civilDate, DAY_MS, milliseconds, weekdayOf } from './calendar.ts'
import { alternatives, lenientParts, type MaskPart, maskParts } from './date-mask.ts'
import { dateCharacters, dateReader } from './date-reader.ts'
import type { Settings } from './settings.ts'

export interface DateMask {
  readonly format: (serial: number) => string
  readonly parse: (text: string) => number
  /** All characters that texts of this format can contain. */
  readonly characters: string
}

/** @param reading lenient: a time may have seconds or none whatever the format says */
export function dateMask(
  format: string,
  settings: Settings,
  reading: 'as-written' | 'lenient' = 'as-written',
): DateMask {
  const parts = maskParts(format)
  const readers = alternatives(reading === 'lenient' ? lenientParts(parts) : parts).map((each) =>
    dateReader(each, settings),
  )
  return {
    format: (serial) => formatParts(parts, moment(serial, parts), settings),
    parse: (text) => {
      for (const read of readers) {
        const serial = read(text)
        if (!Number.isNaN(serial)) return serial
      }
      return Number.NaN
    },
    characters: dateCharacters(parts, settings),
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

/** An optional part is shown if something in it is not zero: `[.fff]`. */
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
