import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { put } from '../../test/support/catalog.ts'
import { aSpace } from '../../test/support/records.ts'
import type { FileStore } from '../catalog/file-contents.ts'
import { newTenant } from '../catalog/new-tenant.ts'
import { newHexId, newUuid } from '../core/ids.ts'
import { machineFolders } from '../core/machine-path.ts'
import type { World } from '../core/ports.ts'
import type { App, Space, User } from '../core/records.ts'
import { jsonLog, realWorld } from '../main/world.ts'
import { MemoryStore } from '../store/memory/memory-store.ts'
import { type FileConnections, fileConnections } from './connections.ts'
import { openFileStore } from './local/file-store.ts'

let root: string
let world: World
let store: MemoryStore
let files: FileStore
let connections: FileConnections
let owner: User

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'reprise-connections-'))
  world = realWorld(jsonLog('silent'))
  store = new MemoryStore()
  files = await openFileStore(root, world.random)
  connections = fileConnections(store, files)
  const made = newTenant({ name: 'acme', adminName: 'anna', tokenHash: 'x' }, world.random, 1)
  owner = made.admin
  await put(store, { tenants: [made.tenant] })
  await put(store, { users: [owner] })
})

afterEach(() => rm(root, { recursive: true, force: true }))

const app = (more: Partial<App> = {}): App => ({
  id: newUuid(world.random),
  tenantId: owner.tenantId,
  name: 'Sales',
  description: '',
  ownerId: owner.id,
  usage: 'ANALYTICS',
  createdAt: 1,
  modifiedAt: 1,
  crashedOnMaxSize: { full: false, partial: false },
  ...more,
})

async function addSpace(name: string, more: Partial<Space> = {}): Promise<Space> {
  const space = aSpace({
    id: newHexId(world.random, 1),
    tenantId: owner.tenantId,
    name,
    ownerId: newHexId(world.random, 1),
    ...more,
  })
  await put(store, { spaces: [space] })
  return space
}

async function assign(space: Space, role: string, user = owner): Promise<void> {
  await put(store, {
    assignments: [
      {
        id: newHexId(world.random, 1),
        tenantId: owner.tenantId,
        spaceId: space.id,
        type: 'user',
        assigneeId: user.id,
        roles: [role],
        createdAt: 1,
        createdBy: owner.id,
        updatedAt: 1,
      },
    ],
  })
}

it('gives a personal app its owner’s files and the spaces that the owner may read', async () => {
  await addSpace('Foreign')
  await addSpace('Mine', { ownerId: owner.id })
  await assign(await addSpace('Readable'), 'dataconsumer')
  await assign(await addSpace('Seen only'), 'consumer')
  const given = await connections.connectionsFor(app(), owner.id)
  expect(given.map(({ name, writable }) => [name, writable])).toEqual(
    expect.arrayContaining([
      ['DataFiles', true],
      ['Mine:DataFiles', true],
      ['Readable:DataFiles', false],
    ]),
  )
  expect(given).toHaveLength(3)
  expect(given[0]!.root).toBe(join(root, owner.tenantId, 'personal', owner.id))
})

it('gives each connection the folders of machines that places of it stand for', async () => {
  await addSpace('Mine', { ownerId: owner.id })
  const table = machineFolders(
    'C:\\Data=lib://DataFiles/in;\\\\srv\\x=lib://Mine:DataFiles;D:\\=lib://Foreign:DataFiles',
  )
  const given = await fileConnections(store, files, table).connectionsFor(app(), owner.id)
  expect(given.map(({ name, stands }) => [name, stands])).toEqual([
    ['DataFiles', [{ folder: 'C:/Data', below: 'in' }]],
    ['Mine:DataFiles', [{ folder: '//srv/x', below: '' }]],
  ])
})

it('gives a reload the spaces that both the owner and who asked for it may use', async () => {
  const editor: User = { ...owner, id: newHexId(world.random, 2), subject: 'ed', name: 'ed', roles: [] }
  await put(store, { users: [editor] })
  const shared = await addSpace('Shared')
  await assign(shared, 'codeveloper', editor)
  await addSpace('Of the owner', { ownerId: owner.id })
  await addSpace('Of the editor', { ownerId: editor.id })
  const both = await addSpace('Of both', { ownerId: owner.id })
  await assign(both, 'dataconsumer', editor)
  const given = await connections.connectionsFor(app({ spaceId: shared.id }), editor.id)
  expect(given.map(({ name, writable }) => [name, writable])).toEqual([
    ['DataFiles', true],
    ['Of both:DataFiles', false],
  ])
  const stranger = await connections.connectionsFor(app({ spaceId: shared.id }), newHexId(world.random, 3))
  expect(stranger.map(({ name }) => name)).toEqual(['DataFiles'])
})

it('gives an app in a space the files of that space', async () => {
  const space = await addSpace('Sales')
  const [own] = await connections.connectionsFor(app({ spaceId: space.id }), owner.id)
  expect(own).toMatchObject({ name: 'DataFiles', root: join(root, owner.tenantId, 'spaces', space.id) })
})
