/**
 * Room `core/people`: how people and programs come in: login sessions, OAuth clients, identity providers.
 * Plain data enters.
 *
 * Sessions of people who signed in. Their tokens live in cookies; `id` is public and stands in events.
 */

import type { Claims } from '../caller.ts'
import type { KeyId, ProviderId, SessionId, TenantId, UserId } from '../ids.ts'

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
