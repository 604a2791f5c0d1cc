import fc from 'fast-check'
import { expect, test } from 'vitest'
import { aSubscription } from '../../test/support/records.ts'
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
