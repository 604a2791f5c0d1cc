/**
 * What a script read, by connection and path: files whose content it read, and masks whose files it listed.
 * A file that a mask covers is not told beside it.
 */
import { covers, isMask, keptReads, READS_MAX } from '../../core/read-name.ts'
import type { ReadFile } from '../engine-session.ts'

export class ReadFiles {
  readonly #found = new Map<string, ReadFile>()
  readonly #masks: ReadFile[] = []

  /** @param path of a file, or a mask */
  add(connection: string, path: string): void {
    const read = { connection, path }
    const key = `${connection}/${path}`
    if (this.#found.has(key) || this.#isCovered(read)) return
    this.#found.set(key, read)
    if (isMask(path) && this.#masks.length < READS_MAX) this.#masks.push(read)
  }

  /** In the order of reading, the first ones of very many. */
  get all(): readonly ReadFile[] {
    const all = [...this.#found.values()].filter((read) => isMask(read.path) || !this.#isCovered(read))
    return keptReads(all, ({ path }) => path)
  }

  #isCovered({ connection, path }: ReadFile): boolean {
    return this.#masks.some((mask) => mask.connection === connection && covers(mask.path, path))
  }
}
