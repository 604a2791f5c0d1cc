import { beforeEach, expect, it } from 'vitest'
import { put } from '../../test/support/catalog.ts'
import { aSpace } from '../../test/support/records.ts'
import { newTenant } from '../catalog/new-tenant.ts'
import { type DataVersion, newHexId, newUuid } from '../core/ids.ts'
import type { World } from '../core/ports.ts'
import type { App, Space, User } from '../core/records.ts'
import { jsonLog, realWorld } from '../main/world.ts'
import { MemoryStore } from '../store/memory/memory-store.ts'
import { otherApp } from './other-app.ts'

let world: World
let store: MemoryStore
/** No administrator: it sees what is its own, or of a space that it is a member of. */
let owner: User
let friend: User
let reloaded: App

beforeEach(async () => {
  world = realWorld(jsonLog('silent'))
  store = new MemoryStore()
  const made = newTenant({ name: 'acme', adminName: 'anna', tokenHash: 'x' }, world.random, 1)
  await put(store, { tenants: [made.tenant] })
  owner = { ...made.admin, id: newHexId(world.random, 1), subject: 'olga', name: 'olga', roles: [] }
  friend = { ...made.admin, id: newHexId(world.random, 1), subject: 'fred', name: 'fred', roles: [] }
  await put(store, { users: [made.admin, owner, friend] })
  reloaded = await addApp('Reloaded')
})

async function addApp(name: string, more: Partial<App> = {}): Promise<App> {
  const app: App = {
    id: newUuid(world.random),
    tenantId: owner.tenantId,
    name,
    description: '',
    ownerId: owner.id,
    usage: 'ANALYTICS',
    createdAt: 1,
    modifiedAt: 1,
    crashedOnMaxSize: { full: false, partial: false },
    data: { version: `${name}.duckdb` as DataVersion, engineTime: 1, fileBytes: 1, tables: [] },
    ...more,
  }
  await put(store, { apps: [app] })
  return app
}

async function addSpace(name: string, members: readonly User[]): Promise<Space> {
  const space = aSpace({
    id: newHexId(world.random, 1),
    tenantId: owner.tenantId,
    name,
    ownerId: newHexId(world.random, 1),
  })
  const assignments = members.map((user) => ({
    id: newHexId<'assignment'>(world.random, 1),
    tenantId: owner.tenantId,
    spaceId: space.id,
    type: 'user' as const,
    assigneeId: user.id,
    roles: ['consumer', 'dataconsumer'],
    createdAt: 1,
    createdBy: owner.id,
    updatedAt: 1,
    updatedBy: owner.id,
  }))
  await put(store, { spaces: [space], assignments })
  return space
}

const found = (named: string, askedBy = owner) => otherApp(store, reloaded, askedBy.id, named)
const NONE = { refusal: expect.stringContaining('There is no app') }

it('is found by its id and by its name', async () => {
  const app = await addApp('Sales')
  expect(await found('Sales')).toEqual({ named: 'Sales', data: 'Sales.duckdb' })
  expect(await found(app.id)).toEqual({ named: app.id, data: 'Sales.duckdb' })
})

it('is not there for who may not read it, be it the owner or the user who asked', async () => {
  const strange = await addApp('Strange', { ownerId: friend.id })
  const own = await addApp('Own')
  expect(await found(strange.id)).toMatchObject(NONE)
  expect(await found(strange.id, friend)).toMatchObject(NONE)
  expect(await found(own.id, friend)).toMatchObject(NONE)
  expect(await found('nothing')).toMatchObject(NONE)
  const both = await addSpace('Both', [owner, friend])
  await addApp('Shared', { spaceId: both.id, ownerId: friend.id })
  expect(await found('Shared', friend)).toMatchObject({ data: 'Shared.duckdb' })
  const one = await addSpace('One', [friend])
  await addApp('Half', { spaceId: one.id, ownerId: friend.id })
  expect(await found('Half', friend)).toMatchObject(NONE)
})

it('is not there for a user who is gone, and in another tenant', async () => {
  await addApp('Sales')
  expect(await found('Sales', { ...friend, id: newHexId(world.random, 1) })).toMatchObject(NONE)
  const other = newTenant({ name: 'other', adminName: 'otto', tokenHash: 'y' }, world.random, 1)
  await put(store, { tenants: [other.tenant], users: [other.admin] })
  const foreign = await addApp('Foreign', { tenantId: other.tenant.id })
  expect(await found(foreign.id)).toMatchObject(NONE)
})

it('is one of a place where the path says so', async () => {
  const space = await addSpace('Team', [owner])
  await addApp('Sales', {
    data: { version: 'own.duckdb' as DataVersion, engineTime: 1, fileBytes: 1, tables: [] },
  })
  await addApp('Sales', { spaceId: space.id })
  expect(await found('Sales')).toMatchObject({ refusal: expect.stringContaining('Several apps') })
  expect(await found('lib://DataFiles/Sales.qvf')).toMatchObject({ data: 'own.duckdb' })
  expect(await found('lib://Team:DataFiles/Sales')).toMatchObject({ data: 'Sales.duckdb' })
  expect(await found('lib://Nowhere:DataFiles/Sales.qvf')).toMatchObject(NONE)
  expect(await found('lib://Team:DataFiles/folder/Sales.qvf')).toMatchObject(NONE)
})

it('needs data', async () => {
  const { data: _, ...bare } = await addApp('Bare')
  await put(store, { apps: [{ ...bare, id: newUuid(world.random), name: 'Empty' }] })
  expect(await found('Empty')).toMatchObject({ refusal: expect.stringContaining('has no data') })
})
