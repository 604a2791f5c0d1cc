/**
 * The character sets that a format may name, by the names of the WHATWG encoding standard, and two code pages
 * of DOS that it does not have. Numbers are Microsoft's: 125x Windows, 2859x and 2860x ISO 8859.
 */
import { faults, type ScriptFaultError } from '../fault/fault.ts'
import type { Span } from '../fault/span.ts'

/** By the word of a format, or its code page as `cp1252`. */
export const CHARACTER_SETS: Readonly<Record<string, string>> = {
  utf8: 'utf-8',
  cp65001: 'utf-8',
  unicode: 'utf-16le',
  cp1200: 'utf-16le',
  cp1201: 'utf-16be',
  ansi: 'windows-1252',
  mac: 'macintosh',
  cp10000: 'macintosh',
  cp10007: 'x-mac-cyrillic',
  oem: 'cp437',
  cp437: 'cp437',
  cp850: 'cp850',
  cp866: 'ibm866',
  cp874: 'windows-874',
  ...numbered(1250, 1258, (page) => `windows-${page}`),
  ...numbered(28591, 28606, (page) => `iso-8859-${page - 28590}`),
  cp38598: 'iso-8859-8-i',
  cp20866: 'koi8-r',
  cp21866: 'koi8-u',
  cp932: 'shift_jis',
  cp936: 'gbk',
  cp949: 'euc-kr',
  cp950: 'big5',
  cp20932: 'euc-jp',
  cp50220: 'iso-2022-jp',
  cp50221: 'iso-2022-jp',
  cp50222: 'iso-2022-jp',
  cp51932: 'euc-jp',
  cp51949: 'euc-kr',
  cp54936: 'gb18030',
}

/** ISO 8859 has no part 12. */
function numbered(first: number, last: number, name: (page: number) => string): Record<string, string> {
  const pages = Array.from({ length: last - first + 1 }, (_, index) => first + index)
  return Object.fromEntries(pages.filter((page) => page !== 28602).map((page) => [`cp${page}`, name(page)]))
}

/** Undefined for an unknown one. */
export const characterSet = (encoding: string): string | undefined =>
  Object.hasOwn(CHARACTER_SETS, encoding) ? CHARACTER_SETS[encoding] : undefined

export const unknownCharacterSet = (encoding: string, span?: Span): ScriptFaultError =>
  faults.wrongFormat(
    `Character set '${encoding}' is not supported: use utf8, unicode, ansi or a codepage`,
    span,
  )
