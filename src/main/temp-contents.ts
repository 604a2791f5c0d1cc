/** Temporary contents below the data folder, and their sweeping. */
import { join } from 'node:path'
import { startLoop } from '../core/loop.ts'
import type { World } from '../core/ports.ts'
import { localAppArchives } from '../files/local/app-archives.ts'
import { LocalTempContents } from '../files/local/temp-contents.ts'
import type { Config } from './config.ts'
import type { Services } from './services.ts'

const TEMP_SWEEP_MS = 60_000

/** What has expired is deleted, also while nobody asks. */
export async function startTempContents(services: Services, config: Config, world: World) {
  const folder = { root: join(config.dataDir, 'temp'), bytesMax: config.limits.dataFileBytes }
  const tempContents = new LocalTempContents(folder, world)
  await services.start('temporary contents', () =>
    startLoop(world, 'sweeping temporary contents', async () => {
      await tempContents.sweep()
      return TEMP_SWEEP_MS
    }),
  )
  return { tempContents, archives: localAppArchives((content) => tempContents.pathOf(content)) }
}
