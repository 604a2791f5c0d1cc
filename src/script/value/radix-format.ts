/**
 * The radix formats of whole numbers: `(bin)` `(oct)` `(dec)` `(hex)` `(HEX)` `(r16)` `(rom)` `(ROM)`
 * (SEMANTICS L24).
 */
export interface RadixMask {
  readonly format: (value: number) => string
  /** NaN if the text is no number of this radix. */
  readonly parse: (text: string) => number
}

const NAMED: Readonly<Record<string, number>> = { bin: 2, oct: 8, dec: 10, hex: 16 }

/** Returns undefined if the format is no radix format. */
export function radixMask(format: string): RadixMask | undefined {
  const name = /^\s*\((bin|oct|dec|hex|rom|r\d{1,2})\)\s*$/i.exec(format)?.[1]
  if (name === undefined) return undefined
  const lower = name.toLowerCase()
  const styled = (text: string) => (name === lower ? text : text.toUpperCase())
  if (lower === 'rom') {
    return { format: (value) => styled(roman(Math.trunc(value))), parse: (text) => fromRoman(text) }
  }
  const radix = NAMED[lower] ?? Number(lower.slice(1))
  if (radix < 2 || radix > 36) return undefined
  return {
    format: (value) => styled(Math.trunc(value).toString(radix)),
    parse: (text) => fromRadix(text.trim().toLowerCase(), radix),
  }
}

function fromRadix(text: string, radix: number): number {
  const body = text.startsWith('-') ? text.slice(1) : text
  if (body === '') return Number.NaN
  let number = 0
  for (const character of body) {
    const digit = Number.parseInt(character, 36)
    if (Number.isNaN(digit) || digit >= radix) return Number.NaN
    number = number * radix + digit
  }
  return text.startsWith('-') ? -number : number
}

const ROMAN: readonly (readonly [string, number])[] = [
  ['m', 1000],
  ['cm', 900],
  ['d', 500],
  ['cd', 400],
  ['c', 100],
  ['xc', 90],
  ['l', 50],
  ['xl', 40],
  ['x', 10],
  ['ix', 9],
  ['v', 5],
  ['iv', 4],
  ['i', 1],
]

/** Plain digits beyond 9,999 and for 0, where there are no Roman numerals. */
function roman(value: number): string {
  if (value < 0) return `-${roman(-value)}`
  if (value === 0 || value > 9999) return String(value)
  let rest = value
  let text = ''
  for (const [sign, worth] of ROMAN) {
    while (rest >= worth) {
      text += sign
      rest -= worth
    }
  }
  return text
}

function fromRoman(text: string): number {
  const given = text.trim().toLowerCase()
  if (given.startsWith('-')) return -fromRoman(given.slice(1))
  let rest = given
  let value = 0
  for (const [sign, worth] of ROMAN) {
    while (rest.startsWith(sign)) {
      rest = rest.slice(sign.length)
      value += worth
    }
  }
  return rest === '' && given !== '' ? value : Number.NaN
}
