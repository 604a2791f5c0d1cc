/**
 * A catalog under new names (SEMANTICS F18). Only names change: the engine's own ones stay, and notes go with
 * theirs.
 */
import type { Catalog } from './catalog-model.ts'
import { renamedNotes } from './notes.ts'

/** Gives the new name of a name. */
export type Renaming = (name: string) => string

export function withRenamedTables(catalog: Catalog, newName: Renaming): Catalog {
  const tables = catalog.tables.map((table) => ({ ...table, name: newName(table.name) }))
  const { lastCreated } = catalog
  const renamed = renamedNotes(catalog, 'table', newName)
  return { ...renamed, tables, ...(lastCreated === undefined ? {} : { lastCreated: newName(lastCreated) }) }
}

export function withRenamedFields(catalog: Catalog, newName: Renaming): Catalog {
  const tables = catalog.tables.map((table) => ({
    ...table,
    fields: table.fields.map((field) => ({ ...field, name: newName(field.name) })),
  }))
  return { ...renamedNotes(catalog, 'field', newName), tables }
}
