/** Drops tables and fields of the model, as it is planned (LANGUAGE, section 9; SEMANTICS F16, F17). */
import { type Catalog, findField, findTable, withTable } from '../../script/model/catalog-model.ts'
import type { FieldDrop } from '../../script/plan/plan-change.ts'
import { dropTable } from './commit-load.ts'
import type { Database } from './database.ts'

export async function dropTables(
  database: Database,
  before: Catalog,
  names: readonly string[],
): Promise<Catalog> {
  let catalog = before
  for (const name of names) catalog = await dropTable(database, catalog, name)
  return catalog
}

export async function dropFields(
  database: Database,
  before: Catalog,
  drops: readonly FieldDrop[],
): Promise<Catalog> {
  let catalog = before
  for (const drop of drops) {
    catalog = drop.whole
      ? await dropTable(database, catalog, drop.table)
      : await dropField(database, catalog, drop)
  }
  return catalog
}

async function dropField(
  database: Database,
  catalog: Catalog,
  { table: name, field }: FieldDrop,
): Promise<Catalog> {
  const table = findTable(catalog, name)!
  const { column } = findField(table, field)!
  await database.run(`ALTER TABLE ${table.sqlName} DROP COLUMN ${column}_n`)
  await database.run(`ALTER TABLE ${table.sqlName} DROP COLUMN ${column}_t`)
  return withTable(catalog, { ...table, fields: table.fields.filter((each) => each.name !== field) })
}
