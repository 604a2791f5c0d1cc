/**
 * The files that a script stored and that only the script itself sees, each by the resolved path at which it
 * is to lie. The contents have numbers for names in one flat folder, so that whoever collects them follows no
 * path of the script's making.
 */
import { mkdir, rename, stat } from 'node:fs/promises'
import path from 'node:path'
import type { ReportedFile, StoredFile } from '../engine-session.ts'

export class StagedFiles {
  readonly #folder: string
  readonly #byTarget = new Map<string, ReportedFile>()
  readonly #targets = new Set<string>()
  #next = 0

  /** @param folder made when the first file is stored */
  constructor(folder: string) {
    this.#folder = folder
  }

  /** Each path once, with the content that was stored last. */
  get all(): readonly ReportedFile[] {
    return [...this.#byTarget.values()]
  }

  /** Path of what was stored for a target; undefined if nothing was. */
  at(target: string): string | undefined {
    const found = this.#byTarget.get(target)
    return found && this.#pathOf(found.file)
  }

  /** Whether the script stored there, also what lies at its target by now. */
  wasStored(target: string): boolean {
    return this.#targets.has(target)
  }

  /** Names of the files that are to lie in a folder itself. */
  namesIn(folder: string): string[] {
    return [...this.#byTarget.keys()]
      .filter((target) => path.dirname(target) === folder)
      .map((target) => path.basename(target))
  }

  /** @param made a whole file on the same file system; it is gone afterwards */
  async add(made: string, target: string, named: Omit<StoredFile, 'bytes'>): Promise<ReportedFile> {
    const file = this.#byTarget.get(target)?.file ?? String(this.#next++)
    await mkdir(this.#folder, { recursive: true })
    await rename(made, this.#pathOf(file))
    const { size } = await stat(this.#pathOf(file))
    const staged = { ...named, bytes: size, file }
    this.#byTarget.set(target, staged)
    this.#targets.add(target)
    return staged
  }

  /** It lies at its target now, or never will. */
  forget(target: string): void {
    this.#byTarget.delete(target)
  }

  #pathOf(file: string): string {
    return path.join(this.#folder, file)
  }
}
