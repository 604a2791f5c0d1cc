/**
 * The model of an app's data as a text, for archives: the tables in order, with their fields and what the
 * script noted. Generated names of tables and columns are not in it: they are given anew. A text from outside
 * is hostile: everything in it is checked and bounded.
 */
import { defined } from '../../core/defined.ts'
import {
  type DataModel,
  NO_NOTES,
  type Note,
  type Notes,
  type Segment,
  type TableModel,
  type ValueKinds,
} from '../../script/model/data-model.ts'
import { currentNotes } from '../../script/model/notes.ts'
import type { FieldFormat } from '../../script/value/field-format.ts'

export const MODEL_TEXT_MAX_BYTES = 32 * 1024 * 1024
const ARCHIVED_TABLES_MAX = 1000
const ARCHIVED_FIELDS_MAX = 20_000
const SEGMENTS_MAX = 200_000
const TAGS_MAX = 1000
const MODEL_TEXT_VERSION = 1

/** What is wrong with data from outside, in words. */
export class ArchivedDataError extends Error {
  override readonly name = 'ArchivedDataError'
}

/** Its tables by the position that they have among all: those of SECTION ACCESS come last. */
export function archivedTables({ tables, aside }: DataModel): readonly TableModel[] {
  return [...tables, ...(aside?.tables ?? [])]
}

export function modelText(model: DataModel): string {
  const notes = currentNotes(model)
  const open = model.tables.length
  return JSON.stringify({
    version: MODEL_TEXT_VERSION,
    tables: archivedTables(model).map(({ name, rows, distinct, segments, fields }, at) => ({
      name,
      rows,
      distinct,
      access: at >= open,
      segments: segments.map(({ sequence, first, last }) => [sequence, first, last]),
      fields: fields.map(({ name, kinds, format }) => ({ name, ...kinds, ...defined({ format }) })),
    })),
    lastCreated: model.lastCreated,
    notes: { table: [...notes.table], field: [...notes.field] },
  })
}

/**
 * @returns the model with the tables t1, t2 ... and their columns c1, c2 ...
 * @throws ArchivedDataError
 */
export function readModelText(text: string): DataModel {
  const from = record(parsed(text), 'the description')
  if (from.version !== MODEL_TEXT_VERSION)
    throw new ArchivedDataError(`its version is not ${MODEL_TEXT_VERSION}`)
  const told = list(from.tables, 'tables', ARCHIVED_TABLES_MAX).map((table) => record(table, 'a table'))
  const room = { fields: ARCHIVED_FIELDS_MAX, segments: SEGMENTS_MAX }
  const tables = told.map((table, at) => tableOf(table, `t${at + 1}`, room))
  distinctNames(tables, 'table')
  const last = Math.max(0, ...tables.flatMap(({ segments }) => segments.map(({ sequence }) => sequence)))
  const open = tables.filter((_, at) => told[at]!.access !== true)
  const access = tables.filter((_, at) => told[at]!.access === true)
  const lastCreated = open.find(({ name }) => name === from.lastCreated)?.name
  const notes = notesOf(from.notes === undefined ? {} : record(from.notes, 'notes'))
  return {
    tables: open,
    nextTable: tables.length + 1,
    nextSequence: last + 1,
    ...defined({ lastCreated }),
    ...(notes === NO_NOTES ? {} : { notes }),
    ...(access.length === 0 ? {} : { aside: { tables: access } }),
  }
}

function tableOf(from: Fields, sqlName: string, room: { fields: number; segments: number }): TableModel {
  const name = text(from.name, 'the name of a table')
  const rows = count(from.rows, `the rows of table ${sqlName}`)
  const segments = list(from.segments, 'segments', room.segments).map((one) => segmentOf(one, rows))
  const fields = list(from.fields, 'fields', room.fields).map((value, at) => {
    const field = record(value, 'a field')
    return {
      name: text(field.name, 'the name of a field'),
      column: `c${at + 1}`,
      kinds: kindsOf(field),
      ...defined({ format: formatOf(field.format) }),
    }
  })
  room.fields -= fields.length
  room.segments -= segments.length
  distinctNames(fields, 'field')
  return { name, sqlName, fields, rows, distinct: from.distinct === true, segments }
}

function segmentOf(value: unknown, rows: number): Segment {
  const [sequence, first, last] = list(value, 'a segment', 3).map((one) => count(one, 'a segment'))
  if (sequence === undefined || first === undefined || last === undefined || last > rows || first < 1) {
    throw new ArchivedDataError('a segment lies outside its table')
  }
  return { sequence, first, last }
}

const kindsOf = ({ numbers, texts, duals }: Fields): ValueKinds => ({
  numbers: numbers === true,
  texts: texts === true,
  duals: duals === true,
})

function formatOf(value: unknown): FieldFormat | undefined {
  if (value === undefined) return undefined
  const from = record(value, 'a format')
  const part = (name: keyof FieldFormat) =>
    from[name] === undefined ? undefined : text(from[name], 'a format')
  return {
    type: text(from.type, 'a format'),
    ...defined({
      format: part('format'),
      decimals: from.decimals === undefined ? undefined : count(from.decimals, 'decimals'),
      useThousands: from.useThousands === undefined ? undefined : from.useThousands === true,
      decimalSep: part('decimalSep'),
      thousandSep: part('thousandSep'),
    }),
  }
}

function notesOf({ table = [], field = [] }: Fields): Notes {
  const notes = {
    table: new Map(list(table, 'notes', ARCHIVED_TABLES_MAX).map(noteOf)),
    field: new Map(list(field, 'notes', ARCHIVED_FIELDS_MAX).map(noteOf)),
  }
  return notes.table.size + notes.field.size === 0 ? NO_NOTES : notes
}

function noteOf(value: unknown): readonly [string, Note] {
  const [name, told] = list(value, 'a note', 2)
  const { tags, comment } = record(told, 'a note')
  const note = {
    tags: list(tags, 'tags', TAGS_MAX).map((tag) => text(tag, 'a tag')),
    ...(comment === undefined ? {} : { comment: text(comment, 'a comment') }),
  }
  return [text(name, 'the name of a note'), note]
}

function distinctNames(named: readonly { readonly name: string }[], what: string): void {
  if (new Set(named.map(({ name }) => name)).size < named.length) {
    throw new ArchivedDataError(`two of a ${what} have one name`)
  }
}

type Fields = Readonly<Record<string, unknown>>

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new ArchivedDataError('its description is no JSON')
  }
}

function record(value: unknown, what: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields
  throw new ArchivedDataError(`${what} is no object`)
}

function list(value: unknown, what: string, most: number): readonly unknown[] {
  if (Array.isArray(value) && value.length <= most) return value
  throw new ArchivedDataError(`${what}: no list of at most ${most}`)
}

function text(value: unknown, what: string): string {
  if (typeof value === 'string') return value.replace(/[\ud800-\udfff]/gu, '\ufffd')
  throw new ArchivedDataError(`${what} is no text`)
}

function count(value: unknown, what: string): number {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number
  throw new ArchivedDataError(`${what} are no whole number`)
}
