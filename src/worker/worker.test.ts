import { describe, expect, test } from 'vitest'
import { SIZES } from '../../test/simulation/engine.ts'
import type { FileTruth } from '../../test/simulation/files.ts'
import { simFiles } from '../../test/simulation/files.ts'
import { limitTenant, put, putScript, remove } from '../../test/support/catalog.ts'
import {
  APP_ID,
  anApp,
  aReload,
  aSpace,
  aTenant,
  OWNER_ID,
  SPACE_ID,
  START_MS,
  TENANT_ID,
  USER_ID,
} from '../../test/support/records.ts'
import {
  completed,
  crashed,
  outOfMemory,
  type Plan,
  ScriptedEngines,
} from '../../test/support/scripted-engines.ts'
import { type VirtualMachine, virtualMachine } from '../../test/support/virtual-machine.ts'
import type { ScriptVersionId, WorkerId } from '../core/ids.ts'
import { DEFAULT_LIMITS, type Limits } from '../core/limits.ts'
import type { Loop } from '../core/loop.ts'
import { isOutcome } from '../core/outcome.ts'
import type { App } from '../core/records.ts'
import type { Reload } from '../core/reload.ts'
import { publishedFiles } from '../files/publishing.ts'
import { storesOf } from '../files/stores.ts'
import { cancelReload } from '../intake/cancel.ts'
import { MemoryStore } from '../store/memory/memory-store.ts'
import type { Store } from '../store/port/store.ts'
import { startWorker } from './worker.ts'

/** A worker over the memory store with one waiting reload. */
class Bench {
  readonly machine: VirtualMachine = virtualMachine()
  readonly store = new MemoryStore()
  readonly discarded: string[] = []
  readonly engines: ScriptedEngines
  readonly reload = aReload()
  readonly #limits: Limits

  constructor(limits: Partial<Limits>, ...plans: readonly Plan[]) {
    this.#limits = { ...DEFAULT_LIMITS, ...limits }
    this.engines = new ScriptedEngines(this.machine, ...plans)
  }

  /** @param script null: the app has none */
  async furnish(
    change: Partial<App> = {},
    script: string | null = 'LOAD 1 AS x AUTOGENERATE 1;',
  ): Promise<this> {
    const { currentScriptId: _later, ...app } = anApp(change)
    await put(this.store, { tenants: [aTenant()] })
    await put(this.store, { spaces: [aSpace()] })
    await put(this.store, { apps: [app] })
    if (script !== null) {
      const id = '00000000-0000-4000-8000-00000000000a' as ScriptVersionId
      const version = { id, appId: APP_ID, tenantId: TENANT_ID, script, message: '' }
      await putScript(this.store, { ...version, modifierId: USER_ID, modifiedAt: START_MS })
    }
    await this.store.accept([{ reload: this.reload, reloadsPerAppAndDay: 0 }])
    return this
  }

  start(store: Store = this.store, drainMs = 1000): Loop {
    const { ports, world, node } = this.machine
    const files = publishedFiles({ files: simFiles(world, node), store: this.store, log: ports.log })
    return startWorker({
      ...ports,
      store,
      limits: this.#limits,
      workerId: 'worker' as WorkerId,
      slots: 2,
      memoryBytes: 2 * SIZES.at(-1)!.memoryBytes,
      drainMs,
      sizes: SIZES,
      sessions: this.engines,
      appData: {
        isWhole: async () => true,
        discard: async (version) => {
          this.discarded.push(version)
        },
      },
      otherApp: async ({ id }, askedBy, named) => ({ named, refusal: `of ${id} for ${askedBy}` }),
      connectionsFor: async () => [
        { name: 'DataFiles', place: { spaceId: SPACE_ID }, root: '/files', writable: true },
      ],
      stores: storesOf(this.store, files, { ...ports, ...DEFAULT_LIMITS }),
    })
  }

  /** Puts contents into the spool, as a session does that has them stored. */
  stage(...paths: readonly string[]): FileTruth {
    const { files } = this.machine.world
    for (const path of paths) files.spool.set(contentOf(path), `content of ${path}`)
    return files
  }

  async now(): Promise<Reload> {
    return (await this.store.reload(TENANT_ID, this.reload.id))!
  }

  async is(state: Reload['state'], withinMs?: number): Promise<Reload> {
    await this.machine.until(async () => (await this.now()).state === state, withinMs)
    return this.now()
  }

  async ended(withinMs?: number): Promise<Reload> {
    await this.machine.until(async () => isOutcome((await this.now()).state), withinMs)
    return this.now()
  }

  cancel() {
    const rules = { errorRequeuesMax: 3, taskFailuresMax: 5, largestSizeIndex: SIZES.length - 1 }
    return cancelReload({ ...this.machine.ports, ...rules, store: this.store }, TENANT_ID, this.reload.id)
  }
}

/** The id of a content. */
const contentOf = (path: string) => `spooled ${path}`

const storing = (...paths: readonly string[]) =>
  completed({
    reads: ['DataFiles', 'Gone'].map((connection) => ({ connection, path: 'in.csv' })),
    storedFiles: paths.map((path) => ({
      connection: 'DataFiles',
      path,
      bytes: 9,
      content: contentOf(path),
    })),
  })

const bench = (...plans: readonly Plan[]) => new Bench({}, ...plans).furnish()

describe('a worker', () => {
  test('cancels a waiting reload whose app is gone, with its finished event', async () => {
    const b = await bench()
    await remove(b.store, TENANT_ID, { apps: [APP_ID] })
    b.start()
    expect(await b.ended()).toMatchObject({ state: 'CANCELED', attempts: 0 })
    expect(await b.store.eventsOf(b.reload.id)).toMatchObject([{ body: { data: { status: 'CANCELED' } } }])
  })

  test('runs a waiting reload and saves data, logs, stored files and the outcome', async () => {
    const b = await bench({ afterMs: 500, end: storing('out.csv') })
    const { placed } = b.stage('out.csv')
    b.start()
    const reload = await b.ended()
    expect(reload).toMatchObject({ state: 'SUCCEEDED', attempts: 1, requeuesTotal: 0 })
    expect(reload.log).toMatch(
      /^ReloadID: .*\r\nStarted loading data\r\n[\s\S]*App saved\r\nFinished successfully\r\n$/,
    )
    expect(reload.engine).toMatchObject({
      poolName: 'engine-1g',
      sizingReason: 'no_metadata',
      durationMs: 500,
    })
    const app = await b.store.app(TENANT_ID, APP_ID)
    expect(app?.data).toMatchObject({ fileBytes: 4096, tables: [{ name: 'T', rows: 3 }] })
    expect(app?.data?.reads).toEqual([{ place: { spaceId: SPACE_ID }, name: 'in.csv' }])
    expect(app?.data?.version).toBe(b.engines.sessions[0]?.work?.dataAfter)
    expect(await b.store.scriptLog(reload.id)).toMatch(/App: Sales [\s\S]*line\r\n$/)
    await b.machine.pass(100)
    expect([...placed]).toEqual([[`${TENANT_ID}/${SPACE_ID}/out.csv`, 'content of out.csv']])
    expect(await b.store.dataFileByName(TENANT_ID, { spaceId: SPACE_ID }, 'out.csv')).toMatchObject({
      bytes: 9,
      ownerId: OWNER_ID,
    })
    expect(await b.store.publications()).toEqual([])
    expect(b.discarded).toEqual([])
  })

  test('deletes the data that the app pointed at before', async () => {
    const data = { version: 'v0' as never, fileBytes: 4096, engineTime: START_MS, tables: [] }
    const b = await new Bench({}, { afterMs: 1 }).furnish({ data })
    b.start()
    expect(await b.ended()).toMatchObject({ state: 'SUCCEEDED' })
    await b.machine.until(() => b.discarded.length === 1)
    expect(b.discarded).toEqual(['v0'])
  })

  test('hands the engine the script, its variables, the connections and the data before', async () => {
    const data = { version: 'v0' as never, fileBytes: 400e6, engineTime: START_MS, tables: [] }
    const b = await new Bench({}, { afterMs: 1 }).furnish({ data }, 'BINARY Sales; SET a=1;')
    b.start()
    await b.ended()
    const [session] = b.engines.sessions
    expect(session?.work).toMatchObject({
      script: 'BINARY Sales; SET a=1;',
      other: { named: 'Sales', refusal: `of ${APP_ID} for ${USER_ID}` },
      dataBefore: 'v0',
      lastReloadAt: START_MS,
      attempt: 1,
    })
    expect(session?.work?.connections).toEqual([{ name: 'DataFiles', root: '/files', writable: true }])
    // Four times 400 MB needs the second size.
    expect(session?.size.poolName).toBe('engine-2g')
  })

  test('does not ask for an engine when the app has no script', async () => {
    const b = await new Bench({}, {}).furnish({}, null)
    b.start()
    expect(await b.ended()).toMatchObject({ state: 'FAILED', errorCode: 'EngineReloadScriptError' })
    expect((await b.now()).log).toContain('EDC_ERROR:1013')
    expect(b.engines.asked).toBe(0)
  })

  test('refuses an app that ran out of memory on the largest engine, without an engine', async () => {
    const b = await new Bench({}, {}).furnish({ crashedOnMaxSize: { full: true, partial: false } }, null)
    b.start()
    expect(await b.ended()).toMatchObject({ state: 'FAILED', crashedOnMaxSizeEngine: true })
    expect(b.engines.asked).toBe(0)
  })

  test('kills a canceled script that ignores the interrupt, and drops its data', async () => {
    const b = await bench({})
    b.start()
    await b.is('RELOADING')
    await b.machine.pass(5000)
    const askedAt = b.machine.elapsed()
    expect(await b.cancel()).toBe('canceling')
    const reload = await b.ended(2000)
    expect(reload).toMatchObject({ state: 'CANCELED' })
    expect(reload.log).toMatch(/Reload canceled\r\n$/)
    const [session] = b.engines.sessions
    expect(session?.interruptedAt).toBeLessThan(askedAt + 100)
    const graceMs = Number(session?.killedAt) - Number(session?.interruptedAt)
    expect(graceMs).toBe(DEFAULT_LIMITS.interruptGraceMs)
    await b.machine.until(() => b.discarded.length === 1)
    expect(b.discarded).toEqual([session?.work?.dataAfter])
  })

  test('cancels while it still waits for an engine', async () => {
    const b = await bench({ neverGiven: true })
    b.start()
    await b.is('RELOADING')
    expect(await b.cancel()).toBe('canceling')
    expect(await b.ended(2000)).toMatchObject({ state: 'CANCELED' })
  })

  test('ends a script that runs past its limit as EXCEEDED_LIMIT', async () => {
    const b = await new Bench({ runTimeMs: 60_000 }, { obeys: true }).furnish()
    b.start()
    expect(await b.ended()).toMatchObject({ state: 'EXCEEDED_LIMIT', errorCode: 'ReloadRunTimeExceeded' })
    expect(b.machine.elapsed()).toBeLessThan(61_500)
  })

  test('ends data larger than its limit as EXCEEDED_LIMIT and drops it', async () => {
    const b = await new Bench({ appDataBytes: 4000 }, { afterMs: 5 }).furnish()
    b.start()
    expect(await b.ended()).toMatchObject({ state: 'EXCEEDED_LIMIT', errorCode: 'ReloadDataSizeExceeded' })
    expect((await b.store.app(TENANT_ID, APP_ID))?.data).toBeUndefined()
    await b.machine.until(() => b.discarded.length === 1)
  })

  test.each([
    ['run time', { runTimeMs: 60_000 }, { obeys: true as const }, 'ReloadRunTimeExceeded'],
    ['data size', { appDataBytes: 4000 }, { afterMs: 5 }, 'ReloadDataSizeExceeded'],
  ])('holds the %s that the tenant has of its own', async (_name, limits, plan, errorCode) => {
    const b = await bench(plan)
    await limitTenant(b.store, TENANT_ID, limits)
    b.start()
    expect(await b.ended()).toMatchObject({ state: 'EXCEEDED_LIMIT', errorCode })
    expect(b.machine.elapsed()).toBeLessThan(61_500)
  })

  test('repeats a reload on the next engine size when memory runs out', async () => {
    const b = await bench({ afterMs: 5, end: outOfMemory }, { afterMs: 5 })
    b.start()
    const reload = await b.ended()
    expect(reload).toMatchObject({ state: 'SUCCEEDED', attempts: 2, requeuesWithErrors: 1, faultRequeues: 0 })
    expect(b.engines.sessions.map((session) => session.size.poolName)).toEqual(['engine-1g', 'engine-2g'])
    expect(reload.engine.sizingReason).toBe('app_crash')
  })

  test('repeats a reload after a crash, not before its back-off', async () => {
    const b = await bench({ afterMs: 5, end: crashed }, { afterMs: 5 })
    b.start()
    expect(await b.ended()).toMatchObject({ state: 'SUCCEEDED', attempts: 2, requeuesWithErrors: 1 })
    expect(b.machine.elapsed()).toBeGreaterThanOrEqual(4000)
    expect(b.machine.elapsed()).toBeLessThan(8000)
  })

  test('gives up when no engine can be started within the budget', async () => {
    const b = await bench({ noSession: 'spawn failed' })
    b.start()
    const reload = await b.ended()
    expect(reload).toMatchObject({ state: 'FAILED', attempts: 4, errorCode: 'EngineSessionError' })
    expect(reload.errorMessage).toBe('no engine session: spawn failed')
  })

  test('does not wait for an engine for ever', async () => {
    const b = await bench({ neverGiven: true }, { afterMs: 5 })
    b.start()
    expect(await b.ended(90_000)).toMatchObject({ state: 'SUCCEEDED', attempts: 2 })
  })
})

describe('a worker that stops', () => {
  test('lets a running attempt end within the drain time', async () => {
    const b = await bench({ afterMs: 800 })
    const worker = b.start()
    await b.is('RELOADING')
    await worked(b, Promise.all([worker.stop(), worker.stop()]))
    expect(await b.now()).toMatchObject({ state: 'SUCCEEDED' })
  })

  test('hands back what runs longer, at no cost to the retry budget', async () => {
    const b = await bench({})
    const worker = b.start()
    await b.is('RELOADING')
    await worked(b, worker.stop())
    expect(await b.now()).toMatchObject({
      state: 'QUEUED',
      requeuesTotal: 1,
      requeuesWithErrors: 0,
      faultRequeues: 0,
    })
    expect(b.engines.sessions[0]?.killedAt).toBeDefined()
  })

  test('claims nothing any more', async () => {
    const b = new Bench({}, { afterMs: 5 })
    const worker = b.start()
    await worked(b, worker.stop())
    await b.furnish()
    await b.machine.pass(10_000)
    expect(await b.now()).toMatchObject({ state: 'QUEUED' })
  })
})

describe('a lease', () => {
  test('is kept while a script runs for an hour', async () => {
    const b = await bench({ afterMs: 3_000_000 })
    b.start()
    expect(await b.ended(3_600_000)).toMatchObject({ state: 'SUCCEEDED', attempts: 1 })
  })

  test('is not trusted when renewals fail: the session is killed before another may take over', async () => {
    const b = await bench({})
    const broken = refusing(b.store, 'renewLeases', 'expiredLeases')
    b.start(broken)
    await b.machine.until(() => b.engines.sessions[0]?.killedAt !== undefined)
    expect(b.engines.sessions[0]?.killedAt).toBeLessThanOrEqual(DEFAULT_LIMITS.leaseTrustMs)
    // Nothing is written; the attempt stays open until a sweeper finds it.
    await b.machine.pass(20_000)
    expect(await b.now()).toMatchObject({ state: 'RELOADING', attempts: 1 })
    b.start()
    expect(await b.is('QUEUED')).toMatchObject({ requeuesWithErrors: 1 })
    expect((await b.store.attempts(b.reload.id))[0]?.closed?.end.kind).toBe('lost')
  })

  test('carries the progress of a running script to the record', async () => {
    const b = await bench({})
    b.start()
    await b.is('RELOADING')
    await b.machine.pass(500)
    expect((await b.now()).log).toMatch(/^ReloadID: /)
    const [attempt] = await b.store.attempts(b.reload.id)
    expect(attempt?.session).toMatchObject({
      enginePoolName: 'engine-1g',
      engineStartedAt: expect.any(Number),
    })
  })
})

describe('a sweeper', () => {
  test('ends a reload that waited too long', async () => {
    const b = await new Bench({ queueTimeMs: 60_000 }, { noSession: 'none' }).furnish()
    b.start()
    const reload = await b.ended()
    expect(reload).toMatchObject({ state: 'EXCEEDED_LIMIT', errorCode: 'ReloadQueueTimeExceeded' })
  })
})

async function worked(b: Bench, done: Promise<unknown>): Promise<void> {
  let over = false
  void done.then(() => {
    over = true
  })
  await b.machine.until(() => over, 60_000)
}

/** The store with some verbs out of order. */
function refusing(store: MemoryStore, ...verbs: readonly string[]): Store {
  return new Proxy(store, {
    get(target, name) {
      if (verbs.includes(String(name))) return () => Promise.reject(new Error('out of order'))
      const member = Reflect.get(target, name, target)
      return typeof member === 'function' ? member.bind(target) : member
    },
  })
}
