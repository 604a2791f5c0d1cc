/** Spaces and their assignments. */
import type { DatabaseSync } from 'node:sqlite'
import type { Space, SpaceAssignment } from '../../core/records.ts'
import type { CatalogStore } from '../port/store.ts'
import { recordOf, recordsOf } from './row.ts'
import type { Answers } from './verbs.ts'

export function prepareSpaces(
  db: DatabaseSync,
): Answers<CatalogStore, 'space' | 'assignments' | 'assignmentsOf'> {
  const one = db.prepare('SELECT record FROM spaces WHERE id = ? AND tenant_id = ?')
  const ofSpace = db.prepare(
    'SELECT record FROM assignments WHERE space_id = ? AND tenant_id = ? ORDER BY created_at, id',
  )
  const ofUser = db.prepare(`
    SELECT record FROM assignments WHERE tenant_id = ?1 AND (
      (type = 'user' AND assignee_id = ?2) OR
      (type = 'group' AND assignee_id IN (SELECT value FROM json_each(?3))))
    ORDER BY created_at, id`)
  return {
    space: (tenantId, id) => recordOf<Space>(one.get(id, tenantId)),
    assignments: (tenantId, spaceId) => recordsOf<SpaceAssignment>(ofSpace.all(spaceId, tenantId)),
    assignmentsOf: ({ tenantId, id, groups = [] }) => {
      const groupIds = JSON.stringify(groups.map((group) => group.id))
      return recordsOf<SpaceAssignment>(ofUser.all(tenantId, id, groupIds))
    },
  }
}
