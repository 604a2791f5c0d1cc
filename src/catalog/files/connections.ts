/**
 * The `lib://` connections of an app and the files its scripts store through them. `DataFiles` is the app's own place
 * (its space, or its owner's personal files); `<Space name>:DataFiles` is every other space that the app's owner may
 * read, writable where the owner may write. A script reaches nothing else of the tenant.
 */
import type { TenantId, UserId } from '../../core/ids.ts'
import { newUuid } from '../../core/ids.ts'
import type { World } from '../../core/ports.ts'
import type { FileConnection, StoredFile } from '../../engine/engine-session.ts'
import type { CatalogStore } from '../../store/store.ts'
import { checkFileName, foldersAbove } from '../file-name.ts'
import type { App, DataFile, FilePlace, Space, User } from '../records.ts'
import { mayUseSpace } from '../rights.ts'
import type { FileStore } from './file-store.ts'

export const OWN_CONNECTION = 'DataFiles'

export interface FileConnections {
  /** Connections for one attempt of the app; their folders exist. */
  connectionsFor(app: App): Promise<FileConnection[]>
  /**
   * Registers what a script stored: a record for each file that is there, with its folders. What is not there (any
   * more), has no canonical name or lies behind no connection of the app is left out. Repeating is harmless.
   */
  filesStored(app: App, files: readonly StoredFile[]): Promise<void>
}

export function fileConnections(
  store: CatalogStore,
  files: FileStore,
  world: Pick<World, 'clock' | 'random'>,
): FileConnections {
  return {
    async connectionsFor(app) {
      const reachable = await placesOf(store, app)
      return Promise.all(
        reachable.map(async ({ name, place, writable }) => ({
          name,
          root: await files.folderOf({ tenantId: app.tenantId, place }),
          writable,
        })),
      )
    },
    async filesStored(app, stored) {
      if (stored.length === 0) return
      const reachable = await placesOf(store, app)
      for (const file of stored) {
        const place = reachable.find(({ name, writable }) => writable && name === file.connection)?.place
        if (place === undefined || checkFileName(file.path) !== undefined) continue
        await adopt(store, files, world, { tenantId: app.tenantId, ownerId: app.ownerId, place }, file.path)
      }
    },
  }
}

export interface Adopting {
  readonly tenantId: TenantId
  readonly ownerId: UserId
  readonly place: FilePlace
}

/** Makes the record of a file (and of its folders) agree with the content that is in its place. */
async function adopt(
  store: CatalogStore,
  files: FileStore,
  world: Pick<World, 'clock' | 'random'>,
  into: Adopting,
  name: string,
): Promise<void> {
  const { tenantId, place } = into
  await files.alone([{ tenantId, place }], async () => {
    const bytes = await files.sizeOf({ tenantId, place }, name)
    if (bytes === undefined) return
    const now = world.clock.now()
    await recordFolders(store, world, into, name)
    const before = await store.dataFileByName(tenantId, place, name)
    const file = before ?? newDataFile(world, into, name)
    await store.saveDataFile({ ...file, bytes, modifiedAt: now })
  })
}

/** Records for the folders above a name that have none yet. To be called inside `files.alone`. */
export async function recordFolders(
  store: CatalogStore,
  world: Pick<World, 'clock' | 'random'>,
  into: Adopting,
  name: string,
): Promise<void> {
  for (const folder of foldersAbove(name)) {
    if ((await store.dataFileByName(into.tenantId, into.place, folder)) === undefined) {
      await store.saveDataFile(newDataFile(world, into, folder))
    }
  }
}

export function newDataFile(world: Pick<World, 'clock' | 'random'>, into: Adopting, name: string): DataFile {
  const now = world.clock.now()
  return {
    id: newUuid(world.random),
    tenantId: into.tenantId,
    ownerId: 'ownerId' in into.place ? into.place.ownerId : into.ownerId,
    ...('spaceId' in into.place ? { spaceId: into.place.spaceId } : {}),
    name,
    bytes: 0,
    createdAt: now,
    modifiedAt: now,
  }
}

interface Reachable {
  readonly name: string
  readonly place: FilePlace
  readonly writable: boolean
}

async function placesOf(store: CatalogStore, app: App): Promise<Reachable[]> {
  const own: FilePlace = app.spaceId === undefined ? { ownerId: app.ownerId } : { spaceId: app.spaceId }
  const owner = await store.user(app.tenantId, app.ownerId)
  const others = owner === undefined ? [] : await readableSpaces(store, app, owner)
  return [{ name: OWN_CONNECTION, place: own, writable: true }, ...others]
}

async function readableSpaces(store: CatalogStore, app: App, owner: User): Promise<Reachable[]> {
  const assignments = await store.assignmentsOf(app.tenantId, owner.id)
  const rolesIn = (space: Space) =>
    assignments.filter(({ spaceId }) => spaceId === space.id).flatMap(({ roles }) => roles)
  const spaces = await store.spaces(app.tenantId)
  return spaces
    .map((space) => ({ space, roles: rolesIn(space) }))
    .filter((standing) => mayUseSpace(owner, standing, 'read-files'))
    .map((standing) => ({
      name: `${standing.space.name}:${OWN_CONNECTION}`,
      place: { spaceId: standing.space.id },
      writable: mayUseSpace(owner, standing, 'write-files'),
    }))
}
