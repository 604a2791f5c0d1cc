/**
 * The compiled formats of one settings record. Formats are compiled once and cached with the settings they
 * belong to, which makes reading and formatting cheap.
 */
import { type DateMask, dateMask } from './date-format.ts'
import { textReader } from './interpret-text.ts'
import { type IntervalMask, intervalMask } from './interval-format.ts'
import { type NumberMask, numberMask } from './number-format.ts'
import type { Settings } from './settings.ts'
import { type ZoneOffset, zoneOffset } from './time-zone.ts'

export interface Formats {
  /** Parses a text as a number; NaN if it is none (block D). */
  readonly readText: (text: string) => number
  readonly date: (format: string) => DateMask
  readonly interval: (format: string) => IntervalMask
  readonly number: (format: string, decimalSep: string, thousandSep: string) => NumberMask
  /** Compiles a regular expression, or returns why it is invalid; `flags` as in RegExp. */
  readonly pattern: (source: string, flags: string) => RegExp | string
  /** Undefined for an unknown place. */
  readonly zone: (place: string) => ZoneOffset | undefined
}

const MEMO = new WeakMap<Settings, Formats>()

export function formatsOf(settings: Settings): Formats {
  const known = MEMO.get(settings)
  if (known !== undefined) return known
  const made: Formats = {
    readText: textReader(settings),
    date: remembering((format) => dateMask(format, settings)),
    interval: remembering((format) => intervalMask(format)),
    number: rememberingNumbers(),
    pattern: rememberingPatterns(),
    zone: remembering(zoneOffset),
  }
  MEMO.set(settings, made)
  return made
}

/** Formats may come from data, so the cache must be bounded. */
const REMEMBERED_MAX = 256

function remembering<Mask>(make: (format: string) => Mask): (format: string) => Mask {
  const known = new Map<string, Mask>()
  return (format) => {
    const before = known.get(format)
    if (before !== undefined || known.has(format)) return before as Mask
    if (known.size >= REMEMBERED_MAX) known.clear()
    const made = make(format)
    known.set(format, made)
    return made
  }
}

function rememberingNumbers(): Formats['number'] {
  const bySeparators = remembering((separators) => {
    const [decimalSep = '', thousandSep = ''] = separators.split('\n')
    return remembering((format) => numberMask(format, decimalSep, thousandSep))
  })
  return (format, decimalSep, thousandSep) => bySeparators(`${decimalSep}\n${thousandSep}`)(format)
}

function rememberingPatterns(): Formats['pattern'] {
  const byFlags = remembering((flags) => remembering((source) => regularExpression(source, flags)))
  return (source, flags) => byFlags(flags)(source)
}

/** Compiles with Unicode rules; falls back to the older rules if only they allow the pattern. */
function regularExpression(source: string, flags: string): RegExp | string {
  let reason = ''
  for (const all of [`${flags}u`, flags]) {
    try {
      return new RegExp(source, all)
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
      reason = error.message
    }
  }
  return reason
}
