import { describe, expect, it } from 'vitest'
import { BY_KEY, put } from '../../test/support/catalog.ts'
import { anApp, aTenant, aUser, TENANT_ID } from '../../test/support/records.ts'
import { virtualMachine } from '../../test/support/virtual-machine.ts'
import { DEFAULT_LIMITS } from '../core/limits.ts'
import type { App, DataFile } from '../core/records.ts'
import { MemoryStore } from '../store/memory/memory-store.ts'
import { everyRow } from '../store/port/lists.ts'
import { addDataFile, changeDataFile, removeDataFile } from './data-file.ts'
import type { FileStore } from './file-contents.ts'
import { isRefused, type Refused } from './refusal.ts'

const user = aUser()
const caller = { tenantId: TENANT_ID, user, ...BY_KEY }
const nowhere = async () => undefined
const { spaceId: _personal, ...bare } = anApp({ ownerId: user.id })
const marked: App = { ...bare, crashedOnMaxSize: { full: true, partial: true } }
const NONE = { full: false, partial: false }

/** Notes what is done to contents, in words. */
function notingFiles(done: string[]): FileStore {
  const note =
    (what: string) =>
    async (...given: readonly unknown[]) =>
      void done.push(`${what} ${given.filter((one) => typeof one === 'string').join(' ')}`)
  return {
    put: note('put'),
    makeFolder: note('make'),
    move: note('move'),
    remove: note('remove'),
    discard: note('discard'),
    alone: (_places, work) => work(),
  } as Partial<FileStore> as FileStore
}

async function bench(apps: readonly App[] = []) {
  const store = new MemoryStore()
  await put(store, { tenants: [aTenant()], users: [user], apps })
  const done: string[] = []
  let commits = 0
  let fails = false
  const counted = new Proxy(store, {
    get: (target, name) => {
      const value = Reflect.get(target, name)
      if (name !== 'change') return typeof value === 'function' ? value.bind(target) : value
      return (batch: never) => {
        commits += 1
        return fails ? Promise.reject(new Error('out of reach')) : target.change(batch)
      }
    },
  })
  const deps = {
    store: counted,
    world: virtualMachine().ports,
    files: notingFiles(done),
    tempContents: { find: async () => undefined, read: () => never },
    limits: DEFAULT_LIMITS,
  }
  const add = async (name: string) => {
    const content = name.includes('.') ? { content: { content: '', bytes: 5 } } : {}
    const wish = { name, folder: !name.includes('.') }
    return must(await addDataFile(deps, caller, { wish, place: nowhere, ...content }))
  }
  const names = async () =>
    (await everyRow(store, 'dataFiles', { tenantId: TENANT_ID })).map(({ name }) => name).sort()
  return {
    store,
    deps,
    done,
    add,
    names,
    change: (id: string, wish: object) => changeDataFile(deps, caller, id, { wish, place: nowhere }),
    commits: () => commits,
    fail: () => {
      fails = true
    },
  }
}

function must(answer: DataFile | Refused): DataFile {
  if (isRefused(answer)) throw new Error(answer.faults[0]?.detail)
  return answer
}

describe('a folder', () => {
  it('moves with all that it holds in one commit, and records the folders on its way', async () => {
    const b = await bench()
    await b.add('in/2026/sales.csv')
    const folder = (await everyRow(b.store, 'dataFiles', { tenantId: TENANT_ID })).find(
      ({ name }) => name === 'in/',
    )!
    const before = b.commits()
    must(await b.change(folder.id, { name: 'old/all' }))
    expect(b.commits() - before, 'one to ask, one to save').toBe(2)
    expect(await b.names()).toEqual(['old/', 'old/all/', 'old/all/2026/', 'old/all/2026/sales.csv'])
    expect(b.done).toContain('move in/ old/all/')
  })

  it('is removed with all that it holds in one commit', async () => {
    const b = await bench()
    await b.add('in/2026/sales.csv')
    await b.add('in0.csv')
    const folder = (await everyRow(b.store, 'dataFiles', { tenantId: TENANT_ID })).find(
      ({ name }) => name === 'in/',
    )!
    const before = b.commits()
    must(await removeDataFile(b.deps, caller, folder.id))
    expect(b.commits() - before).toBe(1)
    expect(await b.names()).toEqual(['in0.csv'])
  })

  it('does not move into itself, nor to a name that something has', async () => {
    const b = await bench()
    const folder = await b.add('in')
    await b.add('out.csv')
    expect(await b.change(folder.id, { name: 'in/deeper' })).toMatchObject({
      reason: 'dataFileFolderInItself',
    })
    expect(await b.change(folder.id, { name: 'out.csv' })).toMatchObject({ reason: 'conflict' })
    expect(await b.change(folder.id, { name: 'out.csv/in' })).toMatchObject({
      reason: 'dataFileParentNotMade',
    })
    expect(
      b.done.filter((what) => what.startsWith('move')),
      'no content was touched',
    ).toEqual([])
  })
})

describe('the records of a file', () => {
  it('are saved after its content, or not at all', async () => {
    const b = await bench()
    const file = await b.add('a.csv')
    b.fail()
    await expect(b.change(file.id, { name: 'b.csv' })).rejects.toThrow('out of reach')
    expect(await b.names()).toEqual(['a.csv'])
    expect(b.done).toEqual(['put a.csv', 'discard '])
  })

  it('clear the marks of the apps that may read it, in the same commit', async () => {
    const others = { ...marked, id: 'of another' as never, ownerId: 'other' as never }
    const b = await bench([marked, others])
    const marksOf = async (app: App) => (await b.store.app(TENANT_ID, app.id))!.crashedOnMaxSize
    const file = await b.add('a.csv')
    expect([await marksOf(marked), await marksOf(others)]).toEqual([NONE, others.crashedOnMaxSize])
    await put(b.store, { apps: [marked] })
    must(await b.change(file.id, { name: 'b.csv' }))
    expect(await marksOf(marked)).toEqual(NONE)
    await put(b.store, { apps: [marked] })
    must(await removeDataFile(b.deps, caller, file.id))
    expect(await marksOf(marked)).toEqual(NONE)
    const space = { ownerId: user.id, spaceId: 'a space' as never }
    const shared: DataFile = { ...file, ...space, id: 'shared' as never }
    await put(b.store, { apps: [marked, others], dataFiles: [shared] })
    await put(b.store, {
      spaces: [
        {
          id: space.spaceId,
          tenantId: TENANT_ID,
          name: 'Finance',
          description: '',
          type: 'shared',
          ownerId: user.id,
          createdAt: 1,
          createdBy: user.id,
          updatedAt: 1,
        },
      ],
    })
    must(await b.change(shared.id, { name: 'c.csv' }))
    expect([await marksOf(marked), await marksOf(others)], 'one of a space is read by all').toEqual([
      NONE,
      NONE,
    ])
  })
})

const never: AsyncIterable<Uint8Array> = {
  [Symbol.asyncIterator]: () => {
    throw new Error('no temporary content is read here')
  },
}
