/**
 * A short history in which nothing goes wrong but one thing, at one step: three reloads of two apps on one
 * machine, a webhook and a broker that want their events. Judged by the same auditor as the random ones.
 */
import { defined } from '../../../src/core/defined.ts'
import { DEFAULT_LIMITS } from '../../../src/core/limits.ts'
import { put, putScript } from '../../support/catalog.ts'
import { APP_ID, anApp, aSubscription, aTenant, START_MS, TENANT_ID, USER_ID } from '../../support/records.ts'
import { Auditor } from '../audit/auditor.ts'
import type { Canary } from '../canary/canary.ts'
import { Clients } from '../clients.ts'
import { inGroups } from '../group-commit.ts'
import { type Installation, type Machine, newNode, startMachine } from '../machine.ts'
import { ObservedStore } from '../observed-store.ts'
import { Violation, World } from '../world.ts'

/** What a fault may do with the history when its step has come. */
export interface Moment {
  readonly world: World
  readonly truth: ObservedStore
  readonly clients: Clients
  /** As a power cut; the machine starts again a little later. */
  kill(): void
}

export interface Injected {
  readonly at: number
  readonly inject: (moment: Moment) => void
}

export interface Told {
  readonly steps: number
  /** Of the store and of data files. */
  readonly writes: number
  readonly rule?: string
  readonly trace: readonly string[]
}

const ENGINES = { slots: 2, warm: 1, memoryBytes: 8 * 1024 ** 3 }
const APP_IDS = [APP_ID, '3f8a1b6c-0d2e-4a55-8c11-22d3a9b7e002' as typeof APP_ID]
const RESTART_MS = 2000
/** All ends within, whatever the one fault was: the longest run, its back-off, and that of a delivery. */
const ENDS_WITHIN_MS = 900_000

export async function history(
  seed: number,
  {
    injected,
    canary,
    writes,
  }: { injected?: Injected; canary?: Canary; writes?: World['disk']['refusedWrite'] },
): Promise<Told> {
  const world = new World(seed, undefined, true)
  world.disk.refusedWrite = writes
  const truth = new ObservedStore()
  const limits = { ...DEFAULT_LIMITS, ...canary?.limits }
  const store = inGroups(world, truth, canary?.store?.(truth, world) ?? truth, canary?.commit)
  const installation = { store, limits, engines: ENGINES, ...defined({ canary }) }
  const auditor = new Auditor(world, truth, limits, ENGINES)
  try {
    await furnish(truth)
    auditor.look()
    await live({ world, truth, installation, auditor, ...defined({ injected }) })
  } catch (error) {
    if (!(error instanceof Violation)) world.crashed(String(error))
  }
  const { violation, scheduler, trace, disk } = world
  return { steps: scheduler.steps, writes: disk.writes, trace, ...defined({ rule: violation?.message }) }
}

async function furnish(truth: ObservedStore): Promise<void> {
  await put(truth, { tenants: [aTenant()] })
  const broker = '11111111-0000-4000-8000-000000000002' as ReturnType<typeof aSubscription>['id']
  await put(truth, {
    subscriptions: [aSubscription(), aSubscription({ id: broker, channel: 'nats', url: '' })],
  })
  for (const id of APP_IDS) {
    const { currentScriptId: _none, ...app } = anApp({ id, name: id.slice(-1) })
    await put(truth, { apps: [app] })
    const script = `// ${id} \nLOAD 1 AS x AUTOGENERATE 1;`
    const version = { id: id as never, appId: id, tenantId: TENANT_ID, script, message: '' }
    await putScript(truth, { ...version, modifierId: USER_ID, modifiedAt: START_MS })
  }
}

interface Scene {
  readonly world: World
  readonly truth: ObservedStore
  readonly installation: Installation
  readonly auditor: Auditor
  readonly injected?: Injected
}

async function live({ world, truth, installation, auditor, injected }: Scene): Promise<void> {
  const { scheduler } = world
  const { store, limits } = installation
  const clients = new Clients({ world, truth, store, limits, auditor })
  let machine: Machine
  const start = () => {
    void truth.endLeases(scheduler.now)
    machine = startMachine(world, newNode(world, 'machine', 0), installation)
    return true
  }
  start()
  const kill = () => {
    if (!machine.node.alive) return
    machine.crash()
    world.after(RESTART_MS, start)
  }
  let unanswered = 0
  for (const [n, afterMs] of [0, 100, 12_000].entries()) {
    unanswered += 1
    world.after(afterMs, () => {
      const app = truth.contents.apps.get(APP_IDS[n % 2]!)!
      void clients.reload(app).finally(() => {
        unanswered -= 1
      })
      return true
    })
  }
  while (unanswered > 0 || !auditor.settled()) {
    if (scheduler.steps === injected?.at) injected.inject({ world, truth, clients, kill })
    await scheduler.step()
    auditor.look()
    if (world.violation !== undefined) throw world.violation
    if (scheduler.now > START_MS + ENDS_WITHIN_MS) world.violate('all-ends', auditor.unsettled())
  }
  auditor.finish()
}
