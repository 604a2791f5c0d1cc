/**
 * Takes the next reloads for the free slots of a worker, each with a new attempt under a lease. It asks when a slot
 * becomes free, when a commit may have queued something, when a back-off ends, and now and then in any case.
 */
import { type LeaseToken, newUuid, type WorkerId } from '../core/ids.ts'
import type { Limits } from '../core/limits.ts'
import type { Clock, Log, Random, Timers } from '../core/ports.ts'
import { decide, isRefusal } from '../core/reload.ts'
import type { EngineSize } from '../engine/engine-session.ts'
import { chooseSize } from '../engine/sizes.ts'
import type { Claimed, ReloadStore, ReloadView, Saving } from '../store/store.ts'
import { type Loop, startLoop } from './loop.ts'

/** Longest time between two looks at the queue: what other processes queued is found without a notice. */
const LOOK_MS = 1000

export interface ClaimDeps {
  readonly store: Pick<ReloadStore, 'claim' | 'nextDueAt'>
  readonly clock: Clock
  readonly timers: Timers
  readonly random: Random
  readonly log: Log
  readonly limits: Pick<Limits, 'leaseDurationMs' | 'concurrentReloadsPerTenant' | 'errorRequeuesMax'>
  readonly sizes: readonly EngineSize[]
  readonly workerId: WorkerId
}

export interface Slots {
  free(): number
  /** @param askedAt monotonic moment at which the claim was asked for: the lease is trusted from there on */
  take(claimed: Claimed, askedAt: number): void
}

export function startClaiming(deps: ClaimDeps, slots: Slots): Loop {
  return startLoop(deps, 'claiming', async () => {
    const free = slots.free()
    if (free <= 0) return LOOK_MS
    const askedAt = deps.clock.monotonic()
    const now = deps.clock.now()
    const claimed = await deps.store.claim({
      now,
      max: free,
      concurrentReloadsPerTenant: deps.limits.concurrentReloadsPerTenant,
      step: claimStep(deps, now),
    })
    for (const one of claimed) slots.take(one, askedAt)
    const dueAt = await deps.store.nextDueAt(deps.clock.now())
    return dueAt === undefined ? LOOK_MS : Math.min(Math.max(1, dueAt - deps.clock.now()), LOOK_MS)
  })
}

/** Opens the attempt on the engine size that the app needs by now. A reload whose app is gone is left to its cancel. */
function claimStep(
  deps: ClaimDeps,
  now: number,
): (view: ReloadView) => Saving | { readonly refused: string } {
  return ({ reload, attempt, app }) => {
    if (app === undefined) return { refused: 'no-app' }
    const size = chooseSize(deps.sizes, {
      climbedIndex: reload.sizeIndex,
      ...(app.data === undefined ? {} : { fileBytes: app.data.fileBytes }),
    })
    const decision = decide(
      { ...reload, sizeIndex: size.index },
      attempt,
      {
        kind: 'claim',
        lease: newUuid(deps.random) as LeaseToken,
        workerId: deps.workerId,
        leaseExpiresAt: now + deps.limits.leaseDurationMs,
      },
      {
        errorRequeuesMax: deps.limits.errorRequeuesMax,
        largestSizeIndex: deps.sizes.length - 1,
        jitter: 0,
      },
      Math.max(now, reload.createdAt),
    )
    if (isRefusal(decision)) return decision
    return {
      reload: decision.next,
      ...(decision.opened === undefined ? {} : { attempt: decision.opened }),
    }
  }
}
