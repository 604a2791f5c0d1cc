/**
 * Splits a date, time or interval format such as `YYYY-MM-DD hh:mm:ss[.fff]` into its parts; anything else is
 * literal text. Upper and lower case are equal if only one of them occurs in the format; M is the month and m
 * the minute, except in a format with a day or a year and no time (`dd/mm/yyyy`).
 */
export type MaskPart =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: MaskUnit; readonly width: number; readonly upper: boolean }
  | { readonly kind: 'optional'; readonly parts: readonly MaskPart[] }

export type MaskUnit =
  | 'year'
  | 'month'
  | 'month-short'
  | 'month-long'
  | 'day'
  | 'weekday'
  | 'weekday-short'
  | 'weekday-long'
  | 'hour'
  | 'minute'
  | 'second'
  | 'fraction'
  | 'half-day'

export function maskParts(format: string): readonly MaskPart[] {
  return partsOf(format, lettersOf(format), 0, false).parts
}

/** The format with and without each optional part, longest first: the alternatives that a reader tries. */
export function alternatives(parts: readonly MaskPart[]): readonly (readonly MaskPart[])[] {
  let all: (readonly MaskPart[])[] = [[]]
  for (const part of parts) {
    if (part.kind !== 'optional') {
      all = all.map((done) => [...done, part])
      continue
    }
    const inner = all.length < ALTERNATIVES_MAX ? alternatives(part.parts) : []
    all = [...inner.flatMap((choice) => all.map((done) => [...done, ...choice])), ...all]
  }
  return all
}

/**
 * A format that ends with a time, with seconds, their fraction and AM or PM as optional parts; seconds also
 * where it has none. Any other format, and one that does not set hours and minutes apart, stays as it is.
 */
export function lenientParts(parts: readonly MaskPart[]): readonly MaskPart[] {
  const minute = parts.findIndex(({ kind }) => kind === 'minute')
  const separator = parts[minute - 1]
  const tail = parts.slice(minute + 1)
  if (parts[minute - 2]?.kind !== 'hour' || separator?.kind !== 'literal' || !tail.every(isOfTime))
    return parts
  const half = tail.findIndex(({ kind }) => kind === 'half-day')
  const end = half < 0 ? tail.length : tail[half - 1]?.kind === 'literal' ? half - 1 : half
  const given = tail.slice(0, end)
  const [mark, second, ...fraction] = given.length > 0 ? given : [separator, SECOND]
  const seconds =
    second?.kind === 'second' ? [mark!, second, optional(fraction.length > 0 ? fraction : FRACTION)] : given
  const noon = half < 0 ? [] : [optional(tail.slice(end))]
  return [...parts.slice(0, minute + 1), optional(seconds), ...noon]
}

const optional = (parts: readonly MaskPart[]): MaskPart => ({ kind: 'optional', parts })

const SECOND: MaskPart = { kind: 'second', width: 2, upper: false }
const FRACTION: readonly MaskPart[] = [
  { kind: 'literal', text: '.' },
  { kind: 'fraction', width: 3, upper: false },
]

const OF_TIME: ReadonlySet<MaskPart['kind']> = new Set(['literal', 'second', 'fraction', 'half-day'])

const isOfTime = (part: MaskPart): boolean =>
  part.kind === 'optional' ? part.parts.every(isOfTime) : OF_TIME.has(part.kind)

const ALTERNATIVES_MAX = 16

/** Returns the meaning of the letters in this format. */
type Letters = ReadonlyMap<string, (width: number) => MaskUnit>

function lettersOf(format: string): Letters {
  const has = (letter: string) => format.includes(letter)
  const preferred = (first: string, second: string) => (has(first) || !has(second) ? first : second)
  const year = preferred('Y', 'y')
  const day = preferred('D', 'd')
  const hour = preferred('h', 'H')
  const second = preferred('s', 'S')
  const monthAsMinute = !has('M') && !has(hour) && !has(second) && (has(day) || has(year))
  const month = (width: number): MaskUnit =>
    width >= 4 ? 'month-long' : width === 3 ? 'month-short' : 'month'
  const weekday = (width: number): MaskUnit =>
    width >= 4 ? 'weekday-long' : width === 3 ? 'weekday-short' : 'weekday'
  return new Map<string, (width: number) => MaskUnit>([
    [year, () => 'year'],
    [day, () => 'day'],
    [hour, () => 'hour'],
    [second, () => 'second'],
    ['M', month],
    ['m', monthAsMinute ? month : () => 'minute'],
    ['W', weekday],
    ['f', () => 'fraction'],
  ])
}

function partsOf(
  format: string,
  letters: Letters,
  from: number,
  inner: boolean,
): { readonly parts: readonly MaskPart[]; readonly end: number } {
  const parts: MaskPart[] = []
  let literal = ''
  const flush = () => {
    if (literal !== '') parts.push({ kind: 'literal', text: literal })
    literal = ''
  }
  let at = from
  while (at < format.length) {
    const character = format[at]!
    if (character === ']' && inner) {
      flush()
      return { parts, end: at + 1 }
    }
    if (character === '[' && format.includes(']', at)) {
      flush()
      const optional = partsOf(format, letters, at + 1, true)
      parts.push({ kind: 'optional', parts: optional.parts })
      at = optional.end
      continue
    }
    let width = 1
    while (format[at + width] === character) width++
    const unit = letters.get(character)?.(width) ?? (/tt/i.test(format.slice(at, at + 2)) ? 'half-day' : null)
    if (unit === null) {
      literal += character
      at++
      continue
    }
    flush()
    if (unit === 'half-day') width = 2
    parts.push({ kind: unit, width, upper: character !== character.toLowerCase() })
    at += width
  }
  flush()
  return { parts, end: at }
}
