/**
 * Runs the prefixes that make other rows of loaded ones, over a work table with columns i0, i1 ... (SEMANTICS
 * block N).
 */
import {
  type DataModel,
  eitherKinds,
  findField,
  findTable,
  NO_KINDS,
  type ValueKinds,
} from '../../script/model/data-model.ts'
import type { IntervalMatchPlan, TransformPlan } from '../../script/plan/transform-plan.ts'
import { expandAncestors, expandHierarchy, type NamedRows } from '../../script/row/hierarchy.ts'
import type { Settings } from '../../script/value/settings.ts'
import type { Value } from '../../script/value/value.ts'
import { crosstableSql, intervalMatchSql, type PointPart, pointsSql } from '../sql/transform-sql.ts'
import type { Database } from './database.ts'
import { pairValue, type ReadableTable, readBatches } from './row-source.ts'
import { TableWriter } from './table-writer.ts'

/** A table whose kinds of value are known. */
export type LoadedTable = ReadableTable & { readonly kinds: readonly ValueKinds[] }

/** Makes a new work table of the rows of `loaded`, which stays. */
export async function transformRows(
  database: Database,
  model: DataModel,
  settings: Settings,
  plan: TransformPlan,
  loaded: LoadedTable,
): Promise<LoadedTable> {
  switch (plan.kind) {
    case 'crosstable': {
      const { qualifiers, fields } = plan
      const ofData = loaded.kinds.slice(qualifiers).reduce(eitherKinds)
      const kinds = [...loaded.kinds.slice(0, qualifiers), { ...NO_KINDS, texts: true }, ofData]
      return made(database, crosstableSql(loaded.sqlName, loaded.names, qualifiers), fields, kinds)
    }
    case 'intervalmatch':
      return matchIntervals(database, model, plan, loaded)
    case 'hierarchy':
      return expanded(database, loaded, (rows) => expandHierarchy(rows, plan.hierarchy, settings))
    case 'hierarchybelongsto':
      return expanded(database, loaded, (rows) => expandAncestors(rows, plan.hierarchy))
  }
}

async function made(
  database: Database,
  sql: string,
  names: readonly string[],
  kinds: readonly ValueKinds[],
): Promise<LoadedTable> {
  const sqlName = database.workTable()
  await database.run(`CREATE TEMP TABLE ${sqlName} AS ${sql}`)
  const columns = names.map((_, index) => `i${index}`)
  return { sqlName, names, kinds, columns, rows: await database.count(sqlName) }
}

async function matchIntervals(
  database: Database,
  model: DataModel,
  { points: wanted, tables, positions, fields }: IntervalMatchPlan,
  loaded: LoadedTable,
): Promise<LoadedTable> {
  const points = database.workTable()
  const { parts, kinds } = pointParts(model, tables, wanted)
  await database.run(`CREATE TEMP TABLE ${points} AS ${pointsSql(parts)}`)
  const columns = positions.map((position) => `i${position}`)
  const result = await made(database, intervalMatchSql(points, loaded.sqlName, columns), fields, [
    kinds,
    loaded.kinds[0]!,
    loaded.kinds[1]!,
    ...positions.map((position) => loaded.kinds[position]!),
  ])
  await database.run(`DROP TABLE ${points}`)
  return result
}

/** The loads of the tables, oldest first, and the kinds of the first field. */
function pointParts(
  model: DataModel,
  tables: readonly string[],
  fields: readonly string[],
): { parts: PointPart[]; kinds: ValueKinds } {
  const found = tables.map((name) => findTable(model, name)!)
  const parts = found.flatMap((table) => {
    const columns = fields.map((field) => findField(table, field)!.column)
    return table.segments.map(({ sequence, first, last }) => ({
      sequence,
      table: table.sqlName,
      columns,
      first,
      last,
    }))
  })
  return {
    parts: parts.sort((a, b) => a.sequence - b.sequence),
    kinds: found.map((table) => findField(table, fields[0]!)!.kinds).reduce(eitherKinds),
  }
}

async function expanded(
  database: Database,
  loaded: LoadedTable,
  expand: (rows: NamedRows) => NamedRows,
): Promise<LoadedTable> {
  const rows: Value[][] = []
  await readBatches(database, loaded, (batch, count) => {
    for (let at = 0; at < count; at++) {
      rows.push(loaded.columns.map((_, i) => pairValue(batch[2 * i]![at], batch[2 * i + 1]![at])))
    }
    return true
  })
  const { names, rows: made } = expand({ names: loaded.names, rows })
  const sqlName = database.workTable()
  const columns = names.map((_, index) => `i${index}`)
  const writer = await TableWriter.create(database, sqlName, columns, true)
  for (const row of made) writer.push(row)
  const written = writer.close()
  return { sqlName, names, columns, kinds: written.kinds, rows: written.rows }
}
