/**
 * Room `outcome`: attempts become one outcome: settling, its events and the script log. What is saved
 * together with an outcome enters.
 *
 * Saves what happened to a reload in one store transaction: back to QUEUED (a requeue), or an outcome with
 * its finished event, the app's pointer to its new data and every delivery. Nothing else ends a reload:
 * cancel, the sweeper and the worker all come here.
 *
 * A step reads the clock and the random port inside the transaction and has no other side effects. If a store
 * repeats it because a response was lost, the fence or the reload's state refuses it.
 */

import type { Attempt, AttemptEnd, SessionFacts } from '../core/attempt.ts'
import { defined } from '../core/defined.ts'
import { waitingFrom } from '../core/future-stamp.ts'
import { type AppId, type LeaseToken, newTimeUuid, type ReloadId } from '../core/ids.ts'
import { type IncidentChange, incidentChange } from '../core/incident.ts'
import { placedKey } from '../core/placed-name.ts'
import type { Clock, Random } from '../core/ports.ts'
import { keptReads } from '../core/read-name.ts'
import type { App, DataTable, PlacedName } from '../core/records.ts'
import {
  type Decision,
  decide,
  isRefusal,
  type Refusal,
  type Reload,
  type ReloadCommand,
} from '../core/reload.ts'
import { runsOfChange, throughReload } from '../core/task/data-change.ts'
import { END_OF } from '../core/task/ended.ts'
import type { TaskRun } from '../core/task/run.ts'
import { dueFrom } from '../event/delivery.ts'
import { fanOut } from '../event/fan-out.ts'
import type { EventDraft } from '../event/stored-event.ts'
import type { StoresSaving, StoresView } from '../store/port/publications.ts'
import type { ReloadView, Saving, Transition } from '../store/port/reloads.ts'
import { attemptEvent } from './attempt-event.ts'
import { dataEvent, type SavedData } from './data-event.ts'
import { finishedEvent } from './finished-event.ts'
import { type RunEnding, type RunEndRules, runEnding } from './run-end.ts'
import { queueEndLog } from './script-log.ts'

export interface SettleRules extends RunEndRules {
  readonly clock: Clock
  readonly errorRequeuesMax: number
  readonly largestSizeIndex: number
}

/** How an attempt ended, and what the worker knows about it. */
export interface EndedAttempt {
  readonly end: AttemptEnd
  /** Time from session to end, ms, by the monotonic clock. Absent if no session was acquired. */
  readonly durationMs?: number
  readonly peakMemoryBytes?: number
  /** Progress text of the attempt. */
  readonly log?: string
  readonly session?: SessionFacts
  /** Tables of the new data, if the attempt completed. */
  readonly tables?: readonly DataTable[]
  /** What its script read, if the attempt completed. */
  readonly reads?: readonly PlacedName[]
}

/** What an attempt stored outside its app: saved with its success, or not at all. */
export interface Storing {
  readonly names: readonly PlacedName[]
  /**
   * What is to be saved of it; a text for people when it cannot be.
   * @param through apps whose reloads led to it, with the one that stored it last
   */
  readonly step: (view: StoresView, through: readonly AppId[]) => StoresSaving | string
}

/**
 * Returns the transition that settles an ended attempt under its lease token. It is refused as `not-storable`
 * when the attempt succeeded and what it stored cannot be saved.
 */
export function settling(
  rules: SettleRules,
  reloadId: ReloadId,
  lease: LeaseToken,
  ended: EndedAttempt,
  storing?: Storing,
): Transition<Refusal> {
  const { session = {}, tables = [], reads = [], ...told } = ended
  return {
    reloadId,
    fence: lease,
    ...defined({ stored: storing?.names }),
    step: settleStep(
      rules,
      { kind: 'end-attempt', ...told },
      { session, tables, reads, ...defined({ storing: storing?.step }) },
    ),
  }
}

interface ToldOfAttempt {
  readonly session: SessionFacts
  readonly tables: readonly DataTable[]
  readonly reads: readonly PlacedName[]
  readonly storing?: Storing['step']
}

/** Returns the step that applies a command, other than a claim, to a reload. */
export function settleStep(
  rules: SettleRules,
  command: Exclude<ReloadCommand, { kind: 'claim' }>,
  told: ToldOfAttempt = { session: {}, tables: [], reads: [] },
): (view: ReloadView) => Saving | Refusal {
  return (shown) => {
    const view = withNews(shown, told.session)
    const now = instant(view, rules.clock)
    const policy = {
      errorRequeuesMax: rules.errorRequeuesMax,
      largestSizeIndex: rules.largestSizeIndex,
      jitter: rules.random.uniform(),
    }
    const decision = decide(view.reload, view.attempt, bounded(command, now), policy, now)
    if (isRefusal(decision)) return decision
    const stores = storesOf(view, decision, told.storing)
    if (typeof stores === 'string') return { refused: 'not-storable', detail: stores }
    return { ...savingOf(view, decision, told, now, rules), ...defined({ stores }) }
  }
}

/** Nothing is published of an attempt whose reload did not succeed with it. */
function storesOf(
  { stores, reload, task }: ReloadView,
  { outcome }: Decision,
  storing: Storing['step'] | undefined,
): StoresSaving | string | undefined {
  if (outcome !== 'SUCCEEDED' || storing === undefined || stores === undefined) return undefined
  return storing(stores, throughReload(reload.appId, task?.run))
}

function savingOf(
  view: ReloadView,
  decision: Decision,
  told: ToldOfAttempt,
  now: number,
  rules: SettleRules,
): Saving {
  const { clock, random } = rules
  const data = newData(view.app, decision, told)
  const app = view.app === undefined ? undefined : appChange(view.app, decision, data)
  const task = taskEnding(rules, view, decision, now)
  const missed = missedChanges(rules, view, decision, told)
  const taskRuns = missed.length === 0 ? task?.taskRuns : [...(task?.taskRuns ?? []), ...missed]
  const events = [...eventsOf(view, decision, data, now, random), ...(task?.events ?? [])]
  const incident = incidentOf(view, decision)
  return {
    reload: waitingFrom(withQueueEnd(decision), clock.now()),
    ...defined({ attempt: decision.closed, app, tasks: task?.tasks, taskRuns }),
    events,
    deliveries: fanOut(events, { ...view, ...defined({ incident }) }, random).map((delivery) =>
      dueFrom(delivery, clock.now()),
    ),
  }
}

/**
 * Runs because of changes that came while the script read their files for the first time: nobody knew yet
 * that it does. No further ones are waited for.
 */
function missedChanges(
  rules: SettleRules,
  { app, changedMeanwhile }: ReloadView,
  { outcome, closed }: Decision,
  { reads }: ToldOfAttempt,
): readonly TaskRun[] {
  if (outcome !== 'SUCCEEDED' || closed === undefined) return []
  const known = new Set((app?.data?.reads ?? []).map(placedKey))
  const first = reads.filter((read) => !known.has(placedKey(read)))
  const { files, readers } = changedMeanwhile(first, closed.session.sessionAcquiredAt ?? closed.openedAt)
  const audience = { dataReaders: () => readers }
  return runsOfChange({ ...rules, dataRefreshDelayMs: 0 }, audience, { files, through: [] })
}

/** What the outcome means for the task that made the reload, and for those that listen to it. */
function taskEnding(
  rules: SettleRules,
  { task: settled, tenant, app }: ReloadView,
  { outcome }: Decision,
  now: number,
): RunEnding | undefined {
  if (settled === undefined || outcome === undefined) return undefined
  return runEnding(rules, { ...settled, tenant, ...defined({ app }) }, END_OF[outcome], now)
}

/** A reload that ended without an open attempt ended in the queue: its log says so. */
function withQueueEnd({ next, outcome, closed }: Decision): Reload {
  if (closed !== undefined || (outcome !== 'CANCELED' && outcome !== 'EXCEEDED_LIMIT')) return next
  return { ...next, log: queueEndLog(next.id, next.log, outcome) }
}

/** Events in their order: the attempt's end, the new data, the outcome. */
function eventsOf(
  view: ReloadView,
  decision: Decision,
  data: SavedData | undefined,
  now: number,
  random: Random,
): EventDraft[] {
  const { app } = view
  const subject = {
    reload: decision.next,
    tenant: view.tenant,
    ...defined({ app }),
  }
  const events: EventDraft[] = []
  if (decision.closed !== undefined) {
    const event = attemptEvent(subject, decision.closed, newTimeUuid(random, now))
    if (event !== undefined) events.push(event)
  }
  if (data !== undefined && app !== undefined) {
    events.push(dataEvent({ ...subject, app }, data, now, newTimeUuid(random, now)))
  }
  if (decision.outcome !== undefined) {
    events.push(finishedEvent(subject, decision.outcome, newTimeUuid(random, now)))
  }
  return events
}

/** Returns the app's data record after a completed attempt, with the known memory peaks carried over. */
function newData(
  app: App | undefined,
  { outcome, closed, next }: Decision,
  { tables, reads }: ToldOfAttempt,
): SavedData | undefined {
  const attempt = closed?.closed
  if (outcome !== 'SUCCEEDED' || attempt?.end.kind !== 'completed') return undefined
  const { version, fileBytes, engineTime } = attempt.end.data
  const peak = attempt.peakMemoryBytes
  const peaks = {
    ...app?.data?.peakMemoryBytes,
    ...defined({ [next.partial ? 'partial' : 'full']: peak }),
  }
  return {
    version,
    fileBytes,
    engineTime,
    tables,
    reads: next.partial ? withEarlier(reads, app?.data?.reads ?? []) : reads,
    ...(Object.keys(peaks).length === 0 ? {} : { peakMemoryBytes: peaks }),
  }
}

/** After a partial reload the data stems also from what the reloads before it read. */
function withEarlier(reads: readonly PlacedName[], earlier: readonly PlacedName[]): readonly PlacedName[] {
  const all = new Map([...reads, ...earlier].map((read) => [placedKey(read), read]))
  return keptReads([...all.values()], ({ name }) => name)
}

/** An app whose script changed during the attempt is not marked: the next reload runs another script. */
function appChange(app: App, decision: Decision, data: SavedData | undefined): Saving['app'] {
  const failing = failingAfter(app, decision)
  const crashedOnMaxSize = marksAfter(app, decision)
  if (data === undefined && failing === app.failing && crashedOnMaxSize === app.crashedOnMaxSize)
    return undefined
  return { crashedOnMaxSize, ...defined({ data, failing }) }
}

function marksAfter({ crashedOnMaxSize, currentScriptId }: App, decision: Decision): App['crashedOnMaxSize'] {
  const ran = decision.closed?.session.scriptVersionId
  if (decision.markApp === undefined || (ran !== undefined && ran !== currentScriptId))
    return crashedOnMaxSize
  return { ...crashedOnMaxSize, [decision.next.partial ? 'partial' : 'full']: true }
}

function failingAfter({ failing }: App, { outcome }: Decision): boolean | undefined {
  return outcome === undefined || outcome === 'CANCELED' ? failing : outcome !== 'SUCCEEDED'
}

function incidentOf({ app }: ReloadView, { outcome }: Decision): IncidentChange | undefined {
  if (app === undefined || outcome === undefined) return undefined
  return incidentChange(app.failing ?? false, outcome)
}

/**
 * Adds what the worker learned after its last renewal. A reload whose app was deleted counts as canceled
 * (contract 02, section 11), even if the deletion could not cancel it.
 */
function withNews(view: ReloadView, session: SessionFacts): ReloadView {
  const attempt: Attempt | undefined =
    view.attempt === undefined
      ? undefined
      : { ...view.attempt, session: { ...view.attempt.session, ...session } }
  const orphaned = view.app === undefined && view.reload.state === 'RELOADING'
  return {
    ...view,
    reload: orphaned ? { ...view.reload, state: 'CANCELING' } : view.reload,
    ...defined({ attempt }),
  }
}

/**
 * Returns the current time, but never one before the saved times of the reload: clocks of machines differ,
 * and records tell times in order. What waits goes by the clock alone.
 */
function instant({ reload, attempt }: ReloadView, clock: Clock): number {
  return Math.max(clock.now(), reload.createdAt, reload.queuedAt, attempt?.openedAt ?? 0)
}

/** The engine's time of the data must not be later than the outcome (contract 01, section 3.3, rule 3). */
function bounded<Command extends ReloadCommand>(command: Command, now: number): Command {
  if (command.kind !== 'end-attempt' || command.end.kind !== 'completed') return command
  const { data } = command.end
  return {
    ...command,
    end: { kind: 'completed', data: { ...data, engineTime: Math.min(data.engineTime, now) } },
  }
}
