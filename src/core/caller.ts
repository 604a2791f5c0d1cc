/** Who asks, and how it came in. */
import type { ClientId, KeyId, ProviderId, SessionId, TenantId } from './ids.ts'
import type { User } from './records.ts'

export type Credential =
  | { readonly kind: 'key'; readonly keyId: KeyId }
  /** A person who signed in: in a browser, with the session's cookie. */
  | { readonly kind: 'session'; readonly sessionId: SessionId }
  /** An access token that an OAuth client got for its credentials. */
  | { readonly kind: 'client'; readonly clientId: ClientId }
  /** A token of a configured issuer. */
  | { readonly kind: 'jwt'; readonly providerId: ProviderId }

/** Of the principal, as its issuer told them; only those that the installation allows leave it in events. */
export type Claims = Readonly<Record<string, string | readonly string[]>>

/** Claims that an installation may let into events. */
export const EVENT_CLAIMS = ['iss', 'sub', 'subType', 'name', 'email', 'groups'] as const
export type EventClaim = (typeof EVENT_CLAIMS)[number]

/** The authenticated party of a request. */
export interface Caller {
  readonly tenantId: TenantId
  readonly user: User
  readonly credential: Credential
  readonly claims: Claims
}
