import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seenTime } from './seen-time.ts'

const DAY = 86_400_000
const T = 1_900_000_000_000

test('time that passes is seen, also when the clock is slewed or drifts', () => {
  expect(seenTime(T, 60_000, T + 60_000)).toEqual({ seenAt: T + 60_000, clock: 'plausible' })
  expect(seenTime(T, 60_000, T + 59_000)).toEqual({ seenAt: T + 59_000, clock: 'plausible' })
  expect(seenTime(T, 60_000, T - 1000)).toEqual({ seenAt: T, clock: 'plausible' })
})

test('a start sees nothing pass, however late it is', () => {
  for (const gapMs of [1, DAY, 3 * DAY, 400 * DAY]) expect(seenTime(T, 0, T + gapMs).seenAt).toBe(T)
})

test('whatever the clock says, what is seen goes forward, at most at twice the speed of time', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(600_000), fc.integer({ min: -500 * DAY, max: 500 * DAY }))),
      (steps) => {
        let [seenAt, ranMs] = [T, 0]
        for (const [stepMs, offMs] of steps) {
          const next = seenTime(seenAt, stepMs, T + ranMs + stepMs + offMs).seenAt
          expect(next).toBeGreaterThanOrEqual(seenAt)
          expect(next).toBeLessThanOrEqual(seenAt + 2 * stepMs)
          seenAt = next
          ranMs += stepMs
        }
      },
    ),
  )
})
