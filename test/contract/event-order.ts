/**
 * Events are read in the order of their commits, even when a writer dawdles: a reader that follows by cursor
 * never misses one. Numbers taken when an event is inserted break it as soon as there are two writers: the
 * first takes 1 and waits, the second takes 2 and commits, a reader sets its cursor to 2, the first commits,
 * and nobody ever reads event 1.
 */
import { describe, expect, it, vi } from 'vitest'
import type { Claimed } from '../../src/store/port/queue.ts'
import type { CommitNotice, Store } from '../../src/store/port/store.ts'
import { seededRandom } from '../support/records.ts'
import type { Hold, StoreUnderTest } from './store-kind.ts'
import { commandStep, completed, type Given, TENANT_ID } from './store-records.ts'

/** A kind may number events shortly after their commit, or keep a second writer waiting for the first. */
const PATIENCE_MS = 1000
const SEEDS = 10
const STEPS = 40

export interface EventOrderCase {
  readonly name: string
  /** @throws when an event is missed, read twice, or out of order */
  readonly run: (writers: Writers) => Promise<void>
}

export const EVENT_ORDER: readonly EventOrderCase[] = [
  { name: 'a reader that follows by cursor misses no event', run: followingByCursor },
  { name: 'a reader that starts at the newest event misses none after it', run: startingAtTheNewest },
  { name: 'a reader that reads when it is told, and only then, misses no event', run: readingWhenTold },
  { name: 'in random order of writes, commits and reads no event is missed', run: inRandomOrder },
]

/** @param given the tenants of an empty store */
export function exerciseEventOrder(underTest: () => StoreUnderTest, given: () => Given): void {
  describe('while one writer commits late', () => {
    it.each(EVENT_ORDER)('$name', async ({ run }) => run(await Writers.of(underTest(), given())))
  })
}

/**
 * Two writers, one of which can be held, and a reader: three processes, or one and the same where the kind is
 * exclusive and commits cannot overlap.
 */
export class Writers {
  readonly given: Given
  readonly dawdler: Store
  readonly prompt: Store
  readonly reader: Store
  readonly hold: () => Promise<Hold>

  private constructor(given: Given, dawdler: Store, reader: Store, hold: () => Promise<Hold>) {
    this.given = given
    this.dawdler = dawdler
    this.prompt = given.store
    this.reader = reader
    this.hold = hold
  }

  static async of({ kind, database, store }: StoreUnderTest, given: Given): Promise<Writers> {
    if (kind.exclusive) {
      return new Writers(given, store, store, async () => ({
        waiting: async () => {},
        release: async () => {},
      }))
    }
    const dawdler = await database.open()
    const reader = kind.notifiesAcrossProcesses ? await database.open() : store
    if (database.holdCommits === undefined) throw new Error(`${kind.name} cannot hold a commit`)
    return new Writers(given, dawdler, reader, () => database.holdCommits!(dawdler))
  }

  running(): Promise<Claimed> {
    return this.given.running()
  }

  /** Ends the attempt, which saves one event. */
  async end(writer: Store, { reload }: Claimed): Promise<void> {
    const step = commandStep({ kind: 'end-attempt', end: completed(reload), durationMs: 1 }, this.given.now)
    const [answer] = await writer.transition([{ reloadId: reload.id, fence: reload.lease!, step }])
    expect(answer).toMatchObject({ kind: 'saved' })
  }
}

/** Reads as every reader of events does: on from the last sequence that it saw. */
class Follower {
  readonly #store: Store
  #cursor: number
  readonly read: string[] = []

  constructor(store: Store, cursor: number) {
    this.#store = store
    this.#cursor = cursor
  }

  async catchUp(): Promise<void> {
    for (;;) {
      const events = await this.#store.eventsAfter(TENANT_ID, this.#cursor, 2)
      if (events.length === 0) return
      for (const { sequence, reloadId } of events) {
        expect(sequence, 'sequences rise').toBeGreaterThan(this.#cursor)
        this.#cursor = sequence
        this.read.push(String(reloadId))
      }
    }
  }

  /** Each event of these reloads is read in the end, and only once. */
  async expectAll(claimed: readonly Claimed[], catchUp = () => this.catchUp()): Promise<void> {
    const expected = claimed.map(({ reload }) => String(reload.id)).sort()
    await vi.waitFor(
      async () => {
        await catchUp()
        expect(this.read.toSorted(), 'events that were read').toEqual(expected)
      },
      { timeout: PATIENCE_MS, interval: 5 },
    )
  }
}

/** The dawdler has inserted its event and waits with its commit; the other writer commits, where it may. */
async function overtaking(writers: Writers, during: () => Promise<void>): Promise<readonly Claimed[]> {
  const [first, second] = [await writers.running(), await writers.running()]
  const hold = await writers.hold()
  const late = writers.end(writers.dawdler, first)
  await hold.waiting()
  const prompt = writers.end(writers.prompt, second)
  try {
    await Promise.race([prompt, passed(PATIENCE_MS / 4)])
    await during()
  } finally {
    await hold.release()
  }
  await Promise.all([late, prompt])
  return [first, second]
}

async function followingByCursor(writers: Writers): Promise<void> {
  const follower = new Follower(writers.reader, 0)
  const ended = await overtaking(writers, () => follower.catchUp())
  await follower.expectAll(ended)
}

async function startingAtTheNewest(writers: Writers): Promise<void> {
  let follower: Follower | undefined
  const ended = await overtaking(writers, async () => {
    const newest = await writers.reader.lastSequence()
    const before = await writers.reader.eventsBefore(TENANT_ID, newest + 1, 9)
    follower = new Follower(writers.reader, newest)
    follower.read.push(...before.map(({ reloadId }) => String(reloadId)))
  })
  await follower!.expectAll(ended)
}

async function readingWhenTold(writers: Writers): Promise<void> {
  const follower = new Follower(writers.reader, 0)
  let reading = Promise.resolve()
  const listener = ({ events }: CommitNotice) => {
    if (events) reading = reading.then(() => follower.catchUp())
  }
  const stop = writers.reader.onCommit(listener)
  try {
    const ended = await overtaking(writers, () => passed(20).then(() => reading))
    await follower.expectAll(ended, () => reading)
  } finally {
    stop()
  }
}

async function inRandomOrder(writers: Writers): Promise<void> {
  const follower = new Follower(writers.reader, 0)
  const ended: Claimed[] = []
  for (let seed = 1; seed <= SEEDS; seed++) {
    const random = seededRandom(seed)
    const writes: Promise<void>[] = []
    let hold: Hold | undefined
    for (let step = 0; step < STEPS; step++) {
      const drawn = random.uniform()
      if (drawn < 0.4) {
        const claimed = await writers.running()
        ended.push(claimed)
        writes.push(writers.end(drawn < 0.2 ? writers.dawdler : writers.prompt, claimed))
      } else if (drawn < 0.5 && hold === undefined) hold = await writers.hold()
      else if (drawn < 0.6) {
        await hold?.release()
        hold = undefined
      } else if (drawn < 0.8) await passed(1)
      else await follower.catchUp()
    }
    await hold?.release()
    await Promise.all(writes)
  }
  await follower.expectAll(ended)
}

function passed(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
