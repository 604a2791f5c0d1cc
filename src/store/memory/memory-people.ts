/** Tenants, users and keys of the memory store. */
import type { ApiKey, Tenant, User } from '../../catalog/records.ts'
import type { KeyId, TenantId, UserId } from '../../core/ids.ts'
import type { TenantLimitsChange } from '../../core/limits.ts'
import type { KeyWithUser, PeopleStore } from '../port/people.ts'
import type { CommitNotice } from '../port/store.ts'
import { noticeOf } from '../rule/notice-of.ts'
import { withLimits } from '../rule/tenant-limits.ts'
import { MemoryTransactions } from './memory-transactions.ts'
import type { Table } from './table.ts'
import { byAge, insert, type OwnedRow, own } from './tables.ts'

export class MemoryPeople extends MemoryTransactions implements PeopleStore {
  async addTenant(tenant: Tenant): Promise<void> {
    this.atomically(() => insert(this.tables.tenants, tenant.id, tenant))
  }

  async tenant(id: TenantId): Promise<Tenant | undefined> {
    return this.tables.tenants.get(id)
  }

  async tenants(): Promise<Tenant[]> {
    return byAge(this.tables.tenants.rows())
  }

  async changeHostnames(id: TenantId, hostnames: readonly string[]): Promise<void> {
    this.#changeTenant(id, (tenant) => ({ ...tenant, hostnames }))
  }

  async changeLimits(id: TenantId, change: TenantLimitsChange): Promise<Tenant | undefined> {
    const changed = this.#changeTenant(id, (tenant) => withLimits(tenant, change), noticeOf.changingLimits())
    this.turns.termsChanged()
    return changed
  }

  #changeTenant(
    id: TenantId,
    change: (tenant: Tenant) => Tenant,
    notice: Partial<CommitNotice> = {},
  ): Tenant | undefined {
    const tenant = this.tables.tenants.get(id)
    if (tenant === undefined) return undefined
    const changed = change(tenant)
    this.atomically(() => {
      this.tables.tenants.put(id, changed)
      this.notices.note(notice)
    })
    return changed
  }

  async saveUser(user: User): Promise<void> {
    this.saveRow(this.tables.users, user)
  }

  async user(tenantId: TenantId, id: UserId): Promise<User | undefined> {
    return own(this.tables.users.get(id), tenantId)
  }

  async saveKey(key: ApiKey): Promise<void> {
    const user = this.tables.users.get(key.userId)
    if (user === undefined) throw new Error(`there is no user ${key.userId}`)
    const other = this.tables.keys.find((row) => row.tokenHash === key.tokenHash && row.id !== key.id)
    if (other !== undefined) throw new Error(`key ${other.id} has the same token`)
    this.saveRow(this.tables.keys, key)
  }

  async removeKey(tenantId: TenantId, id: KeyId): Promise<boolean> {
    return this.removeRow(this.tables.keys, tenantId, id)
  }

  async keyByHash(tokenHash: string): Promise<KeyWithUser | undefined> {
    const key = this.tables.keys.find((row) => row.tokenHash === tokenHash)
    return key === undefined ? undefined : { key, user: this.tables.users.get(key.userId)! }
  }

  protected saveRow<Row extends OwnedRow>(table: Table<Row>, row: Row): void {
    this.tables.requireTenant(row.tenantId)
    const before = table.get(row.id)
    if (before !== undefined && before.tenantId !== row.tenantId) {
      throw new Error(`row ${row.id} belongs to another tenant`)
    }
    this.atomically(() => table.put(row.id, row))
  }

  protected removeRow<Row extends OwnedRow>(table: Table<Row>, tenantId: TenantId, id: string): boolean {
    if (own(table.get(id), tenantId) === undefined) return false
    return this.atomically(() => table.remove(id))
  }
}
