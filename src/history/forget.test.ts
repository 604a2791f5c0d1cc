import { expect, test } from 'vitest'
import { virtualMachine } from '../../test/support/virtual-machine.ts'
import { DEFAULT_LIMITS } from '../core/limits.ts'
import type { Forget } from '../store/port/history.ts'
import { FORGET_EVERY_MS, startForgetting } from './forget.ts'

const DAY = 24 * 3_600_000
const NOTHING = { reloads: 0, scriptLogs: 0, events: 0, sends: 0 }

test('goes on in batches while there is something to forget, then looks now and then', async () => {
  const machine = virtualMachine()
  const asked: { at: number; request: Forget }[] = []
  let left = 3
  const loop = startForgetting({
    ...machine.ports,
    limits: DEFAULT_LIMITS,
    store: {
      async forget(request) {
        asked.push({ at: machine.elapsed(), request })
        left -= 1
        return left >= 0 ? { ...NOTHING, events: 1 } : NOTHING
      },
    },
  })
  await machine.pass(5000)
  expect(asked).toHaveLength(4)
  await machine.pass(FORGET_EVERY_MS)
  expect(asked).toHaveLength(5)
  const [first] = asked
  const now = machine.ports.clock.now() - machine.elapsed()
  expect(first?.request).toMatchObject({
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
