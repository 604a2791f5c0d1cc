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

/** What a member has of its group, as the group is when the user is read. */
export interface Membership {
  readonly id: GroupId
  readonly name: string
  readonly roles: readonly Role[]
}

/** How somebody names a group. */
export interface GroupReference {
  readonly id?: string
  readonly name?: string
}

/** Groups of a tenant. */
export const GROUPS_MAX = 10_000
/** Groups of one user: they are read at each of its requests. */
export const GROUPS_OF_USER_MAX = 1000

export function membershipIn({ id, name, roles }: Group): Membership {
  return { id, name, roles }
}

/**
 * A user as its groups are now: what its record says of them may be old, and of one that is not there any
 * more nothing is left.
 */
export function withMemberships<Member extends { readonly groups?: readonly Membership[] }>(
  user: Member,
  groupOf: (id: GroupId) => Group | undefined,
): Member {
  if (user.groups === undefined) return user
  const groups = user.groups.flatMap(({ id }) => {
    const group = groupOf(id)
    return group === undefined ? [] : [membershipIn(group)]
  })
  return { ...user, groups }
}
