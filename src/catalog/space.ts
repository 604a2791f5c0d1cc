/** What is done with spaces (contract 05, section 4): create, change, delete when empty. */

import type { Caller } from '../core/caller.ts'
import { defined } from '../core/defined.ts'
import { newHexId, type UserId } from '../core/ids.ts'
import type { Space, SpaceType } from '../core/records.ts'
import {
  isTenantAdmin,
  mayCreateSpace,
  SPACE_CREATORS,
  type SpaceStanding,
  standingOf,
} from '../core/rights.ts'
import type { Change, Decided, SpaceView } from '../store/port/change.ts'
import { is } from '../store/port/condition.ts'
import { findSpace } from './access.ts'
import { type CatalogDeps, changeOne } from './deps.ts'
import { isRefused, type Refused, refused } from './refusal.ts'
import { rightsRechecked } from './tasks-off.ts'

export interface SpaceWish {
  readonly name: string
  readonly description: string
  readonly type: SpaceType
  /** The caller when absent; another owner is for tenant admins to name. */
  readonly ownerId?: string
}

export async function createSpace(
  { store, world }: CatalogDeps,
  { tenantId, user }: Caller,
  { ownerId = user.id, ...wish }: SpaceWish,
): Promise<SpaceStanding | Refused> {
  if (!mayCreateSpace(user, wish.type)) {
    const roles = ['TenantAdmin', ...SPACE_CREATORS[wish.type]].join(', ')
    return refused('forbidden', `creating a ${wish.type} space needs one of the roles ${roles}`)
  }
  const where = { pointer: '/ownerId' }
  if (ownerId !== user.id && !isTenantAdmin(user)) {
    return refused('forbidden', 'making a space of another owner needs the role TenantAdmin', where)
  }
  const owner = ownerId === user.id ? user : await store.user(tenantId, ownerId as UserId)
  if (owner?.status !== 'active') {
    return refused('userNotFound', 'there is no active user with this id', where)
  }
  const now = world.clock.now()
  const space: Space = {
    id: newHexId(world.random, now),
    tenantId,
    ...wish,
    ownerId: owner.id,
    createdAt: now,
    createdBy: user.id,
    updatedAt: now,
  }
  const saved = await changeOne<Space | Refused>(store, {
    kind: 'space',
    tenantId,
    id: space.id,
    name: space.name,
    step: (view) => withSpace(view, space),
  })
  return isRefused(saved) ? saved : { space, roles: [] }
}

export interface SpaceChange {
  readonly name?: string
  readonly description?: string
  readonly ownerId?: string
}

/** @returns the caller's standing in the changed space */
export async function changeSpace(
  { store, world }: CatalogDeps,
  { tenantId, user }: Caller,
  spaceId: string,
  change: SpaceChange,
): Promise<SpaceStanding | Refused> {
  const found = await findSpace(store, user, spaceId, 'manage')
  if (isRefused(found)) return found
  const ownerId = change.ownerId as UserId | undefined
  if (ownerId !== undefined && (await store.user(tenantId, ownerId))?.status !== 'active') {
    return refused('userNotFound', 'there is no active user with this id', { pointer: '/ownerId' })
  }
  const { id } = found.space
  const changed: Change<SpaceStanding | Refused | undefined> = {
    kind: 'space',
    tenantId,
    id,
    ...defined({ name: change.name }),
    step: (view) => {
      const { space: before } = view
      if (before === undefined) return { answer: spaceGone() }
      const { name = before.name, description = before.description } = change
      const updatedAt = world.clock.now()
      const after = { ...before, name, description, ownerId: ownerId ?? before.ownerId, updatedAt }
      const { answer, ...saving } = withSpace(view, after)
      return { ...saving, answer: isRefused(answer) ? answer : standingOf(user, after, view.assignments) }
    },
  }
  const rights = ownerId === undefined ? [] : await rightsRechecked({ store, world }, user, is('spaceId', id))
  const [answer] = await store.change<SpaceStanding | Refused | undefined>([changed, ...rights])
  return answer!
}

export async function removeSpace(
  { store }: CatalogDeps,
  { tenantId, user }: Caller,
  spaceId: string,
): Promise<Space | Refused> {
  const found = await findSpace(store, user, spaceId, 'manage')
  if (isRefused(found)) return found
  const { space } = found
  return changeOne<Space | Refused>(store, {
    kind: 'space',
    tenantId,
    id: space.id,
    step: (view) => {
      if (view.space === undefined) return { answer: space }
      if (!view.isEmpty) {
        return { answer: refused('preconditionFailed', 'the space still holds apps or data files') }
      }
      return { answer: view.space, remove: { spaces: [space.id] } }
    },
  })
}

export function spaceGone(): Refused {
  return refused('notFound', 'the space was deleted', { parameter: 'spaceId' })
}

function withSpace({ nameTaken }: SpaceView, space: Space): Decided<Space | Refused> {
  if (nameTaken) return { answer: refused('conflict', 'another space has this name', { pointer: '/name' }) }
  return { answer: space, put: { spaces: [space] } }
}
