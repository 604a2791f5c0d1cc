/**
 * What a power cut can leave: of the write-ahead log any prefix that is at least what was synced, with
 * anything behind it; of the database file any mix of old and new pages while a checkpoint was copying.
 * Whatever it is, the store opens with every acknowledged commit and no part of another.
 */

import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { completed, FINISHED, Given } from '../../../test/contract/store-records.ts'
import { tasksOf } from '../../../test/contract/task-records.ts'
import { put } from '../../../test/support/catalog.ts'
import { aSubscription, seededRandom, TENANT_ID } from '../../../test/support/records.ts'
import { isOutcome } from '../../core/outcome.ts'
import { is } from '../port/condition.ts'
import { everyRow } from '../port/lists.ts'
import { connect } from './connection.ts'
import { SqliteStore } from './sqlite-store.ts'

/**
 * In memory where there is such a place: the cuts are made by copying, and each opening would wait for the
 * disk.
 */
const memory = '/dev/shm'
const folder = mkdtempSync(join(existsSync(memory) ? memory : tmpdir(), 'reprise-power-'))
afterAll(() => rmSync(folder, { recursive: true }))
const random = seededRandom(20261126)
const below = (limit: number) => Math.floor(random.uniform() * limit)

const WAL_HEADER_BYTES = 32
const FRAME_BYTES = 24 + 4096

/** Everything that a reload's commits save, in order. */
async function shown(store: SqliteStore) {
  const sort = { field: 'creationTime', descending: false } as const
  const { rows } = await store.reloads({ tenantId: TENANT_ID, sort, page: { limit: 1000 } })
  return Promise.all(
    rows.map(async (reload) => {
      const events = await store.eventsOf(reload.id)
      const deliveries = await Promise.all(events.map(({ id }) => store.deliveriesOf(id)))
      const run = await everyRow(store, 'taskRuns', { tenantId: TENANT_ID, where: is('reloadId', reload.id) })
      return { reload, attempts: await store.attempts(reload.id), events, deliveries, run }
    }),
  )
}

type Shown = Awaited<ReturnType<typeof shown>>

/** After an acknowledgement: what was synced of the log, and what the store shows. */
interface Mark {
  readonly walBytes: number
  readonly shown: Shown
}

/**
 * From one restart of the log to the next: the database file before it, the log at its end, and every
 * acknowledgement.
 */
interface Generation {
  readonly database: Buffer
  readonly wal: Buffer
  readonly marks: readonly Mark[]
}

/** The frames since the log was restarted; behind them stand those of the generation before. */
function currentBytes(wal: Buffer): number {
  const salts = wal.subarray(16, 24)
  let end = WAL_HEADER_BYTES
  while (end + FRAME_BYTES <= wal.length && wal.subarray(end + 8, end + 16).equals(salts)) end += FRAME_BYTES
  return end
}

const file = join(folder, 'data.db')

async function live(given: Given, tasks: ReturnType<typeof tasksOf>): Promise<Generation> {
  const store = given.store as SqliteStore
  const database = readFileSync(file)
  const marks: Mark[] = [{ walBytes: 0, shown: await shown(store) }]
  const acknowledged = async <T>(work: Promise<T>): Promise<T> => {
    const answer = await work
    marks.push({ walBytes: currentBytes(readFileSync(`${file}-wal`)), shown: await shown(store) })
    return answer
  }
  const waiting = await acknowledged(given.queued())
  await acknowledged(Promise.all([given.queued(), given.queued(), given.queued()]))
  await acknowledged(given.apply(waiting, { kind: 'cancel' }))
  const claims = await acknowledged(given.claim(2))
  const [first, second] = claims.map(({ reload }) => reload)
  await acknowledged(Promise.all([given.end(first!), given.end(second!, { kind: 'handed-back' })]))
  const renewed = { leaseExpiresAt: given.now + 60_000, log: 'a line of progress '.repeat(300) }
  const [again] = await acknowledged(given.claim())
  const { id: reloadId, lease } = again!.reload
  await acknowledged(store.renewLeases([{ reloadId, lease: lease!, ...renewed }]))
  await acknowledged(given.end(again!.reload, completed(again!.reload)))
  const task = await tasks.task()
  await acknowledged(tasks.started(task))
  const wal = readFileSync(`${file}-wal`)
  return { database, wal: wal.subarray(0, currentBytes(wal)), marks }
}

let first: Generation
let second: Generation

beforeAll(async () => {
  const empty = SqliteStore.open(file)
  await Given.of(empty).then(() => put(empty, { subscriptions: [aSubscription()] }))
  await empty.close()
  const store = SqliteStore.open(file)
  const given = Given.over(store)
  const tasks = tasksOf(() => given)
  first = await live(given, tasks)
  const beside = new DatabaseSync(file)
  beside.exec('PRAGMA wal_checkpoint(PASSIVE)')
  beside.close()
  second = await live(given, tasks)
  await store.close()
})

let copies = 0

function copyOf(database: Uint8Array, wal?: Uint8Array): string {
  const copy = join(folder, `copy-${++copies}.db`)
  writeFileSync(copy, database)
  if (wal !== undefined) writeFileSync(`${copy}-wal`, wal)
  return copy
}

async function expectShown(copy: string, expected: Shown): Promise<void> {
  const store = SqliteStore.open(copy)
  const found = await shown(store)
  await store.close()
  expect(found).toEqual(expected)
  for (const { reload, events, run } of found) {
    expect(run).toHaveLength(reload.taskId === undefined ? 0 : 1)
    const finished = events.filter((event) => event.type === FINISHED)
    expect(finished).toHaveLength(isOutcome(reload.state) ? 1 : 0)
  }
  const db = new DatabaseSync(copy)
  expect(db.prepare('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }])
  expect(db.prepare('PRAGMA foreign_key_check').all()).toEqual([])
  db.close()
  for (const part of ['', '-wal', '-shm', '.lock']) rmSync(copy + part, { force: true })
}

/** The log cut at a byte, with `tail` where the rest was. */
async function expectCut({ database, wal, marks }: Generation, at: number, tail: Uint8Array): Promise<void> {
  const expected = marks.findLast(({ walBytes }) => walBytes <= at)!
  await expectShown(copyOf(database, Buffer.concat([wal.subarray(0, at), tail])), expected.shown)
}

function frameEnds({ wal }: Generation): number[] {
  const count = (wal.length - WAL_HEADER_BYTES) / FRAME_BYTES
  return Array.from({ length: count + 1 }, (_, i) => WAL_HEADER_BYTES + i * FRAME_BYTES)
}

describe('the write-ahead log after a power cut', () => {
  const nothing = new Uint8Array(0)

  it('has a commit in it for each acknowledgement', () => {
    for (const { marks } of [first, second]) {
      const sizes = marks.map(({ walBytes }) => walBytes)
      expect(sizes).toEqual([...new Set(sizes)].toSorted((left, right) => left - right))
    }
    expect(second.wal.subarray(16, 24), 'the log was restarted').not.toEqual(first.wal.subarray(16, 24))
    expect(second.marks[0]!.shown).toEqual(first.marks.at(-1)!.shown)
  })

  it('cut between any two frames', async () => {
    for (const generation of [first, second]) {
      for (const end of frameEnds(generation)) await expectCut(generation, end, nothing)
    }
  })

  it('cut beside the end of an acknowledged commit, or within its header', async () => {
    for (const generation of [first, second]) {
      for (const { walBytes } of generation.marks.slice(1)) {
        for (const at of [walBytes - 1, walBytes + 1]) {
          await expectCut(generation, Math.min(at, generation.wal.length), nothing)
        }
      }
      for (const at of [0, 1, 16, 31]) await expectCut(generation, at, nothing)
    }
  })

  it('cut anywhere, with zeros, garbage or the frames of the generation before behind the cut', async () => {
    for (const generation of [first, second]) {
      for (let i = 0; i < 20; i++) {
        const at = below(generation.wal.length)
        const rest = generation.wal.length - at
        await expectCut(generation, at, nothing)
        await expectCut(generation, at, new Uint8Array(rest))
        await expectCut(generation, at, random.bytes(Math.min(rest, 3 * FRAME_BYTES)))
        if (generation === second) await expectCut(second, at, first.wal.subarray(at))
      }
    }
  })
})

describe('the database file after a power cut', () => {
  const last = () => first.marks.at(-1)!.shown

  it('half copied by a checkpoint: the log still has what was not copied', async () => {
    for (let i = 0; i < 5; i++) {
      const torn = Buffer.from(second.database)
      for (let page = 0; page + 4096 <= first.database.length; page += 4096) {
        if (below(2) === 0) first.database.copy(torn, page, page, page + 4096)
      }
      await expectShown(copyOf(torn, first.wal), last())
    }
    await expectShown(copyOf(second.database, first.wal), last())
    await expectShown(copyOf(second.database), last())
  })

  it('without its log and cut: refused, and the error names the file', () => {
    for (const bytes of [100, 4096, 4097, second.database.length - 4096]) {
      const copy = copyOf(second.database)
      truncateSync(copy, bytes)
      expect(() => SqliteStore.open(copy), `${bytes} bytes`).toThrow(`${copy} cannot be opened`)
    }
  })
})

it('every commit of the store is synced before it is acknowledged: synchronous = FULL is in force', () => {
  const db = connect(join(folder, 'pragma.db'))
  expect(db.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 2 })
  expect(db.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' })
  expect(db.prepare('PRAGMA foreign_keys').get()).toEqual({ foreign_keys: 1 })
  db.close()
})
