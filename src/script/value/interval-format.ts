/**
 * Formats and parses durations (SEMANTICS L19). The largest unit of the format takes the whole remainder:
 * 1.375 days are `33:00:00` in `hh:mm:ss` and `1 09:00` in `D hh:mm`.
 */
import { DAY_MS, milliseconds } from './calendar.ts'
import { padded } from './date-format.ts'
import { alternatives, type MaskPart, maskParts } from './date-mask.ts'

export interface IntervalMask {
  readonly format: (days: number) => string
  /** NaN if the text does not match. */
  readonly parse: (text: string) => number
}

const UNIT_MS: Readonly<Partial<Record<MaskPart['kind'], number>>> = {
  day: DAY_MS,
  hour: 3_600_000,
  minute: 60_000,
  second: 1000,
}

export function intervalMask(format: string): IntervalMask {
  const parts = maskParts(format)
  const units = flat(parts)
    .map(({ kind }) => UNIT_MS[kind] ?? 0)
    .filter((unit) => unit > 0)
  const readings = alternatives(parts)
  return {
    format: (days) => {
      const total = milliseconds(days)
      const text = formatParts(parts, Math.abs(total), Math.max(0, ...units), units)
      return total < 0 ? `-${text}` : text
    },
    parse: (text) => {
      const negative = text.startsWith('-')
      const body = negative ? text.slice(1) : text
      for (const reading of readings) {
        const days = parseParts(reading, body)
        if (!Number.isNaN(days)) return negative ? -days : days
      }
      return Number.NaN
    },
  }
}

function flat(parts: readonly MaskPart[]): readonly MaskPart[] {
  return parts.flatMap((part) => (part.kind === 'optional' ? flat(part.parts) : [part]))
}

function formatParts(
  parts: readonly MaskPart[],
  total: number,
  largest: number,
  units: readonly number[],
): string {
  let text = ''
  for (const part of parts) {
    if (part.kind === 'literal') text += part.text
    else if (part.kind === 'optional') {
      const shown = flat(part.parts).some((inner) => amount(inner, total, largest, units) > 0)
      if (shown) text += formatParts(part.parts, total, largest, units)
    } else if (part.kind === 'fraction') {
      text += padded(total % 1000, 3)
        .slice(0, part.width)
        .padEnd(part.width, '0')
    } else if (UNIT_MS[part.kind] !== undefined) {
      text += padded(amount(part, total, largest, units), part.width)
    }
  }
  return text
}

/** Returns the shown amount of a unit: the remainder of the next larger unit of the format. */
function amount(part: MaskPart, total: number, largest: number, units: readonly number[]): number {
  if (part.kind === 'fraction') return total % 1000
  const unit = UNIT_MS[part.kind]
  if (unit === undefined) return 0
  const larger = units.filter((other) => other > unit)
  const rest = unit === largest || larger.length === 0 ? total : total % Math.min(...larger)
  return Math.floor(rest / unit)
}

function parseParts(parts: readonly MaskPart[], text: string): number {
  let at = 0
  let total = 0
  for (const part of parts) {
    if (part.kind === 'literal') {
      if (!text.startsWith(part.text, at)) return Number.NaN
      at += part.text.length
      continue
    }
    const digits = /^\d+/.exec(text.slice(at))?.[0]
    if (digits === undefined) return Number.NaN
    at += digits.length
    const unit = UNIT_MS[part.kind]
    if (unit !== undefined) total += Number(digits) * unit
    else if (part.kind === 'fraction') total += (Number(digits) / 10 ** digits.length) * 1000
    else return Number.NaN
  }
  return at === text.length && text !== '' ? total / DAY_MS : Number.NaN
}
