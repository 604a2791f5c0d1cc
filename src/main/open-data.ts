/**
 * Opens what an installation keeps, database, key and folders, once it is clear that they belong together
 * (surroundings.ts). Nothing of it is changed before.
 */
import type { World } from '../core/ports.ts'
import { lockData } from '../store/sqlite/data-lock.ts'
import { SqliteStore } from '../store/sqlite/sqlite-store.ts'
import type { Config } from './config.ts'
import { checkOf, secretKey } from './installation.ts'
import type { Services } from './services.ts'
import {
  type DataFolders,
  foldersOf,
  judgeFolder,
  leftBehind,
  makeFolder,
  markFolder,
  refuseWithoutDatabase,
  setAsideLeft,
} from './surroundings.ts'

export interface OpenData {
  readonly folders: DataFolders
  readonly store: SqliteStore
  /** The key of the installation. */
  readonly master: Uint8Array
  /** It was restored from a backup: the folders hold what it does not know. */
  readonly databaseIsOlder: boolean
  /**
   * As of when this start sets things aside, epoch ms: never earlier than what was seen, for a clock that is
   * behind makes nothing look old.
   */
  readonly setAsideAt: number
}

/** @throws StartRefused when something is gone or belongs elsewhere, and nobody said that it may */
export async function openData(
  { dataDir, accepted, secretKey: configured }: Config,
  world: World,
  services: Services,
): Promise<OpenData> {
  const folders = foldersOf(dataDir)
  await makeFolder(dataDir)
  const left = await leftBehind(dataDir)
  if (!accepted.beginAnew) await refuseWithoutDatabase(dataDir, left)
  else if (left.length > 0) await beginAnew(dataDir, left, world)
  // The store's lock comes first: two processes must not create the key of one installation.
  const store = SqliteStore.open(folders.database)
  await services.start('store', () => ({ stop: () => store.close() }))
  const found = await store.installation()
  if (found.logLost) {
    world.log.warn(
      'the database was not closed and its write-ahead log is not there: unless another program such as sqlite3 ' +
        'copied it in, what was saved last is lost; if it was removed, stop, restore reprise.db-wal, and start again',
    )
  }
  const setAsideAt = Math.max(world.clock.now(), (await store.seenAt()) ?? 0)
  const known = { isNew: !found.marked, keyCheck: found.keyCheck }
  const master = await secretKey(dataDir, configured, known, accepted, setAsideAt)
  const installation = { ...found, starts: found.starts + 1 }
  const both = [folders.apps, folders.files]
  let databaseIsOlder = false
  for (const folder of both) {
    const judged = await judgeFolder(folder, installation, accepted, { log: world.log, at: setAsideAt })
    databaseIsOlder ||= judged === 'database-older'
  }
  await store.keepInstallation(installation)
  for (const folder of both) await markFolder(folder, installation)
  await store.keepInstallation({ ...installation, marked: true, keyCheck: checkOf(master) })
  return { folders, store, master, databaseIsOlder, setAsideAt }
}

/** Under the lock: no server uses what is moved. */
async function beginAnew(dataDir: string, left: readonly string[], { clock, log }: World): Promise<void> {
  const lock = lockData(foldersOf(dataDir).database)
  try {
    log.warn('begins anew, as was asked for; what was there is set aside', {
      places: await setAsideLeft(dataDir, left, clock.now()),
    })
  } finally {
    lock.release()
  }
}
