/** A folder in memory where there is one: for tests that write much and are not about what lasts. */
import { accessSync, constants } from 'node:fs'
import { tmpdir } from 'node:os'

export const QUICK_FOLDER = isWritable('/dev/shm') ? '/dev/shm' : tmpdir()

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK)
    return true
  } catch {
    return false
  }
}
