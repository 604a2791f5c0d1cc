import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ReloadId } from './ids.ts'
import { aheadOf, clockWasSet, compareWaiting, usualRunMs, type Waiting } from './order.ts'

const waiting: fc.Arbitrary<Waiting> = fc.record({
  id: fc.constantFrom('a', 'b', 'c', 'd').map((id) => id as ReloadId),
  weight: fc.integer({ min: 1, max: 10 }),
  createdAt: fc.integer({ min: 0, max: 30 }),
})
const ageing = fc.constantFrom(0, 1, 3)
const sign = (value: number) => Math.sign(value) + 0

describe('the order within a tenant', () => {
  it('is total: any three reloads stand in one order', () => {
    fc.assert(
      fc.property(waiting, waiting, waiting, ageing, (one, two, three, ageingMs) => {
        const order = (left: Waiting, right: Waiting) => sign(compareWaiting(left, right, ageingMs))
        expect(order(one, two)).toBe(sign(-order(two, one)))
        if (order(one, two) <= 0 && order(two, three) <= 0) expect(order(one, three)).toBeLessThanOrEqual(0)
        if (order(one, two) === 0) expect(one).toEqual(two)
      }),
    )
  })

  it('without ageing is by weight, whatever the ages', () => {
    fc.assert(
      fc.property(waiting, waiting, (one, two) => {
        if (one.weight !== two.weight)
          expect(sign(compareWaiting(one, two, 0))).toBe(sign(two.weight - one.weight))
      }),
    )
  })

  it('with ageing is by weight plus the weights waited, at any time', () => {
    fc.assert(
      fc.property(waiting, waiting, fc.integer({ min: 31, max: 99 }), (one, two, now) => {
        const aged = (of: Waiting) => of.weight * 3 + (now - of.createdAt)
        if (aged(one) !== aged(two))
          expect(sign(compareWaiting(one, two, 3))).toBe(sign(aged(two) - aged(one)))
      }),
    )
  })

  it('what goes before a reload is what the ranges ahead of it hold', () => {
    fc.assert(
      fc.property(waiting, waiting, ageing, (one, other, ageingMs) => {
        const inRange = aheadOf(one, ageingMs).some(
          ({ weight, createdAt, id }) =>
            other.weight === weight &&
            (other.createdAt < createdAt || (other.createdAt === createdAt && other.id < id)),
        )
        expect(inRange).toBe(compareWaiting(other, one, ageingMs) < 0)
      }),
      { numRuns: 500 },
    )
  })
})

it('the usual run time comes near to what runs take, and one run of a day moves it little', () => {
  let usual = 10_000
  for (let i = 0; i < 100; i++) usual = usualRunMs(usual, 500)
  expect(usual).toBeGreaterThanOrEqual(500)
  expect(usual).toBeLessThan(510)
  expect(usualRunMs(usual, 86_400_000)).toBeLessThanOrEqual(usual + 3_600_000 / 8)
  expect(usualRunMs(1, -5)).toBe(1)
})

it.each([
  ['a second forward', 1000, false],
  ['half an hour forward', 1_800_000, false],
  ['a day forward', 86_400_000, true],
  ['the skew of two machines back', -2000, false],
  ['an hour back', -3_600_000, true],
])('a clock that goes %s was set: %s ms, %s', (_name, byMs, expected) => {
  expect(clockWasSet(1_000_000_000, 1_000_000_000 + byMs)).toBe(expected)
})
