/**
 * Where the rows of a LOAD go: which table they extend, join, or become (LANGUAGE, sections 5 and 9;
 * SEMANTICS F7 to F14, G5), and under which names their fields are stored.
 */

import { faults } from '../fault.ts'
import { baseName, withoutExtension } from '../function/context/file-functions.ts'
import type { FieldRule } from '../host.ts'
import type { LoadPrefixes, LoadSource, RenamePair } from '../syntax/statement.ts'
import { matchesWildcard } from '../value/wildcard.ts'
import { type Catalog, findTable, freeTableName, type TableModel, tableWithFields } from './catalog-model.ts'

export type LoadTarget =
  | { readonly kind: 'create'; readonly name: string }
  | { readonly kind: 'append'; readonly table: TableModel }
  /** The rows take the place of those of the table. */
  | { readonly kind: 'replace'; readonly table: TableModel }
  | {
      readonly kind: 'join'
      readonly type: 'inner' | 'left' | 'right' | 'outer'
      readonly table: TableModel
    }
  | {
      readonly kind: 'keep'
      readonly type: 'inner' | 'left' | 'right'
      readonly table: TableModel
      readonly name: string
    }

/** A file source may stand for several files; then `file` is the one that is being read. */
export function loadTarget(
  prefixes: LoadPrefixes,
  label: string | undefined,
  source: LoadSource,
  fields: readonly string[],
  catalog: Catalog,
  file?: string,
): LoadTarget {
  if (prefixes.join !== undefined) {
    return { kind: 'join', type: prefixes.join.type, table: named(catalog, prefixes.join.table) }
  }
  const name = () => freeTableName(catalog, label ?? defaultTableName(source, catalog, file))
  if (prefixes.keep !== undefined) {
    const table = named(catalog, prefixes.keep.table)
    return { kind: 'keep', type: prefixes.keep.type, table, name: name() }
  }
  if (prefixes.concatenate !== undefined) {
    return { kind: 'append', table: named(catalog, prefixes.concatenate.table) }
  }
  const same = prefixes.noConcatenate ? undefined : tableWithFields(catalog, fields)
  if (same !== undefined) return { kind: 'append', table: same }
  return { kind: 'create', name: name() }
}

/**
 * The table that ADD adds to and REPLACE takes the place of in a partial reload: the one that CONCATENATE
 * names, else the one with the same fields, else the one with the label (LANGUAGE, section 12).
 */
export function partialTarget(
  { concatenate, noConcatenate }: LoadPrefixes,
  label: string | undefined,
  fields: readonly string[],
  catalog: Catalog,
): TableModel | undefined {
  if (concatenate !== undefined) return named(catalog, concatenate.table)
  const same = noConcatenate ? undefined : tableWithFields(catalog, fields)
  return same ?? (label === undefined ? undefined : findTable(catalog, label))
}

function named(catalog: Catalog, name: string | undefined): TableModel {
  const wanted = name ?? catalog.lastCreated
  if (wanted === undefined) throw faults.nothingToConcatenate('There is no table yet to add rows to')
  const table = findTable(catalog, wanted)
  if (table === undefined) throw faults.tableNotFound(`Table '${wanted}' not found`)
  return table
}

const FILE_NAME_MAX_CHARACTERS = 32

/** The name of a table without a label (SEMANTICS F12). */
export function defaultTableName(source: LoadSource, catalog: Catalog, file?: string): string {
  switch (source.kind) {
    case 'inline':
      return numbered('INLINE', catalog)
    case 'autogenerate':
      return numbered('AUTOGENERATE', catalog)
    case 'resident':
      return source.table
    case 'field':
      return source.field
    case 'file': {
      const name = baseName((file ?? source.path).replaceAll('\\', '/'))
      return withoutExtension(name).slice(0, FILE_NAME_MAX_CHARACTERS)
    }
    case 'preceding':
      throw new Error('a preceding LOAD has no name of its own')
  }
}

function numbered(word: string, catalog: Catalog): string {
  for (let n = 1; ; n++) {
    const name = `${word}${String(n).padStart(2, '0')}`
    if (findTable(catalog, name) === undefined) return name
  }
}

/**
 * Field names as they are stored: `Table.Field` where the last matching QUALIFY rule says so (SEMANTICS F20,
 * S3).
 */
export function qualifiedNames(
  fields: readonly string[],
  table: string,
  rules: readonly FieldRule[],
): string[] {
  return fields.map((field) => (ruleFor(rules, field)?.on ? `${table}.${field}` : field))
}

/** The rule that counts for a field: the last one whose pattern matches (SEMANTICS S3). */
export function ruleFor<Rule extends { readonly pattern: string }>(
  rules: readonly Rule[],
  field: string,
): Rule | undefined {
  return rules.findLast(({ pattern }) => matchesWildcard(pattern, field))
}

/** Field names after ALIAS: of several for one name the last counts. */
export function aliasedNames(fields: readonly string[], pairs: readonly RenamePair[]): string[] {
  return fields.map((field) => pairs.findLast(({ from }) => from === field)?.to ?? field)
}

/** Fault if a name occurs twice (SEMANTICS F6). */
export function checkUnique(fields: readonly string[]): void {
  const seen = new Set<string>()
  for (const field of fields) {
    if (seen.has(field)) {
      throw faults.semantic(`Field names must be unique within table: '${field}' occurs twice`)
    }
    seen.add(field)
  }
}
