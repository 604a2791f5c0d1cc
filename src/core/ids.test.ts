import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../test/support/records.ts'
import { newDataVersion, newHexId, newTenantId, newTimeUuid, newUuid } from './ids.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-([0-9a-f])[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
/** To the year 10889, the end of what 48 bits of milliseconds hold. */
const TIMES = fc.integer({ min: 0, max: 2 ** 48 - 1 })

describe('shapes', () => {
  it('reload, user and space ids are 24 lower-case hex digits that begin with their second', () => {
    const id = newHexId(seededRandom(1), 0x6906d0a1 * 1000 + 999)
    expect(id).toMatch(/^6906d0a1[0-9a-f]{16}$/)
  })

  it('tenant ids are 32 base64url characters', () => {
    expect(newTenantId(seededRandom(1))).toMatch(/^[A-Za-z0-9_-]{32}$/)
  })

  it('UUIDs carry their version and variant', () => {
    fc.assert(
      fc.property(fc.nat(), TIMES, (seed, now) => {
        expect(newUuid(seededRandom(seed)).match(UUID)?.[1]).toBe('4')
        expect(newTimeUuid(seededRandom(seed), now).match(UUID)?.[1]).toBe('7')
      }),
    )
  })

  it('a time-ordered UUID begins with its milliseconds (RFC 9562, appendix A.6)', () => {
    expect(newTimeUuid(seededRandom(1), 0x017f22e279b0)).toMatch(/^017f22e2-79b0-7/)
  })

  it('a data version is a file name', () => {
    expect(newDataVersion(seededRandom(1), 0)).toMatch(/^[0-9a-f-]{36}\.duckdb$/)
  })
})

describe('order', () => {
  it('a later time-ordered UUID sorts behind an earlier one', () => {
    fc.assert(
      fc.property(TIMES, TIMES, fc.nat(), fc.nat(), (one, other, seed, otherSeed) => {
        fc.pre(one < other)
        expect(newTimeUuid(seededRandom(seed), one) < newTimeUuid(seededRandom(otherSeed), other)).toBe(true)
      }),
    )
  })

  it('hex ids of different milliseconds sort by age', () => {
    const seconds = fc.integer({ min: 0, max: 2 ** 32 - 1 })
    const millis = fc.integer({ min: 0, max: 999 })
    fc.assert(
      fc.property(seconds, millis, seconds, millis, (second, milli, otherSecond, otherMilli) => {
        const one = second * 1000 + milli
        const other = otherSecond * 1000 + otherMilli
        fc.pre(one < other)
        expect(newHexId(seededRandom(1), one) < newHexId(seededRandom(9), other)).toBe(true)
      }),
    )
  })
})

it('ids differ as the random numbers do', () => {
  const random = seededRandom(7)
  const ids = Array.from({ length: 1000 }, () => newTimeUuid(random, 5))
  expect(new Set(ids).size).toBe(1000)
})
