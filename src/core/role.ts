/**
 * Roles in the tenant, by Qlik's names. Roles in a space stand in rights.ts, as does what each of them may
 * do.
 */
import { sha256Hex } from './sha256.ts'

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

/** What each role is for, in one sentence. */
export const ROLE_ABOUT: Readonly<Record<Role, string>> = {
  TenantAdmin: 'Manages people, spaces and settings of the tenant, sees all apps and cancels their reloads',
  AnalyticsAdmin: 'Manages shared and managed spaces, sees their apps, and creates spaces of every type',
  DataAdmin: 'Manages data spaces, and creates them',
  AuditAdmin: 'Reads the events of the whole tenant',
  Developer: 'Makes API keys, and creates spaces',
  SharedSpaceCreator: 'Creates shared spaces',
  ManagedSpaceCreator: 'Creates managed spaces',
  DataSpaceCreator: 'Creates data spaces',
}

export function roleLevel(role: Role): 'admin' | 'user' {
  return role.endsWith('Admin') ? 'admin' : 'user'
}

/** The same for ever: derived from the tenant and the name. @returns 24 hex digits */
export function roleIdOf(tenantId: string, role: Role): string {
  return sha256Hex(`role ${tenantId} ${role}`).slice(0, 24)
}

/** How somebody names a role: by its id, or by its name in any case. */
export interface RoleReference {
  readonly id?: string
  readonly name?: string
}

/** @returns undefined for a role that is not there, and when id and name are of two */
export function roleOf(tenantId: string, { id, name }: RoleReference): Role | undefined {
  if (id === undefined && name === undefined) return undefined
  return ROLES.find(
    (role) =>
      (id === undefined || roleIdOf(tenantId, role) === id.toLowerCase()) &&
      (name === undefined || role.toLowerCase() === name.toLowerCase()),
  )
}
