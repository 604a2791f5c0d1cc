/**
 * What a script that runs by hand stores: kept aside until the script has succeeded, then moved to the folder
 * of the data, each file in one step, with the mode of the one that it replaces.
 */
import { mkdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { newUuid } from '../core/ids.ts'
import type { Random } from '../core/ports.ts'
import type { StagedFile, StoresSpool } from '../engine/engine-session.ts'
import { moveFile } from '../engine/sink/move-file.ts'
import { writeOutput } from '../qvd/output-file.ts'

export interface LocalStores extends StoresSpool {
  /** @param root folder behind the connection */
  publish(files: readonly StagedFile[], root: string): Promise<void>
}

/** @param folder existing, on the file system of the engine's own folders */
export function localStores(folder: string, random: Random): LocalStores {
  const pathOf = (content: string) => join(folder, content)
  return {
    async adopt(path) {
      const content = newUuid(random)
      await mkdir(folder, { recursive: true })
      await rename(path, pathOf(content))
      return { content, bytes: (await stat(pathOf(content))).size }
    },
    async discard({ content }) {
      await rm(pathOf(content), { force: true })
    },
    async publish(files, root) {
      for (const { content, path } of files) {
        await writeOutput(join(root, path), [], (file) => moveFile(pathOf(content), file))
      }
    },
  }
}
