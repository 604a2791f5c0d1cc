/**
 * How many runs of a tenant may begin because runs of automations ended: many that hear one another multiply
 * with each link of a chain, and no chain is longer than its bound. What finds no room waits in the log.
 */
import { CHAINED_RUNS_AT_ONCE, CHAINED_RUNS_PER_MINUTE } from '../core/automation/limits.ts'
import type { TenantId } from '../core/ids.ts'
import { MINUTE } from '../core/units.ts'

export class ChainRate {
  /** When all the room is free again, by a clock that is never set, ms; tenants whose is are not kept. */
  readonly #freeAt = new Map<TenantId, number>()

  /** @returns whether there was room for one more */
  take(tenantId: TenantId, now: number): boolean {
    const each = MINUTE / CHAINED_RUNS_PER_MINUTE
    const freeAt = Math.max(this.#freeAt.get(tenantId) ?? now, now) + each
    if (freeAt - now > CHAINED_RUNS_AT_ONCE * each) return false
    for (const [id, at] of this.#freeAt) if (at <= now) this.#freeAt.delete(id)
    this.#freeAt.set(tenantId, freeAt)
    return true
  }
}
