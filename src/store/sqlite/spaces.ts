/** Spaces and their assignments. */
import type { DatabaseSync } from 'node:sqlite'
import type { Space, SpaceAssignment } from '../../catalog/records.ts'
import type { CatalogStore } from '../port/store.ts'
import { mustSave } from './identity.ts'
import { recordOf, recordsOf } from './row.ts'
import type { Answers } from './verbs.ts'

export function prepareSpaces(
  db: DatabaseSync,
): Answers<CatalogStore, 'saveSpace' | 'removeSpace' | 'space'> {
  const taken = db.prepare('SELECT 1 FROM spaces WHERE tenant_id = ? AND name = ? AND id <> ?')
  const save = db.prepare(`
    INSERT INTO spaces (id, tenant_id, name, created_at, record) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET name = excluded.name, created_at = excluded.created_at,
      record = excluded.record WHERE tenant_id = excluded.tenant_id`)
  const one = db.prepare('SELECT record FROM spaces WHERE id = ? AND tenant_id = ?')
  const used = db.prepare(`
    SELECT 1 FROM apps WHERE space_id = ?1 UNION ALL
    SELECT 1 FROM data_files WHERE tenant_id = ?2 AND space_id = ?1 LIMIT 1`)
  const remove = db.prepare('DELETE FROM spaces WHERE id = ?')
  return {
    saveSpace: (space) => {
      const { id, tenantId, name, createdAt } = space
      if (taken.get(tenantId, name, id) !== undefined) return 'name-taken'
      mustSave(save.run(id, tenantId, name, createdAt, JSON.stringify(space)), id)
      return 'saved'
    },
    removeSpace: (tenantId, id) => {
      if (one.get(id, tenantId) === undefined) return 'unknown'
      if (used.get(id, tenantId) !== undefined) return 'not-empty'
      remove.run(id)
      return 'removed'
    },
    space: (tenantId, id) => recordOf<Space>(one.get(id, tenantId)),
  }
}

export function prepareAssignments(
  db: DatabaseSync,
): Answers<CatalogStore, 'saveAssignment' | 'removeAssignment' | 'assignments' | 'assignmentsOf'> {
  const taken = db.prepare(
    'SELECT 1 FROM assignments WHERE space_id = ? AND type = ? AND assignee_id = ? AND id <> ?',
  )
  const save = db.prepare(`
    INSERT INTO assignments (id, tenant_id, space_id, type, assignee_id, created_at, record)
    VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET space_id = excluded.space_id, type = excluded.type,
      assignee_id = excluded.assignee_id, created_at = excluded.created_at, record = excluded.record
      WHERE tenant_id = excluded.tenant_id`)
  const remove = db.prepare('DELETE FROM assignments WHERE id = ? AND tenant_id = ?')
  const ofSpace = db.prepare(
    'SELECT record FROM assignments WHERE space_id = ? AND tenant_id = ? ORDER BY created_at, id',
  )
  const ofUser = db.prepare(`
    SELECT record FROM assignments WHERE tenant_id = ? AND type = 'user' AND assignee_id = ?
    ORDER BY created_at, id`)
  return {
    saveAssignment: (assignment) => {
      const { id, tenantId, spaceId, type, assigneeId, createdAt } = assignment
      if (taken.get(spaceId, type, assigneeId, id) !== undefined) return 'taken'
      const record = JSON.stringify(assignment)
      mustSave(save.run(id, tenantId, spaceId, type, assigneeId, createdAt, record), id)
      return 'saved'
    },
    removeAssignment: (tenantId, id) => remove.run(id, tenantId).changes === 1,
    assignments: (tenantId, spaceId) => recordsOf<SpaceAssignment>(ofSpace.all(spaceId, tenantId)),
    assignmentsOf: (tenantId, userId) => recordsOf<SpaceAssignment>(ofUser.all(tenantId, userId)),
  }
}
