/**
 * What nobody knows is not deleted: it is set aside, within its own folder (which may be a volume of its
 * own), under `.set-aside/<time>/`, and deleted only long after. Never touches anything else there.
 */
import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'

export const SET_ASIDE = '.set-aside'

export class SetAside {
  readonly #folder: string

  /** @param folder absolute path */
  constructor(folder: string) {
    this.#folder = folder
  }

  /**
   * @param names entries of the folder
   * @param at epoch ms
   * @returns where they are now
   */
  async take(names: readonly string[], at: number): Promise<string> {
    const to = join(this.#folder, SET_ASIDE, stampOf(at))
    await mkdir(to, { recursive: true, mode: 0o700 })
    for (const name of names) await rename(join(this.#folder, name), join(to, name))
    return to
  }

  /** Deletes what was set aside before, epoch ms. @returns how many entries */
  async deleteBefore(moment: number): Promise<number> {
    let count = 0
    for (const stamp of await namesIn(join(this.#folder, SET_ASIDE))) {
      const at = timeOf(stamp)
      if (at === undefined || at >= moment) continue
      const old = join(this.#folder, SET_ASIDE, stamp)
      count += (await namesIn(old)).length
      await rm(old, { recursive: true, force: true })
    }
    return count
  }
}

/** Such as `2026-11-30T03-40-12.345Z`: no colon, which some file systems refuse. */
function stampOf(at: number): string {
  return new Date(at).toISOString().replaceAll(':', '-')
}

function timeOf(stamp: string): number | undefined {
  const found = /^(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d\.\d{3}Z)$/.exec(stamp)
  return found === null ? undefined : Date.parse(`${found[1]}T${found[2]}:${found[3]}:${found[4]}`)
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return []
    throw error
  })
}
