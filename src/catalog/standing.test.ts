/** Lists show exactly what the rules of rights.ts let a user see: for every role in every type of space. */

import { expect, it } from 'vitest'
import { put } from '../../test/support/catalog.ts'
import { anApp, aTenant, START_MS, TENANT_ID } from '../../test/support/records.ts'
import type { AppId, AssignmentId, SpaceId, UserId } from '../core/ids.ts'
import { SPACE_TYPES, type Space, type User } from '../core/records.ts'
import { mayUseSpace, SPACE_ROLES, standingOf } from '../core/rights.ts'
import { ROLES } from '../core/role.ts'
import { MemoryStore } from '../store/memory/memory-store.ts'
import { everyRow } from '../store/port/lists.ts'
import { may, readableApps, standings, visibleSpaces } from './standing.ts'

const made = { tenantId: TENANT_ID, createdAt: START_MS, updatedAt: START_MS }
const OTHER = 'other' as UserId

const userOf = (id: string, roles: User['roles']): User => ({
  ...made,
  id: id as UserId,
  subject: id,
  name: id,
  roles,
  status: 'active',
})
/** One of each role in the tenant, and one of each role in a type of space, who is a member there. */
interface Case {
  readonly user: User
  readonly member?: { readonly type: Space['type']; readonly role: string }
}
const USERS: readonly Case[] = [
  ...ROLES.map((role) => ({ user: userOf(role, [role]) })),
  { user: userOf('nobody', []) },
  ...SPACE_TYPES.flatMap((type) =>
    SPACE_ROLES[type].map((role) => ({ user: userOf(`${type}-${role}`, []), member: { type, role } })),
  ),
]

async function furnished(): Promise<MemoryStore> {
  const store = new MemoryStore()
  await put(store, { tenants: [aTenant()] })
  for (const type of SPACE_TYPES) {
    for (const ownerId of [OTHER, 'Developer' as UserId]) {
      const id = `${type}-of-${ownerId}` as SpaceId
      const space: Space = { ...made, id, name: id, description: '', type, ownerId, createdBy: OTHER }
      await put(store, { spaces: [space] })
      for (const owner of [OTHER, 'nobody' as UserId]) {
        await put(store, { apps: [anApp({ id: `${id}/${owner}` as AppId, ownerId: owner, spaceId: id })] })
      }
    }
  }
  for (const { user, member } of USERS) {
    if (member === undefined) continue
    const spaceId = `${member.type}-of-other` as SpaceId
    const assignment = { ...made, id: user.id as string as AssignmentId, spaceId, createdBy: OTHER }
    await put(store, {
      assignments: [{ ...assignment, type: 'user', assigneeId: user.id, roles: [member.role] }],
    })
  }
  const { spaceId: _personal, ...personal } = anApp({ id: 'personal' as AppId, ownerId: OTHER })
  await put(store, { apps: [personal] })
  return store
}

it.each(USERS)('$user.id', async ({ user }) => {
  const store = await furnished()
  const apps = await everyRow(store, 'apps', { tenantId: TENANT_ID })
  const readable = await Promise.all(apps.map((app) => may(store, user, app, 'read')))
  const where = readableApps(user, await standings(store, user))
  expect(await everyRow(store, 'apps', { tenantId: TENANT_ID, where })).toEqual(
    apps.filter((_app, i) => readable[i]),
  )

  const assignments = await store.assignmentsOf(user)
  const visible = (await everyRow(store, 'spaces', { tenantId: TENANT_ID })).filter((space) =>
    mayUseSpace(user, standingOf(user, space, assignments), 'see'),
  )
  const seen = visibleSpaces(user, assignments)
  expect(await everyRow(store, 'spaces', { tenantId: TENANT_ID, where: seen })).toEqual(visible)
})
