/**
 * What a model holds beside its data (LANGUAGE, section 9): tags and comments of tables and fields, which go
 * with a name and not with one table, and the derived fields that are declared.
 */
import type { DerivedFields, NoteEntry } from '../host.ts'
import type { NoteKind } from '../syntax/statement.ts'
import { type Catalog, findTable, NO_NOTES, type Note, type Notes, tablesWith } from './catalog-model.ts'

/** Unknown names are passed over, and the last comment counts (SEMANTICS S9). */
export function withNotes(
  catalog: Catalog,
  kind: NoteKind,
  of: 'table' | 'field',
  entries: readonly NoteEntry[],
): Catalog {
  const notes = new Map(notesOf(catalog, of))
  for (const { name, texts } of entries) {
    if (!isThere(catalog, of, name)) continue
    const changed = changedNote(notes.get(name) ?? { tags: [] }, kind, texts)
    if (changed.tags.length === 0 && changed.comment === undefined) notes.delete(name)
    else notes.set(name, changed)
  }
  return withNotesOf(catalog, of, notes)
}

/** What is derived with one definition from the same fields again takes the place of the earlier one. */
export function withDerived(catalog: Catalog, derived: DerivedFields): Catalog {
  const key = ({ definition, from, names }: DerivedFields) => JSON.stringify([definition, from, names])
  const others = (catalog.derived ?? []).filter((other) => key(other) !== key(derived))
  return { ...catalog, derived: [...others, derived] }
}

/** The notes go with their names. */
export function renamedNotes(
  catalog: Catalog,
  of: 'table' | 'field',
  newName: (name: string) => string,
): Catalog {
  const notes = [...notesOf(catalog, of)].map(([name, note]) => [newName(name), note] as const)
  return withNotesOf(catalog, of, new Map(notes))
}

/** Without the notes of what is not there any more. */
export function currentNotes(catalog: Catalog): Notes {
  const kept = (of: 'table' | 'field') =>
    new Map([...notesOf(catalog, of)].filter(([name]) => isThere(catalog, of, name)))
  return { table: kept('table'), field: kept('field') }
}

function changedNote(note: Note, kind: NoteKind, texts: readonly string[]): Note {
  if (kind === 'tag') return { ...note, tags: [...new Set([...note.tags, ...texts])] }
  if (kind === 'untag') return { ...note, tags: note.tags.filter((tag) => !texts.includes(tag)) }
  const [comment = ''] = texts
  return comment === '' ? { tags: note.tags } : { ...note, comment }
}

const notesOf = (catalog: Catalog, of: 'table' | 'field') => (catalog.notes ?? NO_NOTES)[of]

function withNotesOf(catalog: Catalog, of: 'table' | 'field', notes: ReadonlyMap<string, Note>): Catalog {
  return { ...catalog, notes: { ...(catalog.notes ?? NO_NOTES), [of]: notes } }
}

const isThere = (catalog: Catalog, of: 'table' | 'field', name: string): boolean =>
  of === 'table' ? findTable(catalog, name) !== undefined : tablesWith(catalog, name).length > 0
