/**
 * Names what the database tells and the folders beside it do not have, at the start: nobody else would
 * before it is used.
 */
import type { FileStore } from '../catalog/file-contents.ts'
import { isFolderName } from '../core/file-name.ts'
import type { Log } from '../core/ports.ts'
import type { DataFolder } from '../engine/pool/data-files.ts'
import { everyRow } from '../store/port/lists.ts'
import type { Store } from '../store/port/store.ts'

const NAMED_MAX = 20

export async function tellLost(
  { store, data, files }: { readonly store: Store; readonly data: DataFolder; readonly files: FileStore },
  log: Log,
): Promise<void> {
  const apps: { readonly appId: string; readonly name: string; readonly file: string }[] = []
  const contents: { readonly fileId: string; readonly name: string; readonly found: string }[] = []
  // What is committed and not yet in its place is no loss.
  const placed = (await store.publications()).length === 0
  for (const { id: tenantId } of await store.tenants()) {
    for (const app of await everyRow(store, 'apps', { tenantId })) {
      if (app.data === undefined || (await data.isWhole(app.data))) continue
      apps.push({ appId: app.id, name: app.name, file: data.path(app.data.version) })
    }
    for (const { id, name, bytes, spaceId, ownerId } of await everyRow(store, 'dataFiles', { tenantId })) {
      if (!placed || isFolderName(name)) continue
      const place = { tenantId, place: spaceId === undefined ? { ownerId } : { spaceId } }
      const size = await files.sizeOf(place, name)
      if (size === bytes) continue
      const found = size === undefined ? 'missing' : `${size} bytes instead of ${bytes}`
      contents.push({ fileId: id, name, found })
    }
  }
  if (apps.length > 0) {
    log.error('the data files of apps are missing or not whole', {
      count: apps.length,
      apps: apps.slice(0, NAMED_MAX),
      remedy: 'restore the files from a backup, or reload these apps in full',
    })
  }
  if (contents.length > 0) {
    log.warn('the contents of data files are not as they were recorded', {
      count: contents.length,
      files: contents.slice(0, NAMED_MAX),
      remedy: 'restore them from a backup, upload them again, or let their script store them again',
    })
  }
}
