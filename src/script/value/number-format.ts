/**
 * Formats and parses numbers by a format such as `#,##0.00;-#,##0.00` (SEMANTICS L22 to L27). The separators
 * of the call decide which marks of the format are the decimal and the group position; every other character
 * is literal.
 */
import { numberReader, numberText } from './number-text.ts'
import { type RadixMask, radixMask } from './radix-format.ts'

export interface NumberMask {
  readonly format: (value: number) => string
  /** NaN if the text does not match. */
  readonly parse: (text: string) => number
}

export function numberMask(format: string, decimalSep: string, thousandSep: string): NumberMask {
  const radix: RadixMask | undefined = radixMask(format)
  if (radix !== undefined) return radix
  const read = numberReader(decimalSep, thousandSep)
  if (format.trim() === '') {
    return {
      format: (value) => numberText(value, decimalSep),
      parse: (text) => read(text, 0, text.length),
    }
  }
  const [positive = '', negative, zero] = format.split(';')
  const plus = section(positive, decimalSep, thousandSep)
  const minus = negative === undefined ? undefined : section(negative, decimalSep, thousandSep)
  const none = zero === undefined ? undefined : section(zero, decimalSep, thousandSep)
  return {
    format: (value) => {
      if (value === 0 && none !== undefined) return formatSection(none, 0, false)
      if (value < 0 && minus !== undefined) return formatSection(minus, -value, false)
      return formatSection(plus, Math.abs(value), value < 0)
    },
    parse: (text) => {
      const given = text.trim()
      const value = parseSection(plus, given, read)
      if (!Number.isNaN(value) || minus === undefined) return value
      return -parseSection(minus, given, read)
    },
  }
}

interface Section {
  readonly prefix: string
  readonly suffix: string
  /** Placeholders and literals left of the decimal mark, without group marks. */
  readonly whole: readonly string[]
  readonly leastDigits: number
  readonly grouped: boolean
  /** Right of the decimal mark: `#` shows zeros as `0` does (L27). */
  readonly decimals: number
  readonly percent: boolean
  readonly decimalSep: string
  readonly thousandSep: string
}

function section(format: string, decimalSep: string, thousandSep: string): Section {
  const first = format.search(/[0#]/)
  const last = Math.max(format.lastIndexOf('0'), format.lastIndexOf('#'))
  const withPoint = first > 0 && decimalSep !== '' && format.slice(0, first).endsWith(decimalSep)
  const start = first < 0 ? format.length : withPoint ? first - decimalSep.length : first
  const core = first < 0 ? '' : format.slice(start, last + 1)
  const point = decimalSep === '' ? -1 : core.indexOf(decimalSep)
  const wholeText = point < 0 ? core : core.slice(0, point)
  const decimals = point < 0 ? '' : core.slice(point + decimalSep.length)
  const grouped = thousandSep !== '' && wholeText.includes(thousandSep)
  const whole = [...(grouped ? wholeText.split(thousandSep).join('') : wholeText)]
  const prefix = format.slice(0, start)
  const suffix = first < 0 ? '' : format.slice(last + 1)
  return {
    prefix,
    suffix,
    whole,
    leastDigits: whole.filter((mark) => mark === '0').length,
    grouped,
    decimals: Math.min(100, [...decimals].filter((mark) => mark === '0' || mark === '#').length),
    percent: prefix.includes('%') || suffix.includes('%'),
    decimalSep,
    thousandSep,
  }
}

function formatSection(section: Section, magnitude: number, negative: boolean): string {
  if (section.whole.length === 0 && section.decimals === 0) return section.prefix
  const rounded = fixed(section.percent ? magnitude * 100 : magnitude, section.decimals)
  const [digits = '', decimals = ''] = rounded.split('.')
  // With only `#` before the point the text begins with the point (L27).
  const whole = digits === '0' && section.leastDigits === 0 && decimals !== '' ? '' : digits
  const shown = placed(section, whole.padStart(section.leastDigits, '0'))
  const fraction = decimals === '' ? '' : `${section.decimalSep}${decimals}`
  const sign = negative && /[1-9]/.test(rounded) ? '-' : ''
  return `${sign}${section.prefix}${shown}${fraction}${section.suffix}`
}

function fixed(magnitude: number, decimals: number): string {
  if (magnitude < 1e21) return magnitude.toFixed(decimals)
  return BigInt(Math.min(magnitude, Number.MAX_VALUE)).toString()
}

/** Fills the placeholders with digits from the right; surplus digits go to the leftmost one. */
function placed(section: Section, digits: string): string {
  if (section.whole.every((mark) => mark === '0' || mark === '#')) return grouped(section, digits)
  let rest = digits
  let text = ''
  const places = section.whole.filter((mark) => mark === '0' || mark === '#').length
  let place = places
  for (const mark of section.whole.toReversed()) {
    if (mark !== '0' && mark !== '#') {
      if (rest !== '') text = mark + text
      continue
    }
    place--
    const taken = place === 0 ? rest : rest.slice(-1)
    text = taken + text
    rest = place === 0 ? '' : rest.slice(0, -1)
  }
  return text
}

function grouped(section: Section, digits: string): string {
  if (!section.grouped || digits.length <= 3) return digits
  const head = digits.length % 3
  const groups = head === 0 ? [] : [digits.slice(0, head)]
  for (let at = head; at < digits.length; at += 3) groups.push(digits.slice(at, at + 3))
  return groups.join(section.thousandSep)
}

function parseSection(
  section: Section,
  text: string,
  read: (text: string, from: number, to: number) => number,
): number {
  const negative = text.startsWith('-')
  let body = negative ? text.slice(1) : text
  const prefix = section.prefix.trim()
  const suffix = section.suffix.trim()
  if (!body.startsWith(prefix) || !body.endsWith(suffix) || body.length < prefix.length + suffix.length) {
    return Number.NaN
  }
  body = body.slice(prefix.length, body.length - suffix.length).trim()
  const value = read(body, 0, body.length) / (section.percent ? 100 : 1)
  return negative ? -value : value
}
