/**
 * Keeps the leases of this worker's running attempts. All are renewed together in one batch; a renewal
 * carries news of the attempt (session facts, progress text) and returns whether somebody canceled.
 *
 * A lease is trusted until `leaseTrustMs` after its last successful renewal was REQUESTED, by the monotonic
 * clock, so never longer than the store honours it, however slow the response was. When the trust runs out,
 * or the store says that the lease is gone, `lost` fires: the attempt must stop and write nothing more.
 */
import type { SessionFacts } from '../core/attempt.ts'
import type { LeaseToken, ReloadId } from '../core/ids.ts'
import type { Limits } from '../core/limits.ts'
import { type Loop, startLoop } from '../core/loop.ts'
import type { Clock, Log, Timers, Wait } from '../core/ports.ts'
import { newSignal, type Signal } from '../core/signal.ts'
import type { LeaseAnswer, LeaseRenewal, QueueStore } from '../store/port/queue.ts'

export interface LeaseDeps {
  readonly store: Pick<QueueStore, 'renewLeases'>
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Log
  readonly limits: Pick<Limits, 'leaseDurationMs' | 'leaseRenewMs' | 'leaseTrustMs'>
}

export interface HeldLease {
  readonly token: LeaseToken
  readonly canceling: Signal
  readonly lost: Signal
  /**
   * Returns true if the attempt may still write. Asked before each write: a stalled worker learns it from the
   * clock.
   */
  holds(): boolean
  /** Reports news, sent with the next renewal: session facts cause one at once, progress text soon. */
  report(news: { readonly session?: SessionFacts; readonly log?: string }): void
  /** The attempt is over. */
  release(): void
}

export interface LeaseKeeper extends Loop {
  /** @param askedAt monotonic time of the claim that opened the attempt */
  hold(reloadId: ReloadId, token: LeaseToken, askedAt: number): HeldLease
}

interface Entry {
  readonly reloadId: ReloadId
  readonly token: LeaseToken
  readonly canceling: Signal
  readonly lost: Signal
  /** Monotonic. */
  trustedUntil: number
  session: SessionFacts
  log: string | undefined
  /** Reported, but not yet known to be saved. */
  news: boolean
  trustWait: Wait | undefined
}

/** Progress text of all attempts is gathered this long before a renewal, ms. */
const PROGRESS_GATHER_MS = 250

export function startLeases(deps: LeaseDeps): LeaseKeeper {
  const entries = new Set<Entry>()
  const loop = startLoop(deps, 'renewing leases', () => renew(deps, entries))
  let gathering: Wait | undefined
  const wakeSoon = () => {
    if (gathering !== undefined) return
    gathering = deps.timers.wait(PROGRESS_GATHER_MS)
    void gathering.done.then(() => {
      gathering = undefined
      loop.wake()
    })
  }
  return {
    wake: loop.wake,
    stop() {
      gathering?.end()
      return loop.stop()
    },
    hold(reloadId, token, askedAt) {
      const entry: Entry = {
        reloadId,
        token,
        canceling: newSignal(),
        lost: newSignal(),
        trustedUntil: askedAt + deps.limits.leaseTrustMs,
        session: {},
        log: undefined,
        news: false,
        trustWait: undefined,
      }
      entries.add(entry)
      void watchTrust(deps, entries, entry)
      return heldLease(deps, entries, entry, { now: loop.wake, soon: wakeSoon })
    },
  }
}

function heldLease(
  deps: LeaseDeps,
  entries: Set<Entry>,
  entry: Entry,
  wake: { now(): void; soon(): void },
): HeldLease {
  return {
    token: entry.token,
    canceling: entry.canceling,
    lost: entry.lost,
    holds: () => !entry.lost.fired && deps.clock.monotonic() < entry.trustedUntil,
    report({ session, log }) {
      entry.news = true
      if (log !== undefined) entry.log = log
      if (session === undefined) wake.soon()
      else {
        entry.session = session
        wake.now()
      }
    },
    release() {
      entries.delete(entry)
      entry.trustWait?.end()
    },
  }
}

async function renew({ store, clock, limits }: LeaseDeps, entries: Set<Entry>): Promise<number> {
  const batch = [...entries]
  if (batch.length === 0) return limits.leaseRenewMs
  const askedAt = clock.monotonic()
  const leaseExpiresAt = clock.now() + limits.leaseDurationMs
  let answers: LeaseAnswer[]
  const renewals = batch.map((entry) => renewal(entry, leaseExpiresAt))
  const carried = batch.filter((entry) => entry.news)
  for (const entry of carried) entry.news = false
  try {
    answers = await store.renewLeases(renewals)
  } catch (error) {
    for (const entry of carried) entry.news = true
    throw error
  }
  batch.forEach((entry, i) => {
    const answer = answers[i] ?? 'lost'
    if (answer === 'lost') lose(entries, entry)
    else entry.trustedUntil = askedAt + limits.leaseTrustMs
    if (answer === 'canceling') entry.canceling.fire()
  })
  return limits.leaseRenewMs
}

function renewal(entry: Entry, leaseExpiresAt: number): LeaseRenewal {
  return {
    reloadId: entry.reloadId,
    lease: entry.token,
    leaseExpiresAt,
    ...(entry.news ? { session: entry.session } : {}),
    ...(entry.news && entry.log !== undefined ? { log: entry.log } : {}),
  }
}

/**
 * Fires `lost` at the end of the trust, which every renewal extends; ends when the lease is released or lost.
 */
async function watchTrust(deps: LeaseDeps, entries: Set<Entry>, entry: Entry): Promise<void> {
  while (entries.has(entry)) {
    const leftMs = entry.trustedUntil - deps.clock.monotonic()
    if (leftMs <= 0) {
      lose(entries, entry)
      return
    }
    entry.trustWait = deps.timers.wait(leftMs)
    await entry.trustWait.done
  }
}

function lose(entries: Set<Entry>, entry: Entry): void {
  if (!entries.delete(entry)) return
  entry.trustWait?.end()
  entry.lost.fire()
}
