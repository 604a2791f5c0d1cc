import { expect, it } from 'vitest'
import {
  checkLimits,
  checkTenantLimits,
  DEFAULT_LIMITS,
  type Limits,
  limitsOf,
  type TenantLimitsChange,
} from './limits.ts'

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
  ['no room for a log', { scriptLogBytes: 1023 }, 'scriptLogBytes must be from 1024 to 16777216'],
  ['an engine dead between two beats', { engineSilenceMs: 1999 }, 'engineSilenceMs must be at least 2000'],
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

it('a limit of the tenant goes before that of all, also when it is switched off', () => {
  const defaults = { runTimeMs: 10, appDataBytes: 20, scriptBytes: 30 }
  expect(limitsOf(defaults, {})).toEqual(defaults)
  expect(limitsOf(defaults, { limits: { appDataBytes: 0 } })).toEqual({ ...defaults, appDataBytes: 0 })
})

const tenantRows: readonly (readonly [TenantLimitsChange, string])[] = [
  [{ concurrentReloads: 0 }, 'concurrentReloads must be a whole number from 1 to 10000, not 0'],
  [{ concurrentReloads: 1.5 }, 'concurrentReloads must be a whole number from 1 to 10000, not 1.5'],
  [{ share: 0 }, 'share must be a number from 0.01 to 100, not 0'],
  [{ share: Number.NaN }, 'share must be a number from 0.01 to 100, not NaN'],
  [{ runTimeMs: 999 }, 'runTimeMs must be a whole number from 1000 to 2592000000, not 999'],
  [{ queueTimeMs: 0 }, 'queueTimeMs must be a whole number from 1000 to 2592000000, not 0'],
  [
    { reloadsPerAppAndDay: -1 },
    'reloadsPerAppAndDay must be a whole number from 0 to 1000000 (0 is off), not -1',
  ],
  [
    { appDataBytes: 2 ** 53 },
    'appDataBytes must be a whole number from 0 to 9007199254740991 (0 is off), not 9007199254740992',
  ],
]
it.each(tenantRows)('refuses %o, naming the limit and its bounds', (change, fault) => {
  expect(checkTenantLimits(change)).toEqual([fault])
})

it('takes bounds, parts of a share and null, and names every fault of a change', () => {
  expect(checkTenantLimits({ concurrentReloads: 1, share: 0.5, appDataBytes: 0, runTimeMs: null })).toEqual(
    [],
  )
  expect(checkTenantLimits({ share: -1, runTimeMs: 0 })).toHaveLength(2)
})
