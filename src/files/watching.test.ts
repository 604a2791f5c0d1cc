/** The loop over folders that a test fills, on the memory store and in virtual time. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { put } from '../../test/support/catalog.ts'
import { aSpace, aTenant, aUser, OWNER_ID, SPACE_ID, TENANT_ID } from '../../test/support/records.ts'
import { type VirtualMachine, virtualMachine } from '../../test/support/virtual-machine.ts'
import { newDataFile } from '../catalog/data-file-steps.ts'
import type { Place } from '../catalog/file-contents.ts'
import type { FoundFile, PlaceFolders } from '../catalog/found-file.ts'
import { DEFAULT_LIMITS } from '../core/limits.ts'
import { SECOND } from '../core/units.ts'
import { MemoryStore } from '../store/memory/memory-store.ts'
import { LOOK_EVERY_MS, STANDS_STILL_MS, startWatching, type Watching } from './watching.ts'

const SPACE: Place = { tenantId: TENANT_ID, place: { spaceId: SPACE_ID } }
const PERSONAL: Place = { tenantId: TENANT_ID, place: { ownerId: OWNER_ID } }

let machine: VirtualMachine
let store: MemoryStore
let lying: Map<Place, Map<string, FoundFile>>
let looks: Place[]
let watching: Watching
/** What the service itself does before it lets somebody have a place alone. */
let beforeAlone: () => Promise<void>

beforeEach(async () => {
  machine = virtualMachine()
  store = new MemoryStore()
  await put(store, { tenants: [aTenant()] })
  await put(store, { users: [aUser({ id: OWNER_ID })] })
  await put(store, { spaces: [aSpace({ ownerId: OWNER_ID })] })
  lying = new Map([
    [SPACE, new Map()],
    [PERSONAL, new Map()],
  ])
  looks = []
  beforeAlone = async () => {}
})

afterEach(() => watching.stop())

const folders: PlaceFolders = {
  places: async () => [...lying.keys()],
  async look(place) {
    looks.push(place)
    return { files: [...lying.get(place)!.values()], leftAlone: 0 }
  },
  at: async (place, name) => lying.get(place)!.get(name),
}

function start(): void {
  const limits = DEFAULT_LIMITS
  const alone = async <Result>(_places: readonly Place[], work: () => Promise<Result>) => {
    await beforeAlone()
    return work()
  }
  watching = startWatching({
    ...machine.ports,
    world: machine.ports,
    store,
    files: { alone },
    folders,
    limits,
  })
}

/** Somebody writes a file, and the system tells of it. */
function write(name: string, bytes: number, place = SPACE, writtenAt = machine.ports.clock.now()): void {
  lying.get(place)!.set(name, { name, bytes, writtenAt, print: `${bytes} ${writtenAt}` })
  watching?.changed(place, name)
}

const recordOf = (name: string, { place } = SPACE) => store.dataFileByName(TENANT_ID, place, name)

describe('A file that another program writes', () => {
  it('is recorded when it stands still, with the folders above it, as of the owner of the place', async () => {
    start()
    await machine.pass(SECOND)
    write('in/a.csv', 5)
    await machine.until(async () => (await recordOf('in/a.csv')) !== undefined)
    expect(await recordOf('in/a.csv')).toMatchObject({ bytes: 5, ownerId: OWNER_ID, spaceId: SPACE_ID })
    expect(await recordOf('in/')).toBeDefined()
    expect(machine.elapsed()).toBeLessThan(SECOND + 2 * STANDS_STILL_MS)
  })

  it('keeps its record when it is gone', async () => {
    start()
    write('a.csv', 5)
    await machine.until(async () => (await recordOf('a.csv')) !== undefined)
    const recorded = await recordOf('a.csv')
    const looked = looks.length
    lying.get(SPACE)!.delete('a.csv')
    watching.changed(SPACE, 'a.csv')
    await machine.until(() => looks.length > looked + 2, 3 * LOOK_EVERY_MS)
    expect(await recordOf('a.csv')).toEqual(recorded)
  })

  it('is not recorded while it grows', async () => {
    start()
    for (let bytes = 1; bytes <= 10; bytes++) {
      write('a.csv', bytes)
      await machine.pass(STANDS_STILL_MS / 2)
      expect(await recordOf('a.csv')).toBeUndefined()
    }
    await machine.until(async () => (await recordOf('a.csv'))?.bytes === 10)
  })

  it('is recorded again when its content is replaced, also by one of the same size and older', async () => {
    start()
    write('a.csv', 5, PERSONAL)
    await machine.until(async () => (await recordOf('a.csv', PERSONAL)) !== undefined)
    const first = await recordOf('a.csv', PERSONAL)
    write('a.csv', 5, PERSONAL, first!.modifiedAt - 60_000)
    await machine.until(async () => (await recordOf('a.csv', PERSONAL))!.modifiedAt > first!.modifiedAt)
    expect(await recordOf('a.csv', PERSONAL)).toMatchObject({ id: first!.id, bytes: 5 })
  })

  it('is found by looking when nobody told of it, and when it came while the service was down', async () => {
    write('before.csv', 1)
    start()
    await machine.until(async () => (await recordOf('before.csv')) !== undefined, 4 * STANDS_STILL_MS)
    lying.get(SPACE)!.set('untold.csv', { name: 'untold.csv', bytes: 1, writtenAt: 1, print: 'x' })
    await machine.until(async () => (await recordOf('untold.csv')) !== undefined, 2 * LOOK_EVERY_MS)
  })

  it('in a place that is none, or below what the catalog knows as a file, is left alone', async () => {
    const nowhere: Place = { tenantId: TENANT_ID, place: { spaceId: 'nowhere' as never } }
    lying.set(nowhere, new Map())
    const file = newDataFile(machine.ports, { ...SPACE, ownerId: OWNER_ID }, 'a.csv')
    await put(store, { dataFiles: [file] })
    start()
    write('b.csv', 1, nowhere)
    write('a.csv/b.csv', 1)
    await machine.pass(3 * LOOK_EVERY_MS)
    expect(await recordOf('a.csv/b.csv')).toBeUndefined()
    expect(await recordOf('b.csv', nowhere)).toBeUndefined()
    expect(looks).not.toContain(nowhere)
  })
})

describe('What the service itself writes', () => {
  const uploaded = async (name: string, bytes: number) => {
    const known = (await recordOf(name)) ?? newDataFile(machine.ports, { ...SPACE, ownerId: OWNER_ID }, name)
    await put(store, { dataFiles: [{ ...known, bytes, modifiedAt: machine.ports.clock.now() }] })
  }

  it('is known by its record, at the start and after', async () => {
    write('a.csv', 3)
    await machine.pass(10)
    await uploaded('a.csv', 3)
    const before = await recordOf('a.csv')
    start()
    await machine.pass(2 * LOOK_EVERY_MS)
    expect(await recordOf('a.csv')).toEqual(before)
    write('a.csv', 4)
    await uploaded('a.csv', 4)
    const after = await recordOf('a.csv')
    await machine.pass(2 * LOOK_EVERY_MS)
    expect(await recordOf('a.csv')).toEqual(after)
  })

  it('is known also when its record was saved long before it came into its place', async () => {
    write('a.csv', 3)
    await uploaded('a.csv', 3)
    start()
    await machine.pass(SECOND)
    const writtenAt = machine.ports.clock.now()
    await machine.pass(10)
    await uploaded('a.csv', 4)
    const after = await recordOf('a.csv')
    await machine.pass(2 * LOOK_EVERY_MS)
    write('a.csv', 4, SPACE, writtenAt)
    await machine.pass(2 * LOOK_EVERY_MS)
    expect(await recordOf('a.csv')).toEqual(after)
  })

  it('is not recorded over by what lay there before it', async () => {
    start()
    await machine.pass(SECOND)
    write('a.csv', 3)
    beforeAlone = async () => {
      beforeAlone = async () => {}
      write('a.csv', 9)
      await uploaded('a.csv', 9)
    }
    await machine.pass(2 * LOOK_EVERY_MS)
    expect(await recordOf('a.csv')).toMatchObject({ bytes: 9 })
  })
})

it('looks at one file when it is told of one, and at all of a place once in a while', async () => {
  start()
  await machine.pass(SECOND)
  looks = []
  write('a.csv', 1)
  await machine.pass(10 * SECOND)
  expect(looks).toEqual([])
  await machine.pass(LOOK_EVERY_MS)
  expect(looks).toEqual([SPACE, PERSONAL])
})
