/** Groups, OAuth clients, identity providers and login sessions, and what steps about people are shown. */
import { describe, expect, it } from 'vitest'
import { defined } from '../../src/core/defined.ts'
import type { Group } from '../../src/core/group.ts'
import { membershipIn } from '../../src/core/group.ts'
import type {
  AssignmentId,
  ClientId,
  GroupId,
  KeyId,
  ProviderId,
  SessionId,
  UserId,
} from '../../src/core/ids.ts'
import { DEFAULT_CLAIM_NAMES, type IdentityProvider } from '../../src/core/people/identity-provider.ts'
import type { LoginSession } from '../../src/core/people/login-session.ts'
import type { OAuthClient } from '../../src/core/people/oauth-client.ts'
import type { ApiKey, User } from '../../src/core/records.ts'
import type { Role } from '../../src/core/role.ts'
import type { Change } from '../../src/store/port/change.ts'
import { is } from '../../src/store/port/condition.ts'
import { everyRow } from '../../src/store/port/lists.ts'
import { put, remove } from '../support/catalog.ts'
import { aSpace, aTask, aUser } from '../support/records.ts'
import { aSubscription, type Given, OTHER_TENANT, START_MS, TENANT_ID } from './store-records.ts'

const made = { tenantId: TENANT_ID, createdAt: START_MS, updatedAt: START_MS }
const ada = aUser()
const bob = aUser({ id: 'u-bob' as UserId, subject: 'idp|bob', createdAt: START_MS + 1 })
const sales: Group = {
  ...made,
  id: 'g-1' as GroupId,
  name: 'Sales',
  roles: ['TenantAdmin'],
  provider: 'custom',
}
const inSales = { ...bob, groups: [membershipIn(sales)] }
const client: OAuthClient = {
  ...made,
  id: 'c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1' as ClientId,
  userId: bob.id,
  name: 'Nightly',
  description: '',
  secrets: [{ hash: 'h', hint: 'abcd', createdAt: START_MS }],
  createdBy: ada.id,
}
const provider: IdentityProvider = {
  ...made,
  id: 'p-1' as ProviderId,
  name: 'Company',
  protocol: 'jwt',
  issuer: 'https://id.example.com',
  claims: DEFAULT_CLAIM_NAMES,
  createsUsers: true,
  createsGroups: false,
  enabled: true,
}
const session: LoginSession = {
  id: 's-1' as SessionId,
  tenantId: TENANT_ID,
  userId: ada.id,
  tokenHash: 'token-of-ada',
  opened: { by: 'oidc', providerId: provider.id },
  claims: { sub: 'ada' },
  createdAt: START_MS,
  seenAt: START_MS,
  expiresAt: START_MS + 1000,
}
const keyOf = (n: number, change: Partial<ApiKey> = {}): ApiKey => ({
  id: `k-${n}` as KeyId,
  tenantId: TENANT_ID,
  userId: ada.id,
  description: '',
  tokenHash: `hash-${n}`,
  createdAt: START_MS + n,
  createdBy: ada.id,
  ...change,
})

export function exercisePeople(given: () => Given): void {
  const store = () => given().store
  const shown = async <View>(
    subject: Omit<Extract<Change<View>, { kind: 'user' | 'group' | 'key' }>, 'step'> & object,
  ): Promise<View> => {
    const step = (view: View) => ({ answer: view })
    const [view] = await store().change<View>([{ ...subject, step } as never])
    return view!
  }

  describe('people', () => {
    it('a subject is of one user that is not deleted', async () => {
      await put(store(), { users: [ada, bob] })
      await expect(put(store(), { users: [{ ...bob, subject: ada.subject }] })).rejects.toThrow()
      expect((await store().userBySubject(TENANT_ID, ada.subject))?.id).toBe(ada.id)
      expect(await store().userBySubject(TENANT_ID, ada.subject.toUpperCase())).toBeUndefined()
      expect(await store().userBySubject(OTHER_TENANT, ada.subject)).toBeUndefined()
      await put(store(), { users: [{ ...ada, status: 'deleted' }] })
      expect(await store().userBySubject(TENANT_ID, ada.subject)).toBeUndefined()
      await put(store(), { users: [{ ...bob, subject: ada.subject }] })
      expect((await store().userBySubject(TENANT_ID, ada.subject))?.id).toBe(bob.id)
      await expect(put(store(), { users: [ada] })).rejects.toThrow()
    })

    it('the name of a group is of one group of the tenant', async () => {
      await put(store(), { groups: [sales] })
      await put(store(), { groups: [{ ...sales, id: 'g-2' as GroupId, tenantId: OTHER_TENANT }] })
      await expect(put(store(), { groups: [{ ...sales, id: 'g-3' as GroupId }] })).rejects.toThrow()
      expect(await store().group(TENANT_ID, sales.id)).toEqual(sales)
      expect(await store().group(OTHER_TENANT, sales.id)).toBeUndefined()
      await remove(store(), TENANT_ID, { groups: [sales.id] })
      expect(await store().group(TENANT_ID, sales.id)).toBeUndefined()
    })

    it('assignments of a user are those of its groups, too', async () => {
      const space = aSpace()
      const assigned = (id: string, type: 'user' | 'group' | 'bot', assigneeId: string) => ({
        ...made,
        id: id as AssignmentId,
        spaceId: space.id,
        type,
        assigneeId,
        roles: ['producer'],
        createdBy: ada.id,
      })
      const all = [
        assigned('a-1', 'user', bob.id),
        assigned('a-2', 'group', sales.id),
        assigned('a-3', 'bot', bob.id),
      ]
      await put(store(), { spaces: [space], assignments: all })
      expect((await store().assignmentsOf(inSales)).map(({ id }) => id)).toEqual(['a-1', 'a-2'])
      expect((await store().assignmentsOf(bob)).map(({ id }) => id)).toEqual(['a-1'])
    })

    it('clients and sessions are found with their users, providers by their issuer', async () => {
      await put(store(), { users: [ada, bob] })
      await put(store(), { oauthClients: [client], identityProviders: [provider], loginSessions: [session] })
      const elsewhere = {
        ...provider,
        id: 'p-2' as ProviderId,
        tenantId: OTHER_TENANT,
        createdAt: START_MS - 1,
      }
      await put(store(), { identityProviders: [elsewhere] })
      expect(await store().oauthClient(client.id)).toEqual({ client, user: bob })
      expect(await store().oauthClient('none' as ClientId)).toBeUndefined()
      expect(await store().sessionByHash(session.tokenHash)).toEqual({ session, user: ada })
      expect(await store().sessionByHash('another')).toBeUndefined()
      expect(await store().identityProvidersOf(provider.issuer)).toEqual([elsewhere, provider])
      expect(await store().identityProvidersOf(`${provider.issuer}/`)).toEqual([])
      expect(await store().identityProvider(TENANT_ID, provider.id)).toEqual(provider)
      expect(await store().identityProvider(OTHER_TENANT, provider.id)).toBeUndefined()
      await put(store(), { users: [{ ...ada, status: 'disabled' }] })
      expect((await store().sessionByHash(session.tokenHash))?.user.status).toBe('disabled')
      await remove(store(), TENANT_ID, { loginSessions: [session.id], oauthClients: [client.id] })
      expect(await store().sessionByHash(session.tokenHash)).toBeUndefined()
      expect(await store().oauthClient(client.id)).toBeUndefined()
    })

    it('a step about a user is shown what it has, a subject that is taken, and who else administers', async () => {
      await put(store(), { users: [ada, inSales], groups: [sales] })
      const mine = keyOf(1)
      const subscription = aSubscription({ ownerId: ada.id, enabled: false })
      const task = aTask({ ownerId: ada.id })
      await put(store(), { keys: [mine], loginSessions: [session], subscriptions: [subscription] })
      await given().app({ id: task.appId })
      await put(store(), { tasks: [task] })
      const foreign = { ...sales, id: 'g-of-others' as GroupId, tenantId: OTHER_TENANT }
      await put(store(), { groups: [foreign] })
      const seen = async (id: UserId, subject?: string) =>
        store().change([
          {
            kind: 'user',
            tenantId: TENANT_ID,
            id,
            ...defined({ subject }),
            step: (view) => ({
              answer: {
                user: view.user?.id,
                taken: view.subjectTaken,
                tasks: view.tasks.map((one) => one.id),
                groups: [
                  view.groupOf({ id: sales.id }),
                  view.groupOf({ name: sales.name }),
                  view.groupOf({ id: sales.id, name: 'Other' }),
                  view.groupOf({ id: 'g-of-others' }),
                ],
                groupCount: view.groupCount(),
                userCount: view.userCount(),
                keys: view.keys(),
                sessions: view.loginSessions(),
                owned: view.owned().map((one) => one.id),
                hasOtherAdmin: view.hasOtherAdmin(),
              },
            }),
          },
        ])
      expect(await seen(ada.id, bob.subject)).toEqual([
        {
          user: ada.id,
          taken: true,
          tasks: [task.id],
          groups: [sales, sales, undefined, undefined],
          groupCount: 1,
          userCount: 2,
          keys: [mine],
          sessions: [session],
          owned: [subscription.id],
          hasOtherAdmin: true,
        },
      ])
      const [other] = await seen(bob.id, bob.subject)
      expect(other).toMatchObject({
        user: bob.id,
        taken: false,
        tasks: [],
        keys: [],
        owned: [],
        hasOtherAdmin: false,
      })
      await put(store(), { users: [{ ...inSales, status: 'disabled' }] })
      expect(await seen(ada.id)).toMatchObject([{ hasOtherAdmin: false }])
    })

    it('members have of their groups what these have now, wherever a user is read', async () => {
      await put(store(), { users: [ada, inSales], groups: [sales], keys: [keyOf(1, { userId: bob.id })] })
      const sessions = [{ ...session, userId: bob.id }]
      await put(store(), { loginSessions: sessions, oauthClients: [{ ...client, userId: bob.id }] })
      const everywhere = async () => [
        await store().user(TENANT_ID, bob.id),
        await store().userBySubject(TENANT_ID, bob.subject),
        (await store().keyByHash(keyOf(1).tokenHash))?.user,
        (await store().sessionByHash(session.tokenHash))?.user,
        (await store().oauthClient(client.id))?.user,
        (await everyRow(store(), 'users', { tenantId: TENANT_ID, where: is('id', bob.id) }))[0],
        (
          await store().change<User | undefined>([
            { kind: 'user', tenantId: TENANT_ID, id: bob.id, step: ({ user }) => ({ answer: user }) },
          ])
        )[0],
      ]
      const membersBy = (value: Role) =>
        store().count('users', { tenantId: TENANT_ID, where: { kind: 'has', field: 'groupRoles', value } })
      expect(new Set((await everywhere()).map((user) => JSON.stringify(user)))).toEqual(
        new Set([JSON.stringify(inSales)]),
      )
      const renamed: Group = { ...sales, name: 'Renamed', roles: ['AuditAdmin'] }
      await put(store(), { groups: [renamed] })
      for (const user of await everywhere()) expect(user).toEqual({ ...bob, groups: [membershipIn(renamed)] })
      expect(await membersBy('AuditAdmin')).toBe(1)
      await remove(store(), TENANT_ID, { groups: [sales.id] })
      for (const user of await everywhere()) expect(user).toEqual({ ...bob, groups: [] })
      expect(await membersBy('AuditAdmin')).toBe(0)
    })

    it('a step about a group is shown whether the name is taken', async () => {
      const other = { ...sales, id: 'g-2' as GroupId, name: 'Other' }
      await put(store(), { users: [ada, inSales], groups: [sales, other] })
      const about = (id: GroupId, name?: string) =>
        shown({ kind: 'group', tenantId: TENANT_ID, id, ...defined({ name }) } as never)
      expect(await about(sales.id, 'Other')).toMatchObject({ group: sales, nameTaken: true })
      expect(await about(other.id, 'Other')).toMatchObject({ group: other, nameTaken: false })
    })

    it('a step about a key is told how many good ones its user has', async () => {
      const keys = [
        keyOf(1),
        keyOf(2, { expiresAt: START_MS + 100 }),
        keyOf(3, { expiresAt: START_MS + 200 }),
        keyOf(4, { revokedAt: START_MS }),
        keyOf(5, { userId: bob.id }),
      ]
      await put(store(), { users: [ada, bob], keys })
      const [good] = await store().change([
        {
          kind: 'key',
          tenantId: TENANT_ID,
          id: keys[0]!.id,
          step: (view) => ({ answer: view.goodKeysOf(ada.id, START_MS + 100) }),
        },
      ])
      expect(good).toBe(2)
    })
  })
}
