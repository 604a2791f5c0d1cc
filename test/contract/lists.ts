import { describe, expect, it } from 'vitest'
import type { AttemptEnd } from '../../src/core/attempt.ts'
import type { FilterNode } from '../../src/core/filter.ts'
import type { AppId } from '../../src/core/ids.ts'
import type { Reload } from '../../src/core/reload.ts'
import type { Listed, Page, PagePosition, ReloadQuery, ReloadSortField } from '../../src/store/port/lists.ts'
import { type Given, OTHER_TENANT, TENANT_ID } from './store-records.ts'

const SORT_FIELDS: readonly ReloadSortField[] = ['creationTime', 'status', 'startTime', 'endTime']

export function exerciseLists(given: () => Given): void {
  /**
   * Ten reloads in every kind of state, some with equal times, two of them of one app, one of another tenant.
   */
  const mixed = async (): Promise<Reload[]> => {
    const ends = ['queued', 'running', 'completed', 'crashed', 'canceled', 'completed', 'queued'] as const
    for (const [index, end] of ends.entries()) {
      if (index % 2 === 0) given().wait(1000)
      const change = { partial: index % 3 === 0, trigger: index % 2 === 0 ? 'chronos' : 'hub' } as const
      if (end === 'queued') await given().queued(change)
      else {
        const { reload } = await given().running(change)
        given().wait(index % 4)
        if (end === 'completed') await given().end(reload)
        if (end === 'canceled') await given().end(reload, { kind: 'canceled' })
        if (end === 'crashed') await given().end(reload, { kind: 'timed-out' })
      }
    }
    await given().queued({ tenantId: OTHER_TENANT })
    return [...(await list()).rows]
  }
  const list = (change: Partial<ReloadQuery> = {}): Promise<Listed<Reload>> =>
    given().store.reloads({
      tenantId: TENANT_ID,
      sort: { field: 'creationTime', descending: true },
      page: { limit: 100 },
      ...change,
    })

  describe('the list of reloads', () => {
    it('holds the reloads of the tenant only, whole', async () => {
      const rows = await mixed()
      expect(rows).toHaveLength(7)
      for (const row of rows) expect(await given().store.reload(TENANT_ID, row.id)).toEqual(row)
    })

    it.each(SORT_FIELDS)(
      'walks forwards and back by %s in either direction, every row once',
      async (field) => {
        const rows = await mixed()
        for (const descending of [false, true]) {
          for (const limit of [1, 2, 3, 7]) {
            const sorted = inOrder(rows, field, descending)
            const forwards = await walk(field, descending, limit)
            expect(forwards.map((row) => row.id)).toEqual(sorted.map((row) => row.id))
          }
        }
      },
    )

    const walk = async (field: ReloadSortField, descending: boolean, limit: number) => {
      const query = { sort: { field, descending } }
      const pages: Listed<Reload>[] = []
      let page: Page = { limit }
      for (;;) {
        const found = await list({ ...query, page })
        expect(found.hasPrevious).toBe(pages.length > 0)
        pages.push(found)
        if (!found.hasNext) break
        page = { limit, after: positionOf(found.rows.at(-1)!, field) }
      }
      for (let index = pages.length - 1; index > 0; index--) {
        const after = positionOf(pages[index]!.rows[0]!, field)
        const back = await list({ ...query, page: { limit, after, backwards: true } })
        expect(back).toEqual({ ...pages[index - 1], hasNext: true, hasPrevious: index > 1 })
      }
      return pages.flatMap((found) => found.rows)
    }

    const eq = (attribute: string, value: string): FilterNode => {
      return { kind: 'compare', attribute, operator: 'eq', value }
    }
    const ne = (attribute: string, value: string): FilterNode => {
      return { kind: 'compare', attribute, operator: 'ne', value }
    }
    const co = (attribute: string, value: string): FilterNode => {
      return { kind: 'compare', attribute, operator: 'co', value }
    }
    const filters: readonly (readonly [string, FilterNode, (reload: Reload) => boolean])[] = [
      ['status eq', eq('status', 'SUCCEEDED'), (row) => row.state === 'SUCCEEDED'],
      ['status ne', ne('status', 'SUCCEEDED'), (row) => row.state !== 'SUCCEEDED'],
      ['partial eq', eq('partial', 'true'), (row) => row.partial],
      ['partial ne', ne('partial', 'true'), (row) => !row.partial],
      ['partial eq nonsense', eq('partial', 'TRUE'), () => false],
      ['partial ne nonsense', ne('partial', 'maybe'), () => true],
      ['type eq', eq('type', 'hub'), (row) => row.trigger === 'hub'],
      ['unknown eq', eq('color', 'red'), () => false],
      ['unknown ne', ne('color', 'red'), () => true],
      ['type co', co('type', 'u'), (row) => row.trigger.includes('u')],
      ['unknown co', co('color', ''), () => false],
      ['a quote in a value', eq('type', "' OR 1=1 --"), () => false],
      [
        'and before or',
        {
          kind: 'or',
          left: { kind: 'and', left: eq('status', 'QUEUED'), right: eq('partial', 'true') },
          right: eq('type', 'hub'),
        },
        (row) => (row.state === 'QUEUED' && row.partial) || row.trigger === 'hub',
      ],
    ]
    it.each(filters)('filters: %s', async (_label, filter, holds) => {
      const rows = await mixed()
      const { rows: found } = await list({ filter })
      expect(found.map((row) => row.id)).toEqual(rows.filter(holds).map((row) => row.id))
    })

    it('narrows by app and by partial, and pages within', async () => {
      const rows = await mixed()
      const appId = rows[3]!.appId
      expect((await list({ appId })).rows).toEqual([rows[3]])
      expect((await list({ partial: true })).rows).toEqual(rows.filter((row) => row.partial))
      const first = await list({ partial: true, page: { limit: 1 } })
      expect(first).toMatchObject({ hasNext: true, hasPrevious: false })
    })

    it('how each of some apps ended last: neither the reload before nor the active one', async () => {
      const { store } = given()
      const ended = async (end: AttemptEnd | undefined, of: Partial<Reload> = {}): Promise<Reload> => {
        const { reload } = await given().wait(10).running(of)
        await given().wait(10).end(reload, end)
        return (await store.reload(reload.tenantId, reload.id))!
      }
      const once = await ended(undefined)
      const { appId } = await ended(undefined)
      const again = await ended({ kind: 'timed-out' }, { appId })
      await given().queued({ appId })
      const never = await given().queued()
      const others = await ended(undefined, { tenantId: OTHER_TENANT })
      const appIds = [never.appId, appId, once.appId, others.appId, 'app-none' as AppId]
      expect(await store.lastEnds(TENANT_ID, appIds)).toEqual([
        { appId, state: 'EXCEEDED_LIMIT', endedAt: again.endedAt },
        { appId: once.appId, state: 'SUCCEEDED', endedAt: once.endedAt },
      ])
      expect(await store.lastEnds(OTHER_TENANT, [others.appId])).toHaveLength(1)
      expect(await store.lastEnds(TENANT_ID, [])).toEqual([])
    })

    it('a page behind the last row is empty and has no neighbours', async () => {
      await mixed()
      const after = { value: 0, id: '' }
      const nothing = { rows: [], hasNext: false, hasPrevious: false }
      expect(await list({ page: { limit: 5, after } })).toEqual(nothing)
    })
  })
}

function positionOf(row: Reload, field: ReloadSortField): PagePosition {
  const value = {
    creationTime: row.createdAt,
    status: row.state,
    startTime: row.firstClaimedAt ?? null,
    endTime: row.endedAt ?? null,
  }[field]
  return { value, id: row.id }
}

/**
 * Written apart from both stores: empty values lowest, ties by id, the whole order turned round when
 * descending.
 */
function inOrder(rows: readonly Reload[], field: ReloadSortField, descending: boolean): Reload[] {
  const key = (row: Reload) => {
    const { value, id } = positionOf(row, field)
    const text = typeof value === 'number' ? String(value).padStart(20, '0') : (value ?? '')
    return `${text}\u0000${id}`
  }
  const sorted = [...rows].sort((left, right) => (key(left) < key(right) ? -1 : 1))
  return descending ? sorted.reverse() : sorted
}
