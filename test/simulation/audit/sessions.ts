/** Audits of engine sessions: who may run one, for how long, and what it is given: invariants 3, 8, 9, 10. */

import type { EngineRoom, SessionTruth } from '../engine.ts'
import type { SimNode } from '../node.ts'
import type { World } from '../world.ts'
import type { Copy } from './copy.ts'

/** An engine process takes so long to die, ms. */
const KILLED_WITHIN_MS = 40

export class SessionAudit {
  readonly #world: World
  readonly #copy: Copy
  readonly #slots: number
  readonly #versions = new Set<string>()

  constructor(world: World, copy: Copy, { slots }: EngineRoom) {
    this.#world = world
    this.#copy = copy
    this.#slots = slots
  }

  look(): void {
    const { engines, scheduler } = this.#world
    for (const { node, reloadId, attempt } of engines.running) {
      // A worker that sleeps, or has slept with its clock, cannot know yet.
      const unawareUntil = Math.max(node.stalledUntil, node.unawareUntil, this.#world.leasesCutUntil)
      if (scheduler.now <= unawareUntil + KILLED_WITHIN_MS) continue
      if (this.#copy.attempts.get(`${reloadId}/${attempt}`)?.closed?.end.kind !== 'lost') continue
      this.#world.violate(
        'lost-attempt-stops',
        `${node.name} still runs attempt ${attempt} of ${reloadId}, whose lease was taken away`,
      )
    }
  }

  sessionStarted(session: SessionTruth): void {
    this.#hasSlot(session.node)
    const over = this.#overreach(session)
    if (over !== undefined) {
      this.#world.violate(
        'session-reach',
        `attempt ${session.attempt} of ${session.reloadId} was given ${over}`,
      )
    }
    this.#startsFromTheAppsData(session)
  }

  #hasSlot(node: SimNode): void {
    let running = 0
    for (const one of this.#world.engines.running) if (one.node === node) running += 1
    if (running > this.#slots) this.#world.violate('worker-slots', `${node.name} runs ${running} sessions`)
  }

  /**
   * Asked only of an attempt that still has its lease: one that lost it may find anything, and nothing comes
   * of it.
   */
  #startsFromTheAppsData({ reloadId, attempt, work, contentBefore }: SessionTruth): void {
    const app = this.#copy.apps.get(work.appId)
    if (app === undefined || !this.#copy.openAttempts.has(`${reloadId}/${attempt}`)) return
    const { lost } = this.#world.engines
    const whole = work.dataBefore === undefined || contentBefore !== undefined || lost.has(work.dataBefore)
    if (work.dataBefore === app.data?.version && whole) return
    this.#world.violate(
      'data-before-whole',
      `attempt ${attempt} of ${reloadId} starts from ${work.dataBefore}`,
    )
  }

  /** What of the work is not of the reload's own app and tenant. */
  #overreach({ reloadId, work }: SessionTruth): string | undefined {
    const reload = this.#copy.reloads.get(reloadId)
    if (reload === undefined) return 'a reload that is not there'
    const { files } = this.#world.engines
    if (work.appId !== reload.appId) return `app ${work.appId} of another reload`
    if (!work.script.startsWith(`// ${reload.appId} `)) return 'the script of another app'
    if (work.variables !== reload.variables) return 'the variables of another reload'
    const before = work.dataBefore === undefined ? undefined : files.get(work.dataBefore)
    if (before !== undefined && before.appId !== reload.appId) return `the data of app ${before.appId}`
    if (this.#versions.has(work.dataAfter)) return `${work.dataAfter}, which another attempt writes`
    this.#versions.add(work.dataAfter)
    const app = this.#copy.apps.get(work.appId)
    const place = app?.spaceId ?? app?.ownerId
    const foreign = work.connections.find(({ root }) => root !== `/files/${reload.tenantId}/${place}`)
    return foreign === undefined || app === undefined ? undefined : `files of ${foreign.root}`
  }
}
