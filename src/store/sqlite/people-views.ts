/** What steps about people, and about what they come in with, are shown. */
import type { DatabaseSync } from 'node:sqlite'
import { defined } from '../../core/defined.ts'
import type { Group } from '../../core/group.ts'
import type { IdentityProvider } from '../../core/people/identity-provider.ts'
import type { LoginSession } from '../../core/people/login-session.ts'
import type { OAuthClient } from '../../core/people/oauth-client.ts'
import type { ApiKey } from '../../core/records.ts'
import { isTenantAdmin } from '../../core/rights.ts'
import type { Subscription } from '../../event/subscription.ts'
import type { CatalogView, Change, UserView } from '../port/change.ts'
import type { AboutPeople } from '../rule/changing.ts'
import { recordOf, recordsOf } from './row.ts'
import type { TaskLists } from './task-views.ts'
import { prepareUserById } from './user-rows.ts'

/** Runs a step about people. */
export function preparePeopleSteps(db: DatabaseSync, tasks: TaskLists) {
  const one = (table: string) => {
    const select = db.prepare(`SELECT record FROM ${table} WHERE id = ? AND tenant_id = ?`)
    return <Row>(id: string, tenantId: string) => recordOf<Row>(select.get(id, tenantId))
  }
  const userOf = prepareUserById(db)
  const groupOf = one('groups')
  const keyOf = one('keys')
  const clientOf = one('oauth_clients')
  const sessionOf = one('login_sessions')
  const providers = db.prepare(
    'SELECT record FROM identity_providers WHERE tenant_id = ? ORDER BY created_at, id',
  )
  const groupNamed = db.prepare('SELECT 1 FROM groups WHERE tenant_id = ? AND name = ? AND id <> ?')
  const goodKeys = db.prepare(`
    SELECT count(*) AS good FROM keys WHERE tenant_id = ? AND user_id = ? AND record ->> '$.revokedAt' IS NULL
      AND ifnull(record ->> '$.expiresAt', ?3 + 1) > ?3`)
  const userView = prepareUserView(db, tasks)
  return <Answer>(change: AboutPeople<Answer>, base: CatalogView) => {
    const { tenantId, id } = change
    switch (change.kind) {
      case 'user':
        return change.step({ ...base, ...userView(change), ...defined({ user: userOf(id, tenantId) }) })
      case 'group':
        return change.step({
          ...base,
          ...defined({ group: groupOf<Group>(id, tenantId) }),
          nameTaken: change.name !== undefined && groupNamed.get(tenantId, change.name, id) !== undefined,
        })
      case 'key':
        return change.step({
          ...base,
          ...defined({ key: keyOf<ApiKey>(id, tenantId) }),
          goodKeysOf: (userId, now) => goodKeys.get(tenantId, userId, now)!.good as number,
        })
      case 'oauth-client': {
        const client = clientOf<OAuthClient>(id, tenantId)
        const user = client && userOf(client.userId, tenantId)
        return change.step({ ...base, ...defined({ client, user }) })
      }
      case 'identity-provider': {
        const all = recordsOf<IdentityProvider>(providers.all(tenantId))
        return change.step({ ...base, all, ...defined({ provider: all.find((row) => row.id === id) }) })
      }
      case 'login-session':
        return change.step({ ...base, ...defined({ session: sessionOf<LoginSession>(id, tenantId) }) })
    }
  }
}

function prepareUserView(db: DatabaseSync, tasks: TaskLists) {
  const subjectOf = db.prepare('SELECT 1 FROM users WHERE tenant_id = ? AND subject = ? AND id <> ?')
  const userById = prepareUserById(db)
  // A deleted user has none.
  const userCount = db.prepare(
    'SELECT count(*) AS users FROM users WHERE tenant_id = ? AND subject IS NOT NULL',
  )
  const groupById = db.prepare('SELECT record FROM groups WHERE tenant_id = ? AND id = ?')
  const groupNamed = db.prepare('SELECT record FROM groups WHERE tenant_id = ? AND name = ?')
  const groupCount = db.prepare('SELECT count(*) AS groups FROM groups WHERE tenant_id = ?')
  const keys = db.prepare(
    'SELECT record FROM keys WHERE tenant_id = ? AND user_id = ? ORDER BY created_at, id',
  )
  const sessions = db.prepare(
    'SELECT record FROM login_sessions WHERE tenant_id = ? AND user_id = ? ORDER BY created_at, id',
  )
  const owned = db.prepare(`
    SELECT record FROM subscriptions WHERE tenant_id = ? AND record ->> '$.ownerId' = ?
    ORDER BY created_at, id`)
  // Those of whom their record or that of a group has the word at all: whether it counts, rights.ts tells.
  const mayBeAdmins = db.prepare(`
    SELECT id FROM users WHERE tenant_id = ? AND id <> ? AND record ->> '$.status' = 'active'
      AND (instr(record -> '$.roles', '"TenantAdmin"') > 0
        OR EXISTS (
          SELECT 1 FROM json_each(users.record, '$.groups') AS m JOIN groups AS g ON g.id = m.value ->> '$.id'
          WHERE instr(g.record, '"TenantAdmin"') > 0))`)
  const isAdmin = (id: string, tenantId: string): boolean => {
    const user = userById(id, tenantId)
    return user !== undefined && isTenantAdmin(user)
  }
  return ({
    tenantId,
    id,
    subject,
  }: Extract<Change<unknown>, { readonly kind: 'user' }>): Omit<UserView, keyof CatalogView | 'user'> => ({
    subjectTaken: subject !== undefined && subjectOf.get(tenantId, subject, id) !== undefined,
    tasks: tasks.ofOwner(tenantId, id),
    userCount: () => userCount.get(tenantId)!.users as number,
    groupOf: ({ id: groupId, name }) => {
      const row = groupId === undefined ? groupNamed.get(tenantId, name!) : groupById.get(tenantId, groupId)
      const group = recordOf<Group>(row)
      return name === undefined || group?.name === name ? group : undefined
    },
    groupCount: () => groupCount.get(tenantId)!.groups as number,
    keys: () => recordsOf<ApiKey>(keys.all(tenantId, id)),
    loginSessions: () => recordsOf<LoginSession>(sessions.all(tenantId, id)),
    owned: () => recordsOf<Subscription>(owned.all(tenantId, id)),
    hasOtherAdmin: () => {
      for (const row of mayBeAdmins.iterate(tenantId, id)) {
        if (isAdmin(row.id as string, tenantId)) return true
      }
      return false
    },
  })
}
