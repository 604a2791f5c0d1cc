/**
 * Claims the next reloads that fit the worker's budget, each with a new attempt under a lease. Claims when a
 * slot becomes free, when a commit may have queued something, when a back-off ends, and at regular intervals.
 */
import { defined } from '../core/defined.ts'
import { type LeaseToken, newUuid, type ReloadId, type WorkerId } from '../core/ids.ts'
import type { Limits } from '../core/limits.ts'
import { type Loop, startLoop } from '../core/loop.ts'
import type { Log, Timers } from '../core/ports.ts'
import { decide, isRefusal } from '../core/reload.ts'
import type { EngineSize } from '../engine/engine-session.ts'
import { chooseSize } from '../engine/sizes.ts'
import { type SettleRules, settleStep } from '../outcome/settle.ts'
import { type Claimed, OVER_BUDGET, type QueueStore } from '../store/port/queue.ts'
import type { ReloadView, Saving } from '../store/port/reloads.ts'
import type { EngineBudget } from './engine-budget.ts'

/** Longest pause between two claims: reloads that another process queued are found without a notice. */
const LOOK_MS = 1000

export interface ClaimRules extends SettleRules {
  readonly limits: Pick<Limits, 'leaseDurationMs'>
  readonly sizes: readonly EngineSize[]
  readonly workerId: WorkerId
}

export interface ClaimDeps extends ClaimRules {
  readonly store: Pick<QueueStore, 'claim' | 'nextDueAt'>
  readonly timers: Timers
  readonly log: Log
  readonly limits: Pick<Limits, 'leaseDurationMs' | 'concurrentReloadsPerTenant' | 'ageingMs'>
}

export interface Taker {
  readonly budget: EngineBudget
  /** @param askedAt monotonic time of the claim's request: the lease is trusted from then on */
  take(claimed: Claimed, askedAt: number): void
}

export function startClaiming(deps: ClaimDeps, { budget, take }: Taker): Loop {
  return startLoop(deps, 'claiming', async () => {
    const max = budget.free().slots
    if (max <= 0) return LOOK_MS
    const share = budget.share()
    const askedAt = deps.clock.monotonic()
    const now = deps.clock.now()
    const claimed = await deps.store.claim({
      now,
      max,
      concurrentReloadsPerTenant: deps.limits.concurrentReloadsPerTenant,
      ageingMs: deps.limits.ageingMs,
      step: claimStep(deps, now, (id, size) => share.fits(id, size.memoryBytes)),
    })
    for (const one of claimed) take(one, askedAt)
    share.over(
      claimed.map(({ reload }) => reload.id),
      claimed.length < max,
    )
    const dueAt = await deps.store.nextDueAt(deps.clock.now())
    return dueAt === undefined ? LOOK_MS : Math.min(Math.max(1, dueAt - deps.clock.now()), LOOK_MS)
  })
}

/**
 * Opens the attempt on the engine size that the app needs now. A reload whose app or tenant is gone is
 * canceled: the deletion died before it could cancel it.
 */
export function claimStep(
  deps: ClaimRules,
  now: number,
  fits: (id: ReloadId, size: EngineSize) => boolean,
): (view: ReloadView) => Saving | { readonly refused: string } {
  const cancel = settleStep(deps, { kind: 'cancel' })
  return (view) => {
    const { reload, attempt, app, tenant } = view
    if (app === undefined || tenant.removedAt !== undefined) return cancel(view)
    const { partial, sizeIndex } = reload
    const size = chooseSize(deps.sizes, app, { partial, climbedIndex: sizeIndex })
    if (!fits(reload.id, deps.sizes[size.index]!)) return { refused: OVER_BUDGET }
    const decision = decide(
      { ...reload, sizeIndex: size.index },
      attempt,
      {
        kind: 'claim',
        lease: newUuid(deps.random) as LeaseToken,
        workerId: deps.workerId,
        leaseExpiresAt: now + deps.limits.leaseDurationMs,
      },
      { ...deps, jitter: 0 },
      Math.max(now, reload.notBefore),
    )
    if (isRefusal(decision)) return decision
    return {
      reload: decision.next,
      ...defined({ attempt: decision.opened }),
    }
  }
}
