/**
 * Statements that drop and rename loaded tables and fields, or number their values (LANGUAGE, sections 3 and
 * 9; SEMANTICS F16 to F18, I13): what they change in the loaded tables, or their faults.
 */
import { faults } from '../fault/fault.ts'
import type { Renaming } from '../model/renamed.ts'
import type { RenamePair } from '../syntax/statement.ts'
import { matchesWildcard } from '../value/wildcard.ts'
import { Findings, type Planned } from './findings.ts'
import {
  allFields,
  lacks,
  type ModelShape,
  type TableShape,
  tableNamed,
  withoutTable,
  withTable,
} from './model-shape.ts'
import { unknownMap, unknownTable } from './unknown-table.ts'

/** The plan: the tables to drop, in this order. */
export function planDropTables(names: readonly string[], model: ModelShape): Planned<readonly string[]> {
  const findings = new Findings()
  let after = model
  for (const name of names) {
    if (tableNamed(after, name) === undefined && !after.open) findings.report(unknownTable(name, after))
    after = withoutTable(after, name)
  }
  return findings.answer(names, after)
}

/** The plan: the mapping tables to drop. */
export function planDropMaps(names: readonly string[], model: ModelShape): Planned<readonly string[]> {
  const findings = new Findings()
  for (const name of names) if (lacks(model.maps, name)) findings.report(unknownMap(name, model.maps.names))
  const left = model.maps.names.filter((name) => !names.includes(name))
  return findings.answer(names, { ...model, maps: { ...model.maps, names: left } })
}

export interface FieldDrop {
  readonly table: string
  readonly field: string
  /** The last field of its table, which is dropped with it (F17). */
  readonly whole: boolean
}

/** From all tables, or from the named ones. */
export function planDropFields(
  fields: readonly string[],
  tables: readonly string[] | undefined,
  model: ModelShape,
): Planned<readonly FieldDrop[]> {
  const findings = new Findings()
  const drops: FieldDrop[] = []
  let after = model
  for (const field of fields) {
    const unknown = tables?.filter((name) => tableNamed(after, name) === undefined) ?? []
    if (!after.open) for (const name of unknown) findings.report(unknownTable(name, after))
    const from = tables?.flatMap((name) => tableNamed(after, name) ?? []) ?? after.tables
    const having = from.filter((table) => table.fields.names.includes(field))
    const isOpen = after.open || from.some((table) => table.fields.open)
    if (having.length === 0 && !isOpen && unknown.length === 0) {
      findings.report(faults.fieldNotFound(`Field '${field}' not found`))
    }
    for (const table of having) {
      const names = table.fields.names.filter((name) => name !== field)
      const whole = names.length === 0 && !table.fields.open
      drops.push({ table: table.name, field, whole })
      after = whole
        ? withoutTable(after, table.name)
        : withTable(after, { ...table, fields: { ...table.fields, names } })
    }
  }
  return findings.answer(drops, after)
}

/**
 * All at once, so that two names can be swapped. Ignores unknown names, because a map of RENAME ... USING may
 * list more than exist. Two tables never get the same name.
 */
export function planRenameTables(pairs: readonly RenamePair[], model: ModelShape): Planned<Renaming> {
  const findings = new Findings()
  const newName = renaming(pairs)
  const { lastCreated } = model
  const sure = model.tables.filter(({ maybe }) => !maybe)
  const taken = twiceIn(sure.map(({ name }) => newName(name)))
  if (taken !== undefined) {
    findings.report(faults.nameTaken(`Cannot rename to '${taken}': there is a table of this name`))
  }
  const tables = model.tables.map((table): TableShape => ({ ...table, name: newName(table.name) }))
  const after = { ...model, tables, lastCreated: lastCreated && newName(lastCreated) }
  return findings.answer(newName, after)
}

/** As planRenameTables, for a field in every table. Two fields never become one. */
export function planRenameFields(pairs: readonly RenamePair[], model: ModelShape): Planned<Renaming> {
  const findings = new Findings()
  const newName = renaming(pairs)
  const sure = model.tables.filter(({ maybe, fields }) => !maybe && !fields.open)
  const known = new Set(sure.flatMap(({ fields }) => fields.names))
  const taken = twiceIn([...known].map(newName))
  if (taken !== undefined) {
    findings.report(faults.nameTaken(`Cannot rename to '${taken}': there is a field of this name`))
  }
  const tables = model.tables.map((table): TableShape => {
    const { names, open } = table.fields
    return { ...table, fields: { names: names.map(newName), open } }
  })
  return findings.answer(newName, { ...model, tables })
}

function renaming(pairs: readonly RenamePair[]): Renaming {
  const names = new Map(pairs.map(({ from, to }) => [from, to]))
  return (name) => names.get(name) ?? name
}

const twiceIn = (names: readonly string[]): string | undefined =>
  names.find((name, index) => names.indexOf(name) !== index)

/** The fields whose values AUTONUMBER replaces, those of the oldest table first. */
export function planAutoNumber(patterns: readonly string[], model: ModelShape): Planned<readonly string[]> {
  const findings = new Findings()
  const known = allFields(model)
  const fields = known.names.filter((field) => patterns.some((pattern) => matchesWildcard(pattern, field)))
  if (fields.length === 0 && !known.open) {
    findings.report(faults.fieldNotFound(`Field '${patterns.join("', '")}' not found`))
  }
  return findings.answer(fields, model)
}

/** Checks that the mapping table of a statement exists. */
export function planMapUse(map: string, model: ModelShape): Planned<string> {
  const findings = new Findings()
  if (lacks(model.maps, map)) findings.report(unknownMap(map, model.maps.names))
  return findings.answer(map, model)
}
