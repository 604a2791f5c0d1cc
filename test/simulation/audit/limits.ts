/** Audits of the limits of tenants, which change while reloads run: a part of invariants 7 and 8. */
import type { Limits } from '../../../src/core/limits.ts'
import type { SessionTruth } from '../engine.ts'
import type { World } from '../world.ts'
import type { Changes, Copy } from './copy.ts'

/** From the end of the time, or of the machine's stall: interrupt, grace, kill, ms. */
const ENDED_WITHIN_MS = 3000

export class LimitAudit {
  readonly #world: World
  readonly #copy: Copy
  readonly #limits: Limits
  /** Run times that held when the attempts were opened, by attempt. */
  readonly #runTimeMs = new Map<string, number>()
  readonly #startedAt = new Map<SessionTruth, number>()

  constructor(world: World, copy: Copy, limits: Limits) {
    this.#world = world
    this.#copy = copy
    this.#limits = limits
  }

  look({ reloads, attempts }: Changes): void {
    for (const { id, before, after } of attempts) {
      if (before !== undefined || after === undefined) continue
      const tenantId = this.#copy.reloads.get(after.reloadId)?.tenantId ?? ''
      const own = this.#copy.tenants.get(tenantId)?.limits?.runTimeMs
      this.#runTimeMs.set(id, own ?? this.#limits.runTimeMs)
    }
    for (const { before, after } of reloads) {
      if (before?.state === 'QUEUED' && after?.state === 'RELOADING') this.#isWithinLimit(after.tenantId)
    }
  }

  sessionStarted(session: SessionTruth): void {
    this.#startedAt.set(session, this.#world.scheduler.now)
  }

  lookAtSessions(): void {
    const { engines, scheduler } = this.#world
    for (const session of engines.running) {
      const { node, reloadId, attempt } = session
      const runTimeMs = this.#runTimeMs.get(`${reloadId}/${attempt}`)
      const startedAt = this.#startedAt.get(session)
      if (runTimeMs === undefined || startedAt === undefined) continue
      if (scheduler.now < Math.max(startedAt + runTimeMs, node.stalledUntil) + ENDED_WITHIN_MS) continue
      this.#world.violate(
        'run-time-kept',
        `attempt ${attempt} of ${reloadId} runs for ${scheduler.now - startedAt} of ${runTimeMs} ms`,
      )
    }
  }

  /** As the limit is in the moment of the claim: what runs already may be more when it was lowered. */
  #isWithinLimit(tenantId: string): void {
    const running = this.#copy.running.get(tenantId) ?? 0
    if (running <= limitOf(this.#copy, tenantId, this.#limits.concurrentReloadsPerTenant)) return
    this.#world.violate('tenant-limit', `tenant ${tenantId} runs ${running} reloads`)
  }
}

/** How many reloads the tenant may run at once. */
export function limitOf(copy: Copy, tenantId: string, otherwise: number): number {
  return copy.tenants.get(tenantId)?.limits?.concurrentReloads ?? otherwise
}
