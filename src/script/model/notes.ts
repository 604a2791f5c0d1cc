/**
 * What a model holds beside its data (LANGUAGE, section 9): declared derived fields, and tags and comments of
 * tables and fields, which belong to a name and not to one table.
 */
import type { DerivedFields, NoteEntry } from '../host.ts'
import type { NoteKind } from '../syntax/statement.ts'
import { type DataModel, findTable, NO_NOTES, type Note, type Notes, tablesWith } from './data-model.ts'

/** Ignores unknown names; the last comment counts (SEMANTICS S9). */
export function withNotes(
  model: DataModel,
  kind: NoteKind,
  of: 'table' | 'field',
  entries: readonly NoteEntry[],
): DataModel {
  const notes = new Map(notesOf(model, of))
  for (const { name, texts } of entries) {
    if (!isThere(model, of, name)) continue
    const changed = changedNote(notes.get(name) ?? { tags: [] }, kind, texts)
    if (changed.tags.length === 0 && changed.comment === undefined) notes.delete(name)
    else notes.set(name, changed)
  }
  return withNotesOf(model, of, notes)
}

/** Tags the fields whose names begin with the prefix or end with the suffix, as far as there is one. */
export function withHidden(model: DataModel, prefix: string, suffix: string): DataModel {
  const isHidden = (name: string) =>
    (prefix !== '' && name.startsWith(prefix)) || (suffix !== '' && name.endsWith(suffix))
  const names = new Set(model.tables.flatMap((table) => table.fields.map(({ name }) => name)))
  const entries = [...names].filter(isHidden).map((name) => ({ name, texts: ['$hidden'] }))
  return withNotes(model, 'tag', 'field', entries)
}

/** Replaces derived fields of the same definition and source fields. */
export function withDerived(model: DataModel, derived: DerivedFields): DataModel {
  const key = ({ definition, from, names }: DerivedFields) => JSON.stringify([definition, from, names])
  const others = (model.derived ?? []).filter((other) => key(other) !== key(derived))
  return { ...model, derived: [...others, derived] }
}

/** Notes move with their names. */
export function renamedNotes(
  model: DataModel,
  of: 'table' | 'field',
  newName: (name: string) => string,
): DataModel {
  const notes = [...notesOf(model, of)].map(([name, note]) => [newName(name), note] as const)
  return withNotesOf(model, of, new Map(notes))
}

/** Without the notes of tables and fields that no longer exist. */
export function currentNotes(model: DataModel): Notes {
  const kept = (of: 'table' | 'field') =>
    new Map([...notesOf(model, of)].filter(([name]) => isThere(model, of, name)))
  return { table: kept('table'), field: kept('field') }
}

function changedNote(note: Note, kind: NoteKind, texts: readonly string[]): Note {
  if (kind === 'tag') return { ...note, tags: [...new Set([...note.tags, ...texts])] }
  if (kind === 'untag') return { ...note, tags: note.tags.filter((tag) => !texts.includes(tag)) }
  const [comment = ''] = texts
  return comment === '' ? { tags: note.tags } : { ...note, comment }
}

const notesOf = (model: DataModel, of: 'table' | 'field') => (model.notes ?? NO_NOTES)[of]

function withNotesOf(model: DataModel, of: 'table' | 'field', notes: ReadonlyMap<string, Note>): DataModel {
  return { ...model, notes: { ...(model.notes ?? NO_NOTES), [of]: notes } }
}

const isThere = (model: DataModel, of: 'table' | 'field', name: string): boolean =>
  of === 'table' ? findTable(model, name) !== undefined : tablesWith(model, name).length > 0
