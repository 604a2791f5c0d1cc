import { afterEach, describe, expect, it } from 'vitest'
import { type ApiUnderTest, apiUnderTest } from '../../test/support/api-under-test.ts'
import { put } from '../../test/support/catalog.ts'
import { HOUR, MINUTE } from '../core/units.ts'
import { MemoryStore } from '../store/memory/memory-store.ts'
import { tokenHash } from './token-hash.ts'

let api: ApiUnderTest
afterEach(() => api.close())

async function scene() {
  // What is under the audits: its verbs are exchanged below.
  const store = new MemoryStore()
  api = await apiUnderTest({ deps: { store } })
  const { admin, tenant } = await api.tenant('acme')
  const key = async () => (await api.store.keyByHash(tokenHash(admin.token)))!.key
  const use = () => admin.call('GET', '/api/v1/users/me')
  return { store, admin, tenant, key, use }
}

describe('the last use of an API key', () => {
  it('is written once an hour', async () => {
    const { store, key, use } = await scene()
    let commits = 0
    const change = store.change.bind(store)
    Object.assign(store, {
      change: (batch: never) => {
        commits += 1
        return change(batch)
      },
    })
    for (let request = 0; request < 5; request++) expect((await use()).status).toBe(200)
    await api.deps.whoAsks.stop()
    const first = (await key()).lastUsedAt
    expect(first).toBe(api.world.clock.now())
    expect(commits).toBe(1)
    api.advance(59 * MINUTE)
    await use()
    await api.deps.whoAsks.stop()
    expect(commits).toBe(1)
    api.advance(MINUTE)
    await use()
    await api.deps.whoAsks.stop()
    expect(commits).toBe(2)
    expect((await key()).lastUsedAt).toBe(first! + HOUR)
  })

  it('is not waited for, and its failure is nobody’s', async () => {
    const { store, use } = await scene()
    let asked = 0
    let fail = (_: Error): void => undefined
    const change = () => {
      asked += 1
      return new Promise((_, reject) => {
        fail = reject
      })
    }
    Object.assign(store, { change })
    Object.assign(api.world.log, { warn: () => undefined })
    expect((await use()).status).toBe(200)
    expect(asked).toBe(1)
    fail(new Error('the disk is full'))
    await api.deps.whoAsks.stop()
    expect((await use()).status).toBe(200)
    expect(asked, 'not asked again within the hour').toBe(1)
  })

  it('brings back no key that is gone', async () => {
    const { store, key, use, tenant } = await scene()
    const { id } = await key()
    let go = (): void => undefined
    const wait = new Promise<void>((resolve) => {
      go = resolve
    })
    const change = store.change.bind(store)
    Object.assign(store, {
      change: async (batch: never) => {
        await wait
        return change(batch)
      },
    })
    await use()
    await change([
      { kind: 'key', tenantId: tenant.id, id, step: () => ({ answer: undefined, remove: { keys: [id] } }) },
    ])
    go()
    await api.deps.whoAsks.stop()
    expect((await use()).status).toBe(401)
  })
})

describe('who comes with an API key', () => {
  it('is shut out at once when its tenant is removed', async () => {
    const { use, tenant } = await scene()
    await put(api.store, { tenants: [{ ...tenant, removedAt: api.world.clock.now() }] })
    const answer = await use()
    expect(answer.status).toBe(401)
    expect(answer.headers['www-authenticate']).toBe('Bearer')
  })
})
