/** What reloads stored: what their settling step is shown, and what is still to be put into its places. */
import type { DatabaseSync } from 'node:sqlite'
import type { TenantId } from '../../core/ids.ts'
import type { Publication } from '../../core/publication.ts'
import type { PlacedName } from '../../core/records.ts'
import type { PublicationStore, StoresSaving, StoresView } from '../port/publications.ts'
import { prepareMarked } from './apps.ts'
import type { WriteCatalog } from './catalog-writes.ts'
import { prepareOnTheWay } from './data-files.ts'
import { prepareDataAudience } from './data-readers.ts'
import { recordsOf } from './row.ts'
import type { StoreCache } from './store-cache.ts'
import type { Answers } from './verbs.ts'

export function prepareStoresView(
  db: DatabaseSync,
): (tenantId: TenantId, stored: readonly PlacedName[]) => StoresView {
  const onTheWay = prepareOnTheWay(db)
  const marked = prepareMarked(db)
  const audience = prepareDataAudience(db)
  const space = db.prepare('SELECT 1 FROM spaces WHERE id = ? AND tenant_id = ?')
  return (tenantId, stored) => {
    const isGone = ({ place }: PlacedName) =>
      'spaceId' in place && space.get(place.spaceId, tenantId) === undefined
    const found = stored.flatMap((each) => onTheWay(tenantId, each))
    return {
      placeless: stored.filter(isGone),
      onTheWay: [...new Map(found.map((file) => [file.id, file])).values()],
      marked: marked(tenantId),
      ...audience(tenantId),
    }
  }
}

export function prepareSaveStores(
  db: DatabaseSync,
  cache: StoreCache,
  write: WriteCatalog,
): (tenantId: TenantId, saving: StoresSaving) => void {
  const insert = db.prepare('INSERT INTO publications (id, tenant_id, record) VALUES (?, ?, ?)')
  return (tenantId, { dataFiles, apps, taskRuns, publication }) => {
    write(tenantId, { put: { dataFiles, apps, taskRuns } })
    for (const { id } of apps) cache.forgetApp(id)
    insert.run(publication.id, publication.tenantId, JSON.stringify(publication))
  }
}

export function preparePublications(db: DatabaseSync): Answers<PublicationStore> {
  const all = db.prepare('SELECT record FROM publications ORDER BY sequence')
  const ofTenant = db.prepare('SELECT record FROM publications WHERE tenant_id = ? ORDER BY sequence')
  const remove = db.prepare('DELETE FROM publications WHERE id = ?')
  return {
    publications: (tenantId) =>
      recordsOf<Publication>(tenantId === undefined ? all.all() : ofTenant.all(tenantId)),
    published: (id) => void remove.run(id),
  }
}
