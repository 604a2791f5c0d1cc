/**
 * The operator's word about the clock (history/forget.ts): a file in the data folder, so that it can be given
 * to a service that runs and needs no key. It is taken once.
 */
import { unlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { OperatorsWord } from '../history/forget.ts'

export function clockIsRight(dataDir: string): OperatorsWord {
  const path = join(dataDir, 'clock-is-right')
  return {
    how: `make the empty file ${path}`,
    async taken() {
      try {
        await unlink(path)
        return true
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
        throw error
      }
    },
  }
}
