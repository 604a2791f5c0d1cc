/**
 * Renames tables and fields of a model (SEMANTICS F18). Generated names stay, and notes move with their
 * names.
 */
import type { DataModel } from './data-model.ts'
import { renamedNotes } from './notes.ts'

/** Returns the new name of a name. */
export type Renaming = (name: string) => string

export function withRenamedTables(model: DataModel, newName: Renaming): DataModel {
  const tables = model.tables.map((table) => ({ ...table, name: newName(table.name) }))
  const { lastCreated } = model
  const renamed = renamedNotes(model, 'table', newName)
  return { ...renamed, tables, ...(lastCreated === undefined ? {} : { lastCreated: newName(lastCreated) }) }
}

export function withRenamedFields(model: DataModel, newName: Renaming): DataModel {
  const tables = model.tables.map((table) => ({
    ...table,
    fields: table.fields.map((field) => ({ ...field, name: newName(field.name) })),
  }))
  return { ...renamedNotes(model, 'field', newName), tables }
}
