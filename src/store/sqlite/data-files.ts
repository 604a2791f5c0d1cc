/** Data files. A name is unique within its place: a space, or the personal files of a user. */
import type { DatabaseSync } from 'node:sqlite'
import type { DataFile, FilePlace } from '../../catalog/records.ts'
import type { AppId } from '../../core/ids.ts'
import type { CatalogStore } from '../port/store.ts'
import { ownerOfReaders } from '../rule/crash-marks.ts'
import { mustSave } from './identity.ts'
import { recordOf } from './row.ts'
import type { Answers } from './verbs.ts'

type DataFileVerb = 'saveDataFile' | 'removeDataFile' | 'dataFile' | 'dataFileByName'

/** @param changed called for each app whose row is written */
export function prepareDataFiles(
  db: DatabaseSync,
  changed: (id: AppId) => void,
): Answers<CatalogStore, DataFileVerb> {
  const save = db.prepare(`
    INSERT INTO data_files (id, tenant_id, space_id, owner_id, name, created_at, record)
    VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET space_id = excluded.space_id, owner_id = excluded.owner_id,
      name = excluded.name, created_at = excluded.created_at, record = excluded.record
      WHERE tenant_id = excluded.tenant_id`)
  const remove = db.prepare('DELETE FROM data_files WHERE id = ? AND tenant_id = ?')
  const one = db.prepare('SELECT record FROM data_files WHERE id = ? AND tenant_id = ?')
  const inSpace = db.prepare(
    'SELECT record FROM data_files WHERE tenant_id = ? AND space_id = ? AND name = ?',
  )
  const ofOwner = db.prepare(`
    SELECT record FROM data_files WHERE tenant_id = ? AND owner_id = ? AND name = ? AND space_id IS NULL`)
  const byName = (tenantId: string, place: FilePlace, name: string) =>
    recordOf<DataFile>(
      'spaceId' in place
        ? inSpace.get(tenantId, place.spaceId, name)
        : ofOwner.get(tenantId, place.ownerId, name),
    )
  const clearMarks = db.prepare(`
    UPDATE apps SET crashed_full = 0, crashed_partial = 0
    WHERE tenant_id = ?1 AND (?2 IS NULL OR owner_id = ?2) AND crashed_full + crashed_partial > 0 RETURNING id`)
  const clearMarksOfReaders = (file: DataFile) => {
    const readers = clearMarks.all(file.tenantId, ownerOfReaders(file) ?? null)
    for (const { id } of readers) changed(id as AppId)
  }
  const read = (tenantId: string, id: string) => recordOf<DataFile>(one.get(id, tenantId))
  return {
    saveDataFile: (file) => {
      const { id, tenantId, spaceId, ownerId, name, createdAt } = file
      const other = byName(tenantId, spaceId === undefined ? { ownerId } : { spaceId }, name)
      if (other !== undefined && other.id !== id) return 'name-taken'
      mustSave(save.run(id, tenantId, spaceId ?? null, ownerId, name, createdAt, JSON.stringify(file)), id)
      clearMarksOfReaders(file)
      return 'saved'
    },
    removeDataFile: (tenantId, id) => {
      const file = read(tenantId, id)
      if (file === undefined) return false
      clearMarksOfReaders(file)
      return remove.run(id, tenantId).changes === 1
    },
    dataFile: read,
    dataFileByName: byName,
  }
}
