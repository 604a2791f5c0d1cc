/** Tenants, their users, and the keys that requests come with. */

import type { TenantId, UserId } from '../../core/ids.ts'
import type { ApiKey, Tenant, User } from '../../core/records.ts'

/** A key, and the user whom it authenticates. */
export interface KeyWithUser {
  readonly key: ApiKey
  readonly user: User
}

export interface PeopleStore {
  tenant(id: TenantId): Promise<Tenant | undefined>
  tenants(): Promise<Tenant[]>

  user(tenantId: TenantId, id: UserId): Promise<User | undefined>

  keyByHash(tokenHash: string): Promise<KeyWithUser | undefined>
}
