import { expect, it } from 'vitest'
import { checkLimits, DEFAULT_LIMITS, type Limits } from './limits.ts'

it('finds nothing wrong with the defaults', () => {
  expect(checkLimits(DEFAULT_LIMITS)).toEqual([])
})

const rows: readonly (readonly [string, Partial<Limits>, string])[] = [
  ['a part of a millisecond', { runTimeMs: 1.5 }, 'runTimeMs must be a whole number of at least 0'],
  ['less than nothing', { scriptBytes: -1 }, 'scriptBytes must be a whole number of at least 0'],
  ['not a number', { queueTimeMs: Number.NaN }, 'queueTimeMs must be a whole number of at least 0'],
  ['trust as long as the lease', { leaseTrustMs: 15_000 }, 'leaseTrustMs must be less than leaseDurationMs'],
  ['renewal too late for a second try', { leaseRenewMs: 5001 }, 'leaseRenewMs must be at most half'],
  ['no slot at all', { concurrentReloadsPerTenant: 0 }, 'concurrentReloadsPerTenant must be at least 1'],
  ['no time to run', { runTimeMs: 0 }, 'runTimeMs must be at least 1'],
]
it.each(rows)('names the broken rule: %s', (_label, change, rule) => {
  const broken = checkLimits({ ...DEFAULT_LIMITS, ...change })
  expect(broken).toHaveLength(1)
  expect(broken[0]).toContain(rule)
})

it('allows renewing at exactly half of the trusted time, and switching optional limits off', () => {
  const limits = { ...DEFAULT_LIMITS, leaseRenewMs: 5000, reloadsPerAppAndDay: 0, appDataBytes: 0 }
  expect(checkLimits(limits)).toEqual([])
})

it('names every broken rule at once', () => {
  expect(checkLimits({ ...DEFAULT_LIMITS, runTimeMs: 0, leaseTrustMs: 20_000 })).toHaveLength(2)
})
