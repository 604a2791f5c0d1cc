import { describe, expect, it } from 'vitest'
import { HOUR, MINUTE } from '../core/units.ts'
import { SignInThrottle } from './throttle.ts'

function scene() {
  let now = 0
  const throttle = new SignInThrottle({ monotonic: () => now })
  return {
    throttle,
    advance: (ms: number) => {
      now += ms
    },
    /** Tries as fast as it is let, until so much time has passed. @returns the number of tries */
    attack: (ms: number, parties: () => { address?: string; account?: string }) => {
      const end = now + ms
      let tries = 0
      while (now < end) {
        const wait = throttle.waitMs(parties())
        if (wait > 0) now += Math.min(wait, end - now)
        else {
          throttle.failed(parties())
          tries += 1
          now += 1
        }
      }
      return tries
    },
  }
}

describe('guessing', () => {
  it('from one address gets slow: some tens of tries an hour', () => {
    const tries = scene().attack(HOUR, () => ({ address: '192.0.2.1' }))
    expect(tries).toBeGreaterThan(10)
    expect(tries).toBeLessThan(30)
  })

  it('at one account from ever new addresses gets slow as well', () => {
    let n = 0
    const tries = scene().attack(HOUR, () => {
      n += 1
      return { address: `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`, account: 'a' }
    })
    expect(tries).toBeLessThan(80)
  })

  it('from all addresses of an IPv6 network is guessing from one', () => {
    let n = 0
    const tries = scene().attack(HOUR, () => ({ address: `2001:db8:1:2::${(++n % 65536).toString(16)}` }))
    expect(tries).toBeLessThan(30)
  })
})

describe('somebody who only mistypes', () => {
  it('does not wait', () => {
    const { throttle } = scene()
    for (let n = 0; n < 5; n++) throttle.failed({ address: '192.0.2.1', account: 'a' })
    expect(throttle.waitMs({ address: '192.0.2.1', account: 'a' })).toBe(0)
  })

  it('is not locked out by somebody else for longer than a minute', () => {
    const { throttle, advance, attack } = scene()
    attack(24 * HOUR, () => ({ account: 'a' }))
    expect(throttle.waitMs({ address: '192.0.2.9', account: 'a' })).toBeLessThanOrEqual(MINUTE)
    advance(MINUTE)
    expect(throttle.waitMs({ address: '192.0.2.9', account: 'a' })).toBe(0)
  })

  it('begins anew after a success, its address does not', () => {
    const { throttle, advance } = scene()
    for (let n = 0; n < 20; n++) throttle.failed({ address: '192.0.2.1', account: 'a' })
    advance(MINUTE)
    throttle.succeeded({ address: '192.0.2.1', account: 'a' })
    expect(throttle.waitMs({ account: 'a' })).toBe(0)
    throttle.failed({ account: 'a' })
    expect(throttle.waitMs({ account: 'a' })).toBe(0)
    expect(throttle.waitMs({ address: '192.0.2.1' })).toBeGreaterThan(0)
  })

  it('and waits again from one on after an hour', () => {
    const { throttle, advance } = scene()
    for (let n = 0; n < 20; n++) throttle.failed({ address: '192.0.2.1' })
    advance(HOUR)
    throttle.failed({ address: '192.0.2.1' })
    expect(throttle.waitMs({ address: '192.0.2.1' })).toBe(0)
  })
})

it('memory is bounded, whoever comes', () => {
  const { throttle, advance } = scene()
  for (let n = 0; n < 30_000; n++) throttle.failed({ account: `a-${n}` })
  expect(throttle.size).toBe(10_000)
  advance(HOUR)
  throttle.failed({ account: 'last' })
  expect(throttle.size).toBe(1)
})
