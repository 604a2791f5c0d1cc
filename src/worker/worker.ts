/**
 * Room `worker`: claims reloads and runs their attempts: claim, lease, engine budget, sweep. Loops over the
 * store and engine sessions enter; the end of an attempt goes to `outcome`.
 *
 * A worker: claims reloads for its slots, runs their attempts in parallel under leases, settles the results,
 * and sweeps. One function wires these loops over the ports, the same in a process and in the simulator.
 *
 * Stopping: no more claims; running attempts may end within `drainMs`; the rest are killed and handed back to
 * the queue, at no cost to their retry budget.
 */

import { type DataVersion, newDataVersion, type UserId, type WorkerId } from '../core/ids.ts'
import type { Limits } from '../core/limits.ts'
import { type Loop, retryWaitMs } from '../core/loop.ts'
import type { World } from '../core/ports.ts'
import type { App } from '../core/records.ts'
import type { Refusal } from '../core/reload.ts'
import { newSignal, type Signal } from '../core/signal.ts'
import type { WatchedClock } from '../core/watched-clock.ts'
import type { EngineLoans } from '../engine/engine-loans.ts'
import type { AppData, EngineSessions, EngineSize, OtherData } from '../engine/engine-session.ts'
import type { PlacedConnection } from '../files/connections.ts'
import type { Stores } from '../files/stores.ts'
import { type SettleRules, type Storing, settling } from '../outcome/settle.ts'
import type { Claimed } from '../store/port/queue.ts'
import type { Transitioned } from '../store/port/reloads.ts'
import type { Store } from '../store/port/store.ts'
import { startClaiming } from './claim.ts'
import { EngineBudget, type FreeBudget } from './engine-budget.ts'
import { type HeldLease, startLeases } from './lease.ts'
import { discardStores, notStorable, type RanAttempt, runAttempt, storingReload } from './run-attempt.ts'
import { startSweeping } from './sweep.ts'

export interface WorkerDeps extends World {
  readonly clock: WatchedClock
  readonly store: Store
  readonly limits: Limits
  readonly workerId: WorkerId
  /** Attempts that may run at once. */
  readonly slots: number
  /** Sum of their engine sizes; at least the largest size. */
  readonly memoryBytes: number
  readonly drainMs: number
  readonly sizes: readonly EngineSize[]
  readonly sessions: EngineSessions
  readonly appData: AppData
  connectionsFor(app: App, askedBy: UserId): Promise<readonly PlacedConnection[]>
  otherApp(app: App, askedBy: UserId, named: string): Promise<OtherData>
  readonly stores: Stores
}

/** Tries of a write about an ended attempt while the lease holds; a longer outage costs the lease anyway. */
const SETTLE_TRIES = 10
/** Tries of what the reload can do without: the script log. */
const EXTRA_TRIES = 3

export interface Worker extends Loop, EngineLoans {
  /** The budget that is left. */
  free(): FreeBudget
}

export function startWorker(deps: WorkerDeps): Worker {
  const rules: SettleRules = {
    clock: deps.clock,
    random: deps.random,
    errorRequeuesMax: deps.limits.errorRequeuesMax,
    taskFailuresMax: deps.limits.taskFailuresMax,
    largestSizeIndex: deps.sizes.length - 1,
  }
  const running = new Set<Promise<void>>()
  const budget = new EngineBudget(deps.clock, deps)
  const handBack = newSignal()
  const leases = startLeases(deps)
  const sweeping = startSweeping({ ...rules, ...deps })
  const claiming = startClaiming(
    { ...deps, ...rules },
    {
      budget,
      take(claimed, askedAt) {
        const { reload, attempt: opened } = claimed
        const lease = leases.hold(reload.id, opened.leaseToken, askedAt)
        budget.take(opened.leaseToken, deps.sizes[opened.sizeIndex]!.memoryBytes)
        const attempt = runClaimed(deps, rules, claimed, lease, handBack).then(() => {
          running.delete(attempt)
          budget.release(opened.leaseToken)
          claiming.wake()
        })
        running.add(attempt)
      },
    },
  )
  const unlisten = deps.store.onCommit((changed) => {
    if (changed.queued) claiming.wake()
    if (changed.canceling) leases.wake()
  })
  const stop = async () => {
    unlisten()
    await claiming.stop()
    const drain = deps.timers.wait(deps.drainMs)
    await Promise.race([Promise.all(running), drain.done])
    drain.end()
    handBack.fire()
    await Promise.all(running)
    await Promise.all([leases.stop(), sweeping.stop()])
  }
  let stopped: Promise<void> | undefined
  return {
    free: () => budget.free(),
    lend: (bytes, withdrawn) => budget.lend(bytes, withdrawn, () => claiming.wake()),
    wake() {
      claiming.wake()
      leases.wake()
      sweeping.wake()
    },
    stop() {
      stopped ??= stop()
      return stopped
    },
  }
}

/**
 * Runs one claimed reload from the claim to its saved result. Never rejects: a failure costs only the lease.
 */
async function runClaimed(
  deps: WorkerDeps,
  rules: SettleRules,
  claimed: Claimed,
  lease: HeldLease,
  handBack: Signal,
): Promise<void> {
  const version = newDataVersion(deps.random, deps.clock.now())
  try {
    const ran = await runAttempt(deps, claimed, lease, handBack, version)
    const kept = ran === 'lost' ? 'dropped' : await settleRan(deps, rules, claimed, lease, ran)
    const leftover = kept === 'kept' ? claimed.app.data?.version : kept === 'dropped' ? version : undefined
    if (leftover !== undefined) await discard(deps, leftover)
    if (kept === 'dropped' && ran !== 'lost') await discardStores(deps, claimed, ran.storedFiles)
  } catch (error) {
    deps.log.error('an attempt failed in the worker itself; its lease runs out', {
      reloadId: claimed.reload.id,
      attempt: claimed.attempt.number,
      error: String(error),
    })
  } finally {
    lease.release()
  }
}

/** Whether the app points at the attempt's data, nothing ever will, or nobody knows. */
type DataFate = 'kept' | 'dropped' | 'unknown'

async function settleRan(
  deps: WorkerDeps,
  rules: SettleRules,
  claimed: Claimed,
  lease: HeldLease,
  ran: RanAttempt,
): Promise<DataFate> {
  const { scriptLog, statements } = ran
  const { reload, attempt } = claimed
  if (scriptLog !== undefined) {
    await persist(deps, lease, 'saving the script log', EXTRA_TRIES, () =>
      deps.store.saveScriptLog(reload.id, attempt.number, { text: scriptLog, statements }),
    )
  }
  const settled = await persist(deps, lease, 'settling', SETTLE_TRIES, () =>
    settle(deps, rules, claimed, lease, ran),
  )
  if (ran.end.kind !== 'completed') return 'dropped'
  if (settled === undefined) return 'unknown'
  const [answer] = settled
  if (answer?.kind === 'saved') return answer.reload.state === 'SUCCEEDED' ? 'kept' : 'dropped'
  return dataFate(deps, claimed, ran.end.data.version)
}

/** With what it stored; when that cannot be published, as a failure. */
async function settle(
  deps: WorkerDeps,
  rules: SettleRules,
  claimed: Claimed,
  lease: HeldLease,
  ran: RanAttempt,
): Promise<Transitioned<Refusal>[]> {
  const { scriptLog: _log, statements: _statements, progressLog: _progress, storedFiles, ...ended } = ran
  const settleAs = (storing?: Storing) =>
    deps.store.transition([settling(rules, claimed.reload.id, lease.token, ended, storing)])
  if (ran.end.kind !== 'completed' || storedFiles.length === 0) return settleAs()
  const answers = await deps.stores.settleWith(storingReload(claimed), storedFiles, settleAs)
  if (Array.isArray(answers)) {
    const [answer] = answers
    if (answer?.kind !== 'refused' || answer.refusal.refused !== 'not-storable') return answers
    return settle(deps, rules, claimed, lease, notStorable(claimed, ran, answer.refusal.detail ?? ''))
  }
  return settle(deps, rules, claimed, lease, notStorable(claimed, ran, answers.notStorable))
}

/**
 * The fence refused. An earlier try may have been saved although its response was lost; then the app points
 * at the data. The lease is over, so nothing will make it point there any more.
 */
async function dataFate(deps: WorkerDeps, { app }: Claimed, version: DataVersion): Promise<DataFate> {
  try {
    const now = await deps.store.app(app.tenantId, app.id)
    return now?.data?.version === version ? 'kept' : 'dropped'
  } catch (error) {
    deps.log.warn('it is not known whether an app points at its data; the data stays', {
      appId: app.id,
      error: String(error),
    })
    return 'unknown'
  }
}

/** Retries while the lease holds; returns undefined if it never succeeded. */
async function persist<T>(
  deps: WorkerDeps,
  lease: HeldLease,
  what: string,
  tries: number,
  write: () => Promise<T>,
): Promise<T | undefined> {
  for (let failures = 0; failures < tries && lease.holds(); ) {
    try {
      return await write()
    } catch (error) {
      failures += 1
      deps.log.warn(`${what} failed`, { failures, error: String(error) })
      await deps.timers.wait(retryWaitMs(failures)).done
    }
  }
  return undefined
}

/**
 * Deletes data that no app points at: what this attempt wrote in vain, or the app's previous data. The next
 * start removes the files that this misses.
 */
async function discard(deps: WorkerDeps, version: DataVersion): Promise<void> {
  try {
    await deps.appData.discard(version)
  } catch (error) {
    deps.log.warn('discarding app data failed', { version, error: String(error) })
  }
}
