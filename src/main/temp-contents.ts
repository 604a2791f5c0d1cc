/** Temporary contents below the data folder, their sweeping, and the archives in them. */
import { join } from 'node:path'
import type { FileStore } from '../catalog/file-contents.ts'
import type { TempContent } from '../catalog/temp-contents.ts'
import { startLoop } from '../core/loop.ts'
import type { World } from '../core/ports.ts'
import type { EngineLoans } from '../engine/engine-loans.ts'
import type { AppData, EngineSessions } from '../engine/engine-session.ts'
import { dataTransfers } from '../files/data-transfers.ts'
import { localAppArchives } from '../files/local/app-archives.ts'
import { LocalTempContents } from '../files/local/temp-contents.ts'
import type { CatalogStore } from '../store/port/store.ts'
import type { Config } from './config.ts'
import type { Services } from './services.ts'

const TEMP_SWEEP_MS = 60_000

export interface TempContentsParts {
  readonly services: Services
  readonly config: Config
  readonly world: World
  readonly store: CatalogStore
  readonly sessions: EngineSessions
  /** Undefined before it is there: then there is no engine. */
  readonly worker: () => EngineLoans | undefined
  readonly files: FileStore
  readonly data: AppData
}

/** What has expired is deleted, also while nobody asks. */
export async function startTempContents(parts: TempContentsParts) {
  const { services, config, world, store, sessions, worker, files, data: appData } = parts
  const { limits, engineSizes: sizes } = config
  const folder = { root: join(config.dataDir, 'temp'), bytesMax: limits.dataFileBytes }
  const tempContents = new LocalTempContents(folder, world)
  await services.start('temporary contents', () =>
    startLoop(world, 'sweeping temporary contents', async () => {
      await tempContents.sweep()
      return TEMP_SWEEP_MS
    }),
  )
  const engines: EngineLoans = { lend: async (...asked) => worker()?.lend(...asked) }
  const pathOf = (content: TempContent) => tempContents.pathOf(content)
  return {
    tempContents,
    archives: localAppArchives(pathOf),
    dataTransfers: dataTransfers({ store, world, limits, sizes, sessions, engines, files, appData, pathOf }),
  }
}
