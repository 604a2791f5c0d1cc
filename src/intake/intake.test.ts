import { describe, expect, test } from 'vitest'
import { put } from '../../test/support/catalog.ts'
import { APP_ID, anApp, aTenant, aUser, SPACE_ID, START_MS, TENANT_ID } from '../../test/support/records.ts'
import { virtualMachine } from '../../test/support/virtual-machine.ts'
import type { WorkerId } from '../core/ids.ts'
import type { Space, SpaceAssignment } from '../core/records.ts'
import { decide, isRefusal } from '../core/reload.ts'
import type { AppData } from '../engine/engine-session.ts'
import { MemoryStore } from '../store/memory/memory-store.ts'
import { acceptReload, type ReloadRequest } from './accept.ts'
import { cancelReload, deleteApp } from './cancel.ts'

const space: Space = {
  id: SPACE_ID,
  tenantId: TENANT_ID,
  name: 'Finance',
  description: '',
  type: 'shared',
  ownerId: aUser().id,
  createdAt: START_MS,
  createdBy: aUser().id,
  updatedAt: START_MS,
}
const assignment: SpaceAssignment = {
  id: 'a-1' as SpaceAssignment['id'],
  tenantId: TENANT_ID,
  spaceId: SPACE_ID,
  type: 'user',
  assigneeId: aUser().id,
  roles: [],
  createdAt: START_MS,
  createdBy: aUser().id,
  updatedAt: START_MS,
}
const owner = aUser({ id: anApp().ownerId })

async function bench(app = anApp()) {
  const { ports } = virtualMachine()
  const store = new MemoryStore()
  await put(store, { tenants: [aTenant()] })
  await put(store, { apps: [app] })
  const discarded: string[] = []
  const appData: AppData = {
    isWhole: async () => true,
    discard: async (version) => void discarded.push(version),
  }
  const rules = { errorRequeuesMax: 3, taskFailuresMax: 5, largestSizeIndex: 0 }
  const deps = { ...ports, ...rules, store, appData, reloadsPerAppAndDay: 0 }
  const ask = (change: Partial<ReloadRequest> = {}) =>
    acceptReload(deps, { appId: app.id, user: owner, provenance: { authType: 'api_key' }, ...change })
  const reload = async (change: Partial<ReloadRequest> = {}) => {
    const answer = await ask(change)
    if (answer.kind !== 'accepted') throw new Error(answer.kind)
    return answer.reload
  }
  const claim = () =>
    store.claim({
      now: START_MS,
      max: 1,
      concurrentReloadsPerTenant: 9,
      step: (view) => {
        const lease = { lease: 'l' as never, workerId: 'w' as WorkerId, leaseExpiresAt: START_MS + 1 }
        const policy = { errorRequeuesMax: 3, taskFailuresMax: 5, largestSizeIndex: 0, jitter: 0 }
        const decision = decide(view.reload, view.attempt, { kind: 'claim', ...lease }, policy, START_MS)
        return isRefusal(decision) ? decision : { reload: decision.next, attempt: decision.opened! }
      },
    })
  return { deps, store, ask, reload, claim, discarded }
}

describe('accepting', () => {
  test('stores a waiting reload with what the event has to tell later', async () => {
    const { store, reload } = await bench()
    const made = await reload({ weight: 7, partial: true, variables: { v: '1' }, resourceId: 'r' })
    expect(made.id).toMatch(/^[0-9a-f]{24}$/)
    expect(await store.reload(TENANT_ID, made.id)).toMatchObject({
      state: 'QUEUED',
      weight: 7,
      partial: true,
      trigger: 'external',
      resourceType: 'api',
      createdAt: START_MS,
      provenance: { authType: 'api_key', appOwnerId: anApp().ownerId, appSpaceId: SPACE_ID },
    })
  })

  test('forces the weight of a personal app to 1, and refuses one out of range all the same', async () => {
    const { spaceId: _none, ...personal } = anApp()
    const { ask, reload } = await bench(personal)
    expect(await ask({ weight: 11 })).toMatchObject({ kind: 'invalid', faults: [{ pointer: '/weight' }] })
    expect(await reload({ weight: 9 })).toMatchObject({ weight: 1 })
  })

  test('names the pending reload of the app', async () => {
    const { ask, reload } = await bench()
    const first = await reload()
    expect(await ask()).toEqual({ kind: 'pending', pendingReloadId: first.id })
  })

  test('refuses a partial reload of a script app, whoever asks', async () => {
    const { ask, reload } = await bench(anApp({ usage: 'DATA_PREPARATION' }))
    expect(await ask({ partial: true })).toMatchObject({
      kind: 'invalid',
      faults: [{ pointer: '/partial', detail: 'a script app cannot be reloaded partially' }],
    })
    expect(await reload()).toMatchObject({ partial: false })
  })

  test('needs the right to reload the app: an owner, or a member of its space who develops', async () => {
    const { ask, store } = await bench()
    const member = aUser()
    expect(await ask({ user: member })).toEqual({ kind: 'no-right' })
    expect(await ask({ user: member, partial: true })).toEqual({ kind: 'no-right' })
    await put(store, { spaces: [{ ...space, ownerId: owner.id }] })
    const assign = (role: string) => put(store, { assignments: [{ ...assignment, roles: [role] }] })
    await assign('consumer')
    expect(await ask({ user: member })).toEqual({ kind: 'no-right' })
    await assign('codeveloper')
    expect(await ask({ user: member })).toMatchObject({ kind: 'accepted' })
  })

  test('takes nothing for a user who is disabled, or of another tenant', async () => {
    const { ask } = await bench()
    expect(await ask({ user: { ...owner, status: 'disabled' } })).toEqual({ kind: 'no-right' })
    expect(await ask({ user: { ...owner, tenantId: 'other' as never } })).toEqual({ kind: 'no-right' })
  })

  test('tells only an admin of the tenant that there is no such app', async () => {
    const { ask } = await bench()
    const appId = 'none' as never
    expect(await ask({ appId })).toEqual({ kind: 'no-right' })
    expect(await ask({ appId, user: { ...owner, roles: ['TenantAdmin'] } })).toEqual({ kind: 'no-app' })
  })

  test('an idempotency key is of one payload', async () => {
    const { ask, reload, store } = await bench()
    const first = await reload({ idempotencyKey: 'k' })
    expect(await ask({ idempotencyKey: 'k' })).toMatchObject({ kind: 'repeated', reload: { id: first.id } })
    const other = anApp({ id: 'other-app' as never })
    await put(store, { apps: [other] })
    expect(await ask({ idempotencyKey: 'k', appId: other.id })).toEqual({ kind: 'other-payload' })
  })
})

describe('canceling', () => {
  test('ends a waiting reload at once, with its event', async () => {
    const { deps, store, reload } = await bench()
    const { id } = await reload()
    expect(await cancelReload(deps, TENANT_ID, id)).toBe('canceled')
    expect(await store.reload(TENANT_ID, id)).toMatchObject({ state: 'CANCELED' })
    expect(await store.eventsOf(id)).toHaveLength(1)
    expect(await cancelReload(deps, TENANT_ID, id)).toBe('already-ended')
    expect(await store.eventsOf(id)).toHaveLength(1)
  })

  test('marks a running reload, however often it is asked', async () => {
    const { deps, store, reload, claim } = await bench()
    const { id } = await reload()
    await claim()
    expect(await cancelReload(deps, TENANT_ID, id)).toBe('canceling')
    expect(await cancelReload(deps, TENANT_ID, id)).toBe('canceling')
    expect(await store.reload(TENANT_ID, id)).toMatchObject({ state: 'CANCELING' })
  })

  test("does not know another tenant's reload", async () => {
    const { deps, store, reload } = await bench()
    const { id } = await reload()
    expect(await cancelReload(deps, 'other' as never, id)).toBe('unknown')
    expect(await cancelReload(deps, TENANT_ID, 'none' as never)).toBe('unknown')
    expect(await store.reload(TENANT_ID, id)).toMatchObject({ state: 'QUEUED' })
  })
})

describe('deleting an app', () => {
  test('deletes its data', async () => {
    const data = { version: 'v0' as never, fileBytes: 4096, engineTime: START_MS, tables: [] }
    const { deps, discarded } = await bench(anApp({ data }))
    expect(await deleteApp(deps, TENANT_ID, APP_ID)).toBe(true)
    expect(discarded).toEqual(['v0'])
  })

  test('cancels its waiting reload', async () => {
    const { deps, store, reload } = await bench()
    const { id } = await reload()
    expect(await deleteApp(deps, TENANT_ID, APP_ID)).toBe(true)
    expect(await store.reload(TENANT_ID, id)).toMatchObject({ state: 'CANCELED' })
    expect(await deleteApp(deps, TENANT_ID, APP_ID)).toBe(false)
  })

  test('cancels its running reload', async () => {
    const { deps, store, reload, claim } = await bench()
    const { id } = await reload()
    await claim()
    expect(await deleteApp(deps, TENANT_ID, APP_ID)).toBe(true)
    expect(await store.reload(TENANT_ID, id)).toMatchObject({ state: 'CANCELING' })
  })
})
