/**
 * Roles in the tenant, by Qlik's names. Roles in a space stand in rights.ts, as does what each of them may
 * do.
 */
export const ROLES = [
  'TenantAdmin',
  'AnalyticsAdmin',
  'DataAdmin',
  'AuditAdmin',
  'Developer',
  'SharedSpaceCreator',
  'ManagedSpaceCreator',
  'DataSpaceCreator',
] as const
export type Role = (typeof ROLES)[number]

export interface RoleHolder {
  readonly roles: readonly Role[]
  readonly groups?: readonly { readonly roles: readonly Role[] }[]
}

/** Of its own, or through one of its groups. */
export function holdsRole(user: RoleHolder, role: Role): boolean {
  return user.roles.includes(role) || (user.groups ?? []).some(({ roles }) => roles.includes(role))
}
