/**
 * Interpretation of texts as SQL (SEMANTICS block D), for columns too long to be read value by value: plain
 * numbers and dates written in full in the script's DateFormat. Every other text stays undecided and
 * is left to interpretText, which gives the same results.
 */
import { SIGNIFICANT_DIGITS } from '../../script/value/number-text.ts'
import type { Settings } from '../../script/value/settings.ts'
import { sqlText } from './pair-sql.ts'

/** Whether the SQL can read numbers with these marks. */
export const hasTextSql = ({ decimalSep, thousandSep }: Settings): boolean =>
  (decimalSep === '.' || decimalSep === ',') && !/^[0-9eE+-]$/.test(thousandSep)

/**
 * A query of `rn` and the pair columns of texts. An undecided text, or one that is no number, has its text
 * side only.
 * @param texts columns of `from`, VARCHAR; NULL stays NULL
 * @param columns names of the pair columns, one for each of `texts`
 */
export function interpretedTextSql(
  texts: readonly string[],
  columns: readonly string[],
  from: string,
  settings: Settings,
): string {
  const whole = texts.map((x) => `${x}, CASE WHEN ${mayBeNumber(x)} THEN TRY_CAST(${x} AS BIGINT) END ${x}_i`)
  const plain = texts.map(
    (x) =>
      `${x}, ${x}_i, coalesce(${x}_i::VARCHAR = ${x} AND abs(${x}_i) < ${10 ** SIGNIFICANT_DIGITS}, false) ${x}_p`,
  )
  const sides = texts.flatMap((x, index) => [
    `CASE WHEN ${x}_p THEN ${x}_i::DOUBLE WHEN NOT (${mayBeNumber(x)}) THEN NULL
      ${numberCase(x, settings)} ${dateCase(x, settings)} END::DOUBLE ${columns[index]}_n`,
    `CASE WHEN NOT ${x}_p THEN ${x} END ${columns[index]}_t`,
  ])
  return `SELECT rn, ${sides.join(', ')}
    FROM (SELECT rn, ${plain.join(', ')} FROM (SELECT rn, ${whole.join(', ')} FROM (${from})))`
}

/**
 * Signs, marks and digits stand beside each other; no other character begins a number or a date of digits.
 */
const mayBeNumber = (x: string): string => `${x} >= '+' AND ${x} < ':'`

/** A longer text is left undecided: whether it is a number depends on its digits. */
function numberCase(x: string, { decimalSep }: Settings): string {
  const mark = decimalSep === '.' ? '\\.' : ','
  const number = `[+-]?([0-9]+(${mark}[0-9]*)?|${mark}[0-9]+)([eE][+-]?[0-9]+)?`
  const text = decimalSep === '.' ? x : `replace(${x}, ',', '.')`
  const value = `TRY_CAST(${text} AS DOUBLE)`
  const isShort = `length(${x}) <= ${SIGNIFICANT_DIGITS}`
  return `WHEN ${isShort} AND regexp_full_match(${x}, '${number}') THEN CASE WHEN isfinite(${value}) THEN ${value} END`
}

/** Years of other lengths, and units of one digit, are left undecided. */
function dateCase(x: string, { dateFormat }: Settings): string {
  const units = /^(YYYY|MM|DD)([-./])(YYYY|MM|DD)([-./])(YYYY|MM|DD)$/.exec(dateFormat)
  if (units === null || new Set([units[1], units[3], units[5]]).size < 3) return ''
  const digits = dateFormat
    .replaceAll('.', '\\.')
    .replace('YYYY', '[12][0-9]{3}')
    .replace('MM', '[0-9]{2}')
    .replace('DD', '[0-9]{2}')
  const part = (unit: string) => `substr(${x}, ${dateFormat.indexOf(unit) + 1}, ${unit.length})`
  const iso =
    dateFormat === 'YYYY-MM-DD' ? x : `${part('YYYY')} || '-' || ${part('MM')} || '-' || ${part('DD')}`
  return `WHEN regexp_full_match(${x}, '${digits}') THEN TRY_CAST(${iso} AS DATE) - DATE '1899-12-30'`
}

/** A condition for texts that cannot be a number or date: they contain a character that neither has. */
export function neverNumberSql(text: string, characters: string): string {
  const known = [...new Set(characters)].map((each) => `\\x{${each.codePointAt(0)!.toString(16)}}`)
  return `regexp_matches(${text}, ${sqlText(`[^${known.join('')}]`)})`
}
