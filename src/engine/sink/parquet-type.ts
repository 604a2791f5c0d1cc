/**
 * The type of the parquet column that a field is stored in. A number must not become text on its way through
 * a file, where Sum would no longer see it, so a field of numbers keeps them when their texts can be made
 * again: a plain number, or a date in a format of the script. Codes such as 007, labels of duals and mixed
 * fields keep their texts.
 */

import type { FieldModel } from '../../script/model/data-model.ts'
import { formatsOf } from '../../script/value/formats.ts'
import { numberReader } from '../../script/value/number-text.ts'
import type { Settings } from '../../script/value/settings.ts'
import type { Database } from '../duckdb/database.ts'
import { textSql } from '../sql/aggregation-sql.ts'
import { pairOf } from '../sql/pair-sql.ts'

type StoredType = 'number' | 'date' | 'timestamp' | 'text'

/** SQL of the value of a field of `table` as parquet shall have it. */
export async function parquetValueSql(
  database: Database,
  table: string,
  field: FieldModel,
  settings: Settings,
): Promise<string> {
  const pair = pairOf(field.column)
  switch (await storedType(database, table, field, settings)) {
    case 'number':
      return pair.n
    case 'date':
      return `(DATE '1899-12-30' + ${pair.n}::INTEGER)`
    case 'timestamp':
      return `(TIMESTAMP '1899-12-30' + to_microseconds(round(${pair.n} * 86400000000)::BIGINT))`
    case 'text':
      return textSql(pair, settings.decimalSep)
  }
}

async function storedType(
  database: Database,
  table: string,
  { column, kinds }: FieldModel,
  settings: Settings,
): Promise<StoredType> {
  if (kinds.texts || !kinds.numbers) return 'text'
  if (!kinds.duals) return 'number'
  const typeOf = dualType(settings)
  const found = new Set<StoredType>()
  const { n, t } = pairOf(column)
  await database.chunks(
    `SELECT DISTINCT ${n}, ${t} FROM ${table} WHERE ${n} IS NOT NULL`,
    ([numbers, texts], rows) => {
      for (let i = 0; i < rows && !found.has('text'); i++) {
        found.add(texts![i] === null ? 'number' : typeOf(numbers![i] as number, texts![i] as string))
      }
    },
  )
  const [only] = found
  return found.size === 1 ? only! : 'text'
}

/** What the text of a dual is made of. */
export function dualType(settings: Settings): (number: number, text: string) => StoredType {
  const { date } = formatsOf(settings)
  const day = date(settings.dateFormat)
  const moment = date(settings.timestampFormat)
  const read = numberReader(settings.decimalSep, settings.thousandSep)
  return (number, text) => {
    if (!/^[+-]?0\d/.test(text) && read(text, 0, text.length) === number) return 'number'
    if (Number.isInteger(number) && day.format(number) === text) return 'date'
    return moment.format(number) === text ? 'timestamp' : 'text'
  }
}
