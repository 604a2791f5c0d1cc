/**
 * Room `files`: which folders a script of a tenant may read and write, as connections. What maps records to
 * folders enters.
 *
 * The `lib://` connections of a reload and the files its script stores through them. `DataFiles` is the app's
 * own place (its space, or its owner's personal files); `<Space name>:DataFiles` is every other space that
 * both the app's owner and the user who asked for the reload may read, writable where both may write: someone
 * who edits a shared app must not read with its owner's rights, nor with those of the person who reloads
 * it. A script reaches nothing else of the tenant.
 */

import { adopting, type Into, newDataFile } from '../catalog/data-file-steps.ts'
import { changeOne } from '../catalog/deps.ts'
import type { FileStore } from '../catalog/file-contents.ts'
import { standings } from '../catalog/standing.ts'
import { checkFileName } from '../core/file-name.ts'
import type { UserId } from '../core/ids.ts'
import type { World } from '../core/ports.ts'
import type { App, FilePlace, Space, User } from '../core/records.ts'
import { mayUseSpace, type SpaceRight } from '../core/rights.ts'
import type { FileConnection, StoredFile } from '../engine/engine-session.ts'
import type { CatalogStore } from '../store/port/store.ts'

export const OWN_CONNECTION = 'DataFiles'

export interface FileConnections {
  /** Connections for one attempt of a reload of the app that a user asked for; their folders exist. */
  connectionsFor(app: App, askedBy: UserId): Promise<FileConnection[]>
  /**
   * Makes a record for each file that a script stored, and for its folders. Skips files that are missing,
   * have no canonical name or belong to no connection of the reload. Idempotent.
   */
  filesStored(app: App, askedBy: UserId, files: readonly StoredFile[]): Promise<void>
}

export function fileConnections(
  store: CatalogStore,
  files: FileStore,
  world: Pick<World, 'clock' | 'random'>,
): FileConnections {
  return {
    async connectionsFor(app, askedBy) {
      const reachable = await placesOf(store, app, askedBy)
      return Promise.all(
        reachable.map(async ({ name, place, writable }) => ({
          name,
          root: await files.folderOf({ tenantId: app.tenantId, place }),
          writable,
        })),
      )
    },
    async filesStored(app, askedBy, stored) {
      if (stored.length === 0) return
      const reachable = await placesOf(store, app, askedBy)
      for (const file of stored) {
        const place = reachable.find(({ name, writable }) => writable && name === file.connection)?.place
        if (place === undefined || checkFileName(file.path) !== undefined) continue
        await adopt(store, files, world, { tenantId: app.tenantId, ownerId: app.ownerId, place }, file.path)
      }
    },
  }
}

/** Makes the record of a file (and of its folders) agree with the content on disk. */
async function adopt(
  store: CatalogStore,
  files: FileStore,
  world: Pick<World, 'clock' | 'random'>,
  into: Into,
  name: string,
): Promise<void> {
  const { tenantId, place } = into
  await files.alone([{ tenantId, place }], async () => {
    const bytes = await files.sizeOf({ tenantId, place }, name)
    if (bytes === undefined) return
    const file = (await store.dataFileByName(tenantId, place, name)) ?? newDataFile(world, into, name)
    const step = adopting(world, file, bytes)
    await changeOne(store, { kind: 'data-file', tenantId, id: file.id, wanted: { place, name }, step })
  })
}

interface Reachable {
  readonly name: string
  readonly place: FilePlace
  readonly writable: boolean
}

async function placesOf(store: CatalogStore, app: App, askedBy: UserId): Promise<Reachable[]> {
  const own: FilePlace = app.spaceId === undefined ? { ownerId: app.ownerId } : { spaceId: app.spaceId }
  const ids = [...new Set([app.ownerId, askedBy])]
  const users = await Promise.all(ids.map((id) => store.user(app.tenantId, id)))
  const known = users.filter((user) => user !== undefined)
  const others = known.length < ids.length ? [] : await readableSpaces(store, known)
  return [{ name: OWN_CONNECTION, place: own, writable: true }, ...others]
}

/** The spaces that each of the users may read. */
async function readableSpaces(store: CatalogStore, users: readonly User[]): Promise<Reachable[]> {
  const members = await Promise.all(
    users.map(async (user) => ({ user, spaces: await standings(store, user) })),
  )
  const allMay = (space: Space, right: SpaceRight) =>
    members.every(({ user, spaces }) => {
      const standing = spaces.get(space.id)
      return standing !== undefined && mayUseSpace(user, standing, right)
    })
  return [...(members[0]?.spaces.values() ?? [])]
    .filter(({ space }) => allMay(space, 'read-files'))
    .map(({ space }) => ({
      name: `${space.name}:${OWN_CONNECTION}`,
      place: { spaceId: space.id },
      writable: allMay(space, 'write-files'),
    }))
}
