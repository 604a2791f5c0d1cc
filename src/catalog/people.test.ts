import { describe, expect, it } from 'vitest'
import { BY_KEY, put } from '../../test/support/catalog.ts'
import { aTenant, aUser, TENANT_ID } from '../../test/support/records.ts'
import { virtualMachine } from '../../test/support/virtual-machine.ts'
import { MemoryStore } from '../store/memory/memory-store.ts'
import { everyRow } from '../store/port/lists.ts'
import { endKey, makeKey } from './api-key.ts'
import { isRefused, type Refused } from './refusal.ts'
import { changeSpace, createSpace, removeSpace } from './space.ts'
import { addMember, changeRoles } from './space-member.ts'
import { changeLimits, withLimits } from './tenant.ts'

const admin = aUser({ roles: ['TenantAdmin'] })
const guest = aUser({ id: 'guest' as never })
const callerOf = (user: typeof admin) => ({ tenantId: TENANT_ID, user, ...BY_KEY })
const caller = callerOf(admin)
const hashOf = (token: string) => `hash of ${token}`

async function bench() {
  const store = new MemoryStore()
  await put(store, { tenants: [aTenant()], users: [admin, guest] })
  return { store, world: virtualMachine().ports }
}

function must<Answer>(answer: Answer | Refused): Answer {
  if (isRefused(answer)) throw new Error(answer.faults[0]?.detail)
  return answer
}

describe('spaces', () => {
  it('have a name of their own, also when renamed', async () => {
    const deps = await bench()
    const wish = { name: 'Finance', description: '', type: 'shared' as const }
    const { space } = must(await createSpace(deps, caller, wish))
    expect(await createSpace(deps, caller, wish)).toMatchObject({ reason: 'conflict' })
    const { space: other } = must(await createSpace(deps, caller, { ...wish, name: 'Sales' }))
    const renamed = await changeSpace(deps, caller, other.id, { name: 'Finance' })
    expect(renamed).toMatchObject({ reason: 'conflict', faults: [{ pointer: '/name' }] })
    expect(must(await changeSpace(deps, caller, space.id, { name: 'Finance' })).space.name).toBe('Finance')
  })

  it('are made and managed by who may', async () => {
    const deps = await bench()
    const wish = { name: 'Finance', description: '', type: 'shared' as const }
    expect(await createSpace(deps, callerOf(guest), wish)).toMatchObject({ reason: 'forbidden' })
    const { space } = must(await createSpace(deps, caller, wish))
    expect(await removeSpace(deps, callerOf(guest), space.id)).toMatchObject({ reason: 'notFound' })
    expect(must(await removeSpace(deps, caller, space.id)).id).toBe(space.id)
    expect(await everyRow(deps.store, 'spaces', { tenantId: TENANT_ID })).toEqual([])
  })

  it('have one assignment for each assignee, with roles of their type', async () => {
    const deps = await bench()
    const wish = { name: 'Finance', description: '', type: 'shared' as const }
    const { space } = must(await createSpace(deps, caller, wish))
    const member = { type: 'user' as const, assigneeId: guest.id, roles: ['producer', 'producer'] }
    const row = must(await addMember(deps, caller, space.id, member))
    expect(row.roles).toEqual(['producer'])
    expect(await addMember(deps, caller, space.id, member)).toMatchObject({ reason: 'conflict' })
    const path = { spaceId: space.id, assignmentId: row.id }
    const wrong = await changeRoles(deps, caller, path, ['consumer', 'publisher'])
    expect(wrong).toMatchObject({ reason: 'badRequest', faults: [{ pointer: '/roles/1' }] })
    const unknown = await changeRoles(deps, caller, { ...path, assignmentId: 'none' }, ['consumer'])
    expect(unknown).toMatchObject({ reason: 'notFound' })
  })
})

describe('API keys', () => {
  it("of one's own are removed, those of others revoked once", async () => {
    const deps = await bench()
    const { key, token } = must(await makeKey(deps, caller, { description: 'd', sub: guest.id }, hashOf))
    expect(await deps.store.keyByHash(hashOf(token))).toEqual({ key, user: guest })
    const revoked = must(await endKey(deps, caller, key.id))
    expect(revoked.revokedAt).toBe(deps.world.clock.now())
    expect(must(await endKey(deps, caller, key.id))).toEqual(revoked)
    must(await endKey(deps, callerOf(guest), key.id))
    expect(await everyRow(deps.store, 'keys', { tenantId: TENANT_ID })).toEqual([])
  })

  it('are made by developers, for others only by admins', async () => {
    const deps = await bench()
    const developer = callerOf({ ...guest, roles: ['Developer'] })
    const wish = { description: 'd', sub: admin.id }
    expect(await makeKey(deps, developer, wish, hashOf)).toMatchObject({ reason: 'forbidden' })
    expect(await makeKey(deps, callerOf(guest), wish, hashOf)).toMatchObject({ reason: 'forbidden' })
    const late = await makeKey(deps, caller, { description: 'd', expiry: 'PT0S' }, hashOf)
    expect(late).toMatchObject({ reason: 'badRequest', faults: [{ pointer: '/expiry' }] })
  })
})

describe('a tenant', () => {
  it('gets limits one by one and loses them again', async () => {
    const { store } = await bench()
    const tenant = aTenant()
    const first = must(await changeLimits(store, TENANT_ID, { share: 2.5, reloadsPerAppAndDay: 0 }))
    expect(first).toEqual({ ...tenant, limits: { share: 2.5, reloadsPerAppAndDay: 0 } })
    expect(await store.tenant(TENANT_ID)).toEqual(first)
    const second = withLimits(first, { share: null, runTimeMs: 5000 })
    expect(second).toEqual({ ...tenant, limits: { reloadsPerAppAndDay: 0, runTimeMs: 5000 } })
    expect(withLimits(second, { runTimeMs: null, reloadsPerAppAndDay: null, share: null })).toEqual(tenant)
    expect(withLimits(tenant, {})).toEqual(tenant)
    expect(await changeLimits(store, TENANT_ID, { share: -1 })).toMatchObject({ reason: 'badRequest' })
    expect(await changeLimits(store, 'nobody' as never, {})).toMatchObject({ reason: 'tenantNotFound' })
  })
})
