/** Groups of people: what is given to a group its members have. */
import type { GroupId, TenantId } from './ids.ts'
import type { Role } from './role.ts'

export interface Group {
  readonly id: GroupId
  readonly tenantId: TenantId
  /** Unique in the tenant, as the identity provider tells it. */
  readonly name: string
  readonly description?: string
  readonly roles: readonly Role[]
  /** idp: made at a sign-in that named it; custom: made by an administrator. */
  readonly provider: 'idp' | 'custom'
  readonly createdAt: number
  readonly updatedAt: number
}

/** What a member knows of its group: changed in the commit that changes the group. */
export interface Membership {
  readonly id: GroupId
  readonly name: string
  readonly roles: readonly Role[]
}

/**
 * A change of a group is saved with every member in one commit: more members than this would hold up the
 * commits of everybody else.
 */
export const GROUP_MEMBERS_MAX = 5000

/** Groups of a tenant. */
export const GROUPS_MAX = 10_000

export function membershipIn({ id, name, roles }: Group): Membership {
  return { id, name, roles }
}
