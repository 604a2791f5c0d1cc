/**
 * Judges a simulation: looks at the store's contents after every change and holds them against the promises of
 * ARCHITECTURE.md, section 1 (numbers in the messages). It shares no code with the rules: what is right is written here a
 * second time, in its own words.
 */
import type { App } from '../../src/catalog/records.ts'
import type { Attempt } from '../../src/core/attempt.ts'
import type { ReloadId } from '../../src/core/ids.ts'
import { DEFAULT_LIMITS } from '../../src/core/limits.ts'
import type { Reload } from '../../src/core/reload.ts'
import type { Delivery } from '../../src/delivery/delivery.ts'
import type { Subscription } from '../../src/delivery/subscription.ts'
import type { StoredEvent } from '../../src/event/stored-event.ts'
import type { ObservedStore } from './observed-store.ts'
import type { World } from './world.ts'

const FINISHED = 'com.qlik.v1.reload.finished'
const ENDS = new Set(['SUCCEEDED', 'FAILED', 'CANCELED', 'EXCEEDED_LIMIT'])
const MOVES: Readonly<Record<string, readonly string[]>> = {
  QUEUED: ['RELOADING', 'CANCELED', 'EXCEEDED_LIMIT'],
  RELOADING: ['SUCCEEDED', 'FAILED', 'EXCEEDED_LIMIT', 'CANCELED', 'CANCELING', 'QUEUED'],
  CANCELING: ['CANCELED'],
}

export class Auditor {
  readonly #world: World
  readonly #contents: ObservedStore['contents']
  readonly #concurrentPerTenant: number
  /** Told to a client as accepted. */
  readonly #accepted = new Set<ReloadId>()
  /** Told to a client as canceled. */
  readonly #canceled = new Set<ReloadId>()
  #reloads = new Map<string, Reload>()
  #apps = new Map<string, App>()
  #events = new Map<string, StoredEvent>()
  #deliveries = new Map<string, Delivery>()
  #subscriptions: Subscription[] = []
  /** Of a tenant that waits although it could be served: the tenants that were served since. */
  readonly #served = new Map<string, Set<string>>()
  /** Tenants that held a slot since no reload waited. */
  readonly #used = new Set<string>()

  constructor(world: World, store: ObservedStore, concurrentPerTenant: number) {
    this.#world = world
    this.#contents = store.contents
    this.#concurrentPerTenant = concurrentPerTenant
  }

  accepted(id: ReloadId): void {
    this.#accepted.add(id)
  }

  canceled(id: ReloadId): void {
    this.#canceled.add(id)
  }

  /** Called after every step. */
  look(): void {
    this.#lookAtSessions()
    if (!this.#world.changed) return
    this.#world.changed = false
    this.#lookAtReloads()
    this.#lookAtEvents()
    this.#lookAtDeliveries()
    this.#lookAtApps()
    this.#remember()
  }

  /** All is settled: every reload has its outcome, every delivery its end (7). */
  settled(): boolean {
    const { reloads, deliveries } = this.#contents
    return (
      reloads.find((row) => !ENDS.has(row.state)) === undefined &&
      deliveries.find((row) => row.state === 'pending') === undefined
    )
  }

  /** Looked at once, when all is settled. */
  finish(): void {
    const { reloads, deliveries, subscriptions } = this.#contents
    for (const id of this.#accepted)
      this.#must(reloads.get(id) !== undefined, `1: accepted reload ${id} is gone`)
    for (const row of deliveries.rows()) {
      const wanted = subscriptions.get(row.subscriptionId)
      const reachable = wanted?.enabled && !this.#world.receivers.gone.has(row.subscriptionId)
      const wasEnabled = row.state === 'given-up' && row.reason === 'the webhook was disabled'
      this.#must(
        !reachable || row.state === 'delivered' || wasEnabled,
        `6: delivery ${row.id} ended ${row.state} though its target can be reached`,
      )
    }
  }

  // ---------------------------------------------------------------------------------------------- reloads

  #lookAtReloads(): void {
    const rows = this.#contents.reloads.rows()
    const active = new Map<string, number>()
    const running = new Map<string, number>()
    for (const row of rows) {
      const before = this.#reloads.get(row.id)
      if (before !== row) this.#reloadChanged(before, row, rows)
      if (!ENDS.has(row.state)) active.set(row.appId, (active.get(row.appId) ?? 0) + 1)
      if (row.state === 'RELOADING' || row.state === 'CANCELING') {
        running.set(row.tenantId, (running.get(row.tenantId) ?? 0) + 1)
      }
    }
    for (const [app, count] of active) this.#must(count === 1, `4: app ${app} has ${count} active reloads`)
    for (const [tenant, count] of running) {
      this.#must(count <= this.#concurrentPerTenant, `8: tenant ${tenant} runs ${count} reloads`)
    }
    this.#must(rows.length >= this.#reloads.size, '1: a reload disappeared')
    this.#shareSlots(rows, running)
  }

  /**
   * While a tenant waits that could be served and has used no slot since nobody waited, no other is served twice (8). How
   * tenants with runs behind them share the slots is measured elsewhere: src/store/turns.test.ts.
   */
  #shareSlots(rows: readonly Reload[], running: ReadonlyMap<string, number>): void {
    if (![...this.#reloads.values()].some((row) => row.state === 'QUEUED')) this.#used.clear()
    const taken = rows.filter(
      (row) => row.state === 'RELOADING' && this.#reloads.get(row.id)?.state === 'QUEUED',
    )
    for (const tenant of running.keys()) this.#used.add(tenant)
    if (taken.length === 0) return
    const claimedAt = this.#claimedAt(taken[0]!)
    const waiting = new Set(
      rows
        .filter((row) => row.state === 'QUEUED' && row.notBefore <= claimedAt)
        .filter((row) => this.#contents.apps.get(row.appId) !== undefined)
        .map((row) => row.tenantId as string)
        .filter((tenant) => !this.#used.has(tenant)),
    )
    for (const tenant of this.#served.keys()) if (!waiting.has(tenant)) this.#served.delete(tenant)
    for (const tenant of waiting) {
      const served = this.#served.get(tenant) ?? new Set()
      for (const row of taken) {
        this.#must(
          !served.has(row.tenantId),
          `8: tenant ${row.tenantId} was served twice while ${tenant} waits for its first slot`,
        )
        served.add(row.tenantId)
      }
      this.#served.set(tenant, served)
    }
  }

  /** The claiming machine's clock: an attempt is opened no earlier than its reload may be, whatever that clock says. */
  #claimedAt(row: Reload): number {
    return (this.#attempts(row.id).at(-1)?.leaseExpiresAt ?? 0) - DEFAULT_LIMITS.leaseDurationMs
  }

  #reloadChanged(before: Reload | undefined, row: Reload, rows: readonly Reload[]): void {
    if (before === undefined) {
      this.#must(row.state === 'QUEUED', `1: reload ${row.id} appeared as ${row.state}`)
    } else if (before.state !== row.state) {
      this.#world.tell(
        undefined,
        `reload ${row.id}: ${before.state} -> ${row.state} (attempt ${row.attempts})`,
      )
      this.#must(
        (MOVES[before.state] ?? []).includes(row.state),
        `1: reload ${row.id} went from ${before.state} to ${row.state}`,
      )
    } else {
      this.#must(!ENDS.has(before.state), `1: reload ${row.id} changed after its outcome`)
    }
    if (before?.state === 'QUEUED' && row.state === 'RELOADING') this.#claimed(row, rows)
    this.#attemptsOf(row)
    if (ENDS.has(row.state)) this.#ended(row)
    if (this.#canceled.has(row.id)) {
      this.#must(
        row.state === 'CANCELING' || row.state === 'CANCELED',
        `1: reload ${row.id} is ${row.state} though a client was told that it is canceled`,
      )
    }
  }

  /** Of the reloads of this tenant that could have been taken, none is heavier, none as heavy and older (8). */
  #claimed(row: Reload, rows: readonly Reload[]): void {
    const claimedAt = this.#claimedAt(row)
    for (const other of rows) {
      if (other.tenantId !== row.tenantId || other.state !== 'QUEUED' || other.notBefore > claimedAt) continue
      if (this.#reloads.get(other.id)?.state !== 'QUEUED') continue
      if (this.#contents.apps.get(other.appId) === undefined) continue
      const first =
        other.weight > row.weight || (other.weight === row.weight && other.createdAt < row.createdAt)
      this.#must(!first, `8: reload ${row.id} was taken before ${other.id}`)
    }
  }

  #attemptsOf(row: Reload): void {
    const attempts = this.#attempts(row.id)
    this.#must(attempts.length === row.attempts, `4: reload ${row.id} has ${attempts.length} attempts`)
    attempts.forEach((attempt, i) => {
      this.#must(attempt.number === i + 1, `4: reload ${row.id} lacks attempt ${i + 1}`)
      this.#attemptIsTrue(attempt)
    })
    const open = attempts.filter((attempt) => attempt.closed === undefined)
    const running = row.state === 'RELOADING' || row.state === 'CANCELING'
    this.#must(
      open.length === (running ? 1 : 0),
      `4: reload ${row.id} is ${row.state}, ${open.length} attempts open`,
    )
  }

  /** What an attempt is said to have ended with is what its own engine session ended with (3). */
  #attemptIsTrue(attempt: Attempt): void {
    const end = attempt.closed?.end
    if (end === undefined) return
    const truth = this.#world.engines.session(attempt.reloadId, attempt.number)
    const name = `attempt ${attempt.number} of ${attempt.reloadId}`
    if (end.kind === 'completed' || end.kind === 'out-of-memory') {
      this.#must(truth?.end === end.kind, `3: ${name} is ${end.kind}, its session was ${truth?.end}`)
    }
    if (end.kind === 'completed') {
      this.#must(
        truth?.version === end.data.version,
        `3: ${name} was settled with the data of another attempt`,
      )
    }
    if (end.kind === 'crashed') {
      this.#must(truth?.end === 'crashed', `3: ${name} is crashed, its session was ${truth?.end}`)
    }
  }

  #ended(row: Reload): void {
    const last = this.#attempts(row.id).at(-1)
    const completed = last?.closed?.end.kind === 'completed'
    if (row.state === 'SUCCEEDED') this.#must(completed, `1: reload ${row.id} succeeded without data`)
    const events = this.#contents.events.where(
      (event) => event.type === FINISHED && event.body.data.id === row.id,
    )
    this.#must(
      events.length === 1,
      `2: reload ${row.id} is ${row.state} with ${events.length} finished events`,
    )
    const told = events[0]?.body.data
    this.#must(
      told?.status === row.state,
      `2: the event of ${row.id} tells ${told?.status}, not ${row.state}`,
    )
    const started = (told?.startTime ?? told?.creationTime) as string
    const inOrder = String(told?.creationTime) <= started && started <= String(events[0]?.body.time)
    this.#must(inOrder, `2: the times of the event of ${row.id} are out of order`)
  }

  #attempts(reloadId: ReloadId): Attempt[] {
    return this.#contents.attempts
      .where((attempt) => attempt.reloadId === reloadId)
      .sort((left, right) => left.number - right.number)
  }

  /** A worker that is awake and can know it has no session running for an attempt that was declared lost (3). */
  #lookAtSessions(): void {
    const { now } = this.#world.scheduler
    for (const { node, reloadId, attempt } of this.#world.engines.running) {
      if (now <= Math.max(node.stalledUntil, node.unawareUntil)) continue
      const row = this.#contents.attempts.get(`${reloadId}/${attempt}`)
      this.#must(
        row?.closed?.end.kind !== 'lost',
        `3: ${node.name} still runs attempt ${attempt} of ${reloadId}, whose lease was taken away`,
      )
    }
  }

  // ------------------------------------------------------------------------------- events and deliveries

  #lookAtEvents(): void {
    const finished = new Set<unknown>()
    for (const event of this.#contents.events.rows()) {
      const before = this.#events.get(event.id)
      this.#must(before === undefined || before === event, `2: event ${event.id} changed`)
      if (before === undefined) this.#eventSaved(event)
      if (event.type !== FINISHED) continue
      const { id, status } = event.body.data
      this.#must(!finished.has(id), `2: reload ${id} has two finished events`)
      finished.add(id)
      const reload = this.#contents.reloads.get(String(id))
      this.#must(reload?.state === status, `2: an event says ${status}, reload ${id} is ${reload?.state}`)
    }
  }

  /** One delivery for each subscription that matched when the event was saved (5). */
  #eventSaved(event: StoredEvent): void {
    const wanted = this.#subscriptions
      .filter((one) => one.tenantId === event.tenantId && one.enabled && one.eventTypes.includes(event.type))
      .map((one) => one.id)
    const made = this.#contents.deliveries.where((row) => row.eventId === event.id)
    const ids = made.map((row) => row.subscriptionId)
    const same = ids.length === wanted.length && wanted.every((id) => ids.includes(id))
    this.#must(same, `5: event ${event.id} has deliveries for [${ids}], wanted by [${wanted}]`)
  }

  #lookAtDeliveries(): void {
    for (const row of this.#contents.deliveries.rows()) {
      const before = this.#deliveries.get(row.id)
      if (before === row) continue
      const ended = before !== undefined && before.state !== 'pending'
      this.#must(!ended || before.state === row.state, `6: delivery ${row.id} changed after its end`)
      const arrived = this.#world.receivers.has(row.subscriptionId, row.eventId)
      this.#must(
        row.state !== 'delivered' || arrived,
        `6: delivery ${row.id} counts as delivered, it never arrived`,
      )
    }
  }

  // ------------------------------------------------------------------------------------------------- apps

  /** The pointer moves only to the data of a reload that succeeds in the same moment, and the data is there (2, 9). */
  #lookAtApps(): void {
    for (const app of this.#contents.apps.rows()) {
      const version = app.data?.version
      if (version === undefined) continue
      this.#must(this.#world.engines.files.has(version), `9: app ${app.id} points at data that was deleted`)
      if (this.#apps.get(app.id)?.data?.version === version) continue
      const source = this.#contents.reloads.find(
        (row) =>
          row.appId === app.id &&
          row.state === 'SUCCEEDED' &&
          !ENDS.has(this.#reloads.get(row.id)?.state ?? ''),
      )
      const end = source === undefined ? undefined : this.#attempts(source.id).at(-1)?.closed?.end
      const own = end?.kind === 'completed' && end.data.version === version
      this.#must(own, `9: the data of app ${app.id} changed without a reload that succeeded`)
    }
    for (const row of this.#contents.reloads.rows()) {
      if (row.state !== 'SUCCEEDED' || this.#reloads.get(row.id)?.state === 'SUCCEEDED') continue
      const end = this.#attempts(row.id).at(-1)?.closed?.end
      const app = this.#contents.apps.get(row.appId)
      const pointed = end?.kind === 'completed' && app?.data?.version === end.data.version
      this.#must(pointed, `2: reload ${row.id} succeeded, its app does not point at its data`)
    }
  }

  #remember(): void {
    const { reloads, apps, events, deliveries, subscriptions } = this.#contents
    this.#reloads = byId(reloads.rows())
    this.#apps = byId(apps.rows())
    this.#events = byId(events.rows())
    this.#deliveries = byId(deliveries.rows())
    this.#subscriptions = subscriptions.rows()
  }

  #must(holds: boolean, rule: string): void {
    if (!holds) this.#world.violate(rule)
  }
}

function byId<Row extends { readonly id: string }>(rows: readonly Row[]): Map<string, Row> {
  return new Map(rows.map((row) => [row.id, row]))
}
