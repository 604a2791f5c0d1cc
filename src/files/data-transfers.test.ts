/** What is refused of data on its way into archives and out of them, and what an engine for it takes. */
import { expect, it } from 'vitest'
import { anApp, aTenant } from '../../test/support/records.ts'
import { isRefused } from '../catalog/refusal.ts'
import { DEFAULT_LIMITS } from '../core/limits.ts'
import { newSignal, type Signal } from '../core/signal.ts'
import type { SessionEnd } from '../engine/engine-session.ts'
import { dataTransfers } from './data-transfers.ts'

const app = {
  ...anApp(),
  data: { version: 'v' as never, fileBytes: 1, engineTime: 0, tables: [] },
}
const none = () => undefined

/** Engines that end as the test says, and a budget that has room when it says so. */
function bench() {
  const ends: ((end: SessionEnd) => void)[] = []
  const waits: Signal[] = []
  const state = { killed: 0, lent: 0, open: 0, hasRoom: true }
  const session = {
    run: () => new Promise<SessionEnd>((resolve) => ends.push(resolve)),
    kill: () => {
      state.killed += 1
      ends.at(-1)!({ kind: 'crashed' } as SessionEnd)
    },
  }
  const transfers = dataTransfers({
    store: { tenant: async () => aTenant() },
    world: {
      clock: { now: () => 0, monotonic: () => 0 },
      random: { bytes: (count: number) => new Uint8Array(count), uniform: () => 0 },
      log: { info: none, warn: none, error: none },
      timers: {
        wait: () => {
          const over = newSignal()
          waits.push(over)
          return { done: over.done, end: none }
        },
      },
    },
    limits: DEFAULT_LIMITS,
    sizes: [{ memoryBytes: 7, threads: 1 }],
    sessions: { acquire: async () => session },
    engines: {
      async lend(bytes: number, withdrawn: Signal) {
        if (!state.hasRoom) await withdrawn.done
        if (withdrawn.fired) return undefined
        state.lent = bytes
        state.open += 1
        return {
          giveBack() {
            state.open -= 1
          },
        }
      },
    },
    files: {},
    appData: {},
    pathOf: () => '',
  } as never)
  const until = async (fact: () => boolean) => {
    while (!fact()) await new Promise((resolve) => setImmediate(resolve))
  }
  return { state, ends, waits, until, transfers }
}

const reasonOf = (answer: unknown) =>
  isRefused(answer as never) ? (answer as { reason: string }).reason : 'done'

it('takes a slot and the memory of its engine from the budget, and gives them back however it ends', async () => {
  const { state, ends, until, transfers } = bench()
  for (const [end, reason] of [
    ['out-of-memory', 'unprocessable'],
    ['crashed', 'unavailable'],
  ] as const) {
    const answer = transfers.exported(app)
    await until(() => ends.length > 0)
    expect([state.lent, state.open]).toEqual([7, 1])
    ends.pop()!({ kind: end } as SessionEnd)
    expect(reasonOf(await answer)).toBe(reason)
    expect(state.open).toBe(0)
  }
})

it('is refused when it takes longer than a request may, and its engine is killed', async () => {
  const { state, ends, waits, until, transfers } = bench()
  const answer = transfers.exported(app)
  await until(() => ends.length > 0)
  waits.at(-1)!.fire()
  expect(reasonOf(await answer)).toBe('unprocessable')
  expect([state.killed, state.open]).toEqual([1, 0])
})

it('is refused for now where the reloads leave no room in time', async () => {
  const { state, waits, until, transfers } = bench()
  state.hasRoom = false
  const answer = transfers.exported(app)
  await until(() => waits.length > 0)
  waits[0]!.fire()
  expect(reasonOf(await answer)).toBe('unavailable')
  expect(state.open).toBe(0)
})

it('is refused as busy when several wait already, and goes on when those are through', async () => {
  const { ends, until, transfers } = bench()
  const answers = Array.from({ length: 5 }, () => transfers.exported(app))
  expect(reasonOf(await transfers.exported(app))).toBe('busy')
  for (const answer of answers) {
    await until(() => ends.length > 0)
    ends.pop()!({ kind: 'out-of-memory' } as SessionEnd)
    expect(reasonOf(await answer)).toBe('unprocessable')
  }
  const after = transfers.exported(app)
  await until(() => ends.length > 0)
  ends.pop()!({ kind: 'crashed' } as SessionEnd)
  expect(reasonOf(await after)).toBe('unavailable')
})
