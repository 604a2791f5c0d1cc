/**
 * Ends what nobody else will end: attempts whose lease ran out (their worker died, stalled or lost the store)
 * are declared lost, reloads that waited too long reach EXCEEDED_LIMIT. Several sweepers may run; each checks
 * again inside the transaction, because a lease may have been renewed meanwhile.
 */
import type { LeaseToken, ReloadId } from '../core/ids.ts'
import { type Limits, limitsOf } from '../core/limits.ts'
import { type Loop, startLoop } from '../core/loop.ts'
import type { Log, Timers } from '../core/ports.ts'
import type { Refusal } from '../core/reload.ts'
import { type SettleRules, settleStep } from '../outcome/settle.ts'
import type { Transition } from '../store/port/reloads.ts'
import { saveApart } from '../store/port/save-apart.ts'
import type { Store } from '../store/port/store.ts'

const SWEEP_MS = 1000
const SWEPT_PER_ROUND = 100
/** If the wall clock gains more than this on the monotonic one between two sweeps, it was set. */
const LEAP_MS = 1000

export interface SweepDeps extends SettleRules {
  readonly store: Pick<Store, 'expiredLeases' | 'overdueReloads' | 'transition'>
  readonly timers: Timers
  readonly log: Log
  readonly limits: Pick<Limits, 'queueTimeMs' | 'leaseDurationMs'>
}

export function startSweeping(deps: SweepDeps): Loop {
  const leap = leapWatch(deps)
  return startLoop(deps, 'sweeping', async () => {
    if (leap.isRecent()) return SWEEP_MS
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
 * Lease ends are wall clock times. If this machine's wall clock leaps forward (set by hand or by NTP, or
 * after sleep), leases of living workers seem to have run out: they get a lease's duration to renew before
 * anything is declared lost.
 */
function leapWatch({ clock, limits }: SweepDeps): { isRecent(): boolean } {
  const offset = () => clock.now() - clock.monotonic()
  let seen = offset()
  let waitUntil = Number.NEGATIVE_INFINITY
  return {
    isRecent() {
      const leapt = offset() - seen > LEAP_MS
      seen = offset()
      if (leapt) waitUntil = clock.monotonic() + limits.leaseDurationMs
      return clock.monotonic() < waitUntil
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
