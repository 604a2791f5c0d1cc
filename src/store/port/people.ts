/** Tenants, their users, and the keys that requests come with. */
import type { ApiKey, Tenant, User } from '../../catalog/records.ts'
import type { KeyId, TenantId, UserId } from '../../core/ids.ts'
import type { TenantLimitsChange } from '../../core/limits.ts'

/** A key, and the user whom it authenticates. */
export interface KeyWithUser {
  readonly key: ApiKey
  readonly user: User
}

export interface PeopleStore {
  addTenant(tenant: Tenant): Promise<void>
  tenant(id: TenantId): Promise<Tenant | undefined>
  tenants(): Promise<Tenant[]>
  /** Events saved from now on carry the first of them. Changes nothing when there is no such tenant. */
  changeHostnames(id: TenantId, hostnames: readonly string[]): Promise<void>
  /**
   * Changes the limits that the tenant has of its own; the next claim, acceptance and sweep hold them.
   * @returns the tenant as it is then; undefined when there is no such tenant
   */
  changeLimits(id: TenantId, change: TenantLimitsChange): Promise<Tenant | undefined>

  saveUser(user: User): Promise<void>
  user(tenantId: TenantId, id: UserId): Promise<User | undefined>

  saveKey(key: ApiKey): Promise<void>
  removeKey(tenantId: TenantId, id: KeyId): Promise<boolean>
  keyByHash(tokenHash: string): Promise<KeyWithUser | undefined>
}
