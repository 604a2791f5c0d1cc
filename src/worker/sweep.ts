/**
 * Ends what nobody else will end: attempts whose lease ran out (their worker died, stalled or lost the store)
 * are declared lost, reloads that waited too long reach EXCEEDED_LIMIT. Several sweepers may run; each checks
 * again inside the transaction, because a lease may have been renewed meanwhile.
 *
 * At the start, and when the clock was set back, it pulls back what a clock that was ahead has stamped.
 */
import type { LeaseToken, ReloadId } from '../core/ids.ts'
import { DELIVERY_LEASE_MS, type Limits, limitsOf } from '../core/limits.ts'
import { type Loop, startLoop } from '../core/loop.ts'
import type { Log, Timers } from '../core/ports.ts'
import type { Refusal } from '../core/reload.ts'
import type { WatchedClock } from '../core/watched-clock.ts'
import { type SettleRules, settleStep } from '../outcome/settle.ts'
import type { Transition } from '../store/port/reloads.ts'
import { saveApart } from '../store/port/save-apart.ts'
import type { Store } from '../store/port/store.ts'

const SWEEP_MS = 1000
const SWEPT_PER_ROUND = 100
/** After the clock was set back: how long, and how often, what is saved late is pulled back, too. */
const SAVED_LATE_MS = 120_000
const PULL_AGAIN_MS = 10_000

export interface SweepDeps extends SettleRules {
  readonly store: Pick<Store, 'expiredLeases' | 'overdueReloads' | 'transition' | 'pullBack'>
  readonly timers: Timers
  readonly log: Log
  readonly limits: Pick<Limits, 'queueTimeMs' | 'leaseDurationMs'>
  readonly clock: WatchedClock
}

export function startSweeping(deps: SweepDeps): Loop {
  const { clock, limits } = deps
  const pulling = startPullingBack(deps)
  return startLoop(deps, 'sweeping', async () => {
    for (const leaptMs of clock.leaps()) {
      deps.log.warn('the wall clock was set', { byMs: Math.round(leaptMs) })
      if (leaptMs < 0) pulling.begin()
    }
    // Looked at again afterwards: the clock may have been set meanwhile.
    if (await pulling.pulled()) return 0
    // Living workers need time to renew their leases.
    if (clock.leaptForwardWithin(limits.leaseDurationMs)) return SWEEP_MS
    const expired = await deps.store.expiredLeases(deps.clock.now(), SWEPT_PER_ROUND)
    const overdue = await deps.store.overdueReloads(
      deps.clock.now(),
      deps.limits.queueTimeMs,
      SWEPT_PER_ROUND,
    )
    const batch = [
      ...expired.map(({ reloadId, lease }) => declareLost(deps, reloadId, lease)),
      ...overdue.map((reloadId) => endWaiting(deps, reloadId)),
    ]
    if (batch.length > 0) {
      const notSaved = await saveApart(batch, (items) => deps.store.transition(items))
      for (const { item, error } of notSaved) {
        deps.log.warn('sweeping a reload failed', { reloadId: item.reloadId, error: String(error) })
      }
      if (notSaved.length > 0) return SWEEP_MS
    }
    return expired.length === SWEPT_PER_ROUND || overdue.length === SWEPT_PER_ROUND ? 0 : SWEEP_MS
  })
}

/**
 * Pulls back what a clock that was ahead has stamped: at the start, when the clock was set back, and for a
 * while after, because what was stamped before may be saved late.
 */
function startPullingBack({ store, clock, log, limits }: SweepDeps) {
  const longestLeaseMs = Math.max(limits.leaseDurationMs, DELIVERY_LEASE_MS)
  let dueAt = clock.monotonic()
  let until = dueAt
  return {
    begin() {
      dueAt = clock.monotonic()
      until = dueAt + SAVED_LATE_MS
    },
    /** Whether it was time to. */
    async pulled(): Promise<boolean> {
      if (clock.monotonic() < dueAt) return false
      const pulled = await store.pullBack({ now: clock.now(), longestLeaseMs })
      const nextAt = clock.monotonic() + PULL_AGAIN_MS
      dueAt = nextAt > until ? Number.POSITIVE_INFINITY : nextAt
      if (pulled.reloads + pulled.deliveries > 0) {
        log.warn('what a clock that was ahead has stamped is due again', { ...pulled })
      }
      return true
    },
  }
}

/** Ends the attempt of the lease as lost, unless it was renewed since it was found. */
export function declareLost(deps: SettleRules, reloadId: ReloadId, lease: LeaseToken): Transition<Refusal> {
  const settle = settleStep(deps, { kind: 'end-attempt', end: { kind: 'lost' } })
  return {
    reloadId,
    fence: lease,
    step: (view) =>
      view.attempt !== undefined && view.attempt.leaseExpiresAt > deps.clock.now()
        ? { refused: 'not-due' }
        : settle(view),
  }
}

function endWaiting(deps: SweepDeps, reloadId: ReloadId): Transition<Refusal> {
  return {
    reloadId,
    step: (view) => {
      const limitMs = limitsOf(deps.limits, view.tenant).queueTimeMs
      return settleStep(deps, { kind: 'queue-time-exceeded', limitMs })(view)
    },
  }
}
