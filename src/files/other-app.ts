/**
 * The data of another app that BINARY of a script names: by its id, by its name, or as
 * `lib://Space:DataFiles/Name.qvf`, the app of that name in the space. As with files of other spaces, both
 * the app's owner and the user who asked for the reload must be allowed to read it.
 */
import type { FileStore } from '../catalog/file-contents.ts'
import { may } from '../catalog/standing.ts'
import type { UserId } from '../core/ids.ts'
import type { MachineFolder } from '../core/machine-path.ts'
import type { App } from '../core/records.ts'
import type { OtherData } from '../engine/engine-session.ts'
import { all, any, is } from '../store/port/condition.ts'
import { everyRow } from '../store/port/lists.ts'
import type { CatalogStore } from '../store/port/store.ts'
import { type FileConnections, fileConnections, placesOf } from './connections.ts'

/** What a reload reaches: the folders of its connections, and other apps. */
export function reachOf(store: CatalogStore, files: FileStore, folders: readonly MachineFolder[]): Reach {
  return {
    ...fileConnections(store, files, folders),
    otherApp: (app, askedBy, named) => otherApp(store, app, askedBy, named),
  }
}

export interface Reach extends FileConnections {
  otherApp(app: App, askedBy: UserId, named: string): Promise<OtherData>
}

/** @param named as the script writes it. What may not be read is as if it were not there. */
export async function otherApp(
  store: CatalogStore,
  app: App,
  askedBy: UserId,
  named: string,
): Promise<OtherData> {
  const found = await readable(store, app, askedBy, await candidates(store, app, askedBy, named))
  const [first] = found
  if (first === undefined) return { named, refusal: `There is no app '${named}' that may be read` }
  if (found.length > 1) return { named, refusal: `Several apps are named '${named}': name one by its id` }
  if (first.data === undefined) return { named, refusal: `The app '${named}' has no data: reload it first` }
  return { named, data: first.data.version }
}

const PATH = /^lib:\/\/([^/]+)\/([^/]+?)(?:\.qv[fw])?$/i

async function candidates(
  store: CatalogStore,
  app: App,
  askedBy: UserId,
  named: string,
): Promise<readonly App[]> {
  const { tenantId } = app
  const path = PATH.exec(named)
  if (path === null) {
    return everyRow(store, 'apps', { tenantId, where: any(is('id', named), is('name', named)) })
  }
  const [, connection, name] = path
  const reached = (await placesOf(store, app, askedBy)).find((place) => place.name === connection)
  if (reached === undefined) return []
  const rows = await everyRow(store, 'apps', { tenantId, where: all(is('name', name!)) })
  const { place } = reached
  return rows.filter(({ spaceId, ownerId }) =>
    'spaceId' in place ? spaceId === place.spaceId : spaceId === undefined && ownerId === place.ownerId,
  )
}

async function readable(
  store: CatalogStore,
  app: App,
  askedBy: UserId,
  apps: readonly App[],
): Promise<App[]> {
  const ids = [...new Set([app.ownerId, askedBy])]
  const users = await Promise.all(ids.map((id) => store.user(app.tenantId, id)))
  const allowed: App[] = []
  for (const each of apps) {
    const answers = await Promise.all(
      users.map((user) => user !== undefined && may(store, user, each, 'read')),
    )
    if (answers.every((answer) => answer)) allowed.push(each)
  }
  return allowed
}
