import fc from 'fast-check'
import { expect, test } from 'vitest'
import { aSubscription } from '../../test/support/records.ts'
import type { TenantId } from '../core/ids.ts'
import { SendRates } from './send-rates.ts'

const MINUTE = 60_000

test('without a rate there is no limit', () => {
  const rates = new SendRates()
  for (let n = 0; n < 100; n++) rates.sent(aSubscription(), n)
  expect(rates.left(aSubscription(), 100)).toBe(Number.POSITIVE_INFINITY)
})

test('the smaller one of the owner’s rate and the target’s counts', () => {
  const rates = new SendRates()
  const limited = aSubscription({ sendsPerMinute: 10 })
  expect(rates.left(limited, 0)).toBe(10)
  rates.allowed(limited.id, 3)
  expect(rates.left(limited, 0)).toBe(3)
  expect(rates.left(aSubscription(), 0)).toBe(3)
  rates.allowed(limited.id, 30)
  expect(rates.left(limited, 0)).toBe(10)
  rates.allowed(limited.id, undefined)
  expect(rates.left(aSubscription(), 0)).toBe(Number.POSITIVE_INFINITY)
})

test('no minute has more sends than the rate, and none is refused that fits', () => {
  const waits = fc.array(fc.integer({ min: 0, max: 20_000 }), { minLength: 1, maxLength: 60 })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 6 }), waits, (rate, steps) => {
      const rates = new SendRates()
      const limited = aSubscription({ sendsPerMinute: rate })
      const sends: number[] = []
      let now = 1_000_000
      for (const step of steps) {
        now += step
        const recent = sends.filter((at) => at > now - MINUTE).length
        expect(rates.left(limited, now)).toBe(rate - recent)
        if (recent === rate) continue
        rates.sent(limited, now)
        sends.push(now)
      }
    }),
  )
})

test('messages of automations and alerts of a tenant share its rate, and none waits longer than it must', () => {
  const rates = new SendRates()
  const alert = aSubscription({ channel: 'chat', alert: { on: ['failure'], format: 'slack' } })
  const { tenantId } = alert
  for (let n = 0; n < 10; n++) rates.sent(alert, n)
  for (let n = 10; n < 20; n++) expect(rates.countMessage(tenantId, n)).toBeUndefined()
  expect(rates.left(alert, 20)).toBe(0)
  expect(rates.countMessage(tenantId, 20), 'the first one is a minute old then').toBe(MINUTE)
  expect(rates.countMessage('another' as TenantId, 20)).toBeUndefined()
  expect(rates.countMessage(tenantId, MINUTE - 1)).toBe(MINUTE)
  expect(rates.countMessage(tenantId, MINUTE)).toBeUndefined()
  expect(rates.left(alert, MINUTE)).toBe(0)
  expect(rates.countMessage(tenantId, MINUTE)).toBe(MINUTE + 1)
})
