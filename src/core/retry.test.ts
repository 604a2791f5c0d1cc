import fc from 'fast-check'
import { expect, it } from 'vitest'
import { DELIVERY_BACKOFF_MS, deliveryBackoffMs, jittered, requeueBackoffMs } from './retry.ts'

it('waits 5 s, 30 s, 120 s before error requeues, and 120 s from there on', () => {
  expect([1, 2, 3, 4, 99].map(requeueBackoffMs)).toEqual([5000, 30_000, 120_000, 120_000, 120_000])
})

it('has a wait after each of nine failed sends, and none after the tenth', () => {
  const waits = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map(deliveryBackoffMs)
  expect(waits).toEqual([...DELIVERY_BACKOFF_MS, undefined])
  expect(waits[0]).toBe(5000)
  const hours = DELIVERY_BACKOFF_MS.reduce((sum, wait) => sum + wait, 0) / 3_600_000
  expect(hours).toBeCloseTo(75.6, 1)
})

it('jitter stays within 20 % and grows with chance', () => {
  const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
  fc.assert(
    fc.property(fc.nat(86_400_000), chance, (waitMs, uniform) => {
      const wait = jittered(waitMs, uniform)
      expect(Number.isInteger(wait)).toBe(true)
      expect(wait).toBeGreaterThanOrEqual(Math.floor(waitMs * 0.8))
      expect(wait).toBeLessThanOrEqual(Math.ceil(waitMs * 1.2))
    }),
  )
  expect([0, 0.5, 0.999].map((uniform) => jittered(1000, uniform))).toEqual([800, 1000, 1200])
})
