/**
 * The flow of a reload's life on the SQLite store, as the benches drive it: accept, claim, settle with a
 * finished event and its delivery, with weights, turns of tenants, one active reload an app, and a daily
 * quota that is counted.
 */

import type { AttemptEnd } from '../src/core/attempt.ts'
import type { AppId, DataVersion, LeaseToken, TenantId, WorkerId } from '../src/core/ids.ts'
import { newHexId, newTimeUuid, newUuid } from '../src/core/ids.ts'
import type { App } from '../src/core/records.ts'
import { decide } from '../src/core/reload.ts'
import { realWorld } from '../src/main/world.ts'
import type { ReloadView, Saving } from '../src/store/port/reloads.ts'
import { SqliteStore } from '../src/store/sqlite/sqlite-store.ts'
import { aDelivery, finishedEvent, POLICY } from '../test/contract/store-records.ts'
import { put } from '../test/support/catalog.ts'
import { anApp, aReload, aSubscription, aTenant } from '../test/support/records.ts'

const TENANTS = 8

export const { random } = realWorld({ info() {}, warn() {}, error() {} })

/** `lives` lives by so many callers, each at its next when its last has ended; a new database in the file. */
export async function livesOnStore(file: string, callers: number, lives: number): Promise<Speed> {
  const store = SqliteStore.open(file)
  const apps: App[] = []
  for (let tenant = 0; tenant < TENANTS; tenant++) {
    const id = `tenant-${tenant}` as TenantId
    await put(store, { tenants: [aTenant({ id })] })
    await put(store, { subscriptions: [aSubscription({ id: newUuid(random), tenantId: id })] })
  }
  for (let caller = 0; caller < callers; caller++) {
    const app = anApp({
      id: newUuid<'app'>(random) as AppId,
      tenantId: `tenant-${caller % TENANTS}` as TenantId,
    })
    apps.push(app)
    await put(store, { apps: [app] })
  }
  const start = stopwatch(lives)
  await Promise.all(apps.map((app) => live(store, app, lives / callers)))
  const speed = start()
  const { queued, running, pendingDeliveries } = await store.counts()
  if (queued + running > 0 || pendingDeliveries !== lives) throw new Error('lives were lost')
  await store.close()
  return speed
}

async function live(store: SqliteStore, app: App, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const now = Date.now()
    const times = { createdAt: now, queuedAt: now, notBefore: now }
    const weight = 1 + (i % 10)
    const id = newHexId<'reload'>(random, now)
    const reload = aReload({ ...times, id, weight, appId: app.id, tenantId: app.tenantId })
    await store.accept([{ reload, reloadsPerAppAndDay: 1_000_000 }])
    const [claimed] = await store.claim({ now, max: 1, concurrentReloadsPerTenant: 30, step: claimStep })
    const end = {
      kind: 'completed',
      data: { version: newTimeUuid(random, now) as string as DataVersion, engineTime: now, fileBytes: 4096 },
    } as const
    const { id: claimedId, lease } = claimed!.reload
    await store.transition([{ reloadId: claimedId, fence: lease!, step: settleStep(end) }])
  }
}

/**
 * What a settled reload saves, without what the events cost to make: one event, one delivery, the app's new
 * data.
 */
function settleStep(end: AttemptEnd & { kind: 'completed' }) {
  return ({ reload, attempt, app, subscriptions }: ReloadView): Saving | { refused: string } => {
    const now = Date.now()
    const decision = decide(reload, attempt, { kind: 'end-attempt', end }, POLICY, now)
    if ('refused' in decision) return decision
    const event = finishedEvent(decision.next, now, { id: newTimeUuid<'event'>(random, now) })
    const id = newTimeUuid<'delivery'>(random, now)
    return {
      reload: decision.next,
      attempt: decision.closed!,
      app: { crashedOnMaxSize: app!.crashedOnMaxSize, data: { ...end.data, tables: [] } },
      events: [event],
      deliveries: subscriptions.map((subscription) => ({ ...aDelivery(event, subscription.id, now), id })),
    }
  }
}

function claimStep({ reload, attempt }: ReloadView): Saving | { refused: string } {
  const now = Date.now()
  const lease = newUuid(random) as string as LeaseToken
  const command = { kind: 'claim', lease, workerId: 'w' as WorkerId, leaseExpiresAt: now + 15_000 } as const
  const decision = decide(reload, attempt, command, POLICY, now)
  return 'refused' in decision ? decision : { reload: decision.next, attempt: decision.opened! }
}

export interface Speed {
  readonly livesPerSecond: number
  /**
   * Processor time of a life, microseconds: steadier than the clock on a busy machine, but blind to the disk.
   */
  readonly cpuMicros: number
}

export function stopwatch(lives: number): () => Speed {
  const start = performance.now()
  const cpu = process.cpuUsage()
  return () => {
    const { user, system } = process.cpuUsage(cpu)
    const seconds = (performance.now() - start) / 1000
    return { livesPerSecond: lives / seconds, cpuMicros: (user + system) / lives }
  }
}

export function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)]!
}
