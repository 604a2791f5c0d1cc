/** What is done with users (contract 05, section 5): made, invited, changed, disabled, deleted. */
import type { Caller } from '../core/caller.ts'
import { defined } from '../core/defined.ts'
import { newHexId, type UserId } from '../core/ids.ts'
import { type Limits, limitsOf } from '../core/limits.ts'
import type { User } from '../core/records.ts'
import { isTenantAdmin, mayManagePeople } from '../core/rights.ts'
import { deletedUser, edited, isOwnEdit, pseudonymised, type UserEdit } from '../core/user-edit.ts'
import type { Change, Decided, UserView } from '../store/port/change.ts'
import { all, is, not } from '../store/port/condition.ts'
import { firstOf } from '../store/port/lists.ts'
import { type CatalogDeps, changeOne } from './deps.ts'
import { withoutOwner } from './owner-gone.ts'
import { isRefused, type Refused, refused } from './refusal.ts'
import { rightsRechecked } from './tasks-off.ts'

type Answer = User | Refused

export type NewUser = Pick<User, 'subject' | 'name' | 'roles'> &
  Partial<Pick<User, 'email' | 'picture' | 'locale' | 'zone'>> & {
    readonly status: 'invited' | 'active'
  }

export interface UserDeps extends CatalogDeps {
  readonly limits: Pick<Limits, 'usersPerTenant'>
}

export async function createUser(
  { store, world, limits }: UserDeps,
  { tenantId, user: by }: Caller,
  wish: NewUser,
): Promise<Answer> {
  if (!mayManagePeople(by)) return forbidden()
  const now = world.clock.now()
  const id = newHexId<'user'>(world.random, now)
  const user: User = { id, tenantId, ...wish, createdAt: now, updatedAt: now }
  const { subject } = user
  return changeOne<Answer>(store, {
    kind: 'user',
    tenantId,
    id,
    subject,
    step: (view) => {
      const full = refuseFullTenant(view, limits)
      if (full !== undefined) return { answer: full }
      if (!view.subjectTaken) return { answer: user, put: { users: [user] } }
      return { answer: refused('conflict', 'another user has this subject', { pointer: '/subject' }) }
    },
  })
}

/** Whether the tenant may have one more. */
export function refuseFullTenant(
  { tenant, userCount }: Pick<UserView, 'tenant' | 'userCount'>,
  { usersPerTenant }: UserDeps['limits'],
): Refused | undefined {
  const { users } = limitsOf({ users: usersPerTenant }, tenant)
  if (users === 0 || userCount() < users) return undefined
  return refused('conflict', `the tenant has as many users as it may have, ${users}: delete one`)
}

export interface Invitation {
  readonly email: string
  readonly name?: string
  readonly locale?: string
}

/** What became of an invitation. */
export interface Invited {
  /** ok: made now. */
  readonly status: 'ok' | 'exists' | 'disabled'
  readonly user: User
}

/** Makes an invited user whose subject is the address, unless a user has the address already. */
export async function inviteUser(
  deps: UserDeps,
  caller: Caller,
  { email, name, locale }: Invitation,
): Promise<Invited | Refused> {
  if (!mayManagePeople(caller.user)) return forbidden()
  const { tenantId } = caller
  const known = await firstOf(deps.store, 'users', {
    tenantId,
    where: all(not(is('status', 'deleted')), {
      kind: 'among',
      field: 'email',
      values: [email],
      anyCase: true,
    }),
  })
  if (known !== undefined) {
    return { status: known.status === 'disabled' ? 'disabled' : 'exists', user: known }
  }
  const made = await createUser(deps, caller, {
    subject: email,
    name: name ?? email,
    email,
    roles: [],
    status: 'invited',
    ...defined({ locale }),
  })
  return isRefused(made) ? made : { status: 'ok', user: made }
}

/** All of the edits or none. Users change some things of themselves; the rest needs a tenant admin. */
export function changeUser(
  deps: CatalogDeps,
  caller: Caller,
  id: string,
  edits: readonly UserEdit[],
): Promise<Answer> {
  const isOwn = id === caller.user.id && edits.every(isOwnEdit)
  if (!isOwn && !mayManagePeople(caller.user)) return Promise.resolve(forbidden())
  const touchesTasks = edits.some(({ kind }) => kind === 'status' || kind === 'groups')
  return savedUser(deps, caller, id, touchesTasks, ({ groupOf }, before) => {
    if (before.status === 'deleted') return noUser()
    const after = edited(before, edits, groupOf)
    if (!('index' in after)) return { ...after, updatedAt: deps.world.clock.now() }
    return refused('badRequest', after.detail, { pointer: `/${after.index}/value` })
  })
}

export interface Deletion {
  /** Nothing in its record tells the person any more; of one that is deleted already, too. */
  readonly pseudonymise: boolean
}

export function deleteUser(
  deps: CatalogDeps,
  caller: Caller,
  id: string,
  { pseudonymise }: Deletion,
): Promise<Answer> {
  if (!mayManagePeople(caller.user)) return Promise.resolve(forbidden())
  return savedUser(deps, caller, id, true, (_view, before) => {
    if (before.status === 'deleted' && !pseudonymise) return noUser()
    if (before.clientId !== undefined && before.status !== 'deleted') {
      return refused('conflict', 'this is the user of an OAuth client: delete the client')
    }
    const after = deletedUser(before, deps.world.clock.now())
    return pseudonymise ? pseudonymised(after) : after
  })
}

/**
 * Deletes the user of an OAuth client with the client, for whoever may delete that.
 * @param client removes the client once its user is deleted
 */
export function deleteClientUser(
  deps: CatalogDeps,
  caller: Caller,
  id: string,
  client: Change<undefined>,
): Promise<Answer> {
  const decide = (_view: UserView, before: User) => deletedUser(before, deps.world.clock.now())
  return savedUser(deps, caller, id, true, decide, [client])
}

export function noUser(): Refused {
  return refused('userNotFound', 'there is no user with this id', { parameter: 'userId' })
}

function forbidden(): Refused {
  return refused('forbidden', 'changing people needs the role TenantAdmin')
}

/** A task of the user was made after its tasks were listed: the commit is tried again with all of them. */
const AGAIN = 'again'
const TRIES_MAX = 10

/**
 * Saves the user as it was decided, with all that goes with it, in one commit.
 * @param touchesTasks its tasks may have to be switched off
 * @param more saved behind it
 */
async function savedUser(
  { store, world }: CatalogDeps,
  { tenantId, user: by }: Caller,
  userId: string,
  touchesTasks: boolean,
  decide: (view: UserView, before: User) => Answer,
  more: readonly Change<undefined>[] = [],
): Promise<Answer> {
  const id = userId as UserId
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const tasks = touchesTasks ? await rightsRechecked({ store, world }, by, is('ownerId', id)) : []
    const listed = new Set(tasks.map((change) => (change.kind === 'task' ? change.id : undefined)))
    const change: Change<Answer | typeof AGAIN | undefined> = {
      kind: 'user',
      tenantId,
      id,
      step: (view) => {
        if (view.user === undefined) return { answer: noUser() }
        const after = decide(view, view.user)
        if (isRefused(after)) return { answer: after }
        const isWhole = !touchesTasks || view.tasks.every((task) => !task.enabled || listed.has(task.id))
        return isWhole ? savingUser(view, view.user, after, world) : { answer: AGAIN }
      },
    }
    const [answer] = await store.change<Answer | typeof AGAIN | undefined>([change, ...more, ...tasks])
    if (answer !== AGAIN && answer !== undefined) return answer
  }
  return refused('conflict', 'the tasks of the user change all the time: try again')
}

function savingUser(
  view: UserView,
  before: User,
  after: User,
  { random, clock }: CatalogDeps['world'],
): Decided<Answer> {
  if (isActiveAdmin(before) && !isActiveAdmin(after) && !view.hasOtherAdmin()) {
    return { answer: lastAdmin() }
  }
  const isGone = after.status === 'disabled' || after.status === 'deleted'
  if (!isGone || before.status === after.status) return { answer: after, put: { users: [after] } }
  return { answer: after, ...withoutOwner(view, after, random, clock.now()) }
}

export function lastAdmin(): Refused {
  return refused('conflict', 'this would leave the tenant without an active TenantAdmin')
}

export function isActiveAdmin(user: User): boolean {
  return user.status === 'active' && isTenantAdmin(user)
}
