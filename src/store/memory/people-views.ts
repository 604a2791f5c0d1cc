/** What steps about people, and about what they come in with, are shown in the memory store. */
import { defined } from '../../core/defined.ts'
import type { TenantId, UserId } from '../../core/ids.ts'
import { keyStatus } from '../../core/key-status.ts'
import { isTenantAdmin } from '../../core/rights.ts'
import type { CatalogView, Change, Decided, GroupView, KeyView, UserView } from '../port/change.ts'
import type { AboutPeople } from '../rule/changing.ts'
import { byAge, own, type Tables } from './tables.ts'

/** Runs a step about people. */
export function peopleStep<Answer>(
  tables: Tables,
  change: AboutPeople<Answer>,
  base: CatalogView,
): Decided<Answer> {
  const { tenantId } = change
  switch (change.kind) {
    case 'user':
      return change.step(userView(tables, change, base))
    case 'group':
      return change.step(groupView(tables, change, base))
    case 'key':
      return change.step(keyView(tables, change, base))
    case 'oauth-client': {
      const client = own(tables.oauthClients.get(change.id), tenantId)
      const user = client && tables.users.get(client.userId)
      return change.step({ ...base, ...defined({ client, user }) })
    }
    case 'identity-provider': {
      const all = byAge(tables.identityProviders.where((row) => row.tenantId === tenantId))
      const provider = all.find(({ id }) => id === change.id)
      return change.step({ ...base, all, ...defined({ provider }) })
    }
    case 'login-session': {
      const session = own(tables.loginSessions.get(change.id), tenantId)
      return change.step({ ...base, ...defined({ session }) })
    }
  }
}

type SubjectOf<Kind extends Change<unknown>['kind']> = Extract<Change<unknown>, { readonly kind: Kind }>

function userView(tables: Tables, { tenantId, id, subject }: SubjectOf<'user'>, base: CatalogView): UserView {
  const users = tables.users.where((row) => row.tenantId === tenantId)
  const isOfUser = (row: { readonly tenantId: TenantId; readonly userId: UserId }) =>
    row.tenantId === tenantId && row.userId === id
  const owns = (row: { readonly tenantId: TenantId; readonly ownerId: UserId }) =>
    row.tenantId === tenantId && row.ownerId === id
  return {
    ...base,
    ...defined({ user: own(tables.users.get(id), tenantId) }),
    subjectTaken:
      subject !== undefined &&
      users.some((row) => row.id !== id && row.subject === subject && row.status !== 'deleted'),
    tasks: byAge(tables.tasks.where(owns)),
    userCount: () => users.filter(({ status }) => status !== 'deleted').length,
    groupOf: ({ id: groupId, name }) =>
      tables.groups.find(
        (row) =>
          row.tenantId === tenantId &&
          (groupId === undefined || row.id === groupId) &&
          (name === undefined || row.name === name),
      ),
    groupCount: () => tables.groups.where((row) => row.tenantId === tenantId).length,
    keys: () => byAge(tables.keys.where(isOfUser)),
    loginSessions: () => byAge(tables.loginSessions.where(isOfUser)),
    owned: () => byAge(tables.subscriptions.where(owns)),
    hasOtherAdmin: () => users.some((row) => row.id !== id && row.status === 'active' && isTenantAdmin(row)),
  }
}

function groupView(tables: Tables, { tenantId, id, name }: SubjectOf<'group'>, base: CatalogView): GroupView {
  return {
    ...base,
    ...defined({ group: own(tables.groups.get(id), tenantId) }),
    nameTaken:
      name !== undefined &&
      tables.groups.find((row) => row.tenantId === tenantId && row.id !== id && row.name === name) !==
        undefined,
  }
}

function keyView(tables: Tables, { tenantId, id }: SubjectOf<'key'>, base: CatalogView): KeyView {
  return {
    ...base,
    ...defined({ key: own(tables.keys.get(id), tenantId) }),
    goodKeysOf: (userId, now) =>
      tables.keys.where(
        (row) => row.tenantId === tenantId && row.userId === userId && keyStatus(row, now) === 'active',
      ).length,
  }
}
