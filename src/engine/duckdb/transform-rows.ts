/**
 * Runs the prefixes that make other rows of loaded ones, over a work table with columns i0, i1 ... (SEMANTICS
 * block N).
 */
import { faults } from '../../script/fault.ts'
import {
  type Catalog,
  eitherKinds,
  findField,
  NO_KINDS,
  type ValueKinds,
} from '../../script/plan/catalog-model.ts'
import { expandAncestors, expandHierarchy } from '../../script/plan/hierarchy.ts'
import { unknownField } from '../../script/plan/unknown-field.ts'
import type { Hierarchy, HierarchyBelongsTo, Transform } from '../../script/syntax/statement.ts'
import type { Settings } from '../../script/value/settings.ts'
import type { Value } from '../../script/value/value.ts'
import { pairValue, type ReadableTable, readBatches } from '../source/row-source.ts'
import { crosstableSql, intervalMatchSql, type PointPart, pointsSql } from '../sql/transform-sql.ts'
import type { Database } from './database.ts'
import { TableWriter } from './table-writer.ts'

/** A table whose kinds of value are known. */
export type LoadedTable = ReadableTable & { readonly kinds: readonly ValueKinds[] }

/** Makes a new work table of the rows of `loaded`, which stays. @param qualifiers of CROSSTABLE */
export async function transformRows(
  database: Database,
  catalog: Catalog,
  settings: Settings,
  transform: Exclude<Transform, { kind: 'generic' }>,
  qualifiers: number,
  loaded: LoadedTable,
): Promise<LoadedTable> {
  switch (transform.kind) {
    case 'crosstable': {
      const { attribute, data } = transform
      if (qualifiers >= loaded.names.length) {
        const count = loaded.names.length
        throw faults.semantic(`CROSSTABLE keeps ${qualifiers} fields and the LOAD has ${count}: none is left`)
      }
      const names = [...loaded.names.slice(0, qualifiers), attribute, data]
      const ofData = loaded.kinds.slice(qualifiers).reduce(eitherKinds)
      const kinds = [...loaded.kinds.slice(0, qualifiers), { ...NO_KINDS, texts: true }, ofData]
      return made(database, crosstableSql(loaded.sqlName, loaded.names, qualifiers), names, kinds)
    }
    case 'intervalmatch':
      return matchIntervals(database, catalog, transform, loaded)
    case 'hierarchy':
    case 'hierarchybelongsto':
      return expand(database, settings, transform, loaded)
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

/** Keys of the loaded table are found by name, else by their place behind the two limits. */
async function matchIntervals(
  database: Database,
  catalog: Catalog,
  { point, keys }: Transform & { kind: 'intervalmatch' },
  loaded: LoadedTable,
): Promise<LoadedTable> {
  const wanted = keys.length + 2
  if (loaded.names.length !== wanted) {
    throw faults.semantic(
      `INTERVALMATCH needs a LOAD of lower limit, upper limit and its keys: ${wanted} fields, not ${loaded.names.length}`,
    )
  }
  const places = keys.map((key, index) => {
    const named = loaded.names.indexOf(key, 2)
    return named < 0 ? index + 2 : named
  })
  const points = database.workTable()
  const { parts, kinds } = pointParts(catalog, [point, ...keys])
  await database.run(`CREATE TEMP TABLE ${points} AS ${pointsSql(parts)}`)
  const columns = places.map((place) => `i${place}`)
  const result = await made(
    database,
    intervalMatchSql(points, loaded.sqlName, columns),
    [point, loaded.names[0]!, loaded.names[1]!, ...places.map((place) => loaded.names[place]!)],
    [kinds, loaded.kinds[0]!, loaded.kinds[1]!, ...places.map((place) => loaded.kinds[place]!)],
  )
  await database.run(`DROP TABLE ${points}`)
  return result
}

/** Loads of all tables that have these fields together, oldest first, and the kinds of the first field. */
function pointParts(catalog: Catalog, fields: readonly string[]): { parts: PointPart[]; kinds: ValueKinds } {
  const tables = catalog.tables.flatMap((table) => {
    const found = fields.map((field) => findField(table, field))
    return found.includes(undefined) ? [] : [{ table, found: found.map((field) => field!) }]
  })
  if (tables.length === 0) {
    const known = new Set(catalog.tables.flatMap((table) => table.fields.map((field) => field.name)))
    const missing = fields.find((field) => !known.has(field))
    if (missing !== undefined) throw unknownField(missing, [...known])
    throw faults.semantic(`INTERVALMATCH: no table has the fields '${fields.join("' and '")}' together`)
  }
  const parts = tables.flatMap(({ table, found }) =>
    table.segments.map(({ sequence, first, last }) => {
      const columns = found.map((field) => field.column)
      return { sequence, table: table.sqlName, columns, first, last }
    }),
  )
  return {
    parts: parts.sort((a, b) => a.sequence - b.sequence),
    kinds: tables.map(({ found }) => found[0]!.kinds).reduce(eitherKinds),
  }
}

async function expand(
  database: Database,
  settings: Settings,
  hierarchy: Hierarchy | HierarchyBelongsTo,
  loaded: LoadedTable,
): Promise<LoadedTable> {
  const rows: Value[][] = []
  await readBatches(database, loaded, (batch, count) => {
    for (let at = 0; at < count; at++) {
      rows.push(loaded.columns.map((_, i) => pairValue(batch[2 * i]![at], batch[2 * i + 1]![at])))
    }
    return true
  })
  const input = { names: loaded.names, rows }
  const expanded =
    hierarchy.kind === 'hierarchy'
      ? expandHierarchy(input, hierarchy, settings)
      : expandAncestors(input, hierarchy)
  const sqlName = database.workTable()
  const columns = expanded.names.map((_, index) => `i${index}`)
  const writer = await TableWriter.create(database, sqlName, columns, true)
  for (const row of expanded.rows) writer.push(row)
  const written = writer.close()
  return { sqlName, names: expanded.names, columns, kinds: written.kinds, rows: written.rows }
}
