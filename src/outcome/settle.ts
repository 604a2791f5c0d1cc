/**
 * Turns what happened to a reload into what is saved of it: either back to QUEUED (a requeue), or an outcome
 * together with its finished event, the app's pointer to its new data and every delivery, in one store
 * transaction. Nothing else ends a reload: cancel, the sweeper and the worker all come here.
 *
 * A step reads the clock and the random port inside the transaction and does nothing else with the world. It
 * may be called again for the same command (a store that lost its answer): the fence, or the state, then
 * refuses it.
 */
import type { App, DataTable } from '../catalog/records.ts'
import type { Attempt, AttemptEnd, SessionFacts } from '../core/attempt.ts'
import { type LeaseToken, newTimeUuid, type ReloadId } from '../core/ids.ts'
import type { Clock, Random } from '../core/ports.ts'
import {
  type Decision,
  decide,
  isRefusal,
  type Refusal,
  type Reload,
  type ReloadCommand,
} from '../core/reload.ts'
import { fanOut } from '../delivery/fan-out.ts'
import type { EventDraft } from '../event/stored-event.ts'
import type { ReloadView, Saving, Transition } from '../store/port/reloads.ts'
import { attemptEvent } from './attempt-event.ts'
import { dataEvent, type SavedData } from './data-event.ts'
import { finishedEvent } from './finished-event.ts'
import { queueEndLog } from './script-log.ts'

export interface SettleRules {
  readonly clock: Clock
  readonly random: Random
  readonly errorRequeuesMax: number
  readonly largestSizeIndex: number
}

/** How an attempt ended, with all that the worker knows of it. */
export interface EndedAttempt {
  readonly end: AttemptEnd
  /** Monotonic: session handed over to attempt end, ms. Absent when no session was acquired. */
  readonly durationMs?: number
  readonly peakMemoryBytes?: number
  /** Progress text of the attempt. */
  readonly log?: string
  readonly session?: SessionFacts
  /** Tables of the new data; of a completed attempt only. */
  readonly tables?: readonly DataTable[]
}

/** The transition that settles an ended attempt under its lease token. */
export function settling(
  rules: SettleRules,
  reloadId: ReloadId,
  lease: LeaseToken,
  ended: EndedAttempt,
): Transition<Refusal> {
  const { session = {}, tables = [], ...told } = ended
  return {
    reloadId,
    fence: lease,
    step: settleStep(rules, { kind: 'end-attempt', ...told }, { session, tables }),
  }
}

/** What a command other than a claim makes of a reload. */
export function settleStep(
  rules: SettleRules,
  command: Exclude<ReloadCommand, { kind: 'claim' }>,
  told: { readonly session: SessionFacts; readonly tables: readonly DataTable[] } = {
    session: {},
    tables: [],
  },
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
    return isRefusal(decision) ? decision : savingOf(view, decision, told.tables, now, rules.random)
  }
}

function savingOf(
  view: ReloadView,
  decision: Decision,
  tables: readonly DataTable[],
  now: number,
  random: Random,
): Saving {
  const data = newData(view.app, decision, tables)
  const app = view.app === undefined ? undefined : appChange(view.app, decision, data)
  const events = eventsOf(view, decision, data, now, random)
  return {
    reload: withQueueEnd(decision),
    ...(decision.closed === undefined ? {} : { attempt: decision.closed }),
    ...(app === undefined ? {} : { app }),
    events,
    deliveries: fanOut(events, view, random),
  }
}

/** A reload that ended without an attempt to close ended while it waited: its log says so. */
function withQueueEnd({ next, outcome, closed }: Decision): Reload {
  if (closed !== undefined || (outcome !== 'CANCELED' && outcome !== 'EXCEEDED_LIMIT')) return next
  return { ...next, log: queueEndLog(next.id, next.log, outcome) }
}

/** In the order in which they happened: the attempt's end, the new data, the outcome. */
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
    ...(app === undefined ? {} : { app }),
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

/** The app's data record after a completed attempt; what is known of memory peaks goes on. */
function newData(
  app: App | undefined,
  { outcome, closed, next }: Decision,
  tables: readonly DataTable[],
): SavedData | undefined {
  const attempt = closed?.closed
  if (outcome !== 'SUCCEEDED' || attempt?.end.kind !== 'completed') return undefined
  const { version, fileBytes, engineTime } = attempt.end.data
  const peak = attempt.peakMemoryBytes
  const peaks = {
    ...app?.data?.peakMemoryBytes,
    ...(peak === undefined ? {} : { [next.partial ? 'partial' : 'full']: peak }),
  }
  return {
    version,
    fileBytes,
    engineTime,
    tables,
    ...(Object.keys(peaks).length === 0 ? {} : { peakMemoryBytes: peaks }),
  }
}

/**
 * An app whose script was changed while the attempt ran is not marked: what crashed is not what would run
 * next.
 */
function appChange(app: App, decision: Decision, data: SavedData | undefined): Saving['app'] {
  if (data !== undefined) return { crashedOnMaxSize: app.crashedOnMaxSize, data }
  const ran = decision.closed?.session.scriptVersionId
  if (decision.markApp === undefined || (ran !== undefined && ran !== app.currentScriptId)) return undefined
  const kind = decision.next.partial ? 'partial' : 'full'
  return { crashedOnMaxSize: { ...app.crashedOnMaxSize, [kind]: true } }
}

/**
 * The view with what the worker learned after its last renewal. A reload whose app was deleted counts as
 * canceled (contract 02, section 11), also when the deletion could not tell it.
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
    ...(attempt === undefined ? {} : { attempt }),
  }
}

/** Now, but never before what is already saved of the reload: the clocks of two machines may differ. */
function instant({ reload, attempt }: ReloadView, clock: Clock): number {
  return Math.max(clock.now(), reload.createdAt, reload.queuedAt, attempt?.openedAt ?? 0)
}

/** The engine's time of the data is never later than the outcome (contract 01, section 3.3, rule 3). */
function bounded<Command extends ReloadCommand>(command: Command, now: number): Command {
  if (command.kind !== 'end-attempt' || command.end.kind !== 'completed') return command
  const { data } = command.end
  return {
    ...command,
    end: { kind: 'completed', data: { ...data, engineTime: Math.min(data.engineTime, now) } },
  }
}
