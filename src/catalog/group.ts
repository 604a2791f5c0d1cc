/**
 * What is done with groups of people. What members have of a group stands in their records too: a change of a
 * group is saved with all its members, and who loses a right with it loses it in that commit.
 */
import type { Caller } from '../core/caller.ts'
import { defined } from '../core/defined.ts'
import { GROUP_MEMBERS_MAX, GROUPS_MAX, type Group, membershipIn } from '../core/group.ts'
import { type GroupId, newHexId } from '../core/ids.ts'
import type { User } from '../core/records.ts'
import { mayManagePeople } from '../core/rights.ts'
import type { Change, Decided, GroupView } from '../store/port/change.ts'
import { is } from '../store/port/condition.ts'
import { everyRow } from '../store/port/lists.ts'
import { type CatalogDeps, changeOne } from './deps.ts'
import { type Refused, refused } from './refusal.ts'
import { rightsRechecked } from './tasks-off.ts'
import { isActiveAdmin, lastAdmin } from './user.ts'

type Answer = Group | Refused

export async function createGroup(
  { store, world }: CatalogDeps,
  { tenantId, user }: Caller,
  wish: Pick<Group, 'name' | 'description' | 'roles' | 'provider'>,
): Promise<Answer> {
  if (!mayManagePeople(user)) return forbidden()
  if ((await store.count('groups', { tenantId })) >= GROUPS_MAX) {
    return refused('conflict', `a tenant has at most ${GROUPS_MAX} groups: delete one`)
  }
  const now = world.clock.now()
  const id = newHexId<'group'>(world.random, now)
  const group: Group = { id, tenantId, ...wish, createdAt: now, updatedAt: now }
  return changeOne<Answer>(store, {
    kind: 'group',
    tenantId,
    id,
    name: group.name,
    step: ({ nameTaken }) => (nameTaken ? { answer: taken() } : { answer: group, put: { groups: [group] } }),
  })
}

export type GroupChange = Partial<Pick<Group, 'name' | 'description' | 'roles'>>

/** Name and description of a group that an identity provider named stay as that one has them. */
export function changeGroup(
  deps: CatalogDeps,
  caller: Caller,
  id: string,
  change: GroupChange,
): Promise<Answer> {
  return savedGroup(deps, caller, id, change.name, (view, before) => {
    if (view.nameTaken) return { answer: taken() }
    if (before.provider === 'idp' && (change.name ?? change.description) !== undefined) {
      const detail = 'only the roles of a group of an identity provider are changed here'
      return { answer: refused('badRequest', detail) }
    }
    const now = deps.world.clock.now()
    const after: Group = { ...before, ...defined(change), updatedAt: now }
    const members = view.members.map((user) => ({
      ...user,
      groups: (user.groups ?? []).map((one) => (one.id === after.id ? membershipIn(after) : one)),
      updatedAt: now,
    }))
    return { answer: after, put: { groups: [after], users: members } }
  })
}

/** Its members stay; what spaces gave it, nobody has any more. */
export function removeGroup(deps: CatalogDeps, caller: Caller, id: string): Promise<Answer> {
  return savedGroup(deps, caller, id, undefined, (view, group) => {
    const updatedAt = deps.world.clock.now()
    const members = view.members.map(({ groups = [], ...user }): User => {
      const left = groups.filter((one) => one.id !== group.id)
      return { ...user, ...(left.length === 0 ? {} : { groups: left }), updatedAt }
    })
    return { answer: group, put: { users: members }, remove: { groups: [group.id] } }
  })
}

export function noGroup(): Refused {
  return refused('notFound', 'there is no group with this id', { parameter: 'groupId' })
}

function taken(): Refused {
  return refused('conflict', 'another group has this name', { pointer: '/name' })
}

function forbidden(): Refused {
  return refused('forbidden', 'changing groups needs the role TenantAdmin')
}

/** Thrown by a step to take the whole commit back; never leaves this file. */
class NoAdminLeft extends Error {}

async function savedGroup(
  { store, world }: CatalogDeps,
  { tenantId, user: by }: Caller,
  groupId: string,
  name: string | undefined,
  step: (view: GroupView, group: Group) => Decided<Answer>,
): Promise<Answer> {
  if (!mayManagePeople(by)) return forbidden()
  const id = groupId as GroupId
  const saved: Change<Answer | undefined> = {
    kind: 'group',
    tenantId,
    id,
    ...defined({ name }),
    step: (view) => {
      if (view.group === undefined) return { answer: noGroup() }
      if (view.members.length > GROUP_MEMBERS_MAX) {
        const detail = `the group has ${view.members.length} members, and is changed with at most ${GROUP_MEMBERS_MAX}`
        return { answer: refused('conflict', detail) }
      }
      return step(view, view.group)
    },
  }
  const isMember = { kind: 'has', field: 'groupIds', value: groupId } as const
  const members = await everyRow(store, 'users', { tenantId, where: isMember })
  const owners = members.slice(0, GROUP_MEMBERS_MAX).map((user) => user.id)
  const rights =
    owners.length === 0 ? [] : await rightsRechecked({ store, world }, by, is('ownerId', ...owners))
  try {
    const changes = [saved, adminStays(by), ...rights]
    const [answer] = await store.change<Answer | undefined>(changes)
    return answer!
  } catch (error) {
    if (error instanceof NoAdminLeft) return lastAdmin()
    throw error
  }
}

/** Behind a change of a group: whoever made it, or another, is an active administrator still. */
function adminStays({ tenantId, id }: User): Change<undefined> {
  return {
    kind: 'user',
    tenantId,
    id,
    step: ({ user, otherAdmins }) => {
      if ((user === undefined || !isActiveAdmin(user)) && otherAdmins() === 0) throw new NoAdminLeft()
      return { answer: undefined }
    },
  }
}
