/**
 * Room `core/people`: how people and programs come in: login sessions, OAuth clients, identity providers.
 * Plain data enters.
 *
 * Sessions of people who signed in. Their tokens live in cookies; `id` is public and stands in events.
 */

import type { Claims } from '../caller.ts'
import type { KeyId, ProviderId, SessionId, TenantId, UserId } from '../ids.ts'
import { keyStatus } from '../key-status.ts'
import type { ApiKey, Tenant, User } from '../records.ts'
import { MINUTE } from '../units.ts'
import type { IdentityProvider } from './identity-provider.ts'

/** The most sessions of a user: a further one ends the oldest. */
export const SESSIONS_PER_USER_MAX = 50

/** How exact `seenAt` is: uses are noted only so often. */
export const SEEN_EVERY_MS = 2 * MINUTE

/** A session from so far in the future was made by a clock that was wrong. */
const CLOCK_SLACK_MS = 10 * MINUTE

export interface LoginSession {
  readonly id: SessionId
  readonly tenantId: TenantId
  readonly userId: UserId
  /** SHA-256 of the cookie's token, hex. */
  readonly tokenHash: string
  /** What opened it; a session of a key or of a provider ends with it. */
  readonly opened:
    | { readonly by: 'oidc' | 'jwt'; readonly providerId: ProviderId }
    | { readonly by: 'key'; readonly keyId: KeyId }
  /** What the provider said of the person. */
  readonly claims: Claims
  readonly createdAt: number
  /** Last use, some minutes exact. */
  readonly seenAt: number
  readonly expiresAt: number
}

/** What must still be right for a session to be good. */
export interface SessionGrounds {
  readonly user: Pick<User, 'status'>
  readonly tenant: Pick<Tenant, 'removedAt'> | undefined
  /** The API key or the provider that opened it; undefined when it is gone. */
  readonly key?: Pick<ApiKey, 'revokedAt' | 'expiresAt'> | undefined
  readonly provider?: Pick<IdentityProvider, 'enabled'> | undefined
}

/**
 * Why a session is over, in words; undefined while it is good. The time without use is counted in the
 * session's favour by what `seenAt` is not exact.
 */
export function sessionOver(
  session: LoginSession,
  { user, tenant, key, provider }: SessionGrounds,
  idleMs: number,
  nowMs: number,
): string | undefined {
  if (tenant === undefined || tenant.removedAt !== undefined) return 'the tenant is gone'
  if (user.status !== 'active') return 'the user is not active'
  if (nowMs >= session.expiresAt) return 'the session has expired'
  if (nowMs - session.seenAt >= idleMs + SEEN_EVERY_MS) return 'the session was not used for too long'
  if (session.createdAt > nowMs + CLOCK_SLACK_MS) return 'the session was opened by a wrong clock'
  if (session.opened.by === 'key') {
    const isGood = key !== undefined && keyStatus(key, nowMs) === 'active'
    return isGood ? undefined : 'the API key that opened the session is not good any more'
  }
  return provider?.enabled === true ? undefined : 'the identity provider of the session is not there any more'
}
