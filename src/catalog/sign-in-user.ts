/**
 * The user behind a sign-in: what an identity provider tells of a person makes or changes its user. One use
 * case for every way in, so that a token and a browser lead to the same user.
 */
import { defined } from '../core/defined.ts'
import { folded } from '../core/folded.ts'
import { GROUPS_MAX, type Group, type Membership, membershipIn } from '../core/group.ts'
import { type GroupId, newHexId, type TenantId } from '../core/ids.ts'
import type { IdentityProvider } from '../core/people/identity-provider.ts'
import type { Person } from '../core/people/person.ts'
import type { User } from '../core/records.ts'
import type { Change, ChangeStore, Decided, UserView } from '../store/port/change.ts'
import { all, any, type Condition, is } from '../store/port/condition.ts'
import { firstOf, type ListStore } from '../store/port/lists.ts'
import type { PeopleStore } from '../store/port/people.ts'
import { isRefused, type Refused, refused } from './refusal.ts'
import { rightsRechecked } from './tasks-off.ts'
import { isActiveAdmin, refuseFullTenant, type UserDeps } from './user.ts'

export type SignInRules = Pick<IdentityProvider, 'tenantId' | 'createsUsers' | 'createsGroups'>

export interface SignInUserDeps extends Pick<UserDeps, 'world' | 'limits'> {
  readonly store: Pick<PeopleStore, 'userBySubject'> & Pick<ListStore, 'list'> & ChangeStore
}

/**
 * Finds the user with the person's subject, or makes it where the provider may. Whoever was invited becomes
 * active, also when it was invited with an address that is the person's own (`ownsEmail`) and another
 * subject: that becomes the person's. Name, address and groups become what the provider tells, and stay where
 * it tells nothing. Groups that an administrator made (`custom`) are joined and left only by hand: whoever
 * may name a group at the provider does not get what an administrator gave to one of that name. With a group
 * that it leaves go its tasks of apps that it may not reload any more; the last active administrator keeps
 * the groups that make it one.
 * @returns refusal `unauthorized` for whom is not to come in, also when several were invited with the address
 *   or the user who has it is disabled, and when the tenant may have no more users
 */
export async function signInUser(
  { store, world, limits }: SignInUserDeps,
  rules: SignInRules,
  person: Person,
): Promise<User | Refused> {
  const { tenantId } = rules
  const now = world.clock.now()
  const fresh = {
    user: newHexId<'user'>(world.random, now),
    groups: new Map(person.groups?.map((name) => [name, newHexId<'group'>(world.random, now)])),
  }
  for (let tries = 0; ; tries++) {
    const bySubject = await store.userBySubject(tenantId, person.subject)
    const invited = bySubject === undefined ? await invitedAs(store, tenantId, person) : undefined
    if (isRefused(invited)) return invited
    const known = bySubject ?? invited
    const signing: Change<User | Refused | undefined> = {
      kind: 'user',
      tenantId,
      id: known?.id ?? fresh.user,
      subject: person.subject,
      step: (view) =>
        signedIn(view, {
          rules,
          limits,
          person,
          now,
          groups: fresh.groups,
          id: fresh.user,
          wasInvited: invited !== undefined,
        }),
    }
    const rights =
      known !== undefined && leavesGroups(known, person)
        ? await rightsRechecked({ store, world }, known, is('ownerId', known.id))
        : []
    const [answer] = await store.change<User | Refused | undefined>([signing, ...rights])
    if (answer !== undefined) return answer
    // Somebody else made the user meanwhile, or took it away.
    if (tries === 2) throw new Error('a user changed its subject again and again')
  }
}

/** Whom an administrator invited with the address of a person whose subject nobody has. */
async function invitedAs(
  store: Pick<ListStore, 'list'>,
  tenantId: TenantId,
  { email, ownsEmail }: Person,
): Promise<User | Refused | undefined> {
  if (email === undefined || ownsEmail !== true) return undefined
  const has = (field: 'email' | 'subject'): Condition<'email' | 'subject'> => ({
    kind: 'among',
    field,
    values: [email],
    anyCase: true,
  })
  const those = any(has('email'), has('subject'))
  const disabled = await firstOf(store, 'users', { tenantId, where: all(is('status', 'disabled'), those) })
  if (disabled !== undefined) return refused('unauthorized', 'the user is disabled')
  const { rows } = await store.list('users', {
    tenantId,
    where: all(is('status', 'invited'), those),
    sort: { field: 'createdAt', descending: false },
    page: { limit: 2 },
  })
  if (rows.length < 2) return rows[0]
  return refused('unauthorized', 'several users were invited with this e-mail address')
}

function isInvitedAs({ status, email, subject }: User, person: Person): boolean {
  const own = folded(person.email ?? '')
  return status === 'invited' && (folded(email ?? '') === own || folded(subject) === own)
}

interface SignIn {
  readonly rules: SignInRules
  readonly limits: SignInUserDeps['limits']
  readonly person: Person
  readonly now: number
  readonly id: User['id']
  /** The user was found by the address that it was invited with. */
  readonly wasInvited: boolean
  /** Ids for groups that are made, by name. */
  readonly groups: ReadonlyMap<string, GroupId>
}

/** Undefined: what was read before is not true any more. */
function signedIn(view: UserView, signIn: SignIn): Decided<User | Refused | undefined> {
  const { rules, person, now, id } = signIn
  const { user, subjectTaken, tenant } = view
  if (subjectTaken || isAnother(user, signIn)) return { answer: undefined }
  if (tenant.removedAt !== undefined) return shutOut('the tenant was removed')
  if (user === undefined && !rules.createsUsers) return shutOut('the user is not known here and not invited')
  if (user === undefined && refuseFullTenant(view, signIn.limits) !== undefined) {
    return shutOut('the tenant takes in nobody more: it has as many users as it may have')
  }
  if (user?.clientId !== undefined) return shutOut('the subject is that of an OAuth client')
  if (user?.status === 'disabled') return shutOut('the user is disabled')
  const { memberships, made } = membershipsOf(view, signIn)
  const before: User = user ?? {
    id,
    tenantId: rules.tenantId,
    subject: person.subject,
    name: person.name ?? person.subject,
    roles: [],
    status: 'active',
    createdAt: now,
    updatedAt: now,
  }
  const told: User = {
    ...before,
    subject: person.subject,
    ...defined({ name: person.name, email: person.email, groups: memberships }),
    status: 'active',
  }
  const isLastAdmin = isActiveAdmin(before) && !isActiveAdmin(told) && !view.hasOtherAdmin()
  const after = isLastAdmin ? { ...told, groups: withAdminGroups(told, before) } : told
  if (user !== undefined && JSON.stringify(after) === JSON.stringify(user)) return { answer: user }
  const saved = { ...after, updatedAt: now }
  return { answer: saved, put: { groups: made, users: [saved] } }
}

/** Somebody made the user meanwhile, changed it or took it away. */
function isAnother(user: User | undefined, { person, wasInvited }: SignIn): boolean {
  if (wasInvited) return user === undefined || !isInvitedAs(user, person)
  return user !== undefined && (user.status === 'deleted' || user.subject !== person.subject)
}

function leavesGroups({ groups = [] }: User, { groups: told }: Person): boolean {
  return told !== undefined && groups.some(({ name }) => !told.includes(name))
}

function withAdminGroups(told: User, before: User): readonly Membership[] {
  const kept = (before.groups ?? []).filter(({ roles }) => roles.includes('TenantAdmin'))
  return [...(told.groups ?? []), ...kept].sort((a, b) => (a.id < b.id ? -1 : 1))
}

/** Undefined when nothing is told of groups and nothing changes. */
function membershipsOf(
  view: UserView,
  { rules, person, now, groups: ids }: SignIn,
): { readonly memberships?: readonly Membership[]; readonly made: readonly Group[] } {
  const told = person.groups
  const had = view.user?.groups ?? []
  if (told === undefined || (told.length === 0 && had.length === 0)) return { made: [] }
  const known = new Map(told.map((name) => [name, view.groupOf({ name })]))
  const made = rules.createsGroups
    ? told
        .filter((name) => known.get(name) === undefined)
        // No more than administrators may have.
        .slice(0, Math.max(0, GROUPS_MAX - view.groupCount()))
        .map((name) => newGroup(rules.tenantId, ids.get(name)!, name, now))
    : []
  const existing = [...known.values()].flatMap((group) =>
    group === undefined || group.provider === 'custom' ? [] : [group],
  )
  const named = [...existing, ...made].map(membershipIn)
  const kept = had.filter(({ id }) => view.groupOf({ id })?.provider === 'custom')
  const byId = [...kept, ...named].sort((a, b) => (a.id < b.id ? -1 : 1))
  const same = byId.length === had.length && byId.every(({ id }) => had.some((one) => one.id === id))
  return same ? { made } : { memberships: byId, made }
}

function newGroup(tenantId: TenantId, id: GroupId, name: string, now: number): Group {
  return { id, tenantId, name, roles: [], provider: 'idp', createdAt: now, updatedAt: now }
}

function shutOut(detail: string): Decided<Refused> {
  return { answer: refused('unauthorized', detail) }
}
