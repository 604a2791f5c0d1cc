/**
 * Automations hear events: a durable cursor in each one's record, over the log of events of its tenant, which
 * is read in the order of commits. The event's id is the run's unique key, so that reading again makes no
 * second run; what finds no room waits in the log. An automation hears only events that its owner may read,
 * and never those of its own reloads; of a chain of runs that cause one another the last one is refused.
 */
import { may, type SpaceReads } from '../catalog/standing.ts'
import type { Automation, Json } from '../core/automation/automation.ts'
import { CHAIN_MAX, INPUT_MAX_BYTES, WAITING_RUNS_MAX } from '../core/automation/limits.ts'
import { queuedRun } from '../core/automation/new-run.ts'
import { ended } from '../core/automation/progress.ts'
import type { AutomationRun } from '../core/automation/run.ts'
import { defined } from '../core/defined.ts'
import { matchesFilter } from '../core/filter.ts'
import {
  type AppId,
  type AutomationId,
  type AutomationRunId,
  newTimeUuid,
  type ReloadId,
  type TenantId,
} from '../core/ids.ts'
import type { LeftAlone } from '../core/left-alone.ts'
import type { Log } from '../core/ports.ts'
import { isTenantAdmin } from '../core/rights.ts'
import { SECOND } from '../core/units.ts'
import { utf8Bytes } from '../core/utf8.ts'
import { AUTOMATION_RUN_TYPE } from '../event/event-types.ts'
import { filterAttribute } from '../event/fan-out.ts'
import type { StoredEvent } from '../event/stored-event.ts'
import type { AppStore } from '../store/port/apps.ts'
import type { AutomationStore, ListeningAutomation } from '../store/port/automations.ts'
import type { AutomationView, Change, ChangeStore } from '../store/port/change.ts'
import type { EventStore } from '../store/port/events.ts'
import type { PeopleStore } from '../store/port/people.ts'
import type { ReloadStore } from '../store/port/reloads.ts'
import { ChainRate } from './chain-rate.ts'
import { guarded } from './guarded.ts'
import type { StepDeps } from './run-steps.ts'
import { toldEnds } from './told-ends.ts'

export interface HearingDeps extends StepDeps {
  readonly log: Log
  readonly store: ChangeStore &
    Pick<AutomationStore, 'listeningAutomations' | 'automation' | 'automationRun'> &
    Pick<EventStore, 'eventsAfter' | 'lastSequence'> &
    Pick<ReloadStore, 'reload'> &
    Pick<AppStore, 'app'> &
    Pick<PeopleStore, 'user'> &
    SpaceReads
}

const EVENTS_HEARD_AT_ONCE = 200
/** After so many events that concern nobody the cursor is saved nevertheless: a start reads no more again. */
const UNSAVED_MAX = 5000
/** So long the log is not read again for an automation that found no room for runs, ms. */
const FULL_MS = 5 * SECOND

/** An event that starts a run. */
interface HeardEvent {
  readonly event: StoredEvent
  /** The runs that caused one another up to that run. */
  readonly chain: number
}

export class Hearing {
  readonly #deps: HearingDeps
  readonly #left: LeftAlone
  #listening: readonly ListeningAutomation[] | undefined
  /** Up to where each has heard, as far as this process knows: ahead of what is saved. */
  readonly #heard = new Map<AutomationId, number>()
  /** Those that found no room for runs: when they are looked at again, by the monotonic clock. */
  readonly #full = new Map<AutomationId, number>()
  readonly #rate = new ChainRate()

  constructor(deps: HearingDeps, left: LeftAlone) {
    this.#deps = deps
    this.#left = left
  }

  /** Automations were changed: who listens is read again. */
  changed(): void {
    this.#listening = undefined
  }

  /** @returns whether there may be more to hear at once */
  async round(): Promise<boolean> {
    const { store } = this.#deps
    if (this.#listening === undefined) {
      this.#listening = await store.listeningAutomations()
      const known = new Set(this.#listening.map(({ automationId }) => automationId))
      for (const kept of [this.#heard, this.#full]) {
        for (const id of kept.keys()) if (!known.has(id)) kept.delete(id)
      }
    }
    if (this.#listening.length === 0) return false
    const newest = await store.lastSequence()
    const read = new Reads(store)
    let more = false
    for (const listener of this.#listening) {
      const { automationId, heardUpTo } = listener
      const from = Math.max(this.#heard.get(automationId) ?? 0, heardUpTo)
      if (from >= newest) continue
      const hear = () => this.#hear(listener, from, newest, read)
      if (await guarded(this.#deps.log, this.#left, automationId, hear)) more = true
    }
    return more
  }

  async #hear(listener: ListeningAutomation, from: number, newest: number, reads: Reads): Promise<boolean> {
    const { store, clock } = this.#deps
    const { tenantId, automationId, trigger, heardUpTo } = listener
    const room = await this.#roomOf(listener)
    if (room === 0) return false
    const events = await reads.after(tenantId, from)
    const wanted: HeardEvent[] = []
    let judged = 0
    for (const event of events) {
      if (wanted.length === room) break
      const heard = wants(trigger, event) ? await this.#heardBy(listener, event) : undefined
      if (heard !== undefined && heard.chain > 1 && !this.#rate.take(tenantId, clock.monotonic())) {
        this.#full.set(automationId, clock.monotonic() + FULL_MS)
        break
      }
      if (heard !== undefined) wanted.push(heard)
      judged += 1
    }
    // What is not judged is for later.
    const isWhole = judged === events.length && judged < EVENTS_HEARD_AT_ONCE
    const reachable = events[judged - 1]?.sequence ?? from
    const upTo = isWhole ? Math.max(newest, reachable) : reachable
    if (wanted.length === 0 && upTo - heardUpTo < UNSAVED_MAX) {
      this.#heard.set(automationId, upTo)
      return !isWhole
    }
    const [reached] = await store.change([hearing(this.#deps, listener, wanted, upTo)])
    if (reached === undefined) return false
    this.#heard.set(automationId, reached)
    if (reached < upTo) this.#full.set(automationId, clock.monotonic() + FULL_MS)
    return !isWhole && reached === upTo
  }

  /** For how many runs at most events are judged. */
  async #roomOf({ tenantId, automationId: id }: ListeningAutomation): Promise<number> {
    const { store, clock } = this.#deps
    const until = this.#full.get(id)
    if (until === undefined) return WAITING_RUNS_MAX
    if (until > clock.monotonic()) return 0
    const step = ({ queued }: AutomationView) => ({ answer: queued })
    const [queued = 0] = await store.change([{ kind: 'automation', tenantId, id, step }])
    if (queued < WAITING_RUNS_MAX) this.#full.delete(id)
    else this.#full.set(id, clock.monotonic() + FULL_MS)
    return Math.max(0, WAITING_RUNS_MAX - queued)
  }

  /** Undefined: it does not concern this automation. */
  async #heardBy(listener: ListeningAutomation, event: StoredEvent): Promise<HeardEvent | undefined> {
    const { store } = this.#deps
    const { tenantId, automationId } = listener
    const cause = await this.#causeOf(event)
    // The end of a run that was refused for its chain is the end of the chain.
    if (cause.automationId === automationId || cause.chain > CHAIN_MAX) return undefined
    const automation = await store.automation(tenantId, automationId)
    const owner = automation && (await store.user(tenantId, automation.ownerId))
    if (owner?.status !== 'active') return undefined
    if (!isTenantAdmin(owner)) {
      const app = await store.app(tenantId, event.topLevelResourceId as AppId)
      const isReadable = app === undefined ? event.userId === owner.id : await may(store, owner, app, 'read')
      if (!isReadable) return undefined
    }
    return { event, chain: cause.chain + 1 }
  }

  /** The automation that brought the event about, and how many runs led to it. */
  async #causeOf(event: StoredEvent): Promise<{ readonly automationId?: string; readonly chain: number }> {
    const { store } = this.#deps
    const { tenantId, type, body } = event
    if (type === AUTOMATION_RUN_TYPE) {
      const run = await store.automationRun(tenantId, body.data.runId as AutomationRunId)
      return { automationId: event.resourceId, chain: run?.chain ?? 0 }
    }
    const reloadId = event.reloadId ?? (body.data.reloadId as ReloadId | undefined)
    const reload = reloadId && (await store.reload(tenantId, reloadId))
    const automationId = reload?.resourceType === 'automate' ? reload.resourceId : undefined
    return { ...defined({ automationId }), chain: reload?.provenance.automationChain ?? 0 }
  }
}

/** Of one round: listeners that have heard equally much share a reading. */
class Reads {
  readonly #store: Pick<EventStore, 'eventsAfter'>
  readonly #known = new Map<string, Promise<readonly StoredEvent[]>>()

  constructor(store: Pick<EventStore, 'eventsAfter'>) {
    this.#store = store
  }

  after(tenantId: TenantId, from: number): Promise<readonly StoredEvent[]> {
    const key = `${tenantId} ${from}`
    const known = this.#known.get(key) ?? this.#store.eventsAfter(tenantId, from, EVENTS_HEARD_AT_ONCE)
    this.#known.set(key, known)
    return known
  }
}

function wants({ eventTypes, filter }: ListeningAutomation['trigger'], event: StoredEvent): boolean {
  if (!eventTypes.includes(event.type)) return false
  return filter === undefined || matchesFilter(filter.node, (name) => filterAttribute(event, name))
}

/** Its answer: up to where the automation has heard now; undefined when it does not listen any more. */
function hearing(
  deps: StepDeps,
  { tenantId, automationId: id }: ListeningAutomation,
  wanted: readonly HeardEvent[],
  upTo: number,
): Change<number | undefined> {
  const keys = wanted.map(({ event }) => keyOf(event))
  return {
    kind: 'automation',
    tenantId,
    id,
    keys,
    step: (view: AutomationView) => {
      const { automation, keyed, queued } = view
      if (automation?.enabled !== true || automation.document.trigger.kind !== 'event') {
        return { answer: undefined }
      }
      const known = new Set(keyed.map(({ key }) => key))
      const before = automation.heardUpTo ?? 0
      const fresh = wanted.filter(({ event }) => event.sequence > before && !known.has(keyOf(event)))
      const taken = fresh.slice(0, Math.max(0, WAITING_RUNS_MAX - queued))
      const reached = taken.length === fresh.length ? upTo : (taken.at(-1)?.event.sequence ?? before)
      const heardUpTo = Math.max(before, reached)
      if (heardUpTo === before) return { answer: heardUpTo }
      const automationRuns = taken.map((heard) => runFor(deps, automation, heard))
      return {
        answer: heardUpTo,
        put: { automations: [{ ...automation, heardUpTo }], automationRuns },
        ...toldEnds(deps, view, automationRuns, deps.clock.now()),
      }
    },
  }
}

function runFor(
  { clock, random }: StepDeps,
  automation: Automation,
  { event, chain }: HeardEvent,
): AutomationRun {
  const now = clock.now()
  const run = queuedRun(automation, {
    id: newTimeUuid<'automation-run'>(random, now),
    key: keyOf(event),
    cause: { kind: 'event', eventId: event.id, eventType: event.type },
    chain,
    input: inputOf(event),
    now,
  })
  if (chain <= CHAIN_MAX) return run
  return ended(run, 'failed', now, `it goes round: ${CHAIN_MAX} runs of automations caused one another`)
}

function keyOf({ id }: StoredEvent): string {
  return `event:${id}`
}

/** The event as it goes out; of one that is too long what surrounds its data. */
function inputOf({ body }: StoredEvent): Json {
  const input = body as object as { readonly [name: string]: Json }
  if (utf8Bytes(JSON.stringify(input)) <= INPUT_MAX_BYTES) return input
  const { data: _data, ...envelope } = input
  return envelope
}
