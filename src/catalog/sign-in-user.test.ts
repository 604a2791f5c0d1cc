import { describe, expect, it } from 'vitest'
import { put } from '../../test/support/catalog.ts'
import { anApp, aSpace, aTask, aTenant, aUser, TENANT_ID } from '../../test/support/records.ts'
import { virtualMachine } from '../../test/support/virtual-machine.ts'
import { GROUPS_MAX, type Group, membershipIn } from '../core/group.ts'
import type { ClientId, GroupId } from '../core/ids.ts'
import type { Person } from '../core/people/person.ts'
import type { SpaceAssignment, User } from '../core/records.ts'
import { MemoryStore } from '../store/memory/memory-store.ts'
import { everyRow } from '../store/port/lists.ts'
import { isRefused } from './refusal.ts'
import { type SignInRules, signInUser } from './sign-in-user.ts'

const RULES: SignInRules = { tenantId: TENANT_ID, createsUsers: true, createsGroups: true }
const ada: Person = { subject: 'idp|ada', name: 'Ada', email: 'ada@example.com', groups: ['Sales'] }

async function bench(users: readonly User[] = [], groups: readonly Group[] = [], usersPerTenant = 0) {
  const store = new MemoryStore()
  await put(store, { tenants: [aTenant()], groups, users })
  let now = 1000
  const { random } = virtualMachine().ports
  const clock = { now: () => now++, monotonic: () => now }
  const deps = { store, world: { random, clock }, limits: { usersPerTenant } }
  return {
    store,
    signIn: (person: Person, rules: Partial<SignInRules> = {}) =>
      signInUser(deps, { ...RULES, ...rules }, person),
    groups: async () => (await everyRow(store, 'groups', { tenantId: TENANT_ID })).map(({ name }) => name),
  }
}

async function letIn(answer: ReturnType<typeof signInUser>): Promise<User> {
  const user = await answer
  if (isRefused(user)) throw new Error(user.faults[0]?.detail)
  return user
}

const group = (name: string, provider: Group['provider']): Group => ({
  id: `g-${name}` as GroupId,
  tenantId: TENANT_ID,
  name,
  roles: ['DataAdmin'],
  provider,
  createdAt: 0,
  updatedAt: 0,
})

describe('a person that signs in', () => {
  it('is made at first sight, once, without a role of its own', async () => {
    const { signIn, groups, store } = await bench()
    const [one, two] = await Promise.all([letIn(signIn(ada)), letIn(signIn(ada))])
    expect(one).toMatchObject({ subject: 'idp|ada', name: 'Ada', status: 'active', roles: [] })
    expect(two.id).toBe(one.id)
    expect(one.groups?.map(({ name }) => name)).toEqual(['Sales'])
    expect(await groups()).toEqual(['Sales'])
    expect(await store.count('users', { tenantId: TENANT_ID })).toBe(1)
  })

  it('is let in only when it is known where the provider makes no users', async () => {
    const invited = aUser({ subject: 'idp|ada', status: 'invited' })
    const { signIn } = await bench([invited])
    expect(await signIn({ subject: 'idp|bob' }, { createsUsers: false })).toMatchObject({
      reason: 'unauthorized',
    })
    expect(await signIn(ada, { createsUsers: false })).toMatchObject({ id: invited.id, status: 'active' })
  })

  it.each([
    ['a disabled user', aUser({ subject: 'idp|ada', status: 'disabled' })],
    ['the user of an OAuth client', aUser({ subject: 'idp|ada', clientId: 'c-1' as ClientId })],
  ])('is not let in as %s', async (_, user) => {
    const { signIn, store } = await bench([user])
    expect(await signIn(ada)).toMatchObject({ kind: 'refused', reason: 'unauthorized' })
    expect(await store.user(TENANT_ID, user.id)).toEqual(user)
  })

  it('is not made where the tenant has as many users as it may have, or as it has been allowed', async () => {
    const { signIn, store } = await bench([], [], 1)
    const { id } = await letIn(signIn(ada))
    expect(await signIn({ subject: 'idp|bob' })).toMatchObject({ reason: 'unauthorized' })
    expect(await store.count('users', { tenantId: TENANT_ID })).toBe(1)
    expect((await letIn(signIn(ada))).id, 'who is known comes in').toBe(id)
    await put(store, { tenants: [aTenant({ limits: { users: 2 } })] })
    await letIn(signIn({ subject: 'idp|bob' }))
    await put(store, { users: [aUser({ id, subject: 'idp|ada', status: 'deleted' })] })
    await letIn(signIn({ subject: 'idp|carl' }))
  })

  it('is not let in to a tenant that was removed', async () => {
    const { signIn, store } = await bench()
    await put(store, { tenants: [aTenant({ removedAt: 1 })] })
    expect(await signIn(ada)).toMatchObject({ reason: 'unauthorized' })
  })

  it('is a new user when the one with its subject was deleted', async () => {
    const gone = aUser({ subject: 'idp|ada', status: 'deleted' })
    const { signIn } = await bench([gone])
    const made = await letIn(signIn(ada))
    expect(made.id).not.toBe(gone.id)
  })

  it('has the groups that it is told to have, and those of administrators', async () => {
    const own = group('Board', 'custom')
    const member = aUser({ subject: ada.subject, groups: [membershipIn(own)] })
    const { signIn, groups } = await bench([member], [own, group('Old', 'idp')])
    const first = await letIn(signIn({ ...ada, groups: ['Board', 'Old'] }))
    expect(first.groups?.map(({ name }) => name).sort()).toEqual(['Board', 'Old'])
    const later = await letIn(signIn({ ...ada, groups: ['New'] }, { createsGroups: false }))
    expect(later.groups?.map(({ name }) => name)).toEqual(['Board'])
    expect(await groups()).not.toContain('New')
    const untold = await letIn(signIn({ subject: ada.subject }))
    expect(untold.groups).toEqual(later.groups)
    expect(untold.name).toBe('Ada')
  })

  it('makes no more groups than a tenant may have', async () => {
    const there = Array.from({ length: GROUPS_MAX - 1 }, (_, n) => group(`g${n}`, 'idp'))
    const { signIn, groups } = await bench([], there)
    const user = await letIn(signIn({ ...ada, groups: ['g0', 'new-1', 'new-2'] }))
    expect(user.groups?.map(({ name }) => name).sort()).toEqual(['g0', 'new-1'])
    expect(await groups()).toHaveLength(GROUPS_MAX)
  })

  it('does not get into a group of administrators because its provider has one of that name', async () => {
    const board = { ...group('Board', 'custom'), roles: ['TenantAdmin' as const] }
    const { signIn } = await bench([], [board])
    for (const createsGroups of [true, false]) {
      const user = await letIn(signIn({ ...ada, groups: ['Board', 'Staff'] }, { createsGroups }))
      expect(user.groups?.map(({ name }) => name) ?? []).not.toContain('Board')
    }
  })

  it('is not saved again when nothing changed', async () => {
    const { signIn, store } = await bench()
    const before = await letIn(signIn(ada))
    expect(await letIn(signIn(ada))).toEqual(before)
    expect((await store.user(TENANT_ID, before.id))?.updatedAt).toBe(before.updatedAt)
  })

  it('that leaves a group loses its tasks of apps that it may not reload any more', async () => {
    const crew = { ...group('Crew', 'idp'), roles: [] }
    const member = aUser({ subject: ada.subject, groups: [membershipIn(crew)] })
    const { signIn, store } = await bench([member], [crew])
    const space = aSpace({ ownerId: 'owner' as User['id'] })
    const app = anApp({ ownerId: space.ownerId, spaceId: space.id })
    const assigned: SpaceAssignment = {
      id: 'a' as SpaceAssignment['id'],
      tenantId: TENANT_ID,
      spaceId: space.id,
      type: 'group',
      assigneeId: crew.id,
      roles: ['producer'],
      createdAt: 0,
      createdBy: space.ownerId,
      updatedAt: 0,
    }
    await put(store, {
      spaces: [space],
      assignments: [assigned],
      apps: [app],
      tasks: [aTask({ ownerId: member.id, appId: app.id, enabled: true })],
    })
    await letIn(signIn({ ...ada, groups: ['Crew'] }))
    const task = async () => (await everyRow(store, 'tasks', { tenantId: TENANT_ID }))[0]
    expect((await task())?.enabled).toBe(true)
    await letIn(signIn({ ...ada, groups: [] }))
    expect(await task()).toMatchObject({ enabled: false, disabledCode: 'OWNER-MOVED' })
  })

  it('and is the last administrator keeps the group that makes it one', async () => {
    const admins = { ...group('Admins', 'idp'), roles: ['TenantAdmin' as const] }
    const member = aUser({ subject: ada.subject, groups: [membershipIn(admins)] })
    const { signIn } = await bench([member], [admins])
    expect(
      (await letIn(signIn({ ...ada, groups: ['Sales'] }))).groups?.map(({ name }) => name).sort(),
    ).toEqual(['Admins', 'Sales'])
    const other = aUser({ id: 'other' as User['id'], subject: 'other', roles: ['TenantAdmin'] })
    const { signIn: again } = await bench([member, other], [admins])
    expect((await letIn(again({ ...ada, groups: [] }))).groups).toEqual([])
  })
})

describe('a person whose subject is new and who was invited by mail', () => {
  const invited = aUser({
    id: 'invited' as User['id'],
    subject: 'Ada@Example.com',
    email: 'Ada@Example.com',
    roles: ['Developer'],
    status: 'invited',
  })
  const known: Person = { ...ada, ownsEmail: true }

  it('becomes that user, in any case of the address, with its own subject, once', async () => {
    const { signIn, store } = await bench([invited])
    const [one, two] = await Promise.all([
      letIn(signIn(known, { createsUsers: false })),
      letIn(signIn(known, { createsUsers: false })),
    ])
    expect(one).toMatchObject({ id: invited.id, subject: 'idp|ada', status: 'active', roles: ['Developer'] })
    expect(two.id).toBe(invited.id)
    expect(await store.userBySubject(TENANT_ID, invited.subject)).toBeUndefined()
  })

  it('is found by a subject that is the address, too', async () => {
    const { email: _, ...withoutMail } = invited
    const { signIn } = await bench([withoutMail])
    expect((await letIn(signIn(known))).id).toBe(invited.id)
  })

  it('is not that user when the address may be anybody’s', async () => {
    const { signIn, store } = await bench([invited])
    expect(await signIn(ada, { createsUsers: false })).toMatchObject({ reason: 'unauthorized' })
    expect((await letIn(signIn(ada))).id).not.toBe(invited.id)
    expect(await store.user(TENANT_ID, invited.id)).toEqual(invited)
  })

  it('does not take over who is there already, whoever says so', async () => {
    const active = { ...invited, status: 'active' as const }
    const { signIn, store } = await bench([active])
    expect(await signIn(known, { createsUsers: false })).toMatchObject({ reason: 'unauthorized' })
    expect((await letIn(signIn(known))).id).not.toBe(active.id)
    expect(await store.user(TENANT_ID, active.id)).toEqual(active)
  })

  it('of two persons with one address only the first does', async () => {
    const { signIn } = await bench([invited])
    const both = await Promise.all(
      ['one', 'two'].map((subject) => signIn({ ...known, subject }, { createsUsers: false })),
    )
    expect(both.filter((answer) => !isRefused(answer))).toMatchObject([{ id: invited.id }])
    expect(both.filter(isRefused)).toMatchObject([{ reason: 'unauthorized' }])
  })

  it.each<[string, readonly User[]]>([
    [
      'two were invited with the address',
      [invited, { ...invited, id: 'twin' as User['id'], subject: 'ada@example.com' }],
    ],
    ['who was invited is disabled', [{ ...invited, status: 'disabled' }]],
    [
      'another with the address is disabled',
      [invited, { ...invited, id: 'twin' as User['id'], subject: 'other', status: 'disabled' }],
    ],
  ])('does not come in when %s', async (_, users) => {
    const { signIn, store } = await bench(users)
    expect(await signIn(known)).toMatchObject({ kind: 'refused', reason: 'unauthorized' })
    for (const user of users) expect(await store.user(TENANT_ID, user.id)).toEqual(user)
    expect(await store.count('users', { tenantId: TENANT_ID })).toBe(users.length)
  })

  it('is the user with its subject, when there is one', async () => {
    const own = aUser({ subject: 'idp|ada' })
    const { signIn, store } = await bench([own, invited])
    expect((await letIn(signIn(known))).id).toBe(own.id)
    expect(await store.user(TENANT_ID, invited.id)).toEqual(invited)
  })

  it('is a new one, when who was invited was deleted', async () => {
    const { signIn } = await bench([{ ...invited, status: 'deleted' }])
    expect((await letIn(signIn(known))).id).not.toBe(invited.id)
  })
})
