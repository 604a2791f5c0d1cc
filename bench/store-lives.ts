/**
 * Lives a second: accept, claim, settle with a finished event and its delivery, on SQLite with an fsync at
 * every commit and 64 concurrent callers. Beside it, in the same run, the raw flow: the least SQL that
 * inserts, claims and finishes a row with an outbox event, 64 to a commit. What counts is the ratio (TARGETS
 * T1: at least 0.6).
 *
 * node bench/store-lives.ts [lives a round] [rounds]
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { newHexId, newTimeUuid } from '../src/core/ids.ts'
import { aReload } from '../test/support/records.ts'
import { livesOnStore, median, random, type Speed, stopwatch } from './store-flow.ts'

const CALLERS = 64
const TENANTS = 8
const [lives = 6400, rounds = 5] = process.argv
  .slice(2)
  .filter((word) => word !== '--keep')
  .map(Number)

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
  const start = stopwatch(lives)
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

function line(name: string, speeds: readonly Speed[]): string {
  const perSecond = Math.round(median(speeds.map((speed) => speed.livesPerSecond)))
  const cpu = Math.round(median(speeds.map((speed) => speed.cpuMicros)))
  return `${name.padEnd(14)}${String(perSecond).padStart(6)} lives/s  ${String(cpu).padStart(4)} us processor time a life`
}

const folder = mkdtempSync(join(tmpdir(), 'reprise-bench-'))
const ours: Speed[] = []
const raw: Speed[] = []
// The first round of each is for the compiler of the runtime.
rawFlow(join(folder, 'raw.db'))
await livesOnStore(join(folder, 'ours.db'), CALLERS, lives)
for (let round = 0; round < rounds; round++) {
  raw.push(rawFlow(join(folder, `raw-${round}.db`)))
  ours.push(await livesOnStore(join(folder, `ours-${round}.db`), CALLERS, lives))
}
rmSync(folder, { recursive: true })
const speedOf = (speeds: readonly Speed[]) => median(speeds.map((speed) => speed.livesPerSecond))
const costOf = (speeds: readonly Speed[]) => median(speeds.map((speed) => speed.cpuMicros))
const text = `store-lives: ${lives} lives a round, ${CALLERS} callers, median of ${rounds} rounds, ${availableParallelism()} cores, load ${loadavg()[0]!.toFixed(1)}, node ${process.version}
${line('raw flow', raw)}
${line('SQLite store', ours)}
ratio of rates ${(speedOf(ours) / speedOf(raw)).toFixed(2)}, of processor time ${(costOf(raw) / costOf(ours)).toFixed(2)} (target T1: at least 0.60, and 10000 lives/s)
`
process.stdout.write(text)
if (process.argv.includes('--keep')) writeFileSync(new URL('results/store-lives.txt', import.meta.url), text)
