/**
 * Cancel at every point of a reload's way, on both stores: the loops run unchanged in virtual time, a gate
 * stops them at the point, the cancel is made, the gate opens. After a "canceled" or "canceling" the outcome
 * is CANCELED, there is exactly one finished event, and no new data is to be seen.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { SIZES } from '../../test/simulation/engine.ts'
import { simFiles } from '../../test/simulation/files.ts'
import { put, putScript } from '../../test/support/catalog.ts'
import { Gates, type Moment } from '../../test/support/gates.ts'
import {
  APP_ID,
  anApp,
  aReload,
  aSpace,
  aTenant,
  START_MS,
  TENANT_ID,
  USER_ID,
} from '../../test/support/records.ts'
import { completed, crashed, type Plan, ScriptedEngines } from '../../test/support/scripted-engines.ts'
import { virtualMachine } from '../../test/support/virtual-machine.ts'
import type { DataVersion, ScriptVersionId, WorkerId } from '../core/ids.ts'
import { DEFAULT_LIMITS } from '../core/limits.ts'
import { isOutcome } from '../core/outcome.ts'
import { FINISHED_EVENT_TYPE } from '../event/event-types.ts'
import { publishedFiles } from '../files/publishing.ts'
import { storesOf } from '../files/stores.ts'
import { type Cancellation, cancelReload, deleteApp } from '../intake/cancel.ts'
import { MemoryStore } from '../store/memory/memory-store.ts'
import type { Store } from '../store/port/store.ts'
import { SqliteStore } from '../store/sqlite/sqlite-store.ts'
import { startWorker, type Worker } from './worker.ts'

const folder = mkdtempSync(join(tmpdir(), 'reprise-cancel-'))
afterAll(() => rmSync(folder, { recursive: true }))

let files = 0
const STORES: readonly [string, () => Store][] = [
  ['memory', () => new MemoryStore()],
  ['SQLite', () => SqliteStore.open(join(folder, `${++files}.db`))],
]

const BEFORE = { version: 'v-before' as DataVersion, fileBytes: 4096, engineTime: START_MS, tables: [] }
const STORED = [{ connection: 'DataFiles', path: 'out.csv', bytes: 9, content: 'content' }]
const ENDS_SOON: Plan = { afterMs: 100, end: completed({ storedFiles: STORED }) }

class Scene {
  readonly machine = virtualMachine()
  readonly gates = new Gates()
  readonly discarded: string[] = []
  readonly reload = aReload()
  readonly engines: ScriptedEngines
  readonly store: Store
  readonly #rules = { errorRequeuesMax: 3, taskFailuresMax: 5, largestSizeIndex: SIZES.length - 1 }
  readonly #appData = {
    isWhole: async () => true,
    discard: async (version: DataVersion) => void this.discarded.push(version),
  }

  constructor(store: Store, plans: readonly Plan[]) {
    this.store = store
    this.engines = new ScriptedEngines(this.machine, ...plans)
  }

  async furnish(): Promise<this> {
    const { currentScriptId: _later, ...app } = anApp({ data: BEFORE })
    this.machine.world.files.spool.set('content', 'stored')
    await put(this.store, { tenants: [aTenant()] })
    await put(this.store, { spaces: [aSpace()] })
    await put(this.store, { apps: [app] })
    const id = '00000000-0000-4000-8000-00000000000a' as ScriptVersionId
    const version = { id, appId: APP_ID, tenantId: TENANT_ID, script: 'LET a = 1;', message: '' }
    await putScript(this.store, { ...version, modifierId: USER_ID, modifiedAt: START_MS })
    await this.store.accept([{ reload: this.reload, reloadsPerAppAndDay: 0 }])
    return this
  }

  work(): Worker {
    const { gates } = this
    const { ports, world, node } = this.machine
    const files = publishedFiles({ files: simFiles(world, node), store: this.store, log: ports.log })
    return startWorker({
      ...this.machine.ports,
      store: gates.guard(this.store),
      limits: DEFAULT_LIMITS,
      workerId: 'worker' as WorkerId,
      slots: 2,
      memoryBytes: 2 * SIZES.at(-1)!.memoryBytes,
      drainMs: 5000,
      sizes: SIZES,
      sessions: gates.guard(this.engines),
      appData: this.#appData,
      otherApp: async (_app, _askedBy, named) => ({ named, refusal: 'there are no other apps here' }),
      connectionsFor: () => gates.pass('connectionsFor', async () => []),
      stores: gates.guard(storesOf(this.store, files, { ...ports, ...DEFAULT_LIMITS })),
    })
  }

  async workUntil(name: string, moment: Moment): Promise<Worker> {
    this.gates.close(name, moment)
    const worker = this.work()
    await this.machine.until(() => this.gates.reached(name, moment))
    return worker
  }

  /** A session runs the script, and its worker has told so. */
  async workUntilRuns(): Promise<Worker> {
    const worker = this.work()
    await this.machine.until(() => this.engines.sessions.at(-1)?.work !== undefined)
    await this.machine.pass(50)
    return worker
  }

  async state() {
    return (await this.store.reload(TENANT_ID, this.reload.id))!.state
  }

  /** With the store as it is, whatever the worker's gates are. */
  cancel(): Promise<Cancellation> {
    return cancelReload(
      { ...this.machine.ports, ...this.#rules, store: this.store },
      TENANT_ID,
      this.reload.id,
    )
  }

  deleteApp(): Promise<boolean> {
    const deps = { ...this.machine.ports, ...this.#rules, store: this.store, appData: this.#appData }
    return deleteApp(deps, TENANT_ID, APP_ID)
  }

  async finishedEvents() {
    return (await this.store.eventsOf(this.reload.id)).filter(({ type }) => type === FINISHED_EVENT_TYPE)
  }
}

interface Point {
  readonly name: string
  readonly plans?: readonly Plan[]
  readonly reach: (scene: Scene) => Promise<unknown>
  readonly answer: Cancellation
  /** After the cancel, before the gates open. */
  readonly meanwhile?: (scene: Scene) => Promise<unknown> | undefined
}

/** Points at which the cancel comes in time. */
const IN_TIME: readonly Point[] = [
  { name: 'it waits', reach: async () => {}, answer: 'canceled', meanwhile: async (scene) => scene.work() },
  {
    name: 'it is about to be claimed',
    reach: (scene) => scene.workUntil('claim', 'before'),
    answer: 'canceled',
  },
  {
    name: 'it is claimed and its worker does not know yet',
    reach: (scene) => scene.workUntil('claim', 'after'),
    answer: 'canceling',
  },
  {
    name: 'its worker asks for a session',
    reach: (scene) => scene.workUntil('acquire', 'before'),
    answer: 'canceling',
    meanwhile: (scene) => scene.machine.until(async () => isOutcome(await scene.state()), 5000),
  },
  {
    name: 'its worker looks for its connections',
    reach: (scene) => scene.workUntil('connectionsFor', 'before'),
    answer: 'canceling',
    meanwhile: (scene) => scene.machine.until(async () => isOutcome(await scene.state()), 5000),
  },
  {
    name: 'its script runs and obeys',
    plans: [{ obeys: true }],
    reach: (scene) => scene.workUntilRuns(),
    answer: 'canceling',
  },
  {
    name: 'its script runs and does not obey',
    plans: [{}],
    reach: (scene) => scene.workUntilRuns(),
    answer: 'canceling',
  },
  {
    name: 'its script ends before it is interrupted',
    reach: (scene) => scene.workUntilRuns(),
    answer: 'canceling',
    meanwhile: (scene) => {
      scene.gates.close('renewLeases', 'before')
      return scene.machine.until(() => scene.engines.sessions[0]?.over === true)
    },
  },
  {
    name: 'its script crashes in the same moment',
    plans: [{ afterMs: 51, end: crashed }, {}],
    reach: (scene) => scene.workUntilRuns(),
    answer: 'canceling',
  },
  {
    name: 'its data is complete and the script log is being saved',
    reach: (scene) => scene.workUntil('saveScriptLog', 'before'),
    answer: 'canceling',
  },
  {
    name: 'its data is complete and its stores are about to be published',
    reach: (scene) => scene.workUntil('settleWith', 'before'),
    answer: 'canceling',
  },
  {
    name: 'its data is complete and is about to be settled',
    reach: (scene) => scene.workUntil('transition', 'before'),
    answer: 'canceling',
  },
  {
    name: 'it waits for its back-off after a crash',
    plans: [{ afterMs: 5, end: crashed }, {}],
    reach: async (scene) => {
      await scene.workUntilRuns()
      await scene.machine.until(async () => (await scene.state()) === 'QUEUED')
    },
    answer: 'canceled',
  },
  {
    name: 'it was handed back by a worker that stopped',
    plans: [{}],
    reach: async (scene) => {
      const worker = await scene.workUntilRuns()
      void worker.stop()
      await scene.machine.until(async () => (await scene.state()) === 'QUEUED')
    },
    answer: 'canceled',
    meanwhile: async (scene) => scene.work(),
  },
  {
    name: 'its worker drains',
    plans: [{}],
    reach: async (scene) => void (await scene.workUntilRuns()).stop(),
    answer: 'canceling',
  },
  {
    name: 'its worker has killed it to hand it back',
    plans: [{}],
    reach: async (scene) => {
      const worker = await scene.workUntilRuns()
      scene.gates.close('transition', 'before')
      void worker.stop()
      await scene.machine.until(() => scene.gates.reached('transition', 'before'))
    },
    answer: 'canceling',
  },
  {
    name: 'its lease cannot be renewed any more',
    plans: [{}],
    reach: async (scene) => {
      await scene.workUntilRuns()
      scene.gates.close('renewLeases', 'before')
      await scene.machine.until(() => scene.engines.sessions[0]?.killedAt !== undefined, 20_000)
    },
    answer: 'canceling',
    meanwhile: (scene) => scene.machine.until(async () => isOutcome(await scene.state()), 20_000),
  },
  {
    name: 'the holder of its lease stalls as if it were dead, and another worker sweeps',
    plans: [{}],
    reach: async (scene) => {
      await scene.workUntilRuns()
      scene.machine.node.stall(START_MS + 60_000)
    },
    answer: 'canceling',
    meanwhile: async (scene) => {
      const heir = new Scene(scene.store, [{}])
      heir.work()
      await heir.machine.until(async () => isOutcome(await scene.state()), 20_000)
    },
  },
]

describe.each(STORES)('canceled on the %s store', (_name, newStore) => {
  let store: Store
  beforeEach(() => {
    store = newStore()
    return () => store.close()
  })

  test.each(IN_TIME)('while $name', async ({ plans = [ENDS_SOON], reach, answer, meanwhile }) => {
    const scene = await new Scene(store, plans).furnish()
    await reach(scene)
    expect(await scene.cancel()).toBe(answer)
    expect(await scene.cancel()).toBe(answer === 'canceled' ? 'already-ended' : 'canceling')
    await meanwhile?.(scene)
    scene.gates.openAll()
    await scene.machine.until(async () => isOutcome(await scene.state()), 60_000)
    // Whatever still wants to happen has its chance: a session that comes late, a back-off that ends.
    await scene.machine.pass(300_000)
    expect(await scene.state()).toBe('CANCELED')
    const events = await scene.finishedEvents()
    expect(events.map(({ body }) => body.data.status)).toEqual(['CANCELED'])
    expect((await store.app(TENANT_ID, APP_ID))?.data).toEqual(BEFORE)
    const written = scene.engines.sessions.flatMap(({ work }) => (work === undefined ? [] : [work.dataAfter]))
    expect(scene.discarded).toEqual(expect.arrayContaining(written))
    expect(scene.discarded).not.toContain(BEFORE.version)
    expect([...scene.machine.world.files.placed]).toEqual([])
    for (const { work, over } of scene.engines.sessions) expect(work === undefined || over).toBe(true)
    expect(await scene.cancel()).toBe('already-ended')
  })

  test('too late while its outcome is saved but not known to its worker: it stays SUCCEEDED', async () => {
    const scene = await new Scene(store, [ENDS_SOON]).furnish()
    await scene.workUntil('transition', 'after')
    expect(await scene.cancel()).toBe('already-ended')
    scene.gates.openAll()
    await scene.machine.pass(60_000)
    expect(await scene.state()).toBe('SUCCEEDED')
    expect(await scene.finishedEvents()).toHaveLength(1)
    expect([...scene.machine.world.files.placed.values()]).toEqual(['stored'])
    expect((await store.app(TENANT_ID, APP_ID))?.data?.version).toBe(
      scene.engines.sessions[0]?.work?.dataAfter,
    )
  })

  test.each([
    ['before it is claimed', 'claim', 'before'],
    ['before its worker knows that it is claimed', 'claim', 'after'],
    ['while its session starts', 'acquire', 'before'],
    ['while its data is about to be settled', 'transition', 'before'],
  ] as const)(
    'by the deletion of its app %s, also when somebody cancels it as well',
    async (_label, name, moment) => {
      const scene = await new Scene(store, [ENDS_SOON]).furnish()
      await scene.workUntil(name, moment)
      const [deleted, canceled] = await Promise.all([scene.deleteApp(), scene.cancel()])
      expect(deleted).toBe(true)
      expect(canceled).not.toBe('unknown')
      scene.gates.openAll()
      await scene.machine.until(async () => isOutcome(await scene.state()), 60_000)
      await scene.machine.pass(60_000)
      expect(await scene.state()).toBe('CANCELED')
      expect(await scene.finishedEvents()).toHaveLength(1)
      expect(await store.app(TENANT_ID, APP_ID)).toBeUndefined()
      const written = scene.engines.sessions.flatMap(({ work }) =>
        work === undefined ? [] : [work.dataAfter],
      )
      expect(scene.discarded).toEqual(expect.arrayContaining([BEFORE.version, ...written]))
    },
  )

  test('by one whose answer was lost: asked again it is CANCELED all the same', async () => {
    const scene = await new Scene(store, [{ obeys: true }]).furnish()
    await scene.workUntilRuns()
    const lost: Store = {
      ...store,
      transition: async (batch) => {
        await store.transition(batch)
        throw new Error('the answer was lost')
      },
    }
    const rules = { errorRequeuesMax: 3, taskFailuresMax: 5, largestSizeIndex: 0 }
    const deps = { ...scene.machine.ports, ...rules, store: lost }
    await expect(cancelReload(deps, TENANT_ID, scene.reload.id)).rejects.toThrow('lost')
    expect(['canceling', 'already-ended']).toContain(await scene.cancel())
    await scene.machine.until(async () => isOutcome(await scene.state()), 60_000)
    expect(await scene.state()).toBe('CANCELED')
    expect(await scene.finishedEvents()).toHaveLength(1)
  })
})
