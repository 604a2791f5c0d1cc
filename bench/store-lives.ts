/**
 * Lives a second: accept, claim, settle with a finished event and its delivery, on SQLite with an fsync at every commit and
 * 64 concurrent callers. Beside it, in the same run, the raw flow: the least SQL that inserts, claims and finishes a row
 * with an outbox event, 64 to a commit. What counts is the ratio (TARGETS T1: at least 0.6).
 *
 * node bench/store-lives.ts [lives a round] [rounds]
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { App } from '../src/catalog/records.ts'
import type { AttemptEnd } from '../src/core/attempt.ts'
import type { AppId, DataVersion, LeaseToken, TenantId, WorkerId } from '../src/core/ids.ts'
import { newHexId, newTimeUuid, newUuid } from '../src/core/ids.ts'
import { decide } from '../src/core/reload.ts'
import { realWorld } from '../src/main/world.ts'
import { SqliteStore } from '../src/store/sqlite/sqlite-store.ts'
import type { ReloadView, Saving } from '../src/store/store.ts'
import { aDelivery, finishedEvent, POLICY } from '../test/contract/store-records.ts'
import { anApp, aReload, aSubscription, aTenant } from '../test/support/records.ts'

const CALLERS = 64
const TENANTS = 8
const lives = Number(process.argv[2] ?? 6400)
const rounds = Number(process.argv[3] ?? 5)

const { random } = realWorld({ info() {}, warn() {}, error() {} })

async function ourFlow(file: string): Promise<Speed> {
  const store = SqliteStore.open(file)
  const apps: App[] = []
  for (let tenant = 0; tenant < TENANTS; tenant++) {
    const id = `tenant-${tenant}` as TenantId
    await store.addTenant(aTenant({ id }))
    await store.saveSubscription(aSubscription({ id: newUuid(random), tenantId: id }))
  }
  for (let caller = 0; caller < CALLERS; caller++) {
    const app = anApp({
      id: newUuid<'app'>(random) as AppId,
      tenantId: `tenant-${caller % TENANTS}` as TenantId,
    })
    apps.push(app)
    await store.addApp(app)
  }
  const start = stopwatch()
  await Promise.all(apps.map((app) => live(store, app, lives / CALLERS)))
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

/** What a settled reload saves, without what the events cost to make: one event, one delivery, the app's new data. */
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

function rawFlow(file: string): Speed {
  const db = new DatabaseSync(file)
  db.exec(`
    PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 8000;
    CREATE TABLE reloads (id TEXT PRIMARY KEY, tenant TEXT, weight INTEGER, state TEXT, at INTEGER, body TEXT);
    CREATE INDEX queue ON reloads (tenant, weight DESC, at, id) WHERE state = 'QUEUED';
    CREATE TABLE events (sequence INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE, reload TEXT, body TEXT)`)
  const insert = db.prepare('INSERT INTO reloads VALUES (?, ?, ?, ?, ?, ?)')
  const claim = db.prepare(`
    UPDATE reloads SET state = 'RELOADING' WHERE id = (SELECT id FROM reloads WHERE tenant = ? AND state = 'QUEUED'
      ORDER BY weight DESC, at, id LIMIT 1) RETURNING id`)
  const finish = db.prepare("UPDATE reloads SET state = 'SUCCEEDED' WHERE id = ?")
  const addEvent = db.prepare('INSERT INTO events (id, reload, body) VALUES (?, ?, ?)')
  const body = JSON.stringify(aReload())
  const inOneCommit = (step: (caller: number) => void) => {
    db.exec('BEGIN IMMEDIATE')
    for (let caller = 0; caller < CALLERS; caller++) step(caller)
    db.exec('COMMIT')
  }
  const start = stopwatch()
  for (let i = 0; i < lives / CALLERS; i++) {
    const now = Date.now()
    const tenant = (caller: number) => `tenant-${caller % TENANTS}`
    const ids: string[] = []
    inOneCommit((caller) => {
      insert.run(newHexId(random, now), tenant(caller), 1 + (i % 10), 'QUEUED', now, body)
    })
    inOneCommit((caller) => void ids.push(claim.get(tenant(caller))!.id as string))
    inOneCommit((caller) => {
      finish.run(ids[caller]!)
      addEvent.run(newTimeUuid(random, now), ids[caller]!, body)
    })
  }
  const speed = start()
  db.close()
  return speed
}

interface Speed {
  readonly livesPerSecond: number
  /** Processor time of a life, microseconds: steadier than the clock on a busy machine, but blind to the disk. */
  readonly cpuMicros: number
}

function stopwatch(): () => Speed {
  const start = performance.now()
  const cpu = process.cpuUsage()
  return () => {
    const { user, system } = process.cpuUsage(cpu)
    const seconds = (performance.now() - start) / 1000
    return { livesPerSecond: lives / seconds, cpuMicros: (user + system) / lives }
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)]!
}

function line(name: string, speeds: readonly Speed[]): string {
  const perSecond = Math.round(median(speeds.map((speed) => speed.livesPerSecond)))
  const cpu = Math.round(median(speeds.map((speed) => speed.cpuMicros)))
  return `${name.padEnd(14)}${String(perSecond).padStart(6)} lives/s  ${String(cpu).padStart(4)} us processor time a life`
}

const folder = mkdtempSync(join(tmpdir(), 'reprise-bench-'))
const ours: Speed[] = []
const raw: Speed[] = []
for (let round = 0; round < rounds; round++) {
  raw.push(rawFlow(join(folder, `raw-${round}.db`)))
  ours.push(await ourFlow(join(folder, `ours-${round}.db`)))
}
rmSync(folder, { recursive: true })
const speedOf = (speeds: readonly Speed[]) => median(speeds.map((speed) => speed.livesPerSecond))
const costOf = (speeds: readonly Speed[]) => median(speeds.map((speed) => speed.cpuMicros))
const text = `store-lives: ${lives} lives a round, ${CALLERS} callers, median of ${rounds} rounds, ${availableParallelism()} cores, node ${process.version}
${line('raw flow', raw)}
${line('SQLite store', ours)}
ratio of rates ${(speedOf(ours) / speedOf(raw)).toFixed(2)}, of processor time ${(costOf(raw) / costOf(ours)).toFixed(2)} (target T1: at least 0.60, and 10000 lives/s)
`
process.stdout.write(text)
if (process.argv.includes('--keep')) writeFileSync(new URL('results/store-lives.txt', import.meta.url), text)
