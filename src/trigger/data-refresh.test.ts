/**
 * Changed data from its change to the reloads that follow: uploads, stores of other apps, circles. On the
 * model of a store, with the real steps and the loop that fires tasks, in virtual time.
 */
import { describe, expect, test } from 'vitest'
import { put } from '../../test/support/catalog.ts'
import { anApp, aSpace, aTask, aTenant, aUser, SPACE_ID, TENANT_ID } from '../../test/support/records.ts'
import { claimNext } from '../../test/support/reload-steps.ts'
import { virtualMachine } from '../../test/support/virtual-machine.ts'
import { adding, changing, newDataFile } from '../catalog/data-file-steps.ts'
import { changeOne } from '../catalog/deps.ts'
import { publishing } from '../catalog/stored-files.ts'
import { type AppId, newUuid, type TaskId } from '../core/ids.ts'
import type { FilePlace, PlacedName } from '../core/records.ts'
import type { TaskRun } from '../core/task/run.ts'
import type { Task } from '../core/task/task.ts'
import { MINUTE, SECOND } from '../core/units.ts'
import { queuedReload } from '../intake/accept.ts'
import { systemZones } from '../main/zones.ts'
import { type SettleRules, settling } from '../outcome/settle.ts'
import { MemoryStore } from '../store/memory/memory-store.ts'
import { everyRow } from '../store/port/lists.ts'
import type { Claimed } from '../store/port/queue.ts'
import { startFiringTasks } from './fire-tasks.ts'

const SPACE: FilePlace = { spaceId: SPACE_ID }
const placed = (name: string): PlacedName => ({ place: SPACE, name })
const DATA: Partial<Task> = { generation: 'reload-task', triggers: { data: { partial: false } } }

/** @param reads what each app reads, by its name */
async function scene(reads: Readonly<Record<string, readonly string[]>>) {
  const machine = virtualMachine()
  const store = new MemoryStore()
  const { ports } = machine
  const owner = aUser()
  const delay = { dataRefreshDelayMs: MINUTE }
  const settleRules: SettleRules = { ...ports, errorRequeuesMax: 0, taskFailuresMax: 5, largestSizeIndex: 0 }
  await put(store, { tenants: [aTenant()] })
  await put(store, { users: [owner], spaces: [aSpace({ ownerId: owner.id })] })
  const apps = new Map(
    Object.keys(reads).map((name, at) => [name, `3f8a1b6c-0d2e-4a55-8c11-22d3a9b7e10${at}` as AppId]),
  )
  const idOf = (name: string) => apps.get(name)!
  for (const [name, files] of Object.entries(reads)) {
    const data = {
      version: `of ${name}` as never,
      fileBytes: 1,
      engineTime: 1,
      tables: [],
      reads: files.map(placed),
    }
    await put(store, { apps: [anApp({ id: idOf(name), name, ownerId: owner.id, spaceId: SPACE_ID, data })] })
  }
  let tasks = 0
  const task = async (app: string, change: Partial<Task> = DATA) => {
    const id = `7a5c0001-0000-4000-8000-00000000000${++tasks}` as TaskId
    const one = aTask({ id, name: `of ${app}`, appId: idOf(app), ownerId: owner.id, ...change })
    await put(store, { tasks: [one] })
    return one
  }
  const told: TaskRun[] = []
  const deps = { ...ports, ...settleRules, zones: systemZones(), reloadsPerAppAndDay: 0 }
  const loop = startFiringTasks({ ...deps, store, fired: (runs) => told.push(...runs) })
  const upload = async (name: string) => {
    const known = await store.dataFileByName(TENANT_ID, SPACE, name)
    const file = known ?? newDataFile(ports, { tenantId: TENANT_ID, ownerId: owner.id, place: SPACE }, name)
    const rules = { ...ports, ...delay }
    const move = { seen: file, place: SPACE, name, bytes: 1, movedBy: owner.id }
    const step = known === undefined ? adding(rules, file) : changing(rules, move)
    await changeOne(store, {
      kind: 'data-file',
      tenantId: TENANT_ID,
      id: file.id,
      wanted: placed(name),
      step,
    })
  }
  /** Somebody asks for a reload by hand. */
  const reload = async (name: string) => {
    const app = (await store.app(TENANT_ID, idOf(name)))!
    const about = { user: owner, trigger: 'hub', provenance: { authType: 'user' } } as const
    const queued = queuedReload(ports, about, app, ports.clock.now())
    await store.accept([{ reload: queued, reloadsPerAppAndDay: 0 }])
  }
  /** @returns the name of its app, and why it ran */
  const end = async (
    { reload: claimed, attempt, app }: Claimed,
    reads: readonly PlacedName[],
    stores: readonly string[],
  ): Promise<string> => {
    const id = newUuid<'publication'>(ports.random)
    const files = stores.map((name) => ({ ...placed(name), content: newUuid(ports.random), bytes: 1 }))
    const publication = { id, tenantId: TENANT_ID, reloadId: claimed.id, files }
    const data = { version: newUuid<'data-version'>(ports.random), engineTime: 1, fileBytes: 1 }
    const ended = { end: { kind: 'completed', data }, tables: [], reads } as const
    const [answer] = await store.transition([
      settling(settleRules, claimed.id, attempt.leaseToken, ended, {
        names: files,
        step: (view, through) => publishing({ ...ports, ...delay }, app, publication, view, through),
      }),
    ])
    expect(answer?.kind).toBe('saved')
    return `${app.name} ${claimed.trigger}`
  }
  /** The next reload that waits succeeds, and stores files. */
  const succeed = async (...stores: readonly string[]): Promise<string> => {
    const claimed = await claimNext({ store, world: ports, settleRules })
    return end(claimed, claimed.app.data!.reads!, stores)
  }
  /** The next reload that waits reads a file, and succeeds after what comes meanwhile. */
  const succeedReading = async (name: string, meanwhile: () => Promise<unknown>): Promise<string> => {
    const claimed = await claimNext({ store, world: ports, settleRules })
    await meanwhile()
    return end(claimed, [placed(name)], [])
  }
  const isActive = (name: string) => store.activeReloadOf(TENANT_ID, idOf(name))
  const begins = (name: string) => machine.until(async () => (await isActive(name)) !== undefined, 2 * MINUTE)
  const runsOf = async ({ id }: Task) =>
    (await everyRow(store, 'taskRuns', { tenantId: TENANT_ID })).filter((run) => run.taskId === id)
  const states = async (one: Task) => (await runsOf(one)).map(({ state, reason }) => reason ?? state)
  return {
    machine,
    store,
    task,
    upload,
    reload,
    succeed,
    succeedReading,
    begins,
    isActive,
    runsOf,
    states,
    told,
    loop,
  }
}

describe('a change of data', () => {
  test('however often it comes within the delay makes one reload, of its own kind', async () => {
    const { machine, task, upload, succeed, begins, isActive, runsOf, loop } = await scene({ B: ['f.csv'] })
    const one = await task('B')
    for (let n = 0; n < 5; n++) {
      await upload('f.csv')
      await machine.pass(5 * SECOND)
    }
    expect(await isActive('B')).toBeUndefined()
    await begins('B')
    expect(machine.elapsed()).toBeLessThan(MINUTE + 2 * SECOND)
    expect(await succeed()).toBe('B data-refresh')
    await machine.pass(10 * MINUTE)
    expect(await isActive('B')).toBeUndefined()
    expect(await runsOf(one)).toMatchObject([{ state: 'succeeded', cause: { files: [placed('f.csv')] } }])
    await loop.stop()
  })

  test('while the app reloads makes one more, however many there are', async () => {
    const { machine, task, upload, succeed, begins, isActive, states, loop } = await scene({ B: ['f.csv'] })
    const one = await task('B')
    await upload('f.csv')
    await begins('B')
    for (let n = 0; n < 3; n++) {
      await upload('f.csv')
      await machine.pass(2 * MINUTE)
    }
    await succeed()
    await begins('B')
    await succeed()
    await machine.pass(10 * MINUTE)
    expect([await isActive('B'), await states(one)]).toEqual([undefined, ['succeeded', 'succeeded']])
    await loop.stop()
  })

  test('by the reload of another app reaches those who read it, one after the other', async () => {
    const { task, reload, succeed, begins, loop } = await scene({ A: [], B: ['a.qvd'], C: ['b.qvd'] })
    await task('B')
    await task('C')
    await reload('A')
    expect(await succeed('a.qvd')).toBe('A hub')
    await begins('B')
    expect(await succeed('b.qvd')).toBe('B data-refresh')
    await begins('C')
    expect(await succeed()).toBe('C data-refresh')
    await loop.stop()
  })
})

test('a change of a file that the app reads for the first time while it changes is not missed', async () => {
  const { machine, task, upload, reload, succeedReading, begins, succeed, isActive, states, loop } =
    await scene({ B: [] })
  const one = await task('B')
  await upload('f.csv')
  await machine.pass(MINUTE)
  await reload('B')
  expect(await succeedReading('f.csv', () => upload('f.csv'))).toBe('B hub')
  await begins('B')
  expect(machine.elapsed()).toBeLessThan(MINUTE + 2 * SECOND)
  expect(await succeed()).toBe('B data-refresh')
  await machine.pass(10 * MINUTE)
  expect([await isActive('B'), await states(one)]).toEqual([undefined, ['succeeded']])
  await loop.stop()
})

describe('a circle', () => {
  test('of two apps that read what the other one stores goes round once, and says why, once', async () => {
    const all = await scene({ A: ['b.qvd'], B: ['a.qvd'] })
    const { machine, task, store, reload, succeed, begins, states, told, loop } = all
    const [ofA, ofB] = [await task('A'), await task('B')]
    for (let round = 1; round <= 3; round++) {
      await reload('A')
      await succeed('a.qvd')
      await begins('B')
      expect(await succeed('b.qvd')).toBe('B data-refresh')
      await machine.pass(10 * MINUTE)
      expect(await all.isActive('A')).toBeUndefined()
    }
    expect(await states(ofA)).toEqual(['loop'])
    expect(await states(ofB)).toEqual(['succeeded', 'succeeded', 'succeeded'])
    expect(told.filter(({ reason }) => reason === 'loop')).toHaveLength(1)
    const events = await store.eventsAfter(TENANT_ID, 0, 100)
    const notRun = events.filter(({ body }) => (body.data as { reason?: string }).reason === 'loop')
    expect(notRun).toMatchObject([{ body: { data: { statusDetails: expect.stringContaining('circle') } } }])
    await loop.stop()
  })

  test('is left by a change that comes from outside of it', async () => {
    const { task, upload, succeed, begins, machine, isActive, loop } = await scene({
      A: ['b.qvd'],
      B: ['a.qvd'],
    })
    await task('A')
    await task('B')
    await upload('b.qvd')
    await begins('A')
    await succeed('a.qvd')
    await begins('B')
    await upload('b.qvd')
    expect(await succeed('b.qvd')).toBe('B data-refresh')
    await begins('A')
    await succeed('a.qvd')
    await begins('B')
    await succeed('b.qvd')
    await machine.pass(10 * MINUTE)
    expect(await isActive('A')).toBeUndefined()
    await loop.stop()
  })

  test('of one app that reads what it stores does not begin', async () => {
    const { task, reload, succeed, machine, isActive, states, loop } = await scene({ A: ['a.qvd'] })
    const one = await task('A')
    await reload('A')
    await succeed('a.qvd')
    await machine.pass(10 * MINUTE)
    expect([await isActive('A'), await states(one)]).toEqual([undefined, ['loop']])
    await loop.stop()
  })

  test('half through files, half through the ends of tasks is found, too', async () => {
    const { task, reload, succeed, begins, machine, isActive, states, loop } = await scene({
      A: ['b.qvd'],
      B: [],
    })
    const ofA = await task('A')
    const afterA = { name: 'a', taskId: ofA.id, status: 'any' } as const
    const ofB = await task('B', { triggers: { ends: { join: 'any', events: [afterA] } } })
    await reload('B')
    await succeed('b.qvd')
    await begins('A')
    await succeed()
    await begins('B')
    await succeed('b.qvd')
    await machine.pass(10 * MINUTE)
    expect([await isActive('A'), await isActive('B')]).toEqual([undefined, undefined])
    expect([await states(ofA), await states(ofB)]).toEqual([['succeeded', 'loop'], ['succeeded']])
    await loop.stop()
  })
})
