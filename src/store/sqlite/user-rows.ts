/** Users as they are read from any statement: with what they have of their groups now. */
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'
import { type Group, withMemberships } from '../../core/group.ts'
import type { User } from '../../core/records.ts'
import { recordOf } from './row.ts'

/** @param record the JSON of a row of users */
export type UserOf = (record: SQLOutputValue | undefined) => User

export function prepareUserOf(db: DatabaseSync): UserOf {
  const group = db.prepare('SELECT record FROM groups WHERE id = ? AND tenant_id = ?')
  return (record) => {
    const user = JSON.parse(record as string) as User
    return withMemberships(user, (id) => recordOf<Group>(group.get(id, user.tenantId)))
  }
}

/** A user by its id. */
export function prepareUserById(db: DatabaseSync): (id: string, tenantId: string) => User | undefined {
  const userOf = prepareUserOf(db)
  const select = db.prepare('SELECT record FROM users WHERE id = ? AND tenant_id = ?')
  return (id, tenantId) => {
    const row = select.get(id, tenantId)
    return row && userOf(row.record)
  }
}
