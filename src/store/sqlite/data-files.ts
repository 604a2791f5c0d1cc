/** Data files. A name is unique within its place: a space, or the personal files of a user. */
import type { DatabaseSync } from 'node:sqlite'
import { namesOnTheWay } from '../../core/file-name.ts'
import type { TenantId } from '../../core/ids.ts'
import type { DataFile, FilePlace, PlacedName } from '../../core/records.ts'
import type { CatalogStore } from '../port/store.ts'
import { recordOf } from './row.ts'
import type { Answers } from './verbs.ts'

export function prepareDataFiles(db: DatabaseSync): Answers<CatalogStore, 'dataFile' | 'dataFileByName'> {
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
  const read = (tenantId: string, id: string) => recordOf<DataFile>(one.get(id, tenantId))
  return {
    dataFile: read,
    dataFileByName: byName,
  }
}

/** What has the name or lies on the way to it. */
export function prepareOnTheWay(db: DatabaseSync): (tenantId: TenantId, wanted: PlacedName) => DataFile[] {
  const { dataFileByName } = prepareDataFiles(db)
  return (tenantId, { place, name }) =>
    namesOnTheWay(name).flatMap((each) => dataFileByName(tenantId, place, each) ?? [])
}
