/**
 * Real engine processes under a real worker. In storms of cancels, deletions and time limits there are never
 * more processes than the worker has slots and keeps ready, and the next reload is served. An engine that
 * hangs costs an attempt and not the reload.
 */

import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type AppId, newUuid, type ScriptVersionId, type WorkerId } from '../../src/core/ids.ts'
import { DEFAULT_LIMITS, type Limits } from '../../src/core/limits.ts'
import { isOutcome } from '../../src/core/outcome.ts'
import type { App } from '../../src/core/records.ts'
import type { Reload } from '../../src/core/reload.ts'
import { GIB } from '../../src/core/units.ts'
import { watchedClock } from '../../src/core/watched-clock.ts'
import { acceptReload } from '../../src/intake/accept.ts'
import { cancelReload, deleteApp } from '../../src/intake/cancel.ts'
import { realWorld } from '../../src/main/world.ts'
import { MemoryStore } from '../../src/store/memory/memory-store.ts'
import { startWorker, type Worker } from '../../src/worker/worker.ts'
import { put, putScript } from '../support/catalog.ts'
import { type DuckDbHarness, duckDbHarness, SCRIPTS } from '../support/duckdb-session-harness.ts'
import { NO_STORES } from '../support/no-stores.ts'
import { isRunning } from '../support/observe.ts'
import { anApp, aTenant, aUser, TENANT_ID, USER_ID } from '../support/records.ts'

const ROUNDS = 40
const SLOTS = 1
const WARM = 1
const world = realWorld({ info() {}, warn() {}, error() {} })
const rules = { ...world, errorRequeuesMax: 3, taskFailuresMax: 5, largestSizeIndex: 0 }

/** One slot, memory for one engine, and an eye on the processes of the machine. */
class Installation {
  readonly store = new MemoryStore()
  readonly #harness: DuckDbHarness
  readonly #worker: Worker
  readonly #look: NodeJS.Timeout
  /** The most engine processes that were there at one moment. */
  most = 0

  constructor(harness: DuckDbHarness, limits: Partial<Limits>) {
    this.#harness = harness
    this.#worker = startWorker({
      ...world,
      clock: watchedClock(world.clock),
      store: this.store,
      limits: { ...DEFAULT_LIMITS, ...limits },
      workerId: 'worker' as WorkerId,
      slots: SLOTS,
      memoryBytes: harness.size.memoryBytes,
      drainMs: 0,
      sizes: [harness.size],
      sessions: harness.sessions,
      appData: harness.data,
      otherApp: async (_app, _askedBy, named) => ({ named, refusal: 'there are no other apps here' }),
      connectionsFor: async () => [],
      stores: NO_STORES,
    })
    this.#look = setInterval(() => {
      this.most = Math.max(this.most, this.engines.length)
    }, 10)
  }

  get engines(): number[] {
    return engineProcesses(this.#harness.folder)
  }

  async newApp(script: string): Promise<App> {
    const { currentScriptId: _later, ...app } = anApp({ id: newUuid<'app'>(world.random) as AppId })
    await put(this.store, { apps: [app] })
    const id = newUuid<'script-version'>(world.random) as ScriptVersionId
    const version = { id, appId: app.id, tenantId: TENANT_ID, script, message: '', modifierId: USER_ID }
    await putScript(this.store, { ...version, modifiedAt: Date.now() })
    return app
  }

  async accept(app: App): Promise<Reload> {
    const answer = await acceptReload(
      { ...world, store: this.store, reloadsPerAppAndDay: 0 },
      { appId: app.id, user: aUser({ id: app.ownerId }), provenance: { authType: 'api_key' } },
    )
    if (answer.kind !== 'accepted') throw new Error(answer.kind)
    return answer.reload
  }

  async when({ id }: Reload, holds: (now: Reload) => boolean): Promise<Reload> {
    for (const deadline = performance.now() + 30_000; performance.now() < deadline; ) {
      const now = (await this.store.reload(TENANT_ID, id))!
      if (holds(now)) return now
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
    throw new Error('waited in vain')
  }

  ended(reload: Reload): Promise<Reload> {
    return this.when(reload, ({ state }) => isOutcome(state))
  }

  cancel({ id }: Reload) {
    return cancelReload({ ...rules, store: this.store }, TENANT_ID, id)
  }

  delete({ id }: App) {
    return deleteApp({ ...rules, store: this.store, appData: this.#harness.data }, TENANT_ID, id)
  }

  async close(): Promise<void> {
    clearInterval(this.#look)
    await this.#worker.stop()
    await this.#harness.close()
  }
}

/** Process ids of the engines that may write below the folder. */
function engineProcesses(folder: string): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
        return command.includes(folder) && readlinkSync(`/proc/${pid}/exe`) === process.execPath
      } catch {
        return false
      }
    })
}

let here: Installation
async function open(limits: Partial<Limits> = {}): Promise<Installation> {
  const { engineSilenceMs } = { ...DEFAULT_LIMITS, ...limits }
  const harness = await duckDbHarness({
    slots: SLOTS,
    warm: WARM,
    memoryBytes: GIB,
    silenceMs: engineSilenceMs,
  })
  here = new Installation(harness, limits)
  await put(here.store, { tenants: [aTenant()] })
  return here
}

beforeEach(({ skip }) => skip(process.platform !== 'linux', 'looks for processes in /proc'))
afterEach(() => here.close())

describe('engine processes under a storm', () => {
  const served = async () => {
    const reload = await here.accept(await here.newApp(SCRIPTS.completes))
    expect((await here.ended(reload)).state).toBe('SUCCEEDED')
    expect(here.most).toBeGreaterThan(0)
    expect(here.most).toBeLessThanOrEqual(SLOTS + WARM)
  }

  test('of reloads made and canceled one after the other', async () => {
    await open()
    const app = await here.newApp(SCRIPTS.endless)
    for (let i = 0; i < ROUNDS; i++) {
      const reload = await here.accept(app)
      await here.when(reload, ({ state }) => state !== 'QUEUED')
      await here.cancel(reload)
      await here.ended(reload)
    }
    await served()
  })

  test('of apps deleted as soon as their reload has a worker', async () => {
    await open()
    for (let i = 0; i < ROUNDS; i++) {
      const app = await here.newApp(SCRIPTS.endless)
      const reload = await here.accept(app)
      await here.when(reload, ({ state }) => state !== 'QUEUED')
      await here.delete(app)
      await here.ended(reload)
    }
    await served()
  })

  test('of many at once, canceled at any moment of their way', async () => {
    await open()
    const reloads = await Promise.all(
      Array.from({ length: ROUNDS }, async () => here.accept(await here.newApp(SCRIPTS.endless))),
    )
    for (const reload of reloads) {
      await new Promise((resolve) => setTimeout(resolve, 7))
      await here.cancel(reload)
    }
    for (const reload of reloads) await here.ended(reload)
    await served()
  })

  test('of reloads that exceed their time', async () => {
    await open({ runTimeMs: 1, interruptGraceMs: 0 })
    const app = await here.newApp(SCRIPTS.endless)
    for (let i = 0; i < 3; i++) {
      expect((await here.ended(await here.accept(app))).state).toBe('EXCEEDED_LIMIT')
    }
    expect(here.most).toBeGreaterThan(0)
    expect(here.most).toBeLessThanOrEqual(SLOTS + WARM)
  })
})

test('an engine that hangs is killed, and the reload succeeds in its next attempt', async () => {
  await open({ engineSilenceMs: 3000 })
  const app = await here.newApp('T: LOAD 1 AS a AUTOGENERATE 1; SLEEP 3000;')
  const reload = await here.accept(app)
  await here.when(reload, ({ log }) => log.includes('Started loading data'))
  const [hanging, ...others] = here.engines
  expect(others).toEqual([])
  process.kill(hanging!, 'SIGSTOP')
  expect(await here.ended(reload)).toMatchObject({ state: 'SUCCEEDED', attempts: 2 })
  const [first] = await here.store.attempts(reload.id)
  expect(first?.closed?.end).toEqual({
    kind: 'crashed',
    message: 'the engine process gave no sign of life for 3 s',
  })
  expect(isRunning(hanging!)).toBe(false)
})
