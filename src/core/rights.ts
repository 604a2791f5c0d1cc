/**
 * Who may do what with an app, a space and the data files of a space: one table of roles per space type
 * (contract 05, section 4) and one answer. Pure: the caller's roles in the space are given, never looked up
 * here.
 *
 * The owner of an app and the owner of its space may do everything with it. A tenant admin sees every app and
 * cancels every reload, hands apps to other owners and manages spaces, but neither reloads nor edits what is
 * not theirs, and sees no script of a personal app (contract 02, section 9). Who manages all spaces of a type
 * sees the apps in them.
 */
import type { UserId } from './ids.ts'
import {
  type App,
  SPACE_TYPES,
  type Space,
  type SpaceAssignment,
  type SpaceType,
  type User,
} from './records.ts'
import { holdsRole, type Role } from './role.ts'

export const SPACE_ROLES: Readonly<Record<SpaceType, readonly string[]>> = {
  shared: ['codeveloper', 'consumer', 'dataconsumer', 'facilitator', 'producer'],
  managed: ['basicconsumer', 'consumer', 'contributor', 'dataconsumer', 'facilitator', 'publisher'],
  data: ['consumer', 'dataconsumer', 'datapreview', 'facilitator', 'operator', 'producer', 'publisher'],
}

/**
 * read: the record and how its reloads went. develop: set the script, rename. read-script: scripts and full
 * logs. reload: start one. cancel: cancel one. remove: delete and move. hand-over: give it to another owner.
 */
export type AppRight = 'read' | 'develop' | 'read-script' | 'reload' | 'cancel' | 'remove' | 'hand-over'

/** see: the space and its members. manage: change it and its members. add-app: create in it, move into it. */
export type SpaceRight = 'see' | 'manage' | 'add-app' | 'read-files' | 'write-files'

/** Roles that may develop and reload the apps of a space; `data` spaces hold no apps. */
const DEVELOPERS: Readonly<Record<SpaceType, readonly string[]>> = {
  shared: ['facilitator', 'producer', 'codeveloper'],
  managed: ['facilitator', 'publisher'],
  data: [],
}

const APP_READERS: Readonly<Record<SpaceType, readonly string[]>> = {
  shared: ['facilitator', 'producer', 'codeveloper', 'consumer'],
  managed: ['facilitator', 'publisher', 'consumer', 'contributor', 'basicconsumer'],
  data: [],
}

const APP_ADDERS: Readonly<Record<SpaceType, readonly string[]>> = {
  shared: ['facilitator', 'producer'],
  managed: ['facilitator', 'publisher'],
  data: [],
}

const FILE_READERS: Readonly<Record<SpaceType, readonly string[]>> = {
  shared: ['facilitator', 'producer', 'codeveloper', 'dataconsumer'],
  managed: ['facilitator', 'publisher', 'dataconsumer'],
  data: ['facilitator', 'producer', 'publisher', 'operator', 'dataconsumer', 'consumer'],
}

const FILE_WRITERS: Readonly<Record<SpaceType, readonly string[]>> = {
  shared: ['facilitator', 'producer'],
  managed: ['facilitator'],
  data: ['facilitator', 'producer'],
}

/** A user's standing in a space: the space and the roles that its assignments give the user there. */
export interface SpaceStanding {
  readonly space: Space
  readonly roles: readonly string[]
}

/**
 * The one place that reads assignments: of the user, and of the groups that it is in. Bots give nobody a
 * role.
 * @param assignments of the user, or of the space, or of both and more
 */
export function standingOf(
  user: Pick<User, 'id' | 'groups'>,
  space: Space,
  assignments: readonly SpaceAssignment[],
): SpaceStanding {
  const roles = assignments
    .filter((one) => one.spaceId === space.id && isAssignedTo(one, user))
    .flatMap((one) => one.roles)
  return { space, roles: [...new Set(roles)] }
}

/** To the user, or to a group that it is in. */
export function isAssignedTo(
  { type, assigneeId }: SpaceAssignment,
  { id, groups = [] }: Pick<User, 'id' | 'groups'>,
): boolean {
  if (type === 'user') return assigneeId === id
  return type === 'group' && groups.some((group) => group.id === assigneeId)
}

/**
 * @param standing of the app's space; undefined for a personal app (and for a space that is gone)
 */
export function mayUseApp(
  user: User,
  app: Pick<App, 'ownerId' | 'spaceId'>,
  standing: SpaceStanding | undefined,
  right: AppRight,
): boolean {
  if (app.ownerId === user.id) return true
  if (adminMayUseApp(user, app, right)) return true
  if (standing === undefined) return false
  const { space, roles } = standing
  if (space.ownerId === user.id) return true
  switch (right) {
    case 'read':
      return holds(roles, APP_READERS[space.type]) || managedTypes(user).includes(space.type)
    case 'develop':
    case 'read-script':
    case 'reload':
    case 'cancel':
      return holds(roles, DEVELOPERS[space.type])
    case 'remove':
    case 'hand-over':
      return roles.includes('facilitator')
  }
}

export function mayUseSpace(user: User, standing: SpaceStanding, right: SpaceRight): boolean {
  const { space, roles } = standing
  if (right === 'add-app' && space.type === 'data') return false
  if (space.ownerId === user.id) return true
  switch (right) {
    case 'see':
      return roles.length > 0 || managedTypes(user).includes(space.type)
    case 'manage':
      return roles.includes('facilitator') || managedTypes(user).includes(space.type)
    case 'add-app':
      return holds(roles, APP_ADDERS[space.type])
    case 'read-files':
      return holds(roles, FILE_READERS[space.type])
    case 'write-files':
      return holds(roles, FILE_WRITERS[space.type])
  }
}

export function isTenantAdmin(user: User): boolean {
  return holdsRole(user, 'TenantAdmin')
}

/** Where somebody is signed in is seen and ended by the user itself and by tenant admins. */
export function mayManageSessions(user: User, of: UserId): boolean {
  return user.id === of || isTenantAdmin(user)
}

/** Keys are made by people who develop: tenant admins and developers (contract 05, section 5). */
export function mayMakeKeys(user: User): boolean {
  return isTenantAdmin(user) || holdsRole(user, 'Developer')
}

/** OAuth clients, identity providers and the rules of API keys. */
export function mayManageWaysIn(user: User): boolean {
  return isTenantAdmin(user)
}

/** Users, groups and their roles are changed by tenant admins; all of the tenant see them. */
export function mayManagePeople(user: User): boolean {
  return isTenantAdmin(user)
}

/** The events of the whole tenant; everybody reads those of their own acts. */
export function mayReadAudits(user: User): boolean {
  return isTenantAdmin(user) || holdsRole(user, 'AuditAdmin')
}

/** Roles of the tenant that create spaces of a type, beside TenantAdmin. */
export const SPACE_CREATORS: Readonly<Record<SpaceType, readonly Role[]>> = {
  shared: ['AnalyticsAdmin', 'Developer', 'SharedSpaceCreator'],
  managed: ['AnalyticsAdmin', 'Developer', 'ManagedSpaceCreator'],
  data: ['AnalyticsAdmin', 'DataAdmin', 'Developer', 'DataSpaceCreator'],
}

export function mayCreateSpace(user: User, type: SpaceType): boolean {
  return isTenantAdmin(user) || SPACE_CREATORS[type].some((role) => holdsRole(user, role))
}

/** Roles of the tenant that see and manage every space of a type, beside TenantAdmin. */
export const SPACE_MANAGERS: Readonly<Record<SpaceType, readonly Role[]>> = {
  shared: ['AnalyticsAdmin'],
  managed: ['AnalyticsAdmin'],
  data: ['DataAdmin'],
}

/** The types of spaces that the user sees and manages, whoever owns them. */
export function managedTypes(user: User): readonly SpaceType[] {
  return SPACE_TYPES.filter(
    (type) => isTenantAdmin(user) || SPACE_MANAGERS[type].some((role) => holdsRole(user, role)),
  )
}

function adminMayUseApp(user: User, app: Pick<App, 'spaceId'>, right: AppRight): boolean {
  if (!isTenantAdmin(user)) return false
  if (right === 'read-script') return app.spaceId !== undefined
  return right === 'read' || right === 'cancel' || right === 'hand-over'
}

function holds(roles: readonly string[], wanted: readonly string[]): boolean {
  return roles.some((role) => wanted.includes(role))
}
