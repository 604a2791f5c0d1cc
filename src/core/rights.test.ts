import { expect, it } from 'vitest'
import type { GroupId, SpaceId, TenantId, UserId } from './ids.ts'
import { SPACE_TYPES, type Space, type SpaceType, type User } from './records.ts'
import {
  type AppRight,
  mayCreateSpace,
  mayReadAudits,
  mayUseApp,
  mayUseSpace,
  SPACE_ROLES,
  type SpaceRight,
} from './rights.ts'
import { ROLES, type Role } from './role.ts'

const tenantId = 't' as TenantId
const spaceId = 's' as SpaceId
const person = (id: string, roles: readonly Role[] = []): User => ({
  id: id as UserId,
  tenantId,
  subject: id,
  name: id,
  roles,
  status: 'active',
  createdAt: 0,
  updatedAt: 0,
})
const spaceOf = (type: SpaceType, ownerId = 'space-owner'): Space => ({
  id: spaceId,
  tenantId,
  name: 'S',
  description: '',
  type,
  ownerId: ownerId as UserId,
  createdAt: 0,
  createdBy: ownerId as UserId,
  updatedAt: 0,
})
const APP_RIGHTS: readonly AppRight[] = [
  'read',
  'develop',
  'read-script',
  'reload',
  'cancel',
  'remove',
  'hand-over',
]
const SPACE_RIGHTS: readonly SpaceRight[] = ['see', 'manage', 'add-app', 'read-files', 'write-files']
const ownerId = 'app-owner' as UserId

/** Contract 05, section 4: who may reload, role by role. */
const RELOADERS = [
  'shared codeveloper',
  'shared facilitator',
  'shared producer',
  'managed facilitator',
  'managed publisher',
]

it('lets exactly the roles of the contract reload', () => {
  const may: string[] = []
  for (const type of ['shared', 'managed', 'data'] as const) {
    for (const role of SPACE_ROLES[type]) {
      const standing = { space: spaceOf(type), roles: [role] }
      if (mayUseApp(person('x'), { ownerId, spaceId }, standing, 'reload')) may.push(`${type} ${role}`)
    }
  }
  expect(may.sort()).toEqual([...RELOADERS].sort())
})

it('lets the owner of an app and the owner of its space do everything', () => {
  const standing = { space: spaceOf('shared'), roles: [] }
  for (const right of APP_RIGHTS) {
    expect(mayUseApp(person('app-owner'), { ownerId }, undefined, right)).toBe(true)
    expect(mayUseApp(person('space-owner'), { ownerId, spaceId }, standing, right)).toBe(true)
  }
})

it('lets nobody else do anything with a personal app, but a tenant admin see, cancel and hand over', () => {
  const admin = person('admin', ['TenantAdmin'])
  const rights = (user: User, app: { ownerId: UserId; spaceId?: SpaceId }) =>
    APP_RIGHTS.filter((right) => mayUseApp(user, app, undefined, right))
  expect(rights(person('x', ['Developer', 'AnalyticsAdmin']), { ownerId })).toEqual([])
  expect(rights(admin, { ownerId })).toEqual(['read', 'cancel', 'hand-over'])
  expect(rights(admin, { ownerId, spaceId })).toEqual(['read', 'read-script', 'cancel', 'hand-over'])
})

it('lets who manages all spaces of a type see the apps in them, and no more', () => {
  const rights = (user: User, type: SpaceType) => {
    const standing = { space: spaceOf(type), roles: [] }
    return APP_RIGHTS.filter((right) => mayUseApp(user, { ownerId, spaceId }, standing, right))
  }
  const analytics = person('x', ['AnalyticsAdmin'])
  expect([rights(analytics, 'shared'), rights(analytics, 'managed')]).toEqual([['read'], ['read']])
  expect(rights(person('x', ['DataAdmin', 'Developer']), 'shared')).toEqual([])
})

it('takes a role of another type of space for nothing', () => {
  const standing = { space: spaceOf('managed'), roles: ['producer', 'codeveloper'] }
  expect(APP_RIGHTS.filter((right) => mayUseApp(person('x'), { ownerId, spaceId }, standing, right))).toEqual(
    [],
  )
})

it('lets only the owner, facilitators and tenant admins manage a space, and nobody put apps into a data space', () => {
  const rights = (user: User, type: SpaceType, roles: string[]) =>
    SPACE_RIGHTS.filter((right) => mayUseSpace(user, { space: spaceOf(type), roles }, right))
  expect(rights(person('space-owner'), 'shared', [])).toEqual(SPACE_RIGHTS)
  expect(rights(person('space-owner'), 'data', [])).toEqual(['see', 'manage', 'read-files', 'write-files'])
  expect(rights(person('x'), 'shared', ['facilitator'])).toEqual(SPACE_RIGHTS)
  expect(rights(person('x'), 'shared', ['producer'])).toEqual(['see', 'add-app', 'read-files', 'write-files'])
  expect(rights(person('x'), 'shared', ['consumer'])).toEqual(['see'])
  expect(rights(person('x'), 'data', ['datapreview'])).toEqual(['see'])
  expect(rights(person('x'), 'shared', [])).toEqual([])
  expect(rights(person('admin', ['TenantAdmin']), 'shared', [])).toEqual(['see', 'manage'])
})

/** What each role of the tenant gives (docs/reference/rights.md), and nothing else. */
const TENANT_ROLES: Readonly<Record<Role, Readonly<Record<'creates' | 'manages', readonly SpaceType[]>>>> = {
  TenantAdmin: { creates: ['shared', 'managed', 'data'], manages: ['shared', 'managed', 'data'] },
  AnalyticsAdmin: { creates: ['shared', 'managed', 'data'], manages: ['shared', 'managed'] },
  DataAdmin: { creates: ['data'], manages: ['data'] },
  AuditAdmin: { creates: [], manages: [] },
  Developer: { creates: ['shared', 'managed', 'data'], manages: [] },
  SharedSpaceCreator: { creates: ['shared'], manages: [] },
  ManagedSpaceCreator: { creates: ['managed'], manages: [] },
  DataSpaceCreator: { creates: ['data'], manages: [] },
}

/** With the role of its own, and through a group. */
const holders = (role: Role): readonly User[] => [
  person('own', [role]),
  { ...person('member'), groups: [{ id: 'g' as GroupId, name: 'G', roles: [role] }] },
]

it.each(ROLES)(
  'gives the role %s spaces of its types to create and to manage, of its own or a group',
  (role) => {
    for (const user of holders(role)) {
      expect(SPACE_TYPES.filter((type) => mayCreateSpace(user, type)).toSorted()).toEqual(
        TENANT_ROLES[role].creates.toSorted(),
      )
      for (const type of SPACE_TYPES) {
        const standing = { space: spaceOf(type), roles: [] }
        const rights = SPACE_RIGHTS.filter((right) => mayUseSpace(user, standing, right))
        // To manage a space is neither to put apps into it nor to read its files.
        expect(rights).toEqual(TENANT_ROLES[role].manages.includes(type) ? ['see', 'manage'] : [])
      }
    }
  },
)

it.each(ROLES)('gives the role %s the audits of the tenant only where it is for that', (role) => {
  const reads = role === 'TenantAdmin' || role === 'AuditAdmin'
  for (const user of holders(role)) expect(mayReadAudits(user)).toBe(reads)
})

it('gives somebody without a role no space to create, none to see and no audits', () => {
  const nobody = person('x')
  expect(SPACE_TYPES.filter((type) => mayCreateSpace(nobody, type))).toEqual([])
  expect(mayReadAudits(nobody)).toBe(false)
})

const SEE_NO_APPS = ROLES.filter((role) => role !== 'TenantAdmin' && role !== 'AnalyticsAdmin')
it.each(SEE_NO_APPS)('gives the role %s no app of others', (role) => {
  for (const user of holders(role)) {
    for (const type of ['shared', 'managed'] as const) {
      const standing = { space: spaceOf(type), roles: [] }
      expect(APP_RIGHTS.filter((right) => mayUseApp(user, { ownerId, spaceId }, standing, right))).toEqual([])
    }
  }
})
