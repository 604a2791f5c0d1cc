/**
 * The claim loop: the tenant whose turn it is, within it the first reload that was not refused yet, until
 * `max` are claimed or no tenant contends. The store is asked step by step, so that it may read and write as
 * it likes, one at a time or ahead:
 *
 *     const claiming = new Claiming(turns, request)
 *     for (let wanted = claiming.next(); wanted !== undefined; wanted = claiming.next()) {
 *       const saving = claiming.show(wanted, view of the reload wanted)
 *       if (saving !== undefined) save it, and tell `turns` that the reload moved
 *     }
 *
 * Before the first `next`, reloads whose back-off is over are let in.
 */

import { defined } from '../../core/defined.ts'
import type { TenantId } from '../../core/ids.ts'
import type { ScriptVersion } from '../../core/records.ts'
import { type Claimed, type ClaimRequest, OVER_BUDGET } from '../port/queue.ts'
import type { ReloadView, Saving } from '../port/reloads.ts'
import { isSaving } from './saving.ts'
import type { Turns } from './turns.ts'

/** A claimable reload by its position in the order of its tenant (`compareWaiting`). */
export interface Wanted {
  readonly tenantId: TenantId
  /** So many of the tenant stand before it. */
  readonly behind: number
  readonly ageingMs: number
}

export class Claiming {
  readonly #turns: Turns
  readonly #request: ClaimRequest
  /** How many of a tenant's queue were refused in this call: they stay at its head. */
  readonly #refused = new Map<TenantId, number>()
  #claimed = 0

  constructor(turns: Turns, request: ClaimRequest) {
    this.#turns = turns
    this.#request = request
    turns.begin(request.now, request.concurrentReloadsPerTenant)
  }

  /** Undefined when the claim is over. */
  next(): Wanted | undefined {
    const tenantId = this.#claimed < this.#request.max ? this.#turns.next() : undefined
    if (tenantId === undefined) {
      this.#turns.end()
      return undefined
    }
    return { tenantId, behind: this.#refused.get(tenantId) ?? 0, ageingMs: this.#request.ageingMs ?? 0 }
  }

  /**
   * @param view undefined when the tenant has no such reload
   * @returns what is to be saved of it; undefined: nothing, it was refused
   */
  show({ tenantId, behind }: Wanted, view: ReloadView | undefined): Saving | undefined {
    if (view === undefined) {
      this.#turns.passOver(tenantId)
      return undefined
    }
    const result = this.#request.step(view)
    if (isSaving(result)) {
      if (isClaim(result)) this.#claimed += 1
      return result
    }
    if (result.refused === OVER_BUDGET) this.#turns.passOver(tenantId, view.reload.id)
    this.#refused.set(tenantId, behind + 1)
    return undefined
  }
}

/** A claim may also end a reload: such a saving takes no slot. */
export function isClaim({ reload }: Saving): boolean {
  return reload.state === 'RELOADING'
}

/**
 * What the worker is given.
 * @param script the app's current one
 */
export function claimedOf(
  { app: shown, tenant }: ReloadView,
  { reload, attempt, app: change }: Saving,
  script: ScriptVersion | undefined,
): Claimed {
  if (attempt === undefined || shown === undefined) {
    throw new Error(`reload ${reload.id} was claimed without an attempt or an app`)
  }
  return { reload, attempt, app: { ...shown, ...change }, tenant, ...defined({ script }) }
}
