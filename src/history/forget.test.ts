import { expect, test } from 'vitest'
import { virtualMachine } from '../../test/support/virtual-machine.ts'
import { DEFAULT_LIMITS } from '../core/limits.ts'
import type { Forget } from '../store/port/history.ts'
import { FORGET_EVERY_MS, startForgetting } from './forget.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const NOTHING = { reloads: 0, scriptLogs: 0, events: 0, sends: 0, taskRuns: 0, automationRuns: 0 }

/** A history whose store saw `seenAt` last, under a clock that is `aheadMs` off. */
function history({ aheadMs = 0, seenAgoMs = 0, left = 0 } = {}) {
  const machine = virtualMachine()
  const begin = machine.ports.clock.now()
  machine.node.skewMs = aheadMs
  const asked: { readonly at: number; readonly request: Forget }[] = []
  const told: string[] = []
  let seenAt: number | undefined = begin - seenAgoMs
  let word = false
  let rows = left
  const loop = startForgetting({
    ...machine.ports,
    log: {
      ...machine.ports.log,
      warn: (message) => told.push(message),
      info: (message) => told.push(message),
    },
    limits: DEFAULT_LIMITS,
    clockIsRight: {
      how: 'say so',
      async taken() {
        const said = word
        word = false
        return said
      },
    },
    setAside: { deleteBefore: async () => 0 },
    removedTenants: { purgeBefore: async () => 0 },
    store: {
      seenAt: async () => seenAt,
      async forget(request) {
        seenAt = request.seenAt
        if (request.max === 0) return NOTHING
        asked.push({ at: machine.elapsed(), request })
        rows -= 1
        return rows >= 0 ? { ...NOTHING, events: 1 } : NOTHING
      },
    },
  })
  return {
    machine,
    begin,
    asked,
    told,
    loop,
    /** How far the events are forgotten, ms of seen time since the begin. */
    reached: () => asked.at(-1)!.request.eventsBefore + 90 * DAY - begin,
    say: () => {
      word = true
    },
  }
}

test('goes on in batches while there is something to forget, then looks now and then', async () => {
  const { machine, asked, loop } = history({ left: 3 })
  await machine.pass(FORGET_EVERY_MS + 5000)
  expect(asked).toHaveLength(4)
  await machine.pass(FORGET_EVERY_MS)
  expect(asked).toHaveLength(5)
  const [first] = asked
  const now = machine.ports.clock.now() - machine.elapsed() + first!.at
  expect(first?.request).toMatchObject({
    seenAt: now,
    reloadsBefore: now - 180 * DAY,
    scriptLogsBefore: now - 180 * DAY,
    eventsBefore: now - 90 * DAY,
    sendsBefore: now - 7 * DAY,
  })
  let stopped = false
  void loop.stop().then(() => {
    stopped = true
  })
  await machine.until(() => stopped)
})

test('nothing is forgotten at a start', async () => {
  const { machine, asked } = history({ left: 3 })
  await machine.pass(FORGET_EVERY_MS - 1)
  expect(asked).toEqual([])
})

test('a start under a clock that is 400 days ahead forgets what grew old while it ran, until the word is said', async () => {
  const { machine, told, reached, say, begin } = history({ aheadMs: 400 * DAY })
  await machine.pass(2 * DAY)
  expect(reached()).toBeGreaterThan(2 * DAY - HOUR)
  expect(reached()).toBeLessThanOrEqual(2 * DAY)
  expect(told).toEqual([
    'the clock is ahead of what this installation has seen: no history is forgotten for it',
  ])
  say()
  await machine.pass(2 * FORGET_EVERY_MS)
  expect(reached()).toBeGreaterThan(402 * DAY)
  expect(told.slice(1)).toEqual(['the operator says that the clock is right', 'the clock is plausible again'])
  expect(machine.ports.clock.now()).toBeGreaterThan(begin + 400 * DAY)
})

test('a clock that leaps while the service runs counts as soon as it is right again, and costs nothing before', async () => {
  const { machine, told, reached } = history()
  await machine.pass(HOUR)
  machine.node.skewMs = 400 * DAY
  await machine.pass(HOUR)
  expect(reached()).toBeLessThanOrEqual(2 * HOUR)
  machine.node.skewMs = 0
  await machine.pass(HOUR)
  expect(reached()).toBeLessThanOrEqual(3 * HOUR)
  expect(reached()).toBeGreaterThan(3 * HOUR - 2 * FORGET_EVERY_MS)
  expect(told).toEqual([
    'the clock is ahead of what this installation has seen: no history is forgotten for it',
    'the clock is plausible again',
  ])
})

test('a clock that is behind makes nothing old, and is told', async () => {
  const { machine, told, reached } = history({ aheadMs: -10 * DAY })
  await machine.pass(HOUR)
  expect(reached()).toBeLessThanOrEqual(-10 * DAY + HOUR)
  machine.node.skewMs = 0
  await machine.pass(HOUR)
  expect(reached()).toBeLessThanOrEqual(2 * HOUR)
  expect(told).toEqual([
    'the clock is behind what this installation has seen: no history is forgotten for it',
    'the clock is plausible again',
  ])
})

test('two days in which the service was off are caught up with while it runs', async () => {
  const { machine, told, reached } = history({ seenAgoMs: 2 * DAY })
  await machine.pass(DAY)
  expect(reached()).toBeLessThanOrEqual(0)
  expect(reached()).toBeGreaterThan(-HOUR)
  await machine.pass(2 * DAY)
  expect(reached()).toBeGreaterThan(3 * DAY - HOUR)
  expect(told).toEqual([])
})
