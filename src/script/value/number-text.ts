/**
 * Formats and parses numbers without a format: the default text of a calculated number (SEMANTICS A6) and the
 * grammar of numbers in text (D1, D2, D8). Never called with Infinity or NaN: such results are NULL before.
 */

/**
 * How many digits a number shows, and how many a text may have to be read as a number: one of more is a code,
 * such as a long key, and keeps all its digits (FACTS 2a).
 */
export const SIGNIFICANT_DIGITS = 14
const WHOLE_LIMIT = 10 ** SIGNIFICANT_DIGITS

/** Like "%.14g": `0.33333333333333`, `1e+21`, `1e-07`. */
export function numberText(value: number, decimalSep: string): string {
  if (isShownWhole(value)) return String(value)
  const text = significant(value)
  return decimalSep === '.' ? text : text.replace('.', decimalSep)
}

/** Returns true for a whole number that is shown with all its digits. */
export const isShownWhole = (value: number): boolean =>
  Number.isInteger(value) && Math.abs(value) < WHOLE_LIMIT

/** Returns true if the digits between `from` and `to`, leading zeros apart, are few enough for a number. */
export function hasDigitsOfNumber(text: string, from: number, to: number): boolean {
  if (to - from <= SIGNIFICANT_DIGITS) return true
  let digits = 0
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at)
    if (isExponentMark(code)) break
    if (code >= ZERO && code <= NINE && (digits > 0 || code > ZERO)) digits++
  }
  return digits <= SIGNIFICANT_DIGITS
}

function significant(value: number): string {
  const shortest = String(value)
  const magnitude = Math.abs(value)
  if (shortest.length <= SIGNIFICANT_DIGITS + 1 && magnitude >= 1e-4 && magnitude < WHOLE_LIMIT)
    return shortest
  const [mantissa = '', exponentText = '0'] = value.toExponential(SIGNIFICANT_DIGITS - 1).split('e')
  const exponent = Number(exponentText)
  if (exponent >= -4 && exponent < SIGNIFICANT_DIGITS) {
    return withoutTrailingZeros(value.toFixed(SIGNIFICANT_DIGITS - 1 - exponent))
  }
  const digits = String(Math.abs(exponent)).padStart(2, '0')
  return `${withoutTrailingZeros(mantissa)}e${exponent < 0 ? '-' : '+'}${digits}`
}

function withoutTrailingZeros(text: string): string {
  if (!text.includes('.')) return text
  let end = text.length
  while (text.charCodeAt(end - 1) === ZERO) end--
  if (text.charCodeAt(end - 1) === POINT) end--
  return text.slice(0, end)
}

const ZERO = 48
const NINE = 57
const POINT = 46
const PLUS = 43
const MINUS = 45
const NO_MARK = -1

/**
 * Parses `[sign] digits [decimal digits] [e [sign] digits]` between `from` and `to`; digits before the
 * decimal mark may be grouped by threes. Returns NaN for anything else. A separator is ignored unless it is
 * one character.
 */
export function numberReader(
  decimalSep: string,
  thousandSep: string,
): (text: string, from: number, to: number) => number {
  const decimalMark = decimalSep.length === 1 ? decimalSep.charCodeAt(0) : NO_MARK
  const groupMark =
    thousandSep.length === 1 && thousandSep !== decimalSep ? thousandSep.charCodeAt(0) : NO_MARK
  return (text, from, to) => {
    let at = from
    const sign = text.charCodeAt(at)
    if (sign === PLUS || sign === MINUS) at++
    const start = at
    at = digitsEnd(text, at, to)
    let digits = at - start
    let grouped = false
    if (at < to && digits > 0 && digits <= 3 && text.charCodeAt(at) === groupMark) {
      const groupsEnd = skipGroups(text, at, to, groupMark)
      if (groupsEnd === at) return Number.NaN
      at = groupsEnd
      grouped = true
    }
    const wholeEnd = at
    if (at < to && text.charCodeAt(at) === decimalMark) {
      const fraction = at + 1
      at = digitsEnd(text, fraction, to)
      digits += at - fraction
    }
    if (digits === 0) return Number.NaN
    const mantissaEnd = at
    at = exponentEnd(text, at, to)
    if (at !== to) return Number.NaN
    if (wholeEnd === to && !grouped) return finite(Number(text.slice(from, to)))
    const whole = text.slice(from, wholeEnd)
    const plain = grouped ? whole.split(thousandSep).join('') : whole
    const fraction = mantissaEnd > wholeEnd ? `.${text.slice(wholeEnd + 1, mantissaEnd)}` : ''
    return finite(Number(`${plain}${fraction}${text.slice(mantissaEnd, to)}`))
  }
}

function digitsEnd(text: string, from: number, to: number): number {
  let at = from
  while (at < to) {
    const code = text.charCodeAt(at)
    if (code < ZERO || code > NINE) break
    at++
  }
  return at
}

/** Returns the position after all `,ddd`; `from` if a group does not have three digits. */
function skipGroups(text: string, from: number, to: number, mark: number): number {
  let at = from
  while (at < to && text.charCodeAt(at) === mark) {
    const end = digitsEnd(text, at + 1, to)
    if (end !== at + 4) return from
    at = end
  }
  return at
}

function exponentEnd(text: string, from: number, to: number): number {
  if (from >= to || !isExponentMark(text.charCodeAt(from))) return from
  const sign = text.charCodeAt(from + 1)
  const start = sign === PLUS || sign === MINUS ? from + 2 : from + 1
  const end = digitsEnd(text, start, to)
  return end === start ? from : end
}

/** e or E */
const isExponentMark = (code: number): boolean => code === 101 || code === 69

function finite(value: number): number {
  return Number.isFinite(value) ? value : Number.NaN
}
