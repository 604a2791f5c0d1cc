/**
 * Rows of a table in JSON. Without `table is` the rows are the items of the root, or the root itself where it
 * is an object; `table is [/data/a]` makes a row of each item of each array at that path, in which a star
 * stands for every item or member. Members of objects within are fields by their path, `name.first`; an array
 * within is a table of its own, of which a row has the key, `%Key_a`, made of the array's content. In the
 * table of an array fields begin with its name, `a.x`, and an item that is no object is `a..@1`.
 */
import { faults } from '../../script/fault/fault.ts'
import { hashText } from '../../script/value/hash-text.ts'
import { textInterpreter } from '../../script/value/interpret-text.ts'
import type { Settings } from '../../script/value/settings.ts'
import type { Value } from '../../script/value/value.ts'
import type { RowSource } from '../duckdb/row-source.ts'
import { DOCUMENT_DEPTH_MAX, recordSource, type SourceRecord, TABLE_KEY_BYTES } from './record-source.ts'
import { encodingNamed } from './text-encoding.ts'
import type { NamedFile } from './text-source.ts'
import { wholeFile, wholeText } from './whole-file.ts'

const FILE_MAX_BYTES = 64 * 1024 * 1024

type Json = null | boolean | string | number | WrittenNumber | Json[] | { readonly [name: string]: Json }

/** A whole number of more digits than a number keeps: its text. */
class WrittenNumber {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

const MANY_DIGITS = /^-?\d{15,}$/

export interface JsonTable {
  readonly table: string | undefined
  /** Where no byte order mark tells it; absent: UTF-8. */
  readonly encoding: string | undefined
  /** Names in the LOAD: those that no row has are NULL, with a warning. */
  readonly asked: readonly string[]
}

export async function jsonFileSource(
  named: NamedFile,
  table: JsonTable,
  settings: Settings,
  warn: (text: string) => void,
): Promise<RowSource> {
  const { shown } = named
  const bytes = await wholeFile(named, FILE_MAX_BYTES, 'JSON')
  const text = wholeText(bytes, encodingNamed(table.encoding), shown)
  return jsonTextSource([text], table, settings, `file '${shown}'`, warn)
}

/** Each text is a document of its own. @param shown for faults */
export function jsonTextSource(
  texts: readonly string[],
  { table, asked }: JsonTable,
  settings: Settings,
  shown: string,
  warn: (text: string) => void,
): Promise<RowSource> {
  const interpret = textInterpreter(settings)
  const documents = texts.map((text) => parsed(text, shown))
  const path = table?.split('/').filter((name) => name !== '')
  const rows = function* (): Generator<SourceRecord> {
    for (const document of documents) {
      for (const row of path === undefined ? mainRows(document) : arrayRows(document, path)) {
        const values = new Map<string, Value>(row.key)
        addFields(values, row.prefix, row.item, interpret, shown, 0)
        yield values
      }
    }
  }
  return recordSource(
    {
      async each(record) {
        for (const row of rows()) if (!record(row)) return
      },
    },
    shown,
    asked,
    warn,
  )
}

function parsed(text: string, shown: string): Json {
  try {
    return JSON.parse(text, (_key, value, context?: { readonly source?: string }) =>
      typeof value === 'number' && MANY_DIGITS.test(context?.source ?? '')
        ? new WrittenNumber(context!.source!)
        : value,
    ) as Json
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw faults.wrongFormat(`The ${shown} cannot be read as JSON: ${error.message}`)
  }
}

interface JsonRow {
  readonly item: Json
  /** Before the names of its fields. */
  readonly prefix: string
  readonly key: readonly (readonly [string, Value])[]
}

function* mainRows(document: Json): Generator<JsonRow> {
  const items = Array.isArray(document) ? document : [document]
  for (const item of items) yield { item, prefix: '', key: [] }
}

function* arrayRows(document: Json, path: readonly string[]): Generator<JsonRow> {
  const name = path.at(-1)!
  for (const array of foundAt(document, path)) {
    if (!Array.isArray(array)) continue
    const key = [[`%Key_${name}`, keyOf(array)]] as const
    for (const item of array) yield { item, prefix: name, key }
  }
}

function* foundAt(value: Json, [name, ...rest]: readonly string[]): Generator<Json> {
  if (name === undefined) {
    yield value
    return
  }
  if (value === null || typeof value !== 'object' || value instanceof WrittenNumber) return
  if (name === '*') for (const each of Object.values(value)) yield* foundAt(each, rest)
  else if (!Array.isArray(value) && Object.hasOwn(value, name)) yield* foundAt(value[name]!, rest)
}

function addFields(
  values: Map<string, Value>,
  place: string,
  item: Json,
  interpret: (text: string) => Value,
  shown: string,
  depth: number,
): void {
  if (depth > DOCUMENT_DEPTH_MAX)
    throw faults.wrongFormat(`The ${shown} is nested more than ${DOCUMENT_DEPTH_MAX} deep`)
  if (Array.isArray(item)) {
    values.set(`%Key_${place.slice(place.lastIndexOf('.') + 1)}`, keyOf(item))
  } else if (item !== null && typeof item === 'object' && !(item instanceof WrittenNumber)) {
    for (const [name, value] of Object.entries(item)) {
      addFields(values, place === '' ? name : `${place}.${name}`, value, interpret, shown, depth + 1)
    }
  } else {
    const name = depth === 0 ? (place === '' ? '@1' : `${place}..@1`) : place
    values.set(name, scalar(item, interpret))
  }
}

function scalar(
  item: null | boolean | string | number | WrittenNumber,
  interpret: (text: string) => Value,
): Value {
  if (item === null || typeof item === 'number') return item
  if (item instanceof WrittenNumber) return item.text
  return typeof item === 'boolean' ? String(item) : interpret(item)
}

const keyOf = (array: readonly Json[]): string => hashText(JSON.stringify(array), TABLE_KEY_BYTES)
