import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { put } from '../../test/support/catalog.ts'
import { QUICK_FOLDER } from '../../test/support/quick-folder.ts'
import { anApp, aTenant, aUser, START_MS, TENANT_ID } from '../../test/support/records.ts'
import { virtualMachine } from '../../test/support/virtual-machine.ts'
import type { AppId, DataVersion, TenantId } from '../core/ids.ts'
import type { App } from '../core/records.ts'
import { MemoryStore } from '../store/memory/memory-store.ts'
import type { Store } from '../store/port/store.ts'
import { SqliteStore } from '../store/sqlite/sqlite-store.ts'
import { type PurgeDeps, purgeBefore } from './purge-tenant.ts'
import { restoreTenant } from './tenant-life.ts'

const OTHER = 'another-tenant-of-the-same-machine' as TenantId
const RULES = { refuseTenants: () => undefined }
const REMOVED_AT = START_MS + 1000

function appOf(tenantId: TenantId, name: string): App {
  const { spaceId: _none, currentScriptId: _script, ...base } = anApp()
  const version = `${name}.duckdb` as DataVersion
  const data = { version, fileBytes: 9, engineTime: START_MS, tables: [] }
  return { ...base, id: name as AppId, tenantId, data }
}

/** The world outside of the store, and a purge that dies at its n-th effect. */
function scene(store: Store) {
  const files = new Set([TENANT_ID, OTHER])
  const data = new Set(['a.duckdb', 'b.duckdb', 'c.duckdb'])
  let left = Number.POSITIVE_INFINITY
  const reached = async <Answer>(effect: () => Answer | Promise<Answer>, after: boolean): Promise<Answer> => {
    if (left === 0 && !after) throw new Error('killed')
    const answer = await effect()
    if (left === 0) throw new Error('killed')
    left -= 1
    return answer
  }
  const deps = (after: boolean): PurgeDeps => ({
    store: {
      tenants: () => store.tenants(),
      list: (kind, query) => store.list(kind, query),
      count: (kind, query) => store.count(kind, query),
      sum: (kind, field, query) => store.sum(kind, field, query),
      change: (batch) => reached(() => store.change(batch), after),
      purge: (tenantId) => reached(() => store.purge(tenantId, 1), after),
    },
    files: { removeAll: (id) => reached(() => void files.delete(id), after) },
    discardData: (version) => reached(() => void data.delete(version), after),
    log: virtualMachine().ports.log,
  })
  const run = async (moment: number, after = false) => {
    let steps = 0
    while ((await purgeBefore(deps(after), moment)) > 0) steps += 1
    return steps
  }
  return {
    files,
    data,
    run,
    /** @param after the effect is made, but nobody hears of it */
    async killedAt(effect: number, after: boolean): Promise<boolean> {
      left = effect
      const died = await run(REMOVED_AT + 1, after).then(
        () => false,
        () => true,
      )
      left = Number.POSITIVE_INFINITY
      return died
    },
  }
}

async function filled(store: Store) {
  await put(store, { tenants: [aTenant({ removedAt: REMOVED_AT })], users: [aUser()] })
  await put(store, { apps: [appOf(TENANT_ID, 'a'), appOf(TENANT_ID, 'b')] })
  await put(store, { tenants: [aTenant({ id: OTHER, hostnames: [] })], apps: [appOf(OTHER, 'c')] })
}

const STORES: Readonly<Record<string, () => Promise<{ store: Store; end: () => Promise<void> }>>> = {
  memory: async () => ({ store: new MemoryStore(), end: async () => undefined }),
  SQLite: async () => {
    const folder = await mkdtemp(join(QUICK_FOLDER, 'reprise-purge-'))
    const store = SqliteStore.open(join(folder, 'reprise.db'))
    const end = async () => {
      await store.close()
      await rm(folder, { recursive: true })
    }
    return { store, end }
  },
}

describe.each(Object.keys(STORES))('purging a tenant of the %s store', (name) => {
  it('ends with the same whatever step is killed, before its effect or after', async () => {
    for (const after of [false, true]) {
      for (let effect = 0, died = true; died; effect++) {
        const { store, end } = await STORES[name]!()
        await filled(store)
        const { files, data, run, killedAt } = scene(store)
        died = await killedAt(effect, after)
        if (!died) expect(effect).toBeGreaterThan(6)
        await run(REMOVED_AT + 1)
        expect((await store.tenants()).map(({ id }) => id)).toEqual([OTHER])
        expect([...files]).toEqual([OTHER])
        expect([...data]).toEqual(['c.duckdb'])
        expect(await store.app(OTHER, 'c' as AppId)).toBeDefined()
        await end()
      }
    }
  })

  it('does nothing before its time, and nothing to one that is restored', async () => {
    const { store, end } = await STORES[name]!()
    await filled(store)
    const { data, run } = scene(store)
    expect(await run(REMOVED_AT)).toBe(0)
    expect(data.size).toBe(3)
    expect(await restoreTenant({ store }, RULES, TENANT_ID)).toEqual(aTenant())
    expect(await run(REMOVED_AT + 1)).toBe(0)
    expect(data.size).toBe(3)
    await end()
  })

  it('cannot be taken back once it has begun', async () => {
    const { store, end } = await STORES[name]!()
    await filled(store)
    const { killedAt } = scene(store)
    expect(await killedAt(1, false)).toBe(true)
    expect(await restoreTenant({ store }, RULES, TENANT_ID)).toMatchObject({ reason: 'conflict' })
    await end()
  })
})
