/**
 * Numbers as a workbook shows them by the number formats of its cells (ECMA-376, part 1, section 18.8.31):
 * sections by sign or condition, digits, groups, percent, exponents and literal text, with the separators of
 * the script. What shows fractions, or text only, is left to the number itself.
 */
import type { Settings } from '../../script/value/settings.ts'

/** Formats that every workbook has without telling them, where they show numbers. */
const BUILT_IN: ReadonlyMap<number, string> = new Map([
  [1, '0'],
  [2, '0.00'],
  [3, '#,##0'],
  [4, '#,##0.00'],
  [9, '0%'],
  [10, '0.00%'],
  [11, '0.00E+00'],
  [37, '#,##0 ;(#,##0)'],
  [38, '#,##0 ;(#,##0)'],
  [39, '#,##0.00;(#,##0.00)'],
  [40, '#,##0.00;(#,##0.00)'],
  [41, '#,##0;-#,##0;"-"'],
  [42, '#,##0;-#,##0;"-"'],
  [43, '#,##0.00;-#,##0.00;"-"'],
  [44, '#,##0.00;-#,##0.00;"-"'],
  [48, '##0.0E+0'],
])

/** The code of a format that has a number only; undefined: it shows the number as it is, or a date. */
export const builtInNumberCode = (id: number): string | undefined => BUILT_IN.get(id)

/** Codes are short in every sound workbook. */
const CODE_MAX_CHARACTERS = 1000
/** Excel takes no more digits behind the point. */
const DECIMALS_MAX = 30

/** Undefined: the number is shown as it is. */
export type NumberShown = (value: number) => string | undefined

const PLAIN: NumberShown = () => undefined

export function numberShown(code: string, settings: Settings): NumberShown {
  if (code.length > CODE_MAX_CHARACTERS) return PLAIN
  const sections = splitSections(code).map(readSection)
  const shown = sections.slice(0, 3).map((section) => sectionShown(section, settings))
  return (value) => {
    const index = chosen(sections, value)
    // No condition fits: Excel shows marks of overflow.
    if (index === undefined) return undefined
    // The sections of several say themselves how a negative number looks.
    const signed = value < 0 && (index === 0 || sections[index]!.condition !== undefined)
    const text = shown[index]!(Math.abs(value))
    return text === undefined ? undefined : `${signed && /[1-9]/.test(text) ? '-' : ''}${text}`.trim()
  }
}

interface Section {
  readonly condition: ((value: number) => boolean) | undefined
  readonly parts: readonly Part[]
}

type Part =
  | { readonly kind: 'literal'; readonly text: string }
  /** `0`, `#` or `?`. */
  | { readonly kind: 'digit'; readonly mark: string }
  | { readonly kind: 'point' | 'comma' | 'percent' }
  | { readonly kind: 'exponent'; readonly plus: boolean }
  /** General, fractions, text: no number of digits. */
  | { readonly kind: 'other' }

/** Quoted text, an escaped character, a blank as wide as one, a filling one, brackets, and single marks. */
const PART = /"([^"]*)"|\\(.)|_(.)|\*.|\[([^\]]*)\]|General|E[+-]|./gisu

function splitSections(code: string): string[] {
  const sections = ['']
  for (const [part] of code.matchAll(PART)) {
    if (part === ';') sections.push('')
    else sections[sections.length - 1] += part
  }
  return sections
}

function readSection(text: string): Section {
  const parts: Part[] = []
  let condition: Section['condition']
  for (const [part, quoted, escaped, blank, bracket] of text.matchAll(PART)) {
    if (quoted !== undefined || escaped !== undefined)
      parts.push({ kind: 'literal', text: quoted ?? escaped! })
    else if (blank !== undefined) parts.push({ kind: 'literal', text: ' ' })
    else if (bracket !== undefined) {
      condition ??= conditionOf(bracket)
      const currency = /^\$([^-]*)/.exec(bracket)?.[1]
      if (currency !== undefined) parts.push({ kind: 'literal', text: currency })
    } else if (!part.startsWith('*') || part.length === 1) parts.push(plainPart(part))
  }
  return { condition, parts }
}

function plainPart(part: string): Part {
  if (part === '0' || part === '#' || part === '?') return { kind: 'digit', mark: part }
  if (part === '.') return { kind: 'point' }
  if (part === ',') return { kind: 'comma' }
  if (part === '%') return { kind: 'percent' }
  if (/^E[+-]$/i.test(part)) return { kind: 'exponent', plus: part.endsWith('+') }
  if (/^General$/i.test(part) || part === '/' || part === '@') return { kind: 'other' }
  return { kind: 'literal', text: part }
}

function conditionOf(bracket: string): ((value: number) => boolean) | undefined {
  const match = /^(<=|>=|<>|<|>|=)\s*(-?\d+(?:\.\d+)?)$/.exec(bracket)
  if (match === null) return undefined
  const limit = Number(match[2])
  switch (match[1]) {
    case '<':
      return (value) => value < limit
    case '>':
      return (value) => value > limit
    case '<=':
      return (value) => value <= limit
    case '>=':
      return (value) => value >= limit
    case '<>':
      return (value) => value !== limit
    default:
      return (value) => value === limit
  }
}

/** Positive, negative, zero; or by conditions, of which the last section takes the rest. */
function chosen(sections: readonly Section[], value: number): number | undefined {
  const count = Math.min(3, sections.length)
  if (sections.slice(0, count).some(({ condition }) => condition !== undefined)) {
    const index = sections.slice(0, count).findIndex(({ condition }) => condition?.(value) ?? false)
    if (index >= 0) return index
    const rest = sections.slice(0, count).findLastIndex(({ condition }) => condition === undefined)
    return rest < 0 ? undefined : rest
  }
  if (value < 0) return count > 1 ? 1 : 0
  return value === 0 && count > 2 ? 2 : 0
}

interface Digits {
  readonly whole: readonly string[]
  readonly decimals: readonly string[]
  readonly exponent: readonly string[]
}

function sectionShown({ parts }: Section, settings: Settings): NumberShown {
  if (parts.some(({ kind }) => kind === 'other')) return PLAIN
  const layout = layoutOf(parts)
  const decimals = layout.digits.decimals.length
  if (decimals > DECIMALS_MAX) return PLAIN
  if (layout.digits.whole.length + decimals === 0) return () => layout.before + layout.after
  return (value) => {
    const scaled = value * layout.scale
    if (layout.digits.exponent.length > 0) return exponentShown(scaled, layout, settings)
    const rounded = decimalDigits(scaled, decimals)
    return rounded && `${layout.before}${filled(rounded, layout, settings)}${layout.after}`
  }
}

interface Layout {
  readonly digits: Digits
  readonly plus: boolean
  readonly grouped: boolean
  /** Of percent signs and of commas behind the digits. */
  readonly scale: number
  /** Literals before the first digit and behind the last one; what stands between digits counts as behind. */
  readonly before: string
  readonly after: string
}

function layoutOf(parts: readonly Part[]): Layout {
  const digits = { whole: [] as string[], decimals: [] as string[], exponent: [] as string[] }
  let at: keyof Digits = 'whole'
  let [before, after, scale, commas, grouped, plus] = ['', '', 1, 0, false, false]
  for (const part of parts) {
    const begun = digits.whole.length + digits.decimals.length > 0 || at !== 'whole'
    if (part.kind === 'digit') {
      if (at === 'whole' && commas > 0) {
        grouped = true
        commas = 0
      }
      digits[at].push(part.mark)
    } else if (part.kind === 'point') at = at === 'whole' ? 'decimals' : at
    else if (part.kind === 'comma') commas += begun ? 1 : 0
    else if (part.kind === 'exponent') {
      at = 'exponent'
      plus = part.plus
    } else {
      const text = part.kind === 'literal' ? part.text : '%'
      if (part.kind === 'percent') scale *= 100
      if (begun) after += text
      else before += text
    }
  }
  return { digits, plus, grouped, scale: scale / 1000 ** commas, before, after }
}

/** Undefined for a number that has more digits than Excel shows. */
function decimalDigits(
  value: number,
  decimals: number,
): readonly [whole: string, fraction: string] | undefined {
  if (!(value < 1e15)) return undefined
  // Excel rounds the 15 digits that it shows, and halves away from zero.
  const [mantissa, exponent] = value.toExponential(14).split('e')
  const all = mantissa!.replace('.', '')
  const point = Number(exponent) + 1
  const padded = point <= 0 ? '0'.repeat(1 - point) + all : all
  const whole = Math.max(1, point)
  const kept = padded.padEnd(whole + decimals + 1, '0')
  const cut = BigInt(kept.slice(0, whole + decimals)) + (kept.charAt(whole + decimals) >= '5' ? 1n : 0n)
  const text = String(cut).padStart(decimals + 1, '0')
  return [text.slice(0, text.length - decimals), text.slice(text.length - decimals)]
}

function filled(
  [whole, fraction]: readonly [string, string],
  { digits, grouped }: Pick<Layout, 'digits' | 'grouped'>,
  { decimalSep, thousandSep }: Settings,
): string {
  const least = digits.whole.length - firstOf(digits.whole, (mark) => mark !== '#')
  const shown = (whole === '0' ? '' : whole).padStart(least, '0')
  const groups = grouped ? shown.replace(/\B(?=(?:\d{3})+$)/g, thousandSep || ',') : shown
  let end = digits.decimals.length
  while (end > 0 && digits.decimals[end - 1] !== '0' && fraction.charAt(end - 1) === '0') end--
  return digits.decimals.length === 0 ? groups : `${groups}${decimalSep || '.'}${fraction.slice(0, end)}`
}

function firstOf(marks: readonly string[], fits: (mark: string) => boolean): number {
  const index = marks.findIndex(fits)
  return index < 0 ? marks.length : index
}

/** With several digits before the point the exponent is a multiple of their number. */
function exponentShown(value: number, layout: Layout, settings: Settings): string | undefined {
  const { digits, plus, before, after } = layout
  const step = Math.max(1, digits.whole.length)
  const magnitude = value === 0 ? 0 : Math.floor(Math.log10(value))
  const exponentOf = (power: number) => Math.floor(power / step) * step
  let exponent = exponentOf(magnitude)
  let rounded = decimalDigits(value / 10 ** exponent, digits.decimals.length)
  if (rounded !== undefined && rounded[0].length > step) {
    exponent += step
    rounded = decimalDigits(value / 10 ** exponent, digits.decimals.length)
  }
  if (rounded === undefined) return undefined
  const mantissa = filled(rounded, { digits: { ...digits, whole: ['0'] }, grouped: false }, settings)
  const sign = exponent < 0 ? '-' : plus ? '+' : ''
  const power = String(Math.abs(exponent)).padStart(digits.exponent.length, '0')
  return `${before}${mantissa}E${sign}${power}${after}`
}
