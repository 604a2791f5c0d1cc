/** Drops tables and fields of the model as planned (LANGUAGE, section 9; SEMANTICS F16, F17). */
import { type DataModel, findField, findTable, withTable } from '../../script/model/data-model.ts'
import type { FieldDrop } from '../../script/plan/plan-change.ts'
import { dropTable } from './commit-load.ts'
import type { Database } from './database.ts'

export async function dropTables(
  database: Database,
  before: DataModel,
  names: readonly string[],
): Promise<DataModel> {
  let model = before
  for (const name of names) model = await dropTable(database, model, name)
  return model
}

export async function dropFields(
  database: Database,
  before: DataModel,
  drops: readonly FieldDrop[],
): Promise<DataModel> {
  let model = before
  for (const drop of drops) {
    model = drop.whole ? await dropTable(database, model, drop.table) : await dropField(database, model, drop)
  }
  return model
}

/** It takes the DISTINCT of the table away too: rows that come later may repeat others (FACTS F17). */
async function dropField(
  database: Database,
  model: DataModel,
  { table: name, field }: FieldDrop,
): Promise<DataModel> {
  const table = findTable(model, name)!
  const { column } = findField(table, field)!
  await database.run(`ALTER TABLE ${table.sqlName} DROP COLUMN ${column}_n`)
  await database.run(`ALTER TABLE ${table.sqlName} DROP COLUMN ${column}_t`)
  const fields = table.fields.filter((each) => each.name !== field)
  return withTable(model, { ...table, fields, distinct: false })
}
