/** Tenants, users and keys of the memory store. */

import type { Group } from '../../core/group.ts'
import type { ClientId, GroupId, ProviderId, TenantId, UserId } from '../../core/ids.ts'
import type { IdentityProvider } from '../../core/people/identity-provider.ts'
import type { Tenant, User } from '../../core/records.ts'
import type { ClientWithUser, KeyWithUser, PeopleStore, SessionWithUser } from '../port/people.ts'
import { MemoryTransactions } from './memory-transactions.ts'
import { byAge, own } from './tables.ts'

export class MemoryPeople extends MemoryTransactions implements PeopleStore {
  async tenant(id: TenantId): Promise<Tenant | undefined> {
    return this.tables.tenants.get(id)
  }

  /** Whether its tenant is there: nothing of a removed one is due. */
  protected isPresent({ tenantId }: { readonly tenantId: TenantId }): boolean {
    return this.tables.requireTenant(tenantId).removedAt === undefined
  }

  async tenants(): Promise<Tenant[]> {
    return byAge(this.tables.tenants.rows())
  }

  async user(tenantId: TenantId, id: UserId): Promise<User | undefined> {
    return own(this.tables.users.get(id), tenantId)
  }

  async userBySubject(tenantId: TenantId, subject: string): Promise<User | undefined> {
    return this.tables.users.find(
      (row) => row.tenantId === tenantId && row.subject === subject && row.status !== 'deleted',
    )
  }

  async group(tenantId: TenantId, id: GroupId): Promise<Group | undefined> {
    return own(this.tables.groups.get(id), tenantId)
  }

  async sessionByHash(tokenHash: string): Promise<SessionWithUser | undefined> {
    const session = this.tables.loginSessions.find((row) => row.tokenHash === tokenHash)
    return session === undefined ? undefined : { session, user: this.tables.users.get(session.userId)! }
  }

  async oauthClient(id: ClientId): Promise<ClientWithUser | undefined> {
    const client = this.tables.oauthClients.get(id)
    return client === undefined ? undefined : { client, user: this.tables.users.get(client.userId)! }
  }

  async identityProvider(tenantId: TenantId, id: ProviderId): Promise<IdentityProvider | undefined> {
    return own(this.tables.identityProviders.get(id), tenantId)
  }

  async identityProvidersOf(issuer: string): Promise<IdentityProvider[]> {
    return byAge(this.tables.identityProviders.where((row) => row.issuer === issuer))
  }

  async keyByHash(tokenHash: string): Promise<KeyWithUser | undefined> {
    const key = this.tables.keys.find((row) => row.tokenHash === tokenHash)
    return key === undefined ? undefined : { key, user: this.tables.users.get(key.userId)! }
  }
}
