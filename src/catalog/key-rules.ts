/**
 * What the admins of a tenant allow of API keys: how many good ones a user has, and how long one may be good.
 * They bind keys that are made from then on; those that are there stay as they are.
 */
import type { Caller } from '../core/caller.ts'
import { addDuration } from '../core/duration.ts'
import { KEYS_PER_USER_MAX, type KeyRules, type Tenant } from '../core/records.ts'
import type { CatalogDeps } from './deps.ts'
import { isRefused, type Refused, refused } from './refusal.ts'
import { changeTenant, unknownTenant } from './tenant.ts'
import { refuseWaysIn } from './ways-in.ts'

/** A rule of null is taken away; what is not named stays. */
export interface KeyRulesChange {
  readonly perUser?: number
  readonly longest?: string | null
  readonly scimLongest?: string | null
}

/** Of the caller's own tenant: another is not found. */
export async function keyRulesOf(
  { store }: Pick<CatalogDeps, 'store'>,
  caller: Caller,
  tenantId: string,
): Promise<KeyRules | Refused> {
  const refusal = tenantId === caller.tenantId ? refuseWaysIn(caller) : unknownTenant()
  if (refusal !== undefined) return refusal
  return (await store.tenant(caller.tenantId))?.keyRules ?? {}
}

export async function changeKeyRules(
  deps: Pick<CatalogDeps, 'store'>,
  caller: Caller,
  tenantId: string,
  change: KeyRulesChange,
): Promise<Tenant | Refused> {
  const before = await keyRulesOf(deps, caller, tenantId)
  if (isRefused(before)) return before
  return changeTenant(deps.store, caller.tenantId, ({ keyRules, ...tenant }) => {
    const kept = Object.entries({ ...keyRules, ...change }).filter(([, rule]) => rule !== null)
    const after: KeyRules = Object.fromEntries(kept)
    return { ...tenant, keyRules: after }
  })
}

/** When a key ends that is made now. @returns undefined: never */
export function endOfKey(
  { longest }: KeyRules,
  expiry: string | undefined,
  now: number,
): number | undefined | Refused {
  const latest = longest === undefined ? undefined : addDuration(longest, now)
  if (expiry === undefined) return latest
  const wrong = (detail: string) => refused('badRequest', detail, { pointer: '/expiry' })
  const end = addDuration(expiry, now)
  if (end === undefined || end <= now) {
    return wrong('expiry must be an ISO 8601 duration above zero, such as PT24H or P365D')
  }
  if (latest === undefined || end <= latest) return end
  return wrong(`expiry must be at most ${longest}: so long may a key of this tenant be good`)
}

/** @param good keys that the user has already */
export function refuseMoreKeys({ perUser = KEYS_PER_USER_MAX }: KeyRules, good: number): Refused | undefined {
  if (good < perUser) return undefined
  return refused('forbidden', `a user has at most ${perUser} API keys that are good: delete one first`)
}
