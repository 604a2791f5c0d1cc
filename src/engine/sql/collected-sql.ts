/**
 * SQL that gathers all values of a group in one text, as script/function/collected-values.ts reads
 * them.
 */
import { END, ESCAPE, ESCAPED, SIDE } from '../../script/function/collected-values.ts'
import type { PairSql } from './pair-sql.ts'

const chr = (mark: string): string => `chr(${mark.codePointAt(0)})`

/** An aggregation over a work table with `rn`. */
export function collectedSql({ n, t }: PairSql): string {
  const text = ESCAPED.reduce(
    (sql, [plain, escaped]) => `replace(${sql}, ${chr(plain)}, ${chr(ESCAPE)} || '${escaped.slice(1)}')`,
    t,
  )
  const number = `coalesce(${n}::VARCHAR, '')`
  const sides = `CASE WHEN ${t} IS NOT NULL THEN ${number} || ${chr(SIDE)} || ${text} ELSE ${number} END`
  return `string_agg(${sides} || ${chr(END)}, '' ORDER BY rn)`
}
