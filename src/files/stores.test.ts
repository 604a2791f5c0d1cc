/** Stores with real files and a real step, on the memory store. */
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Given } from '../../test/contract/store-records.ts'
import { put, remove } from '../../test/support/catalog.ts'
import { aSpace, aUser, OWNER_ID, SPACE_ID, TENANT_ID } from '../../test/support/records.ts'
import type { FileStore, Place } from '../catalog/file-contents.ts'
import { DEFAULT_LIMITS } from '../core/limits.ts'
import type { App } from '../core/records.ts'
import type { StagedFile } from '../engine/engine-session.ts'
import { jsonLog, realWorld } from '../main/world.ts'
import { settling } from '../outcome/settle.ts'
import { MemoryStore } from '../store/memory/memory-store.ts'
import type { Transitioned } from '../store/port/reloads.ts'
import { openFileStore } from './local/file-store.ts'
import { publishedFiles } from './publishing.ts'
import { type Stores, type StoringReload, storesOf } from './stores.ts'

const world = realWorld(jsonLog('silent'))
const rules = { ...world, errorRequeuesMax: 3, taskFailuresMax: 5, largestSizeIndex: 0 }
const PERSONAL: Place = { tenantId: TENANT_ID, place: { ownerId: OWNER_ID } }

let root: string
let store: MemoryStore
let files: FileStore
let stores: Stores
let given: Given

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'reprise-stores-'))
  store = new MemoryStore()
  given = await Given.of(store)
  files = publishedFiles({ files: await openFileStore(root, world.random), store, log: world.log })
  stores = storesOf(store, files, { ...world, ...DEFAULT_LIMITS })
})

afterEach(() => rm(root, { recursive: true, force: true }))

const textAt = async (name: string) => readFile(join(await files.folderOf(PERSONAL), name), 'utf8')
const spooled = () => readdir(join(root, '.spool'))

async function staged(path: string, text: string, connection = 'DataFiles'): Promise<StagedFile> {
  const { content, bytes } = await files.spool(Readable.from([Buffer.from(text)]), 1000)
  return { connection, path, content, bytes }
}

async function storing(change: Partial<App> = {}) {
  const claimed = await given.running()
  const app = { ...claimed.app, ...change }
  const reload: StoringReload = { reloadId: claimed.reload.id, app, askedBy: OWNER_ID }
  const succeed = (all: readonly StagedFile[], before?: () => Promise<unknown>) =>
    stores.settleWith(reload, all, async (how) => {
      await before?.()
      const data = { version: `v-${claimed.reload.id}` as never, engineTime: 1, fileBytes: 1 }
      const end = { end: { kind: 'completed', data } } as const
      return store.transition([settling(rules, claimed.reload.id, claimed.attempt.leaseToken, end, how)])
    })
  return { reload, succeed }
}

const kindOf = (settled: unknown) => (settled as Transitioned<unknown>[])[0]?.kind

describe('Stores of a reload', () => {
  it('are published by its settling, all of them', async () => {
    const { succeed } = await storing()
    const all = [await staged('a.csv', 'A'), await staged('in/b.csv', 'B')]
    expect(kindOf(await succeed(all))).toBe('saved')
    expect([await textAt('a.csv'), await textAt('in/b.csv')]).toEqual(['A', 'B'])
    expect(await spooled()).toEqual([])
    expect(await store.publications()).toEqual([])
    expect(await store.dataFileByName(TENANT_ID, PERSONAL.place, 'in/b.csv')).toMatchObject({ bytes: 1 })
  })

  it('are seen by nobody before, and by everybody who asks after', async () => {
    const { succeed } = await storing()
    const all = [await staged('a.csv', 'A')]
    let whileSettling: Promise<string> | undefined
    const settled = succeed(all, async () => {
      expect(await readdir(root)).not.toContain('a.csv')
      whileSettling = textAt('a.csv')
    })
    expect(kindOf(await settled)).toBe('saved')
    expect(await whileSettling).toBe('A')
  })

  it('lie in their places for whoever asks first after a start, or when the loop looks', async () => {
    const { reload, succeed } = await storing()
    const bare = await openFileStore(root, world.random)
    // The commit came, and then the process died.
    stores = storesOf(store, bare, { ...world, ...DEFAULT_LIMITS })
    await succeed([await staged('a.csv', 'A')])
    const [publication] = await store.publications()
    expect(publication).toMatchObject({ reloadId: reload.reloadId })
    const wanted = new Set(publication!.files.map(({ content }) => content))
    files = publishedFiles({
      files: await openFileStore(root, world.random, { wanted }),
      store,
      log: world.log,
    })
    expect(await textAt('a.csv')).toBe('A')
    expect(await store.publications()).toEqual([])
  })

  it('done again after a start never overwrite what came later', async () => {
    const { succeed } = await storing()
    await succeed([await staged('a.csv', 'A')])
    const again = await storing()
    await again.succeed([await staged('a.csv', 'B')])
    await files.alone([PERSONAL], async () => {})
    expect(await textAt('a.csv')).toBe('B')
  })

  it('of two connections to one place are one file', async () => {
    await put(store, { spaces: [aSpace({ ownerId: OWNER_ID })], users: [aUser(), aUser({ id: OWNER_ID })] })
    const { succeed } = await storing({ spaceId: SPACE_ID })
    await put(store, { spaces: [aSpace({ ownerId: OWNER_ID })] })
    const settled = await succeed([await staged('a.csv', 'A'), await staged('a.csv', 'B', 'S:DataFiles')])
    expect(kindOf(settled) ?? settled).toBe('saved')
  })

  it.each([
    ['a folder has the name', 'a.csv', async () => mkdir(join(await files.folderOf(PERSONAL), 'a.csv'))],
    [
      'a file has the name of a folder above',
      'a/b.csv',
      async () => writeFile(join(await files.folderOf(PERSONAL), 'a'), ''),
    ],
    ['the name is none', '../a.csv', async () => {}],
    [
      'a link has the name',
      'l.csv',
      async () => symlink('/etc/hostname', join(await files.folderOf(PERSONAL), 'l.csv')),
    ],
  ])('are refused as a whole when %s', async (_label, path, meanwhile) => {
    await meanwhile()
    const { succeed } = await storing()
    const fine = await staged('fine.csv', 'F')
    const settled = await succeed([fine, await staged(path, 'A')])
    expect(settled).toEqual({ notStorable: expect.stringContaining('Cannot store') })
    await expect(textAt('fine.csv')).rejects.toThrow('ENOENT')
    expect(await store.publications()).toEqual([])
  })

  it('are refused when their connection is not writable any more', async () => {
    const { succeed } = await storing()
    expect(await succeed([await staged('a.csv', 'A', 'Gone:DataFiles')])).toEqual({
      notStorable: "Cannot store 'lib://Gone:DataFiles/a.csv': its connection is not writable any more",
    })
  })

  it('are refused in the commit when their space was deleted meanwhile', async () => {
    await put(store, { spaces: [aSpace()] })
    const { succeed } = await storing({ spaceId: SPACE_ID })
    const gone = () => remove(store, TENANT_ID, { spaces: [SPACE_ID] })
    expect(await succeed([await staged('a.csv', 'A')], gone)).toMatchObject([
      { kind: 'refused', refusal: { refused: 'not-storable', detail: expect.stringContaining('deleted') } },
    ])
  })

  it('are dropped when nobody wants them, never when a publication does', async () => {
    const { succeed } = await storing()
    const kept = await staged('a.csv', 'A')
    const dropped = await staged('b.csv', 'B')
    const bare = await openFileStore(root, world.random, { wanted: new Set([kept.content, dropped.content]) })
    stores = storesOf(store, bare, { ...world, ...DEFAULT_LIMITS })
    await succeed([kept])
    await stores.discard(TENANT_ID, [kept, dropped])
    expect(await spooled()).toEqual([kept.content])
  })

  it('at once are in their place before the script goes on, with their records', async () => {
    const { reload } = await storing()
    expect(await stores.publishNow(reload, await staged('now.csv', 'N'))).toBeUndefined()
    expect(await textAt('now.csv')).toBe('N')
    expect(await store.dataFileByName(TENANT_ID, PERSONAL.place, 'now.csv')).toMatchObject({ bytes: 1 })
    await mkdir(join(await files.folderOf(PERSONAL), 'x.csv'))
    expect(await stores.publishNow(reload, await staged('x.csv', 'X'))).toMatchObject({
      notStorable: expect.stringContaining('a folder'),
    })
    expect(await spooled()).toEqual([])
  })
})
