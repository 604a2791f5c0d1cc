/**
 * `POST /api/v1/reloads`, durable before its 201, asked by 64 keep-alive clients (TARGETS T3: 3000/s, p99 15
 * ms). Beside it, in the same run, the same HTTP server answering a route that does nothing, and the raw
 * insert: one row of the same size in a transaction of 64, synced. Then the server is killed (SIGKILL) and
 * its database opened: every reload answered with 201 is there.
 *
 * node bench/accept.ts [requests] [--keep]
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { Pool } from 'undici'
import { newHexId } from '../src/core/ids.ts'
import { realWorld } from '../src/main/world.ts'
import { SqliteStore } from '../src/store/sqlite/sqlite-store.ts'
import { aReload } from '../test/support/records.ts'
import type { Served } from './accept-server.ts'

const CLIENTS = 64
const [requests = 10_000] = process.argv
  .slice(2)
  .filter((word) => word !== '--keep')
  .map(Number)
const folder = mkdtempSync(join(tmpdir(), 'reprise-bench-'))
const file = join(folder, 'data.db')

interface Speed {
  readonly perSecond: number
  readonly p50: number
  readonly p99: number
  /** Processor time of the server for one request. */
  readonly cpuMicros: number
}

/** Processor time of the server so far, microseconds. */
async function serverMicros(): Promise<number> {
  const answer = once(server, 'message')
  server.send('processor time')
  const [{ user, system }] = (await answer) as [NodeJS.CpuUsage]
  return user + system
}

/** `count` calls by 64 clients, each the next when its last was answered. */
async function measure(count: number, call: (index: number) => Promise<void>): Promise<Speed> {
  let next = 0
  const millis: number[] = []
  const client = async () => {
    while (next < count) {
      const index = next++
      const start = performance.now()
      await call(index)
      millis.push(performance.now() - start)
    }
  }
  const microsBefore = await serverMicros()
  const start = performance.now()
  await Promise.all(Array.from({ length: CLIENTS }, client))
  const seconds = (performance.now() - start) / 1000
  const cpuMicros = ((await serverMicros()) - microsBefore) / count
  const sorted = millis.toSorted((left, right) => left - right)
  const at = (part: number) => sorted[Math.floor(sorted.length * part)]!
  return { perSecond: count / seconds, p50: at(0.5), p99: at(0.99), cpuMicros }
}

function poster(origin: string, path: string, token: string, bodyOf: (index: number) => string) {
  const pool = new Pool(origin, { connections: CLIENTS, pipelining: 1 })
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
  return async (index: number) => {
    const answer = await pool.request({ method: 'POST', path, headers, body: bodyOf(index) })
    const text = await answer.body.text()
    if (answer.statusCode !== 201) throw new Error(`${answer.statusCode}: ${text}`)
  }
}

/** Rows a second of the least SQL that keeps a reload. */
function rawInserts(count: number): number {
  const { random } = realWorld({ info() {}, warn() {}, error() {} })
  const db = new DatabaseSync(join(folder, 'raw.db'))
  db.exec(`
    PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 8000;
    CREATE TABLE reloads (id TEXT PRIMARY KEY, tenant TEXT, weight INTEGER, state TEXT, at INTEGER, body TEXT);
    CREATE INDEX queue ON reloads (tenant, weight DESC, at, id) WHERE state = 'QUEUED'`)
  const insert = db.prepare('INSERT INTO reloads VALUES (?, ?, ?, ?, ?, ?)')
  const body = JSON.stringify(aReload())
  const start = performance.now()
  for (let i = 0; i < count; i += CLIENTS) {
    db.exec('BEGIN IMMEDIATE')
    for (let caller = 0; caller < CLIENTS; caller++) {
      const now = Date.now()
      insert.run(newHexId(random, now), 'tenant', 5, 'QUEUED', now, body)
    }
    db.exec('COMMIT')
  }
  const seconds = (performance.now() - start) / 1000
  db.close()
  return count / seconds
}

const warmUp = Math.floor(requests / 5)
const server = fork(fileURLToPath(new URL('accept-server.ts', import.meta.url)), [
  file,
  String(requests + warmUp),
])
const [served] = (await once(server, 'message')) as [Served]
const trivialPost = poster(served.trivialUrl, '/trivial', served.token, () => '{}')
const acceptPost = poster(served.url, '/api/v1/reloads', served.token, (index) =>
  JSON.stringify({ appId: served.appIds[index], weight: 1 + (index % 10) }),
)
await measure(warmUp, trivialPost)
await measure(warmUp, (index) => acceptPost(requests + index))
const trivial = await measure(requests, trivialPost)
const accepted = await measure(requests, acceptPost)
const inserts = rawInserts(requests)

server.kill('SIGKILL')
await once(server, 'exit')
const store = SqliteStore.open(file)
const { queued } = await store.counts()
await store.close()
rmSync(folder, { recursive: true })
if (queued !== requests + warmUp) throw new Error(`${requests + warmUp - queued} accepted reloads were lost`)

const limit = 1 / (1 / trivial.perSecond + 1 / inserts)
const line = (name: string, { perSecond, p50, p99, cpuMicros }: Speed) =>
  `${name.padEnd(26)}${Math.round(perSecond).toString().padStart(6)}/s  p50 ${p50.toFixed(1)} ms  p99 ${p99.toFixed(1)} ms` +
  `  ${Math.round(cpuMicros)} us of the server's processor time`
const text = `accept: ${requests} requests, ${CLIENTS} keep-alive clients, ${availableParallelism()} cores for client and server, load ${loadavg()[0]!.toFixed(1)}, node ${process.version}
${line('POST /trivial (raw)', trivial)}
${'raw insert, 64 a commit'.padEnd(26)}${Math.round(inserts).toString().padStart(6)}/s
${line('POST /api/v1/reloads', accepted)}
ratio to both raw limits one after the other (${Math.round(limit)}/s): ${(accepted.perSecond / limit).toFixed(2)} (target T3: 3000/s, p99 15 ms)
killed with SIGKILL after the last answer: ${queued} of ${requests + warmUp} accepted reloads are there
`
process.stdout.write(text)
if (process.argv.includes('--keep')) writeFileSync(new URL('results/accept.txt', import.meta.url), text)
process.exit()
