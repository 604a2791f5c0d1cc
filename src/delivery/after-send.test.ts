import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { aSubscription, START_MS, TENANT_ID } from '../../test/support/records.ts'
import { DELIVERY_BACKOFF_MS } from '../core/retry.ts'
import type { Delivery } from '../event/delivery.ts'
import {
  BATCH_MAX,
  BREAK_AFTER_SENDS,
  DISABLE_AFTER_MS,
  DISABLE_AFTER_SENDS,
  deliveryAfter,
  inFlightLimit,
  PROBE_FIRST_MS,
  PROBE_LAST_MS,
  SENDS_IN_FLIGHT_MAX,
  subscriptionAfter,
} from './after-send.ts'

const HOUR = 3_600_000
const failed = { ok: false, message: 'answered 500' }

const delivery: Delivery = {
  id: 'd' as never,
  tenantId: TENANT_ID,
  eventId: 'e' as never,
  subscriptionId: 's' as never,
  state: 'pending',
  sends: 0,
  dueAt: START_MS,
  createdAt: START_MS,
  lease: 'l' as never,
  leaseExpiresAt: START_MS + 1,
}

describe('a delivery after a send', () => {
  test('is delivered by a success and gives back its lease', () => {
    const { lease: _l, leaseExpiresAt: _x, ...free } = delivery
    expect(deliveryAfter(delivery, { ok: true }, undefined, START_MS + 5, 0.5)).toEqual({
      ...free,
      state: 'delivered',
      sends: 1,
      endedAt: START_MS + 5,
    })
  })

  test('follows the whole schedule and is exhausted after the tenth failure', () => {
    let now = START_MS
    let one = delivery
    const waits: number[] = []
    while (one.state === 'pending') {
      one = deliveryAfter(one, failed, undefined, now, 0.5)
      if (one.state === 'pending') waits.push(one.dueAt - now)
      now = one.dueAt
    }
    expect(waits).toEqual([...DELIVERY_BACKOFF_MS])
    expect(one).toMatchObject({ state: 'exhausted', sends: 10, endedAt: now })
    expect(waits.reduce((sum, wait) => sum + wait, 0) / HOUR).toBeCloseTo(75.6, 1)
  })

  test('spreads its waits by 20 % at most', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 8 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (sends, dice) => {
          const waitMs = deliveryAfter({ ...delivery, sends }, failed, undefined, 0, dice).dueAt
          const planned = DELIVERY_BACKOFF_MS[sends]!
          expect(Math.abs(waitMs - planned)).toBeLessThanOrEqual(planned * 0.2 + 1)
        },
      ),
    )
  })

  test.each([
    ['a shorter one than planned does not hurry it', 1000, 5000],
    ['a longer one is obeyed', 600_000, 600_000],
    ['one beyond 24 hours is cut', 99 * HOUR, 24 * HOUR],
  ])('minds Retry-After: %s', (_label, retryAfterMs, expected) => {
    expect(deliveryAfter(delivery, { ...failed, retryAfterMs }, undefined, 0, 0.5).dueAt).toBe(expected)
  })

  test('is given up when the target is gone', () => {
    const sent = { ok: false, gone: true as const, message: 'gone (410)' }
    expect(deliveryAfter(delivery, sent, undefined, 7, 0.5)).toMatchObject({
      state: 'given-up',
      reason: 'gone (410)',
      endedAt: 7,
    })
  })
})

describe('a subscription after a send', () => {
  test('counts failures from the first of the run, and a success ends the run', () => {
    const once = subscriptionAfter(aSubscription(), failed, 100)
    const twice = subscriptionAfter(once, failed, 200)
    expect(twice).toMatchObject({ failingSince: 100, failedSends: 2, enabled: true })
    const healed = subscriptionAfter(twice, { ok: true }, 300)
    expect(healed).toMatchObject({ failedSends: 0 })
    expect('failingSince' in healed).toBe(false)
  })

  test.each([
    ['long enough and often enough', DISABLE_AFTER_MS, DISABLE_AFTER_SENDS, false],
    ['not long enough', DISABLE_AFTER_MS - 1, DISABLE_AFTER_SENDS + 50, true],
    ['not often enough', DISABLE_AFTER_MS * 2, DISABLE_AFTER_SENDS - 1, true],
  ])('is disabled when it failed %s', (_label, forMs, sends, enabled) => {
    const before = aSubscription({ failingSince: START_MS, failedSends: sends - 1 })
    const after = subscriptionAfter(before, failed, START_MS + forMs)
    expect(after.enabled).toBe(enabled)
    expect(after.disabledReasonCode).toBe(enabled ? undefined : 'DELIVERY-FAILURES')
  })

  test.each(['mail', 'nats'] as const)('of %s is never disabled: its server is the operator’s', (channel) => {
    const before = aSubscription({ channel, failingSince: START_MS, failedSends: DISABLE_AFTER_SENDS })
    expect(subscriptionAfter(before, failed, START_MS + DISABLE_AFTER_MS).enabled).toBe(true)
  })

  test('is disabled at once by a target that is gone', () => {
    const after = subscriptionAfter(aSubscription(), { ok: false, gone: true }, 5)
    expect(after).toMatchObject({ enabled: false, disabledReasonCode: 'TARGET-GONE', updatedAt: 5 })
  })
})

describe('the places of a subscription', () => {
  const failing = (failedSends: number) => aSubscription({ failedSends, lastFailedAt: START_MS })

  test('are those of its content mode while it is well, and after a few failures', () => {
    for (let failedSends = 0; failedSends < BREAK_AFTER_SENDS; failedSends++) {
      expect(inFlightLimit(failing(failedSends), START_MS)).toBe(SENDS_IN_FLIGHT_MAX)
      expect(inFlightLimit({ ...failing(failedSends), contentMode: 'batched' }, START_MS)).toBe(BATCH_MAX)
    }
  })

  test('are none in trouble but for a probe after a wait that doubles up to five minutes', () => {
    const waits = [0, 1, 2, 5, 6, 20, 2000].map((more) => {
      const one = failing(BREAK_AFTER_SENDS + more)
      const waitMs = Math.min(PROBE_FIRST_MS * 2 ** more, PROBE_LAST_MS)
      expect(inFlightLimit(one, START_MS + waitMs - 1)).toBe(0)
      expect(inFlightLimit(one, START_MS + waitMs)).toBe(1)
      return waitMs
    })
    expect(waits).toEqual([5000, 10_000, 20_000, 160_000, 300_000, 300_000, 300_000])
  })

  test('are many for what is given up without a send', () => {
    expect(inFlightLimit(undefined, START_MS)).toBe(BATCH_MAX)
    expect(inFlightLimit({ ...failing(9), enabled: false }, START_MS)).toBe(BATCH_MAX)
  })
})

describe('a clock that is set', () => {
  const failing = aSubscription({ failedSends: 30, failingSince: START_MS, lastFailedAt: START_MS })
  const failed = { ok: false, message: 'answered 503' } as const

  test('does not hold back the probe of a target that failed while it was ahead', () => {
    const ahead = { ...failing, lastFailedAt: START_MS + 400 * 86_400_000 }
    expect(inFlightLimit(ahead, START_MS)).toBe(1)
    expect(inFlightLimit({ ...failing, lastFailedAt: START_MS - 1 }, START_MS)).toBe(0)
  })

  test('is no time of failing: a leap of 400 days disables nothing, and days of sends still do', () => {
    const leapt = subscriptionAfter(failing, failed, START_MS + 400 * 86_400_000)
    expect(leapt).toMatchObject({ enabled: true, failedSends: 31 })
    let day = failing
    for (let n = 1; n <= 6; n++) day = subscriptionAfter(day, failed, START_MS + n * 86_400_000)
    expect(day.enabled).toBe(false)
  })
})
