/**
 * How fast a reload moves, on SQLite with an fsync at every commit and real engine processes, one reload at a
 * time: accept to engine start with a warm session (TARGETS T4), engine crash to requeued and a dead worker's
 * attempt taken over at a restart (T10), cancel to its end when the engine obeys and when it has to be killed
 * (T11).
 *
 * Beside T4, in the same run, the raw limit: two durable commits of one row each, and a message to a warm
 * child process and back. What counts is the ratio. The stages of T4 tell where the time goes: how long after
 * the request each was reached.
 *
 * node bench/reload-latency.ts [rounds] [starts] [--keep]     starts: T4 only
 */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { localStores } from '../src/cli/local-stores.ts'
import { type AppId, newUuid, type ScriptVersionId, type WorkerId } from '../src/core/ids.ts'
import { DEFAULT_LIMITS } from '../src/core/limits.ts'
import { isOutcome } from '../src/core/outcome.ts'
import type { App } from '../src/core/records.ts'
import type { Reload } from '../src/core/reload.ts'
import type { Signal } from '../src/core/signal.ts'
import { watchedClock } from '../src/core/watched-clock.ts'
import type { EngineSession, EngineSessions } from '../src/engine/engine-session.ts'
import { DataFolder } from '../src/engine/pool/data-files.ts'
import type { DuckDbSession } from '../src/engine/pool/duckdb-session.ts'
import { DuckDbSessions } from '../src/engine/pool/duckdb-sessions.ts'
import { engineSize } from '../src/engine/sizes.ts'
import { acceptReload } from '../src/intake/accept.ts'
import { cancelReload } from '../src/intake/cancel.ts'
import { realWorld } from '../src/main/world.ts'
import type { Store } from '../src/store/port/store.ts'
import { SqliteStore } from '../src/store/sqlite/sqlite-store.ts'
import { startWorker } from '../src/worker/worker.ts'
import { put, putScript } from '../test/support/catalog.ts'
import { NO_STORES } from '../test/support/no-stores.ts'
import { anApp, aTenant, aUser, TENANT_ID, USER_ID } from '../test/support/records.ts'

const rounds = Number(process.argv.slice(2).find((given) => /^\d+$/.test(given)) ?? 30)
const folder = mkdtempSync(join(tmpdir(), 'reprise-bench-'))
const size = engineSize(1024 ** 3, 1)
const world = realWorld({ info() {}, warn() {}, error: console.error })
const rules = { errorRequeuesMax: 3, taskFailuresMax: 5, largestSizeIndex: 0 }
const ENDLESS = 'SLEEP 600000;'

/** Tells when an engine process began to run its script, by its own word, and what led there. */
class WatchedSessions implements EngineSessions {
  readonly #sessions: DuckDbSessions
  session: DuckDbSession | undefined
  /** `performance.now()` at which the last session was asked for and got its work. */
  askedAt = 0
  sentAt = 0
  started: (at: number) => void = () => {}

  constructor(sessions: DuckDbSessions) {
    this.#sessions = sessions
  }

  async acquire(wanted: typeof size, withdrawn?: Signal): Promise<EngineSession> {
    this.askedAt = performance.now()
    const session = (await this.#sessions.acquire(wanted, withdrawn)) as DuckDbSession
    this.session = session
    const run = session.run.bind(session)
    session.run = (work, report) => {
      let first = true
      const running = run(work, (progress) => {
        if (first) this.started(progress.startedAt)
        first = false
        report(progress)
      })
      this.sentAt = performance.now()
      return running
    }
    return session
  }
}

const store = SqliteStore.open(join(folder, 'bench.db'))
const data = new DataFolder(join(folder, 'apps'))
const pool = new DuckDbSessions({
  data,
  spool: localStores(join(folder, 'spool'), world.random),
  tempRoot: join(folder, 'tmp'),
  fileRoots: [join(folder, 'files')],
  sizes: [size],
  slots: 2,
  warm: 2,
  memoryBytes: 4 * size.memoryBytes,
  silenceMs: DEFAULT_LIMITS.engineSilenceMs,
  timers: world.timers,
  log: world.log,
})
await pool.start()
const sessions = new WatchedSessions(pool)
const newWorker = (on: Store) =>
  startWorker({
    ...world,
    clock: watchedClock(world.clock),
    store: on,
    limits: DEFAULT_LIMITS,
    workerId: newUuid<'worker'>(world.random) as WorkerId,
    slots: 2,
    memoryBytes: 2 * size.memoryBytes,
    drainMs: 0,
    sizes: [size],
    sessions,
    appData: data,
    connectionsFor: async () => [],
    otherApp: async (_app, _askedBy, named) => ({ named, refusal: 'there are no other apps here' }),
    stores: NO_STORES,
  })

async function newApp(script: string): Promise<App> {
  const { currentScriptId: _later, ...app } = anApp({ id: newUuid<'app'>(world.random) as AppId })
  await put(store, { apps: [app] })
  const id = newUuid<'script-version'>(world.random) as ScriptVersionId
  const version = { id, appId: app.id, tenantId: TENANT_ID, script, message: '', modifierId: USER_ID }
  await putScript(store, { ...version, modifiedAt: Date.now() })
  return app
}

async function accept(app: App): Promise<Reload> {
  const answer = await acceptReload(
    { ...world, store, reloadsPerAppAndDay: 0 },
    { appId: app.id, user: aUser({ id: app.ownerId }), provenance: { authType: 'api_key' } },
  )
  if (answer.kind !== 'accepted') throw new Error(answer.kind)
  return answer.reload
}

/** The first commit after which it holds. */
async function committed(reload: Reload, holds: (now: Reload) => boolean, on: Store = store): Promise<void> {
  await new Promise<void>((resolve) => {
    const look = async () => {
      const now = await on.reload(TENANT_ID, reload.id)
      if (now === undefined || !holds(now)) return
      forget()
      resolve()
    }
    const forget = on.onCommit(() => void look())
    void look()
  })
}

async function warm(): Promise<void> {
  while (pool.ready.length < 2) await new Promise((resolve) => setTimeout(resolve, 5))
  // They warm up by themselves once they are ready.
  await new Promise((resolve) => setTimeout(resolve, 500))
}

/** Accepts a reload and resolves when its engine runs the script. */
async function running(app: App): Promise<Started> {
  await warm()
  const started = new Promise<number>((resolve) => {
    sessions.started = resolve
  })
  const from = performance.now()
  const reload = await accept(app)
  const acceptedAt = performance.now()
  // The engine tells whole milliseconds: half of one is what is cut off on average.
  const startMs = (await started) + 0.5 - performance.timeOrigin - from
  return {
    reload,
    startMs,
    acceptedMs: acceptedAt - from,
    claimedMs: sessions.askedAt - from,
    sentMs: sessions.sentAt - from,
    reportMs: performance.now() - from,
  }
}

interface Started {
  readonly reload: Reload
  /**
   * From the request until it is durable; until the engine session is asked for, and until the work is sent
   * to it.
   */
  readonly acceptedMs: number
  readonly claimedMs: number
  readonly sentMs: number
  /** From the request to the engine's start of the script. */
  readonly startMs: number
  /** From the request to the engine's first report: its database is open by then. */
  readonly reportMs: number
}

async function timed(work: Promise<unknown>): Promise<number> {
  const from = performance.now()
  await work
  return performance.now() - from
}

const cancel = (reload: Reload) => cancelReload({ ...world, ...rules, store }, TENANT_ID, reload.id)
const ended = (reload: Reload) => committed(reload, ({ state }) => isOutcome(state))

async function rawLimit(): Promise<number[]> {
  const db = new DatabaseSync(join(folder, 'raw.db'))
  db.exec(
    'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE t (id INTEGER PRIMARY KEY, body TEXT)',
  )
  const insert = db.prepare('INSERT INTO t (body) VALUES (?)')
  const update = db.prepare('UPDATE t SET body = ? WHERE id = ?')
  const echo = spawn(process.execPath, ['-e', 'process.stdin.pipe(process.stdout)'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const trip = async () => {
    echo.stdin.write('a script, say')
    await once(echo.stdout, 'data')
  }
  await trip()
  const times: number[] = []
  for (let i = 0; i < rounds; i++) {
    const from = performance.now()
    const { lastInsertRowid } = insert.run('x'.repeat(1000))
    update.run('y'.repeat(1000), lastInsertRowid)
    await trip()
    times.push(performance.now() - from)
  }
  echo.kill()
  db.close()
  return times
}

async function starts(): Promise<Started[]> {
  const app = await newApp('LET a = 1;')
  const all: Started[] = []
  for (let i = 0; i < rounds; i++) {
    const one = await running(app)
    all.push(one)
    await ended(one.reload)
  }
  return all
}

async function crashes(): Promise<number[]> {
  const times: number[] = []
  for (let i = 0; i < rounds; i++) {
    const { reload } = await running(await newApp(ENDLESS))
    const requeued = committed(reload, ({ state }) => state === 'QUEUED')
    process.kill(sessions.session!.pid, 'SIGKILL')
    times.push(await timed(requeued))
    await cancel(reload)
  }
  return times
}

/** @param deaf the engine is stopped by the system, so that it hears no interrupt and must be killed */
async function cancels(deaf: boolean): Promise<number[]> {
  const times: number[] = []
  for (let i = 0; i < rounds; i++) {
    const { reload } = await running(await newApp(ENDLESS))
    if (deaf) process.kill(sessions.session!.pid, 'SIGSTOP')
    times.push(await timed(cancel(reload).then(() => ended(reload))))
  }
  return times
}

/**
 * From the opening of the store that a dead process left until its attempt is declared lost and its reload
 * requeued.
 */
async function restarts(): Promise<number[]> {
  const times: number[] = []
  for (let i = 0; i < Math.min(rounds, 10); i++) {
    const { reload } = await running(await newApp(ENDLESS))
    const lease = (await store.reload(TENANT_ID, reload.id))!.lease
    const file = join(folder, `copy-${i}.db`)
    const source = new DatabaseSync(join(folder, 'bench.db'), { readOnly: true })
    source.exec(`VACUUM INTO '${file}'`)
    source.close()
    await cancel(reload)
    await ended(reload)
    const from = performance.now()
    const heir = SqliteStore.open(file)
    await heir.endLeases(Date.now())
    const worker = newWorker(heir)
    await committed(reload, (now) => now.lease !== lease, heir)
    times.push(performance.now() - from)
    await worker.stop()
    await heir.close()
  }
  return times
}

function quantile(times: readonly number[], share: number): number {
  return times.toSorted((left, right) => left - right)[
    Math.min(times.length - 1, Math.floor(times.length * share))
  ]!
}

function line(name: string, times: readonly number[], target: string): string {
  const text = (share: number) => quantile(times, share).toFixed(1).padStart(8)
  return `${name.padEnd(46)} p50 ${text(0.5)} ms  p99 ${text(0.99)} ms  ${target}`
}

async function others(): Promise<string[]> {
  return [
    line('T10 engine crash to requeued', await crashes(), '(target 100 ms)'),
    line(
      'T10 restart: store opened to attempt requeued',
      await restarts(),
      '(target 15 s for a dead worker)',
    ),
    line('T11 cancel to CANCELED, engine obeys', await cancels(false), '(target 200 ms)'),
    line('T11 cancel to CANCELED, engine killed', await cancels(true), '(target 2.5 s)'),
  ]
}

await put(store, { tenants: [aTenant()] })
const worker = newWorker(store)
const raw = await rawLimit()
const started = await starts()
const ratio = (
  quantile(
    started.map(({ startMs }) => startMs),
    0.5,
  ) / quantile(raw, 0.5)
).toFixed(2)
const stage = (name: string, of: (one: Started) => number, target = '') => line(name, started.map(of), target)
const lines = [
  `reload-latency: ${rounds} rounds, ${availableParallelism()} cores, load ${loadavg()[0]!.toFixed(1)}, node ${process.version}`,
  `repeat: node bench/reload-latency.ts ${rounds}`,
  line('raw: two commits and a message round trip', raw, ''),
  stage(
    'T4 accept to engine start, warm session',
    ({ startMs }) => startMs,
    `(target p50 1.5, p99 10 ms) ratio of p50 to raw ${ratio}`,
  ),
  stage('   accepted, durably', ({ acceptedMs }) => acceptedMs),
  stage('   claimed, durably, and a session asked for', ({ claimedMs }) => claimedMs),
  stage('   work sent to the engine process', ({ sentMs }) => sentMs),
  stage('   first report of the engine heard', ({ reportMs }) => reportMs),
  ...(process.argv.includes('starts') ? [] : await others()),
]
await worker.stop()
await pool.stop()
await store.close()
rmSync(folder, { recursive: true })
const text = `${lines.join('\n')}\n`
process.stdout.write(text)
if (process.argv.includes('--keep'))
  writeFileSync(new URL('results/reload-latency.txt', import.meta.url), text)
