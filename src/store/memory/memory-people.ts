/** Tenants, users and keys of the memory store. */

import type { TenantId, UserId } from '../../core/ids.ts'
import type { Tenant, User } from '../../core/records.ts'
import type { KeyWithUser, PeopleStore } from '../port/people.ts'
import { MemoryTransactions } from './memory-transactions.ts'
import { byAge, own } from './tables.ts'

export class MemoryPeople extends MemoryTransactions implements PeopleStore {
  async tenant(id: TenantId): Promise<Tenant | undefined> {
    return this.tables.tenants.get(id)
  }

  async tenants(): Promise<Tenant[]> {
    return byAge(this.tables.tenants.rows())
  }

  async user(tenantId: TenantId, id: UserId): Promise<User | undefined> {
    return own(this.tables.users.get(id), tenantId)
  }

  async keyByHash(tokenHash: string): Promise<KeyWithUser | undefined> {
    const key = this.tables.keys.find((row) => row.tokenHash === tokenHash)
    return key === undefined ? undefined : { key, user: this.tables.users.get(key.userId)! }
  }
}
