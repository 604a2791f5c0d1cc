/**
 * What is done with API keys (contract 05, section 5). A caller sees and changes its own keys, a tenant admin
 * those of the tenant. Deleting one's own key removes it; an admin who deletes another's revokes it, so that
 * it stays visible.
 */

import type { Caller } from '../core/caller.ts'
import { defined } from '../core/defined.ts'
import { type KeyId, newUuid, type TenantId, type UserId } from '../core/ids.ts'
import type { ApiKey } from '../core/records.ts'
import { isTenantAdmin, mayMakeKeys } from '../core/rights.ts'
import type { ChangeStore, Decided } from '../store/port/change.ts'
import { all, type Condition, is } from '../store/port/condition.ts'
import type { FieldOf } from '../store/port/list-fields.ts'
import { type CatalogDeps, changeOne } from './deps.ts'
import { endOfKey, refuseMoreKeys } from './key-rules.ts'
import { newKeyToken } from './key-token.ts'
import { isRefused, type Refused, refused } from './refusal.ts'

export interface KeyWish {
  readonly description: string
  /** ISO 8601 duration from now; absent: as long as the rules of the tenant allow. */
  readonly expiry?: string
  /** The user whom the key is for; the caller when absent. */
  readonly sub?: string
}

export interface MadeKey {
  readonly key: ApiKey
  /** Shown once and never kept. */
  readonly token: string
}

/** @param hashOf SHA-256 of a token, hex */
export async function makeKey(
  { store, world }: CatalogDeps,
  caller: Caller,
  wish: KeyWish,
  hashOf: (token: string) => string,
): Promise<MadeKey | Refused> {
  const { tenantId, user } = caller
  if (!mayMakeKeys(user)) {
    return refused('forbidden', 'making API keys needs the role TenantAdmin or Developer')
  }
  if (user.clientId !== undefined) {
    return refused('forbidden', 'an OAuth client comes in with its secrets and has no API keys')
  }
  const userId = (wish.sub ?? user.id) as UserId
  const refusal = userId === user.id ? undefined : await refuseOtherUser(store, caller, userId)
  if (refusal !== undefined) return refusal
  const now = world.clock.now()
  const token = newKeyToken(world.random)
  const made: ApiKey = {
    id: newUuid(world.random),
    tenantId,
    userId,
    description: wish.description,
    tokenHash: hashOf(token),
    createdAt: now,
    createdBy: user.id,
  }
  return changeOne<MadeKey | Refused>(store, {
    kind: 'key',
    tenantId,
    id: made.id,
    step: ({ tenant: { keyRules = {} }, goodKeysOf }) => {
      const expiresAt = endOfKey(keyRules, wish.expiry, now)
      if (isRefused(expiresAt)) return { answer: expiresAt }
      const tooMany = refuseMoreKeys(keyRules, goodKeysOf(userId, now))
      if (tooMany !== undefined) return { answer: tooMany }
      const key = { ...made, ...defined({ expiresAt }) }
      return { answer: { key, token }, put: { keys: [key] } }
    },
  })
}

export function describeKey(
  deps: CatalogDeps,
  caller: Caller,
  id: string,
  description: string | undefined,
): Promise<ApiKey | Refused> {
  return changeKey(deps, caller, id, (key) => {
    const after = { ...key, description: description ?? key.description }
    return { answer: after, put: { keys: [after] } }
  })
}

export function endKey(deps: CatalogDeps, caller: Caller, id: string): Promise<ApiKey | Refused> {
  return changeKey(deps, caller, id, (key) => {
    if (key.userId === caller.user.id) return { answer: key, remove: { keys: [key.id] } }
    if (key.revokedAt !== undefined) return { answer: key }
    const revoked = { ...key, revokedAt: deps.world.clock.now() }
    return { answer: revoked, put: { keys: [revoked] } }
  })
}

export function maySeeKey({ tenantId, user }: Caller, key: ApiKey): boolean {
  return key.tenantId === tenantId && (key.userId === user.id || isTenantAdmin(user))
}

/** The same as a condition of the list. */
export function visibleKeys({ user }: Caller): Condition<FieldOf<'keys'>> {
  return isTenantAdmin(user) ? all() : is('userId', user.id)
}

/** The key as the caller may see it. */
export function seenKey(caller: Caller, key: ApiKey | undefined): ApiKey | Refused {
  if (key !== undefined && maySeeKey(caller, key)) return key
  return refused('notFound', 'there is no API key with this id', { parameter: 'id' })
}

function changeKey(
  { store }: CatalogDeps,
  caller: Caller,
  id: string,
  step: (key: ApiKey) => Decided<ApiKey | Refused>,
): Promise<ApiKey | Refused> {
  return changeOne<ApiKey | Refused>(store, {
    kind: 'key',
    tenantId: caller.tenantId,
    id: id as KeyId,
    step: ({ key }) => {
      const seen = seenKey(caller, key)
      return isRefused(seen) ? { answer: seen } : step(seen)
    },
  })
}

async function refuseOtherUser(
  store: CatalogDeps['store'],
  { tenantId, user }: Caller,
  userId: UserId,
): Promise<Refused | undefined> {
  const pointer = '/sub'
  if (!isTenantAdmin(user)) {
    return refused('forbidden', 'only a TenantAdmin makes keys for other users', { pointer })
  }
  const other = await store.user(tenantId, userId)
  if (other?.status === 'active' && other.clientId === undefined) return undefined
  return refused('userNotFound', 'there is no active person with this id', { pointer })
}

/** Keeps when the key was used. One that is gone meanwhile stays gone. */
export async function keyUsed(
  store: ChangeStore,
  tenantId: TenantId,
  id: KeyId,
  usedAt: number,
): Promise<void> {
  await changeOne(store, {
    kind: 'key',
    tenantId,
    id,
    step: ({ key }) => ({
      answer: undefined,
      ...(key === undefined ? {} : { put: { keys: [{ ...key, lastUsedAt: usedAt }] } }),
    }),
  })
}
