/**
 * The list of reloads: filter to SQL, sort and page. Over the whole tenant only creationTime has an index of
 * its own.
 */
import type { DatabaseSync } from 'node:sqlite'
import type { FilterNode } from '../../core/filter.ts'
import type { Reload } from '../../core/reload.ts'
import type { Listed, ReloadQuery, ReloadSortField } from '../port/lists.ts'
import type { SqlCondition } from './condition.ts'
import { listPage } from './page.ts'
import { reloadOf } from './reload-rows.ts'

const SORT_COLUMN: Readonly<Record<ReloadSortField, string>> = {
  creationTime: 'created_at',
  status: 'state',
  startTime: 'first_claimed_at',
  endTime: 'ended_at',
}

/** Attributes as the texts that filters compare with. */
const ATTRIBUTE_SQL: Readonly<Record<string, string>> = {
  status: 'state',
  partial: "iif(partial = 1, 'true', 'false')",
  type: 'trigger',
}

export function listReloads(db: DatabaseSync, query: ReloadQuery): Listed<Reload> {
  const conditions: SqlCondition[] = [{ sql: 'tenant_id = ?', values: [query.tenantId] }]
  if (query.appId !== undefined) conditions.push({ sql: 'app_id = ?', values: [query.appId] })
  if (query.partial !== undefined) conditions.push({ sql: 'partial = ?', values: [query.partial ? 1 : 0] })
  if (query.filter !== undefined) conditions.push(filterSql(query.filter))
  return listPage(
    db,
    {
      table: 'reloads',
      conditions,
      sortBy: SORT_COLUMN[query.sort.field],
      nullable: query.sort.field === 'startTime' || query.sort.field === 'endTime',
      descending: query.sort.descending,
      page: query.page,
    },
    reloadOf,
  )
}

const COMPARISON = {
  eq: (column: string) => `${column} = ?`,
  ne: (column: string) => `${column} <> ?`,
  co: (column: string) => `instr(${column}, ?) > 0`,
} as const

/** As `matchesFilter` (core/filter.ts): an unknown attribute makes `ne` true and the others false. */
export function filterSql(filter: FilterNode): SqlCondition {
  if (filter.kind === 'compare') {
    const column = ATTRIBUTE_SQL[filter.attribute]
    if (column === undefined) return { sql: filter.operator === 'ne' ? '1' : '0', values: [] }
    return { sql: COMPARISON[filter.operator](column), values: [filter.value] }
  }
  if (filter.kind === 'not') {
    const { sql, values } = filterSql(filter.of)
    return { sql: `(${sql}) IS NOT TRUE`, values }
  }
  const left = filterSql(filter.left)
  const right = filterSql(filter.right)
  return {
    sql: `(${left.sql} ${filter.kind === 'and' ? 'AND' : 'OR'} ${right.sql})`,
    values: [...left.values, ...right.values],
  }
}
