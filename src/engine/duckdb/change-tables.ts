/**
 * DROP and RENAME of tables and fields (LANGUAGE, sections 3 and 9; SEMANTICS F16 to F18). A rename touches
 * the catalog only: the engine's own names never change.
 */
import { faults } from '../../script/fault.ts'
import {
  type Catalog,
  findField,
  findTable,
  type TableModel,
  withTable,
} from '../../script/plan/catalog-model.ts'
import { renamedNotes } from '../../script/plan/notes.ts'
import type { RenamePair } from '../../script/syntax/statement.ts'
import { dropTable } from './commit-load.ts'
import type { Database } from './database.ts'

export async function dropTables(
  database: Database,
  before: Catalog,
  names: readonly string[],
): Promise<Catalog> {
  let catalog = before
  for (const name of names) catalog = await dropTable(database, catalog, tableOf(catalog, name))
  return catalog
}

/** From all tables, or from the named ones. A table that loses its last field disappears (F17). */
export async function dropFields(
  database: Database,
  before: Catalog,
  fields: readonly string[],
  tables: readonly string[] | undefined,
): Promise<Catalog> {
  let catalog = before
  for (const field of fields) {
    const from = tables?.map((name) => tableOf(catalog, name)) ?? catalog.tables
    const having = from.filter((table) => findField(table, field) !== undefined)
    if (having.length === 0) throw faults.fieldNotFound(`Field '${field}' not found`)
    for (const table of having) catalog = await dropField(database, catalog, table, field)
  }
  return catalog
}

async function dropField(
  database: Database,
  catalog: Catalog,
  table: TableModel,
  name: string,
): Promise<Catalog> {
  const { column } = findField(table, name)!
  if (table.fields.length === 1) return dropTable(database, catalog, table)
  await database.run(`ALTER TABLE ${table.sqlName} DROP COLUMN ${column}_n`)
  await database.run(`ALTER TABLE ${table.sqlName} DROP COLUMN ${column}_t`)
  return withTable(catalog, { ...table, fields: table.fields.filter((field) => field.name !== name) })
}

/**
 * Renames all at once, so that two names may be exchanged. A name that does not occur is passed over, because
 * a map of RENAME ... USING may list more than there is. Two tables never get one name.
 */
export function renameTables(catalog: Catalog, pairs: readonly RenamePair[]): Catalog {
  const newName = renaming(pairs)
  const names = catalog.tables.map((table) => newName(table.name))
  checkDistinct(names, (name) => `Cannot rename to '${name}': there is a table of this name`)
  const tables = catalog.tables.map((table, index) => ({ ...table, name: names[index]! }))
  const { lastCreated } = catalog
  const renamed = renamedNotes(catalog, 'table', newName)
  return { ...renamed, tables, ...(lastCreated === undefined ? {} : { lastCreated: newName(lastCreated) }) }
}

/** As renameTables, for a field in every table. Two fields never become one. */
export function renameFields(catalog: Catalog, pairs: readonly RenamePair[]): Catalog {
  const newName = renaming(pairs)
  const known = [...new Set(catalog.tables.flatMap((table) => table.fields.map((field) => field.name)))]
  checkDistinct(known.map(newName), (name) => `Cannot rename to '${name}': there is a field of this name`)
  const tables = catalog.tables.map((table) => ({
    ...table,
    fields: table.fields.map((field) => ({ ...field, name: newName(field.name) })),
  }))
  return { ...renamedNotes(catalog, 'field', newName), tables }
}

function renaming(pairs: readonly RenamePair[]): (name: string) => string {
  const names = new Map(pairs.map(({ from, to }) => [from, to]))
  return (name) => names.get(name) ?? name
}

function checkDistinct(names: readonly string[], message: (name: string) => string): void {
  const seen = new Set<string>()
  for (const name of names) {
    if (seen.has(name)) throw faults.nameTaken(message(name))
    seen.add(name)
  }
}

function tableOf(catalog: Catalog, name: string): TableModel {
  const table = findTable(catalog, name)
  if (table === undefined) throw faults.tableNotFound(`Table '${name}' not found`)
  return table
}
