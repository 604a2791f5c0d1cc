/** Puts a file that is whole in the place of another, so that nobody ever sees half of it. */
import { randomUUID } from 'node:crypto'
import { copyFile, rename, rm } from 'node:fs/promises'
import path from 'node:path'

/**
 * In one step; between two file systems through a copy beside the target. `made` is gone afterwards, also on
 * failure.
 */
export async function moveFile(made: string, target: string): Promise<void> {
  try {
    await rename(made, target)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EXDEV') await copyOver(made, target)
    else throw error
  } finally {
    await rm(made, { force: true })
  }
}

async function copyOver(made: string, target: string): Promise<void> {
  const beside = path.join(path.dirname(target), `.${randomUUID()}.part`)
  try {
    await copyFile(made, beside)
    await rename(beside, target)
  } catch (error) {
    await rm(beside, { force: true })
    throw error
  }
}
