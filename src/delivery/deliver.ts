/**
 * Sends what is due: claims deliveries, sends each through the channel, records the sends in batches. A delivery is claimed
 * under a lease, so that another sender takes it over when this one dies; it may then be sent twice, with the same event id,
 * never lost. At most 4 sends of a subscription and 32 of a tenant are in flight at once.
 *
 * Stopping waits for the sends in flight (a channel answers within its own time limit) and for their records.
 */
import { newUuid, type SubscriptionId } from '../core/ids.ts'
import type { Timers } from '../core/ports.ts'
import { type Loop, startLoop } from '../queue/loop.ts'
import { saveApart } from '../store/save-apart.ts'
import type { Store } from '../store/store.ts'
import { deliveryAfter, givenUp, subscriptionAfter } from './after-send.ts'
import type { Delivery } from './delivery.ts'
import { type MadeSend, makeSend, type SendDeps } from './send.ts'
import type { Subscription } from './subscription.ts'

export interface DeliverDeps extends SendDeps {
  readonly timers: Timers
  readonly store: Pick<
    Store,
    'claimDeliveries' | 'recordSends' | 'nextDeliveryAt' | 'send' | 'subscription' | 'onCommit'
  >
}

const PER_SUBSCRIPTION = 4
/** Half of all: a tenant whose receivers are all slow leaves places for the others. */
const PER_TENANT = 32
const IN_FLIGHT_MAX = 64
/** Longer than the longest send (15 s) and a slow record of it. */
const LEASE_MS = 60_000
/** Longest time between two looks: what other processes saved is found without a notice. */
const LOOK_MS = 1000

type SendRow = Parameters<Store['recordSends']>[0][number]
type ClaimedDelivery = Awaited<ReturnType<Store['claimDeliveries']>>[number]

/** A delivery whose fate is known and not yet saved. */
interface Result {
  readonly claimed: ClaimedDelivery
  readonly next: Delivery
  readonly made?: MadeSend
  /** A record of it was asked for and failed; perhaps it was saved all the same. */
  recordTried?: true
}

export function startDelivering(deps: DeliverDeps): Loop {
  const results = new Set<Result>()
  let inFlight = 0
  const recording = startLoop(deps, 'recording sends', async () => {
    if (results.size === 0) return LOOK_MS
    await record(deps, results)
    // Recorded sends free places of their subscriptions.
    sending.wake()
    return [...results].some((result) => result.recordTried === undefined) ? 0 : LOOK_MS
  })
  const flights = new Set<Promise<void>>()
  const sending = startLoop(deps, 'claiming deliveries', async () => {
    const now = deps.clock.now()
    const max = IN_FLIGHT_MAX - inFlight
    if (max <= 0) return LOOK_MS
    const lease = newUuid<'lease'>(deps.random)
    const request = {
      now,
      max,
      perSubscription: PER_SUBSCRIPTION,
      perTenant: PER_TENANT,
      lease,
      leaseExpiresAt: now + LEASE_MS,
    }
    for (const claimed of await deps.store.claimDeliveries(request)) {
      inFlight += 1
      const flight = fly(deps, claimed).then((result) => {
        results.add(result)
        inFlight -= 1
        flights.delete(flight)
        recording.wake()
        sending.wake()
      })
      flights.add(flight)
    }
    const waitMs = ((await deps.store.nextDeliveryAt()) ?? Number.POSITIVE_INFINITY) - deps.clock.now()
    // What is due and was not claimed waits for a place of its subscription: the record of a send wakes this loop.
    return waitMs > 0 ? Math.min(waitMs, LOOK_MS) : LOOK_MS
  })
  const unlisten = deps.store.onCommit((changed) => {
    if (changed.deliveries) sending.wake()
  })
  const stop = async () => {
    unlisten()
    await sending.stop()
    await Promise.all(flights)
    await recording.stop()
    if (results.size > 0) await record(deps, results).catch(() => {})
  }
  let stopped: Promise<void> | undefined
  return {
    wake: sending.wake,
    stop() {
      stopped ??= stop()
      return stopped
    },
  }
}

/** Sends one delivery, or gives it up because its subscription no longer wants it (contract 04, section 5.2). */
async function fly(deps: DeliverDeps, claimed: ClaimedDelivery): Promise<Result> {
  const { delivery, event, subscription } = claimed
  if (subscription === undefined) {
    return { claimed, next: givenUp(delivery, 'the webhook was deleted', deps.clock.now()) }
  }
  if (!subscription.enabled) {
    return { claimed, next: givenUp(delivery, 'the webhook was disabled', deps.clock.now()) }
  }
  const made = await makeSend(deps, event, subscription, delivery.id)
  const next = deliveryAfter(delivery, made.sent, deps.clock.now(), deps.random.uniform())
  return { claimed, next, made }
}

/**
 * Saves all results known by now in one batch. The failure counters are counted on from what the store has now; when
 * several results of the batch are about one subscription, each counts on from the one before.
 */
async function record(deps: DeliverDeps, results: Set<Result>): Promise<void> {
  const batch = [...results]
  if (batch.length === 0) return
  const counters = new Map<SubscriptionId, Subscription | undefined>()
  const rows: SendRow[] = []
  const resultOf = new Map<SendRow, Result>()
  const add = (row: SendRow, result: Result) => {
    rows.push(row)
    resultOf.set(row, result)
  }
  for (const result of batch) {
    const { next, made } = result
    const { delivery } = result.claimed
    const row = { delivery: next, fence: delivery.lease! }
    if (made === undefined) {
      add(row, result)
      continue
    }
    const { tenantId, subscriptionId } = delivery
    if (await isRecorded(deps, result)) continue
    const before = counters.has(subscriptionId)
      ? counters.get(subscriptionId)
      : await deps.store.subscription(tenantId, subscriptionId)
    const after = before && subscriptionAfter(before, made.sent, deps.clock.now())
    counters.set(subscriptionId, after)
    const told = after !== undefined && !sameFailures(before, after)
    add({ ...row, send: made.send, ...(told ? { subscription: after } : {}) }, result)
  }
  const save = async (items: readonly SendRow[]) => {
    const missing: SendRow[] = []
    for (const row of items) if (!(await isRecorded(deps, resultOf.get(row)!))) missing.push(row)
    for (const row of missing) resultOf.get(row)!.recordTried = true
    if (missing.length > 0) await deps.store.recordSends(missing)
  }
  const notSaved = rows.length === 0 ? [] : await saveApart(rows, save)
  const left = new Set(notSaved.map(({ item, error }) => keptBack(deps, resultOf.get(item)!, error)))
  for (const result of batch) if (!left.has(result)) results.delete(result)
}

/** The store may have saved a record although its answer was lost. */
async function isRecorded({ store }: DeliverDeps, { recordTried, made, claimed }: Result): Promise<boolean> {
  if (!recordTried || made === undefined) return false
  return (await store.send(claimed.delivery.subscriptionId, made.send.id)) !== undefined
}

/** What could not be recorded is tried again while its lease lasts; after that the delivery is sent again. */
function keptBack(deps: DeliverDeps, result: Result, error: unknown): Result | undefined {
  const { id, leaseExpiresAt } = result.claimed.delivery
  deps.log.warn('recording a send failed', { deliveryId: id, error: String(error) })
  return deps.clock.now() < leaseExpiresAt! ? result : undefined
}

function sameFailures(before: Subscription | undefined, after: Subscription): boolean {
  return (
    before?.failedSends === after.failedSends &&
    before.failingSince === after.failingSince &&
    before.enabled === after.enabled
  )
}
