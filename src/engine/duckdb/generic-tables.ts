/** GENERIC: a table for each attribute of the loaded rows (SEMANTICS N5). */
import { faults } from '../../script/fault/fault.ts'
import {
  type DataModel,
  eitherKinds,
  freeTableName,
  NO_KINDS,
  takeTableName,
} from '../../script/model/data-model.ts'
import { columnName } from '../../script/plan/merge-fields.ts'
import { textOf } from '../../script/value/convert.ts'
import type { Settings } from '../../script/value/settings.ts'
import { attributeRowsSql, attributesSql } from '../sql/transform-sql.ts'
import { commitLoad } from './commit-load.ts'
import type { Database } from './database.ts'
import { pairValue } from './row-source.ts'
import type { LoadedTable } from './transform-rows.ts'

const MAX_TABLES = 1000

/**
 * The last two columns are attribute and value, those before them the key. Tables are never concatenated.
 *
 * @param stored names of the fields of a table as they are stored
 * @throws ScriptFaultError for too many attributes
 */
export async function genericTables(
  database: Database,
  before: DataModel,
  loaded: LoadedTable,
  label: string,
  stored: (names: readonly string[]) => readonly string[],
  settings: Settings,
): Promise<DataModel> {
  const keys = loaded.names.length - 2
  const attributes = await database.rows(attributesSql(loaded.sqlName, `i${keys}`))
  if (attributes.length > MAX_TABLES) {
    throw faults.general(
      `GENERIC finds ${attributes.length} attributes: it makes at most ${MAX_TABLES} tables`,
    )
  }
  let model = before
  for (const [row, number, text] of attributes) {
    const attribute = textOf(pairValue(number, text), settings) ?? ''
    const taken = takeTableName(model)
    await database.run(
      `CREATE TABLE ${taken.sqlName} AS ${attributeRowsSql(loaded.sqlName, keys, Number(row))}`,
    )
    const kinds = [...loaded.kinds.slice(0, keys), eitherKinds(NO_KINDS, loaded.kinds[keys + 1]!)]
    const fields = stored([...loaded.names.slice(0, keys), attribute]).map((name, index) => ({
      name,
      column: columnName(index),
      kinds: kinds[index]!,
    }))
    const rows = await database.count(taken.sqlName)
    const name = freeTableName(taken.model, `${label}.${attribute}`)
    const target = { kind: 'create', name } as const
    const load = { sqlName: taken.sqlName, rows, fields }
    model = (await commitLoad(database, taken.model, target, load, false)).model
  }
  return model
}
