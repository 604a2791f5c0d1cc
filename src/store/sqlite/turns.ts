/**
 * Who is waiting, per tenant, kept in memory: how many reloads are queued and running, and when the tenant was served last
 * (since this store was opened). It makes the choice of the next tenant independent of the length of any queue: fairness
 * kept in SQL costs four times the claim (TARGETS.md, section 1). The counts are read from SQL when the store is opened,
 * and again after every rollback; nothing is decided by them that SQL does not hold as well.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { TenantId } from '../../core/ids.ts'
import type { ReloadState } from '../../core/outcome.ts'

interface Turn {
  queued: number
  running: number
  served: number
}

export class Turns {
  readonly #count: StatementSync
  readonly #turns = new Map<TenantId, Turn>()
  #lastTurn = 0
  #stale = true

  constructor(db: DatabaseSync) {
    this.#count = db.prepare(`
      SELECT tenant_id, state, count(*) AS count FROM reloads
      WHERE ended_at IS NULL GROUP BY tenant_id, state`)
  }

  /** To be called after every rollback: the counts are read again before they are used. */
  forget(): void {
    this.#stale = true
  }

  moved(tenantId: TenantId, before: ReloadState | undefined, after: ReloadState): void {
    if (this.#stale) return
    const turn = this.#of(tenantId)
    if (before !== undefined) add(turn, before, -1)
    add(turn, after, 1)
  }

  served(tenantId: TenantId): void {
    this.#of(tenantId).served = ++this.#lastTurn
  }

  /** Of the tenants with something queued and a free slot, not passed over, the one served longest ago; ties by id. */
  next(runningMax: number, passedOver: ReadonlySet<TenantId>): TenantId | undefined {
    this.#refresh()
    let best: TenantId | undefined
    let bestServed = Number.POSITIVE_INFINITY
    for (const [tenantId, { queued, running, served }] of this.#turns) {
      if (queued === 0 || running >= runningMax || served > bestServed || passedOver.has(tenantId)) continue
      if (best !== undefined && served === bestServed && tenantId > best) continue
      best = tenantId
      bestServed = served
    }
    return best
  }

  counts(): { readonly queued: number; readonly running: number } {
    this.#refresh()
    const all = [...this.#turns.values()]
    return {
      queued: all.reduce((sum, turn) => sum + turn.queued, 0),
      running: all.reduce((sum, turn) => sum + turn.running, 0),
    }
  }

  #of(tenantId: TenantId): Turn {
    const known = this.#turns.get(tenantId)
    if (known !== undefined) return known
    const turn = { queued: 0, running: 0, served: 0 }
    this.#turns.set(tenantId, turn)
    return turn
  }

  #refresh(): void {
    if (!this.#stale) return
    for (const turn of this.#turns.values()) {
      turn.queued = 0
      turn.running = 0
    }
    for (const row of this.#count.all()) {
      add(this.#of(row.tenant_id as TenantId), row.state as ReloadState, row.count as number)
    }
    this.#stale = false
  }
}

function add(turn: Turn, state: ReloadState, count: number): void {
  if (state === 'QUEUED') turn.queued += count
  else if (state === 'RELOADING' || state === 'CANCELING') turn.running += count
}
