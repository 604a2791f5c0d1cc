/**
 * Parses texts as numbers, dates, times or amounts by the settings (SEMANTICS block D). Called for every
 * cell, so all formats are compiled when the reader is made, and most texts are rejected by a character that
 * no format has.
 */
import { BLANK } from './character-codes.ts'
import { dateMask } from './date-format.ts'
import { numberMask } from './number-format.ts'
import { hasDigitsOfNumber, isShownWhole, numberReader } from './number-text.ts'
import type { Settings } from './settings.ts'
import type { Value } from './value.ts'

/**
 * Reads cells: the text itself, NULL for the NullInterpret text (B11), or a dual with its source text (A3). A
 * plainly written whole number becomes a plain number, whose text is the same.
 */
export function textInterpreter(settings: Settings): (text: string) => Value {
  const read = textReader(settings)
  const nullText = settings.nullInterpret
  return (text) => (text === nullText ? null : withNumber(text, read(text)))
}

/** A value whose text is read as a cell's if it has no number. @param read as `textReader` makes it */
export const readIfText = (value: Value, read: (text: string) => number): Value =>
  typeof value === 'string' ? withNumber(value, read(value)) : value

/** The text with the number that was read from it; NaN: none. */
export function withNumber(text: string, number: number): Value {
  if (Number.isNaN(number)) return text
  return isPlainText(text, number) ? number : { text, number }
}

/** Returns true if the text is the default text of a whole number. */
export const isPlainText = (text: string, number: number): boolean =>
  isShownWhole(number) && String(number) === text

export function interpretText(text: string, settings: Settings): Value {
  return textInterpreter(settings)(text)
}

/** Maximum length of a date, time or amount. */
const LENGTH_MAX = 64

/**
 * Parses a text as a number; NaN if it is none. Outer blanks are ignored (C1). Times are read leniently: with
 * or without seconds, and without AM or PM (FACTS 24).
 */
export function textReader(settings: Settings): (text: string) => number {
  const { decimalSep, thousandSep } = settings
  const readNumber = numberReader(decimalSep, thousandSep)
  const dates = dateFormats(settings).map((format) => dateMask(format, settings, 'lenient'))
  const money = numberMask(settings.moneyFormat, settings.moneyDecimalSep, settings.moneyThousandSep)
  const others = ['.', ',']
    .filter((mark) => mark !== decimalSep && mark !== thousandSep)
    .map((mark) => numberReader(mark, ''))
  const isKnown = characterTest(charactersOf(settings, dates))
  return (text) => {
    let from = 0
    let to = text.length
    while (from < to && text.charCodeAt(from) === BLANK) from++
    while (to > from && text.charCodeAt(to - 1) === BLANK) to--
    if (from === to || !isKnown(text.charCodeAt(from))) return Number.NaN
    const isShort = hasDigitsOfNumber(text, from, to)
    const number = isShort ? readNumber(text, from, to) : Number.NaN
    if (!Number.isNaN(number) || to - from > LENGTH_MAX) return number
    for (let at = from + 1; at < to; at++) if (!isKnown(text.charCodeAt(at))) return Number.NaN
    const given = from === 0 && to === text.length ? text : text.slice(from, to)
    for (const mask of dates) {
      const serial = mask.parse(given)
      if (!Number.isNaN(serial)) return serial
    }
    if (!isShort) return Number.NaN
    const amount = money.parse(given)
    if (!Number.isNaN(amount)) return amount
    for (const other of others) {
      const value = other(given, 0, given.length)
      if (!Number.isNaN(value)) return value
    }
    return DIGIT_GROUPS.test(given) ? Number(given.replaceAll(' ', '')) : Number.NaN
  }
}

/** Digits with blanks between, such as `2967 542`: one number (FACTS 23a). */
const DIGIT_GROUPS = /^\d+(?: +\d+)+$/

/** All characters that texts of numbers can contain. */
export const numberCharacters = (settings: Settings): string =>
  `${charactersOf(
    settings,
    dateFormats(settings).map((format) => dateMask(format, settings)),
  )}eE${settings.thousandSep}`

/**
 * Characters of dates, amounts and plain numbers; exponents and groups occur only in a number as a whole.
 */
const charactersOf = (settings: Settings, dates: readonly { readonly characters: string }[]): string =>
  [
    '0123456789+-., ',
    settings.decimalSep,
    settings.moneyFormat,
    settings.moneyThousandSep,
    settings.moneyDecimalSep,
    ...dates.map(({ characters }) => characters),
  ].join('')

/** In the order of D1, without duplicates. */
function dateFormats(settings: Settings): readonly string[] {
  return [
    ...new Set([
      settings.dateFormat,
      settings.timestampFormat,
      settings.timeFormat,
      'YYYY-MM-DD',
      'YYYY-MM-DD hh:mm[:ss[.fff]]',
      'hh:mm[:ss[.fff]]',
    ]),
  ]
}

/** Returns true if a character can occur in a number, date or amount: rejects most texts early. */
function characterTest(characters: string): (code: number) => boolean {
  const codes = new Set(characters.split('').map((unit) => unit.charCodeAt(0)))
  const ascii = Uint8Array.from({ length: 128 }, (_, code) => (codes.has(code) ? 1 : 0))
  return (code) => (code < 128 ? ascii[code] === 1 : codes.has(code))
}
