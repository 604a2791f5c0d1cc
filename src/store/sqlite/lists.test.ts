/** Lists that are read often go along an index: a page costs the same in a long list, wherever it is. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { TENANT_ID } from '../../../test/support/records.ts'
import { all, any, type Condition, is } from '../port/condition.ts'
import type { ListKind } from '../port/list-fields.ts'
import type { PagePosition } from '../port/lists.ts'
import { connect } from './connection.ts'
import { listingOf } from './lists.ts'
import { pageSql } from './page.ts'

const folder = mkdtempSync(join(tmpdir(), 'reprise-lists-'))
const db = connect(join(folder, 'reprise.db'))
afterAll(() => {
  db.close()
  rmSync(folder, { recursive: true })
})

const visible = any(is('ownerId', 'u'), is('spaceId', 's-1', 's-2'))
const file = all(is('spaceId', 's-1'), is('folder', 0))

type Case = readonly [kind: ListKind, field: string, index: string, where: Condition<string>]
const EVERY = all<string>()
const LISTS: readonly Case[] = [
  ['apps', 'createdAt', 'apps_of_tenant (tenant_id=?', EVERY],
  ['apps', 'createdAt', 'apps_of_tenant (tenant_id=?', visible],
  ['apps', 'name', 'apps_by_name (tenant_id=?', EVERY],
  ['apps', 'updatedAt', 'apps_by_update (tenant_id=?', EVERY],
  ['users', 'name', 'users_by_name (tenant_id=?', EVERY],
  ['keys', 'createdAt', 'keys_of_tenant (tenant_id=?', EVERY],
  ['spaces', 'name', 'sqlite_autoindex_spaces_2 (tenant_id=?', EVERY],
  ['dataFiles', 'name', 'data_files_of_space (tenant_id=? AND space_id=?', file],
  ['subscriptions', 'createdAt', 'subscriptions_of_tenant (tenant_id=?', EVERY],
  ['tasks', 'createdAt', 'tasks_of_tenant (tenant_id=?', EVERY],
  ['tasks', 'updatedAt', 'tasks_by_update (tenant_id=?', EVERY],
  ['taskRuns', 'createdAt', 'task_runs_of_tenant (tenant_id=?', EVERY],
]

describe.each(LISTS)('the list of %s by %s', (kind, field, index, where) => {
  const query = { tenantId: TENANT_ID, where, page: { limit: 10 } }
  const planOf = (descending: boolean, from: PagePosition | undefined) => {
    const listing = listingOf(kind, { ...query, sort: { field, descending } } as never)
    const { sql, values } = pageSql(listing, from, false)
    const plan = db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...values, 10)
    // Of a page whose ids are found first its own order is taken as it comes.
    const apart = /json_each|^CO-ROUTINE page$|^SCAN page$/
    return plan.map((row) => String(row.detail)).filter((line) => !apart.test(line))
  }

  it.each([false, true])('goes along its index without a sort (descending: %s)', (descending) => {
    const [first, ...more] = planOf(descending, undefined)
    expect(first).toContain(index)
    const [behind, ...others] = planOf(descending, { value: 'x', id: 'y' })
    expect(behind).toContain(index)
    expect(behind, 'begins where the page before ended').toMatch(descending ? /<\(?\?/ : />\(?\?/)
    expect([...more, ...others].join('\n')).not.toMatch(/TEMP B-TREE|SCAN/)
  })
})

it.each(['createdAt', 'name', 'updatedAt'] as const)(
  'apps that are not seen are passed over in the index by %s',
  (field) => {
    const sort = { field, descending: false }
    const listing = listingOf('apps', {
      tenantId: TENANT_ID,
      where: visible,
      sort,
      page: { limit: 10 },
    } as never)
    const { sql, values } = pageSql(listing, undefined, false)
    const plan = db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...values, 10)
    expect(plan.map((row) => String(row.detail)).join()).toContain('USING COVERING INDEX apps_')
  },
)

it.each([
  ['taskId', 'task_runs_of_task (tenant_id=? AND task_id=?)'],
  ['appId', 'task_runs_of_app (tenant_id=? AND app_id=?)'],
] as const)('the latest runs of a %s go along its index without a sort', (field, index) => {
  const sort = { field: 'startedAt', descending: true } as const
  const query = { tenantId: TENANT_ID, where: is(field, 'x'), sort, page: { limit: 10 } }
  const { sql, values } = pageSql(listingOf('taskRuns', query), undefined, false)
  const plan = db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...values, 10)
  expect(plan.map((row) => row.detail)).toEqual([`SEARCH task_runs USING INDEX ${index}`])
})

it('an item is found by the index of its id', () => {
  const where = is('itemId', 'x')
  const sort = { field: 'id', descending: false } as const
  const { sql, values } = pageSql(
    listingOf('apps', { tenantId: TENANT_ID, where, sort, page: { limit: 1 } }),
    undefined,
    false,
  )
  const plan = db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...values, 1)
  expect(plan.map(({ detail }) => detail).join()).toContain('apps_by_item (item_id=?')
})
