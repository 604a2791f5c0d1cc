/** Tenants, their users and groups, and what requests come in with. */

import type { Group } from '../../core/group.ts'
import type { ClientId, GroupId, ProviderId, TenantId, UserId } from '../../core/ids.ts'
import type { IdentityProvider } from '../../core/people/identity-provider.ts'
import type { LoginSession } from '../../core/people/login-session.ts'
import type { OAuthClient } from '../../core/people/oauth-client.ts'
import type { ApiKey, Tenant, User } from '../../core/records.ts'

/** A key, and the user whom it authenticates. */
export interface KeyWithUser {
  readonly key: ApiKey
  readonly user: User
}

export interface SessionWithUser {
  readonly session: LoginSession
  readonly user: User
}

export interface ClientWithUser {
  readonly client: OAuthClient
  /** The one that it acts as. */
  readonly user: User
}

export interface PeopleStore {
  tenant(id: TenantId): Promise<Tenant | undefined>
  tenants(): Promise<Tenant[]>

  user(tenantId: TenantId, id: UserId): Promise<User | undefined>

  /** The one that is not deleted. @param subject compared character by character */
  userBySubject(tenantId: TenantId, subject: string): Promise<User | undefined>
  group(tenantId: TenantId, id: GroupId): Promise<Group | undefined>

  keyByHash(tokenHash: string): Promise<KeyWithUser | undefined>
  sessionByHash(tokenHash: string): Promise<SessionWithUser | undefined>
  /** Of whichever tenant: an id is known to nobody else. */
  oauthClient(id: ClientId): Promise<ClientWithUser | undefined>
  identityProvider(tenantId: TenantId, id: ProviderId): Promise<IdentityProvider | undefined>
  /** Of all tenants, the oldest first: several may trust one issuer. */
  identityProvidersOf(issuer: string): Promise<IdentityProvider[]>
}
