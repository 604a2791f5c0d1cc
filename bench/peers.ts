/**
 * Lives a second on our store beside three queues of others, in one run: graphile-worker and pg-boss on
 * PostgreSQL, BullMQ on a Redis that syncs at every write. A life of ours is a whole reload (event, delivery,
 * quota, turns of tenants); a life of theirs a no-op job, added, taken, completed. A peer whose server or
 * package is missing is skipped, with the reason.
 *
 * npm install --prefix bench/peers && node bench/peers.ts [lives one by one] [lives at 64] [--keep]
 * PostgreSQL: PEERS_POSTGRES, postgres://postgres@127.0.0.1:5432 by default; the bench makes a database of
 * its own and drops it.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { livesOnStore, median } from './store-flow.ts'

const CALLERS = 64
/** Interleaved, because a busy machine moves from minute to minute; the median counts. */
const ROUNDS = 3
const [one = 200, many = 3200] = process.argv
  .slice(2)
  .filter((word) => word !== '--keep')
  .map(Number)
const postgres = process.env.PEERS_POSTGRES ?? 'postgres://postgres@127.0.0.1:5432'
const folder = mkdtempSync(join(tmpdir(), 'reprise-bench-'))

/** Seconds for `count` lives by `callers` callers. */
type Lives = (callers: number, count: number) => Promise<number>

interface PeerModule {
  graphileWorker(connection: string, callers: number, count: number): Promise<number>
  pgBoss(connection: string, callers: number, count: number): Promise<number>
  bullMq(port: number, callers: number, count: number): Promise<number>
}

let files = 0
const ours: Lives = async (callers, count) => {
  const { livesPerSecond } = await livesOnStore(join(folder, `${++files}.db`), callers, count)
  return count / livesPerSecond
}

/** A new database for each run, dropped after it. */
async function inDatabase(work: (connection: string) => Promise<number>): Promise<number> {
  const { default: pg } = await import(new URL('peers/node_modules/pg/esm/index.mjs', import.meta.url).href)
  const admin = new pg.Client({ connectionString: `${postgres}/postgres` })
  await admin.connect()
  const name = `reprise_bench_${process.pid}`
  await admin.query(`CREATE DATABASE ${name}`)
  try {
    return await work(`${postgres}/${name}`)
  } finally {
    await admin.query(`DROP DATABASE ${name} WITH (FORCE)`)
    await admin.end()
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

async function until(output: AsyncIterable<unknown>, said: string): Promise<void> {
  let text = ''
  for await (const chunk of output) {
    text += String(chunk)
    if (text.includes(said)) return
  }
}

/** A Redis of its own for each run: append-only file, synced at every write. */
async function inRedis(work: (port: number) => Promise<number>): Promise<number> {
  const port = await freePort()
  const dir = mkdtempSync(join(folder, 'redis-'))
  const options = [
    '--port',
    `${port}`,
    '--dir',
    dir,
    '--save',
    '',
    '--appendonly',
    'yes',
    '--appendfsync',
    'always',
  ]
  const redis: ChildProcess = spawn('redis-server', options)
  const gone = once(redis, 'exit')
  try {
    await Promise.race([
      until(redis.stdout!, 'Ready to accept connections'),
      gone.then(() => Promise.reject(new Error('redis-server ended at once'))),
    ])
    return await work(port)
  } finally {
    redis.kill()
    await gone.catch(() => {})
  }
}

async function peers(): Promise<[string, Lives][]> {
  let module: PeerModule
  try {
    module = await import(new URL('peers/lives.js', import.meta.url).href)
  } catch (error) {
    process.stdout.write(`peers skipped: npm install --prefix bench/peers first (${String(error)})\n`)
    return []
  }
  return [
    [
      'graphile-worker, fsync',
      (callers, count) => inDatabase((at) => module.graphileWorker(at, callers, count)),
    ],
    ['pg-boss, fsync', (callers, count) => inDatabase((at) => module.pgBoss(at, callers, count))],
    [
      'BullMQ, Redis fsync always',
      (callers, count) => inRedis((port) => module.bullMq(port, callers, count)),
    ],
  ]
}

interface Peer {
  readonly name: string
  readonly lives: Lives
  readonly alone: number[]
  readonly together: number[]
  skipped?: true
}

async function round(peer: Peer): Promise<void> {
  try {
    peer.alone.push(one / (await peer.lives(1, one)))
    peer.together.push(many / (await peer.lives(CALLERS, many)))
  } catch (error) {
    peer.skipped = true
    process.stdout.write(`${peer.name} skipped: ${error instanceof Error ? error.message : String(error)}\n`)
  }
}

const runs: [string, Lives][] = [['SQLite store, fsync', ours], ...(await peers())]
const all = runs.map(([name, lives]): Peer => ({ name, lives, alone: [], together: [] }))
for (let i = 0; i < ROUNDS; i++) for (const peer of all) if (!peer.skipped) await round(peer)
rmSync(folder, { recursive: true })
const rows = all
  .filter((peer) => !peer.skipped)
  .map(({ name, alone, together }) => [name, median(alone), median(together)] as const)
const [, ourOne, ourMany] = rows[0]!
const cell = (value: number) => Math.round(value).toString().padStart(7)
const lines = rows.map(
  ([name, alone, together]) =>
    `${name.padEnd(28)}${cell(alone)}/s${cell(together)}/s   ours is ${(ourOne / alone).toFixed(1)} and ${(ourMany / together).toFixed(1)} times it; ours at ${CALLERS} is ${(ourMany / alone).toFixed(1)} times it one by one`,
)
const text = `peers: lives a second one by one (${one} lives) and with ${CALLERS} in flight (${many}), median of ${ROUNDS} rounds, ${availableParallelism()} cores, node ${process.version}
${lines.join('\n')}
`
process.stdout.write(text)
if (process.argv.includes('--keep')) writeFileSync(new URL('results/peers.txt', import.meta.url), text)
process.exit()
