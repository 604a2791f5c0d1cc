/**
 * What is done with groups of people. What members have of a group is read from the group: who loses a right
 * with a change of it loses it in that commit, however many there are.
 */
import type { Caller } from '../core/caller.ts'
import { defined } from '../core/defined.ts'
import { GROUPS_MAX, type Group } from '../core/group.ts'
import { type GroupId, newHexId } from '../core/ids.ts'
import type { User } from '../core/records.ts'
import { mayManagePeople } from '../core/rights.ts'
import type { Change, Decided, GroupView } from '../store/port/change.ts'
import { is } from '../store/port/condition.ts'
import { everyRow } from '../store/port/lists.ts'
import { type CatalogDeps, changeOne } from './deps.ts'
import { isRefused, type Refused, refused } from './refusal.ts'
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
    const after: Group = { ...before, ...defined(change), updatedAt: deps.world.clock.now() }
    return { answer: after, put: { groups: [after] } }
  })
}

/** Its members stay; what spaces gave it, nobody has any more. */
export function removeGroup(deps: CatalogDeps, caller: Caller, id: string): Promise<Answer> {
  return savedGroup(deps, caller, id, undefined, (_view, group) => ({
    answer: group,
    remove: { groups: [group.id] },
  }))
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

/**
 * Tasks that are looked at in one commit. The others follow in commits of their own: what one of them may is
 * asked whenever it fires, too (trigger/admit.ts).
 */
const TASKS_PER_COMMIT = 100

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
      return step(view, view.group)
    },
  }
  const isMember = { kind: 'has', field: 'groupIds', value: groupId } as const
  const members = await everyRow(store, 'users', { tenantId, where: isMember })
  const owners = members.map((user) => user.id)
  const rights =
    owners.length === 0 ? [] : await rightsRechecked({ store, world }, by, is('ownerId', ...owners))
  try {
    const first = rights.slice(0, TASKS_PER_COMMIT)
    const [answer] = await store.change<Answer | undefined>([saved, adminStays(by), ...first])
    if (isRefused(answer)) return answer
    for (let from = TASKS_PER_COMMIT; from < rights.length; from += TASKS_PER_COMMIT) {
      await store.change(rights.slice(from, from + TASKS_PER_COMMIT))
    }
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
    step: ({ user, hasOtherAdmin }) => {
      if ((user === undefined || !isActiveAdmin(user)) && !hasOtherAdmin()) throw new NoAdminLeft()
      return { answer: undefined }
    },
  }
}
