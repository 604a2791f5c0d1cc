/**
 * Where the rows of a LOAD go: which table they extend, join, or become (LANGUAGE, sections 5, 9 and 12;
 * SEMANTICS F7 to F14, G5).
 */
import { faults } from '../fault/fault.ts'
import type { Span } from '../fault/span.ts'
import { baseName, withoutExtension } from '../function/file-functions.ts'
import type { LoadPrefixes, LoadSource, LoadStatement } from '../syntax/statement.ts'
import type { Report } from './findings.ts'
import { type ModelShape, type Names, tableNamed, tableWithFields } from './model-shape.ts'
import { unknownTable } from './unknown-table.ts'

/** Tables by name. */
export type LoadTarget =
  | { readonly kind: 'create'; readonly name: string }
  | { readonly kind: 'append'; readonly table: string }
  /** The rows replace those of the table. */
  | { readonly kind: 'replace'; readonly table: string }
  | { readonly kind: 'join'; readonly type: Join['type']; readonly table: string }
  /** Removes rows of both sides without a partner; the loaded rows become a table of this name. */
  | { readonly kind: 'keep'; readonly type: Keep['type']; readonly table: string; readonly name: string }

type Join = NonNullable<LoadPrefixes['join']>
type Keep = NonNullable<LoadPrefixes['keep']>

/** What is needed to find the target; a file source may stand for several files, then `file` is the one. */
export interface TargetQuestion {
  readonly statement: LoadStatement
  readonly model: ModelShape
  readonly partial: boolean
  readonly file: string | undefined
  readonly report: Report
}

/** Returns undefined if it depends on something unknown or missing. @param fields names as stored */
export function loadTarget(question: TargetQuestion, fields: Names): LoadTarget | undefined {
  const { statement, model } = question
  const { join, keep, concatenate, noConcatenate } = statement.prefixes
  const before = tableBefore(question, fields)
  if (before !== null) return before
  if (join !== undefined) {
    const table = namedTable(question, 'join')
    return table === undefined ? undefined : { kind: 'join', type: join.type, table }
  }
  if (keep !== undefined) {
    const table = namedTable(question, 'keep')
    const name = newTableName(question)
    if (table === undefined || name === undefined) return undefined
    return { kind: 'keep', type: keep.type, table, name }
  }
  if (concatenate !== undefined) {
    const table = namedTable(question, 'concatenate')
    return table === undefined ? undefined : { kind: 'append', table }
  }
  const same = noConcatenate ? null : tableWithFields(model, fields)
  if (same === undefined) return undefined
  if (same !== null) return { kind: 'append', table: same.name }
  const name = newTableName(question)
  return name === undefined ? undefined : { kind: 'create', name }
}

/**
 * The table that REPLACE replaces, and that ADD and MERGE extend in a partial reload: the one that
 * CONCATENATE names, else the one with the same fields, else the one with the label (LANGUAGE, section 12).
 * Null if the LOAD concerns no such table.
 */
function tableBefore(question: TargetQuestion, fields: Names): LoadTarget | null | undefined {
  const { statement, model, partial } = question
  const { label, prefixes } = statement
  if (prefixes.partial === undefined || prefixes.join || prefixes.keep) return null
  const kind = prefixes.partial.kind === 'replace' ? 'replace' : 'append'
  if (!partial && kind === 'append') return null
  if (prefixes.concatenate !== undefined) {
    const table = namedTable(question, 'concatenate')
    return table === undefined ? undefined : { kind, table }
  }
  const same = prefixes.noConcatenate ? null : tableWithFields(model, fields)
  if (same === undefined) return undefined
  const found = same ?? (label === undefined ? undefined : tableNamed(model, label))
  if (found?.maybe) return undefined
  return found === undefined ? null : { kind, table: found.name }
}

/** The table that a prefix names, or the one that was created last. */
function namedTable(
  { statement, model, report }: TargetQuestion,
  prefix: 'join' | 'keep' | 'concatenate',
): string | undefined {
  const wanted = statement.prefixes[prefix]!.table
  const span = statement.prefixSpans[prefix]
  if (wanted === undefined) {
    const { lastCreated } = model
    if (lastCreated === null) report(nothingToAddTo(span))
    return lastCreated ?? undefined
  }
  const table = tableNamed(model, wanted)
  if (table === undefined && !model.open) report(unknownTable(wanted, model, span))
  return table === undefined || table.maybe ? undefined : wanted
}

const nothingToAddTo = (span: Span | undefined) =>
  faults.nothingToConcatenate('There is no table yet to add rows to', span)

/** The label, or the default name, if it is free, else with -1, -2 ... (SEMANTICS F11). */
export function newTableName({ statement, model, file }: TargetQuestion): string | undefined {
  const wanted = statement.label ?? defaultTableName(statement, model, file)
  return wanted === undefined ? undefined : freeTableName(model, wanted)
}

/** Returns undefined if it depends on something unknown. */
export function freeTableName(model: ModelShape, wanted: string): string | undefined {
  let name = wanted
  for (let n = 1; ; n++) {
    const table = tableNamed(model, name)
    if (table === undefined) return model.open ? undefined : name
    if (table.maybe) return undefined
    name = `${wanted}-${n}`
  }
}

const FILE_NAME_MAX_CHARACTERS = 32

/** The name of a table without a label (SEMANTICS F12); undefined if it depends on something unknown. */
export function defaultTableName(
  { levels }: LoadStatement,
  model: ModelShape,
  file: string | undefined,
): string | undefined {
  const { source } = levels.at(-1)!
  switch (source.kind) {
    case 'inline':
      return numberedName('INLINE', model)
    case 'autogenerate':
      return numberedName('AUTOGENERATE', model)
    case 'resident':
      return source.table
    case 'field':
      return source.field
    case 'file': {
      if (file === undefined && hasWildcard(source.path)) return undefined
      const name = baseName((file ?? source.path).replaceAll('\\', '/'))
      return withoutExtension(name).slice(0, FILE_NAME_MAX_CHARACTERS)
    }
    case 'preceding':
      return undefined
  }
}

function numberedName(word: string, model: ModelShape): string | undefined {
  for (let n = 1; ; n++) {
    const name = `${word}${String(n).padStart(2, '0')}`
    const table = tableNamed(model, name)
    if (table === undefined) return model.open ? undefined : name
    if (table.maybe) return undefined
  }
}

/** A path that may stand for several files. The name of a connection has no wildcards. */
export const hasWildcard = (given: string): boolean => /[*?]/.test(given.replace(/^lib:\/\/[^/\\]*/i, ''))

/**
 * The table that REPLACE removes before anything is read, unless it reads that table (LANGUAGE, section
 * 12).
 */
export function replacedTable(
  { label, prefixes, levels }: LoadStatement,
  model: ModelShape,
): string | undefined {
  if (prefixes.partial?.kind !== 'replace' || label === undefined || prefixes.mapping) return undefined
  const { source }: { readonly source: LoadSource } = levels.at(-1)!
  const reads = (source.kind === 'resident' || source.kind === 'field') && source.table === label
  return reads || tableNamed(model, label) === undefined ? undefined : label
}
