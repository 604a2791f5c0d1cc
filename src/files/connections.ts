/**
 * Room `files`: which folders a script of a tenant may read and write, as connections. What maps records to
 * folders enters.
 *
 * The `lib://` connections of a reload. `DataFiles` is the app's
 * own place (its space, or its owner's personal files); `<Space name>:DataFiles` is every other space that
 * both the app's owner and the user who asked for the reload may read, writable where both may write: someone
 * who edits a shared app must not read with its owner's rights, nor with those of the person who reloads
 * it. A script reaches nothing else of the tenant.
 */

import type { FileStore } from '../catalog/file-contents.ts'
import { standings } from '../catalog/standing.ts'
import type { UserId } from '../core/ids.ts'
import type { MachineFolder } from '../core/machine-path.ts'
import type { App, FilePlace, Space, User } from '../core/records.ts'
import { mayUseSpace, type SpaceRight } from '../core/rights.ts'
import type { FileConnection } from '../engine/engine-session.ts'
import type { CatalogStore } from '../store/port/store.ts'

export const OWN_CONNECTION = 'DataFiles'

/** A connection, and the place of data files behind it. */
export interface PlacedConnection extends FileConnection {
  readonly place: FilePlace
}

export interface FileConnections {
  /** Connections for one attempt of a reload of the app that a user asked for; their folders exist. */
  connectionsFor(app: App, askedBy: UserId): Promise<PlacedConnection[]>
}

/** @param folders of machines that places of connections stand for, for all tenants */
export function fileConnections(
  store: CatalogStore,
  files: FileStore,
  folders: readonly MachineFolder[] = [],
): FileConnections {
  return {
    async connectionsFor(app, askedBy) {
      const reachable = await placesOf(store, app, askedBy)
      return Promise.all(
        reachable.map(async ({ name, place, writable }) => ({
          name,
          place,
          root: await files.folderOf({ tenantId: app.tenantId, place }),
          writable,
          stands: folders
            .filter(({ connection }) => connection === name)
            .map(({ folder, below }) => ({ folder, below })),
        })),
      )
    },
  }
}

/** A place that a reload reaches, and under which name. */
export interface Reachable {
  readonly name: string
  readonly place: FilePlace
  readonly writable: boolean
}

/** What a reload of the app that a user asked for may reach. */
export async function placesOf(store: CatalogStore, app: App, askedBy: UserId): Promise<Reachable[]> {
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
