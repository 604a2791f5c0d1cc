import { expect, test } from 'vitest'
import { aReload, START_MS } from '../../test/support/records.ts'
import { endWithin, isFuture, waitingFrom } from './future-stamp.ts'

const DAY = 86_400_000

test('clocks that differ a little are no fault', () => {
  expect(isFuture(START_MS + 5000, START_MS)).toBe(false)
  expect(isFuture(START_MS + 5001, START_MS)).toBe(true)
})

test('a wait of a time to come begins now and keeps its length', () => {
  const ahead = { ...aReload(), queuedAt: START_MS + DAY, notBefore: START_MS + DAY + 7000, waitedMs: 3 }
  expect(waitingFrom(ahead, START_MS)).toEqual({ ...ahead, queuedAt: START_MS, notBefore: START_MS + 7000 })
  const right = { ...ahead, queuedAt: START_MS, notBefore: START_MS + 7000 }
  expect(waitingFrom(right, START_MS)).toBe(right)
})

test('a lease ends no later than the longest lasts', () => {
  expect(endWithin(START_MS + DAY, 15_000, START_MS)).toBe(START_MS + 15_000)
  expect(endWithin(START_MS + 14_000, 15_000, START_MS)).toBe(START_MS + 14_000)
  expect(endWithin(START_MS - DAY, 15_000, START_MS)).toBe(START_MS - DAY)
})
