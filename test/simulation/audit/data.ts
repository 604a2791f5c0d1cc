/** Audits of app data: invariant 9, and the pointer's part of 2. */
import type { App } from '../../../src/core/records.ts'
import type { World } from '../world.ts'
import { type Change, type Changes, type Copy, hasEnded } from './copy.ts'

export class DataAudit {
  readonly #world: World
  readonly #copy: Copy
  /** What the file that an app points at must hold, by version. */
  readonly #expected = new Map<string, { readonly appId: string; readonly content: string }>()

  constructor(world: World, copy: Copy) {
    this.#world = world
    this.#copy = copy
  }

  look({ reloads, apps }: Changes): void {
    for (const change of apps) this.#appChanged(change, reloads)
    for (const { id, before, after } of reloads) {
      if (after?.state !== 'SUCCEEDED' || hasEnded(before)) continue
      const end = this.#copy.attemptsOf(id).at(-1)?.closed?.end
      const app = this.#copy.apps.get(after.appId)
      if (app !== undefined && end?.kind === 'completed' && app.data?.version === end.data.version) continue
      this.#world.violate('data-with-outcome', `reload ${id} succeeded, its app does not point at its data`)
    }
  }

  /** The pointer moves only to the data of a reload that succeeds in the same moment. */
  #appChanged({ id, before, after }: Change<App>, reloads: Changes['reloads']): void {
    const version = after?.data?.version
    if (before?.data?.version === version) return
    if (before?.data !== undefined) this.#expected.delete(before.data.version)
    if (version === undefined) {
      if (after !== undefined) this.#world.violate('data-kept', `app ${id} lost its data`)
      return
    }
    const source = reloads.find(
      (one) => one.after?.appId === id && one.after.state === 'SUCCEEDED' && !hasEnded(one.before),
    )?.after
    const attempt = source === undefined ? undefined : this.#copy.attemptsOf(source.id).at(-1)
    const truth = attempt && this.#world.engines.session(attempt.reloadId, attempt.number)
    if (truth?.work.dataAfter !== version || truth.end !== 'completed') {
      this.#world.violate('data-with-outcome', `app ${id} points at new data without a success of its own`)
      return
    }
    if (truth.work.partial && truth.work.dataBefore !== before?.data?.version) {
      this.#world.violate(
        'data-before-whole',
        `the new data of app ${id} was made from other data than it had`,
      )
    }
    this.#expected.set(version, { appId: id, content: truth.contentAfter })
    this.#isWhole(version)
  }

  #isWhole(version: string): void {
    if (this.#world.engines.lost.has(version as never)) return
    const expected = this.#expected.get(version)
    const found = this.#world.engines.files.get(version as never)
    if (expected === undefined || found?.content === expected.content) return
    const what = found === undefined ? 'was deleted' : `holds "${found.content}", not "${expected.content}"`
    this.#world.violate('data-kept', `the data that app ${expected.appId} points at ${what}`)
  }

  /** Files that were written or deleted since the last step, and sessions that were started. */
  lookAtFiles(): void {
    const { touched } = this.#world.engines
    if (touched.size === 0) return
    for (const version of touched) this.#isWhole(version)
    touched.clear()
  }
}
