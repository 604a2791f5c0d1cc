/**
 * OAuth clients: programs that come in with client credentials (RFC 6749, section 4.4). Each acts as a user
 * of its own, made and ended with it, so that rights, owners and events need no second kind of party.
 */
import type { ClientId, TenantId, UserId } from '../ids.ts'

/** The most secrets that a client has at once: an old one until the new one is everywhere. */
export const CLIENT_SECRETS_MAX = 5

export interface ClientSecret {
  /** SHA-256 of the secret, hex: the secret itself is shown once and never kept. */
  readonly hash: string
  /** Its first characters: tells one from another. */
  readonly hint: string
  readonly createdAt: number
}

export interface OAuthClient {
  readonly id: ClientId
  readonly tenantId: TenantId
  /** The user that it acts as. */
  readonly userId: UserId
  readonly name: string
  readonly description: string
  readonly secrets: readonly ClientSecret[]
  readonly createdAt: number
  readonly createdBy: UserId
  readonly updatedAt: number
}
