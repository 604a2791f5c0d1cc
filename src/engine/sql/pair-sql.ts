/**
 * SQL pieces over pair columns: `<column>_n` holds the number side of a value, `<column>_t` its text side;
 * both are NULL for NULL. All names are generated; text of users never comes here.
 */
import { faults } from '../../script/fault/fault.ts'

export interface PairSql {
  readonly n: string
  readonly t: string
}

/** The two columns of a field, optionally of a table alias. */
export function pairOf(column: string, alias?: string): PairSql {
  const prefix = alias === undefined ? '' : `${alias}.`
  return { n: `${prefix}${column}_n`, t: `${prefix}${column}_t` }
}

export const columnList = (columns: readonly string[], alias?: string): string =>
  columns
    .map((column) => pairOf(column, alias))
    .flatMap(({ n, t }) => [n, t])
    .join(', ')

/**
 * Identity as two columns for GROUP BY and PARTITION BY, where NULL equals NULL: the number, and the text
 * only where there is no number.
 */
export const groupKey = ({ n, t }: PairSql): string[] => [n, `CASE WHEN ${n} IS NULL THEN ${t} END`]

/** Identity as one text, NULL for NULL, for `=` in joins. Adding zero makes -0 and 0 the same. */
export const joinKey = ({ n, t }: PairSql): string =>
  `CASE WHEN ${n} IS NOT NULL THEN 'n' || (${n} + 0.0)::VARCHAR ELSE 't' || ${t} END`

/**
 * Sort terms of the language: numbers by value, then texts, NULL at the end (SEMANTICS J13).
 *
 * @param texts the terms of a value that is a text
 */
export function sortTerms({ n, t }: PairSql, texts: readonly string[], descending = false): string[] {
  const direction = descending ? 'DESC' : 'ASC'
  return [
    `(${n} IS NULL AND ${t} IS NULL)`,
    `(${n} IS NULL) ${direction}`,
    `${n} ${direction} NULLS LAST`,
    ...texts.map((text) => `CASE WHEN ${n} IS NULL THEN ${text} END ${direction} NULLS LAST`),
  ]
}

/** Sort terms of a text in the order of a locale of `knownLocale`. */
export const collated = (text: string, locale: string): string[] => [collationKey(text, locale), text]

/** Stands as the text does among others of the locale. */
export const collationKey = (text: string, locale: string): string =>
  `icu_sort_key(${text}, ${sqlText(locale.replace('-', '_'))})`

export const isPresent = ({ n, t }: PairSql): string => `(${n} IS NOT NULL OR ${t} IS NOT NULL)`

/**
 * A string literal, for texts that cannot be parameters. A NUL would end the statement.
 * @throws ScriptFaultError for a text that holds one
 */
export function sqlText(text: string): string {
  if (text.includes('\0')) throw faults.semantic('A text of this statement holds a NUL character')
  return `'${text.replaceAll("'", "''")}'`
}

/** A quoted name, for columns of files that we do not name ourselves. @throws as sqlText */
export function sqlName(name: string): string {
  if (name.includes('\0')) throw faults.semantic('A field name holds a NUL character')
  return `"${name.replaceAll('"', '""')}"`
}
