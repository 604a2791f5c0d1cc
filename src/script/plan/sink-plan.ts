/**
 * Where the rows of a LOAD end up: in a mapping table, in tables of their attributes, or in a table under the
 * names as stored; and the data model after that.
 */
import { faults } from '../fault/fault.ts'
import type { StoreRules } from '../host.ts'
import type { LoadStatement, Merge } from '../syntax/statement.ts'
import type { Report } from './findings.ts'
import { nameTwice } from './level-plan.ts'
import { defaultTableName, hasWildcard, type LoadTarget, loadTarget } from './load-target.ts'
import {
  closed,
  lacks,
  type ModelShape,
  type Names,
  type TableShape,
  tableNamed,
  together,
  withoutTable,
  withTable,
} from './model-shape.ts'
import { ruleFor, storedNames } from './stored-names.ts'
import { unknownField } from './unknown-field.ts'
import { unknownMap } from './unknown-table.ts'

export type SinkPlan =
  | { readonly kind: 'map'; readonly name: string }
  | { readonly kind: 'generic'; readonly name: string }
  | {
      readonly kind: 'table'
      /** As stored. */
      readonly fields: readonly string[]
      readonly target: LoadTarget
      readonly merge?: MergePlan
    }

export interface MergePlan {
  /** Positions of the keys and of the sequence in the loaded rows, after the operation. */
  readonly keys: readonly number[]
  readonly sequence?: number
  /** In a partial reload: the table whose rows are replaced, and its fields that hold the keys. */
  readonly into?: { readonly table: string; readonly keys: readonly string[] }
}

/** What a sink depends on, besides the fields of the rows. */
export interface SinkQuestion {
  readonly statement: LoadStatement
  readonly model: ModelShape
  readonly rules: StoreRules
  /** There may be other rules. */
  readonly openRules: boolean
  readonly partial: boolean
  /** The one file of several that is read. */
  readonly file: string | undefined
  readonly report: Report
}

export interface PlannedSink {
  /** Undefined if it depends on something unknown. */
  readonly sink: SinkPlan | undefined
  readonly after: ModelShape
}

/**
 * A column costs the engine memory even when it is empty; a file of a few kilobytes can name many. The
 * original engine documents no bound.
 */
export const TABLE_FIELDS_MAX = 2_000

/** @param loaded the fields of the rows, after transforms */
export function planSink(question: SinkQuestion, loaded: Names): PlannedSink {
  const { prefixes } = question.statement
  if (loaded.names.length > TABLE_FIELDS_MAX) {
    question.report(
      faults.semantic(
        `The LOAD has ${loaded.names.length} fields, a table at most ${TABLE_FIELDS_MAX}: name those that are needed instead of *`,
      ),
    )
  }
  if (prefixes.mapping) return planMap(question, loaded)
  if (prefixes.transform?.kind === 'generic') return planGeneric(question, loaded)
  if (prefixes.merge !== undefined) return planMerge(question, loaded, prefixes.merge)
  return planTable(question, loaded)
}

function planMap(question: SinkQuestion, { names, open }: Names): PlannedSink {
  const { statement, model, report } = question
  if (!open && names.length !== 2) {
    report(
      faults.mappingFields(
        `A mapping table has two fields, not ${names.length}`,
        statement.prefixSpans.mapping,
      ),
    )
  }
  const name = labelOf(question)
  const { maps } = model
  const after = {
    ...model,
    maps: together(maps, name === undefined ? { names: [], open: true } : closed([name])),
  }
  return { sink: open || name === undefined ? undefined : { kind: 'map', name }, after }
}

const labelOf = ({ statement, model, file }: SinkQuestion): string | undefined =>
  statement.label ?? defaultTableName(statement, model, file)

/** Each table is named after its attribute. */
function planGeneric(question: SinkQuestion, { names, open }: Names): PlannedSink {
  const { statement, model, report } = question
  if (!open && names.length < 3) {
    report(
      faults.semantic(
        'GENERIC needs a key, an attribute and a value: three fields at least',
        statement.prefixSpans.transform,
      ),
    )
  }
  const name = labelOf(question)
  const after = { ...model, open: true, lastCreated: undefined }
  return { sink: open || name === undefined ? undefined : { kind: 'generic', name }, after }
}

/** The first field is the operation, which is not stored (SEMANTICS S6). */
function planMerge(question: SinkQuestion, loaded: Names, { keys, sequence }: Merge): PlannedSink {
  const { statement, model, partial, report } = question
  const names = loaded.open ? loaded.names : loaded.names.slice(1)
  const written = { names, open: loaded.open }
  const span = statement.prefixSpans.merge
  for (const name of [...keys, ...(sequence === undefined ? [] : [sequence])]) {
    if (lacks(written, name)) report(unknownField(name, names, span))
  }
  const { sink, after } = planTable(question, written)
  if (sink?.kind !== 'table') return { sink, after }
  const { target } = sink
  const replacing = partial && target.kind === 'append'
  const table = replacing ? tableNamed(model, target.table) : undefined
  for (const key of keys) {
    if (table && lacks(table.fields, key)) report(unknownField(key, table.fields.names, span))
  }
  const merge = {
    keys: keys.map((key) => loaded.names.indexOf(key, 1)),
    ...(sequence !== undefined && { sequence: loaded.names.indexOf(sequence, 1) }),
    ...(replacing && { into: { table: target.table, keys } }),
  }
  return { sink: { ...sink, merge }, after }
}

/** Names as stored, and the table they go to. Known before any row is read: RowNo and Peek depend on it. */
function planTable(question: SinkQuestion, loaded: Names): PlannedSink {
  const { statement, model, rules, openRules, report } = question
  const { join, concatenate } = statement.prefixes
  const qualifier = statement.label ?? join?.table ?? concatenate?.table ?? labelOf(question)
  const stored = storedNames(loaded.names, qualifier, rules)
  const names = stored.filter((name) => name !== undefined)
  const fields = { names, open: loaded.open || openRules || names.length < stored.length }
  const twice = fields.open ? undefined : firstRepeated(names)
  if (twice !== undefined) report(nameTwice(twice, statement.levels[0]!.span))
  if (!fields.open) checkMaps(names, question)
  const target = loadTarget(question, fields)
  const once = target === undefined ? afterUnknown(question, fields) : afterTarget(model, target, fields)
  const after = mayMakeSeveral(question, fields) ? { ...once, open: true, lastCreated: undefined } : once
  if (target === undefined || fields.open) return { sink: undefined, after }
  return { sink: { kind: 'table', fields: names, target }, after }
}

function firstRepeated(names: readonly string[]): string | undefined {
  const seen = new Set<string>()
  return names.find((name) => seen.size === seen.add(name).size)
}

/** Each file of a path with wildcards is a load of its own; those with equal fields go to one table. */
function mayMakeSeveral({ statement, file }: SinkQuestion, fields: Names): boolean {
  const { keep, join, concatenate, noConcatenate } = statement.prefixes
  const { source } = statement.levels.at(-1)!
  if (file !== undefined || source.kind !== 'file' || !hasWildcard(source.path)) return false
  if (join !== undefined || concatenate !== undefined) return false
  return fields.open || keep !== undefined || noConcatenate === true
}

/** MAP ... USING needs its table when a field is stored. */
function checkMaps(fields: readonly string[], { rules, model, statement, report }: SinkQuestion): void {
  const maps = new Set(fields.map((field) => ruleFor(rules.maps, field)?.map))
  for (const map of maps) {
    if (map === undefined || !lacks(model.maps, map)) continue
    report(unknownMap(map, model.maps.names, statement.levels[0]!.span))
  }
}

function afterTarget(model: ModelShape, target: LoadTarget, fields: Names): ModelShape {
  switch (target.kind) {
    case 'create':
    case 'keep':
      return withTable(model, { name: target.name, fields, maybe: false })
    case 'replace': {
      const { table } = target
      return withTable(withoutTable(model, table), { name: table, fields, maybe: false })
    }
    case 'append':
    case 'join': {
      const table = tableNamed(model, target.table) ?? { name: target.table, fields, maybe: false }
      return withTable(model, { ...table, fields: together(table.fields, fields) })
    }
  }
}

/** The rows extended one of several tables, or made one. */
function afterUnknown(question: SinkQuestion, fields: Names): ModelShape {
  const { statement, model } = question
  const { join, concatenate } = statement.prefixes
  const into = join ?? concatenate
  if (into !== undefined) return withMoreFields(model, into.table)
  const name = labelOf(question)
  return name === undefined ? { ...model, open: true } : withPerhaps(model, name, fields)
}

/** Adds fields to the table, which must exist, or to every table if it is unknown which. */
function withMoreFields(model: ModelShape, name: string | undefined): ModelShape {
  const more = (table: TableShape): TableShape => ({ ...table, fields: { ...table.fields, open: true } })
  if (name === undefined) return { ...model, tables: model.tables.map(more) }
  const table = tableNamed(model, name) ?? { name, fields: { names: [], open: true }, maybe: false }
  const { lastCreated } = model
  return { ...withTable(model, { ...more(table), maybe: false }), lastCreated }
}

/** A table of this name, or of the next free name, may have been made. */
function withPerhaps(model: ModelShape, wanted: string, fields: Names): ModelShape {
  let shape = model
  let name = wanted
  for (let n = 1; ; n++) {
    const table = tableNamed(shape, name)
    if (table === undefined) break
    if (table.maybe)
      shape = withTable(shape, { ...table, fields: { ...together(table.fields, fields), open: true } })
    name = `${wanted}-${n}`
  }
  return { ...withTable(shape, { name, fields, maybe: true }), lastCreated: undefined }
}
