/**
 * Which formats of a workbook show dates and times, and which of the script's formats stands for each. How
 * the others show numbers stands in cell-number.ts.
 */
import type { Settings } from '../../script/value/settings.ts'

/** Formats that every workbook has without telling them, where they show dates or times. */
const BUILT_IN: readonly (readonly [from: number, to: number, code: string])[] = [
  [14, 17, 'm/d/yy'],
  [18, 21, 'h:mm:ss'],
  [22, 22, 'm/d/yy h:mm'],
  [27, 31, 'm/d/yy'],
  [32, 35, 'h:mm:ss'],
  [36, 36, 'm/d/yy'],
  [45, 47, 'h:mm:ss'],
  [50, 54, 'm/d/yy'],
  [55, 56, 'h:mm:ss'],
  [57, 58, 'm/d/yy'],
]

/** The code of a format that has a number only; undefined if it shows no date and no time. */
export const builtInDateCode = (id: number): string | undefined =>
  BUILT_IN.find(([from, to]) => id >= from && id <= to)?.[2]

/** Elapsed hours, minutes or seconds, such as `[hh]:mm`. */
const ELAPSED = /\[(h+|m+|s+)\]/i
const AS_WRITTEN = /"[^"]*"|\\.|_.|\*.|\[[^\]]*\]/g

const lettersOf = (code: string): string => code.replaceAll(AS_WRITTEN, '').toLowerCase()

/** Whether a format shows a date or a time. */
export const showsDate = (code: string): boolean =>
  /[dmyhs]/.test(lettersOf(code.split(';')[0]!)) || ELAPSED.test(code)

/** Which of the script's formats says what a number format of the workbook shows: a date, a time, or both. */
export function dateFormat(code: string, { dateFormat, timeFormat, timestampFormat }: Settings): string {
  const letters = lettersOf(code)
  const hasTime = /[hs]/.test(letters) || ELAPSED.test(code)
  if (!/[dy]/.test(letters) && !(letters.includes('m') && !hasTime)) return timeFormat
  return hasTime ? timestampFormat : dateFormat
}
