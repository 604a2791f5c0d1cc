/**
 * Room `delivery`: the loop that delivers events, and the rules about subscriptions and sends. What holds for
 * every channel enters; sockets stand in `delivery/channels`.
 *
 * Sends due deliveries: claims them, sends each through its channel, and records the sends in batches. A
 * claim is a lease: if its sender dies, another one takes over, so an event may be sent twice, with the same
 * id, but is never lost. Events of one app go to a subscription one after the other in their order, unless a
 * retry comes between; no other order is promised. A rule limits the sends in flight of each subscription
 * (after-send.ts).
 *
 * Stopping waits for the sends in flight, and for their records, but not for a target that hangs: its
 * delivery keeps its lease, and the next start sends it again.
 */
import { defined } from '../core/defined.ts'
import { newUuid, type SubscriptionId } from '../core/ids.ts'
import { DELIVERY_LEASE_MS } from '../core/limits.ts'
import { type Loop, startLoop } from '../core/loop.ts'
import type { Timers } from '../core/ports.ts'
import type { Delivery } from '../event/delivery.ts'
import { brokerOf, type Subscription } from '../event/subscription.ts'
import type { ClaimedDelivery, SendRecord } from '../store/port/deliveries.ts'
import { saveApart } from '../store/port/save-apart.ts'
import type { Store } from '../store/port/store.ts'
import { deliveryAfter, givenUp, inFlightLimit } from './after-send.ts'
import { afterSend } from './disabling.ts'
import { type MadeSend, makeSends, type SendDeps } from './send.ts'
import type { SendRates } from './send-rates.ts'
import { SerialQueues } from './serial-queues.ts'

export interface DeliverDeps extends SendDeps {
  readonly timers: Timers
  readonly store: Pick<Store, 'claimDeliveries' | 'recordSends' | 'nextDeliveryAt' | 'send' | 'onCommit'>
  readonly rates: SendRates
}

/** Half of all: a tenant whose receivers are all slow leaves the other half to others. */
const PER_TENANT = 256
const IN_FLIGHT_MAX = 512
/** Longest pause between two claims: deliveries that another process saved are found without a notice. */
const LOOK_MS = 1000
/** How long stopping waits for the sends in flight. */
const LAST_SENDS_MS = 2000

/** A delivery whose send has ended and is not yet recorded. */
interface Result {
  readonly claimed: ClaimedDelivery
  readonly next: Delivery
  readonly made?: MadeSend
  /** First delivery of its request: counts the request for the subscription. */
  readonly first?: boolean
  /** Recording it was tried and failed; it may have been saved nevertheless. */
  recordTried?: true
}

export function startDelivering(deps: DeliverDeps): Loop {
  const results = new Set<Result>()
  let inFlight = 0
  const recording = startLoop(deps, 'recording sends', async () => {
    if (results.size === 0) return LOOK_MS
    const someFailed = [...results].some(({ made }) => made?.sent.ok !== true)
    await record(deps, results)
    // A failed send leaves the in-flight limit only when it is recorded: the limit depends on its result.
    if (someFailed) sending.wake()
    return [...results].some((result) => result.recordTried === undefined) ? 0 : LOOK_MS
  })
  const flights = new Set<Promise<void>>()
  const { rates } = deps
  const queues = new SerialQueues()
  const sending = startLoop(deps, 'claiming deliveries', async () => {
    const now = deps.clock.now()
    const max = IN_FLIGHT_MAX - inFlight
    if (max <= 0) return LOOK_MS
    const lease = newUuid<'lease'>(deps.random)
    const arrived = unrecordedArrivals(results)
    const request = {
      now,
      max,
      inFlightLimit: (subscription: Subscription | undefined) =>
        inFlightLimitNow(subscription, rates, now) + (arrived.get(subscription?.id) ?? 0),
      perTenant: PER_TENANT,
      lease,
      leaseExpiresAt: now + DELIVERY_LEASE_MS,
    }
    for (const claimed of requestsOf(await deps.store.claimDeliveries(request))) {
      inFlight += claimed.length
      const flight = queues.run(serialKey(claimed[0]!), async () => {
        const flown = await (stopped === undefined ? fly(deps, claimed, rates) : [])
        for (const result of flown) results.add(result)
        inFlight -= claimed.length
        flights.delete(flight)
        recording.wake()
        sending.wake()
      })
      flights.add(flight)
    }
    const waitMs = ((await deps.store.nextDeliveryAt()) ?? Number.POSITIVE_INFINITY) - deps.clock.now()
    // Due deliveries that were not claimed wait for the limit of their subscription: recording a send wakes
    // this loop.
    return waitMs > 0 ? Math.min(waitMs, LOOK_MS) : LOOK_MS
  })
  const unlisten = deps.store.onCommit((changed) => {
    if (changed.deliveries) sending.wake()
  })
  const stop = async () => {
    unlisten()
    await sending.stop()
    const late = deps.timers.wait(LAST_SENDS_MS)
    await Promise.race([Promise.all(flights), late.done])
    late.end()
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

/**
 * Counts the successful sends whose records the store was not yet asked for: they no longer count as in
 * flight, so that their records are saved together with the next claim. The store saves the others before
 * that claim.
 */
function unrecordedArrivals(results: ReadonlySet<Result>): Map<SubscriptionId | undefined, number> {
  const counts = new Map<SubscriptionId | undefined, number>()
  for (const { claimed, made, recordTried } of results) {
    if (made?.sent.ok !== true || recordTried) continue
    const { subscriptionId } = claimed.delivery
    counts.set(subscriptionId, (counts.get(subscriptionId) ?? 0) + 1)
  }
  return counts
}

/** The limit from earlier results and the rate; a batch is one send of many deliveries. */
function inFlightLimitNow(subscription: Subscription | undefined, rates: SendRates, now: number): number {
  const places = inFlightLimit(subscription, now)
  if (subscription === undefined) return places
  const left = rates.left(subscription, now)
  return subscription.contentMode === 'batched' && left > 0 ? places : Math.min(places, left)
}

/** A batch may hold events of any app, so it waits for the batch before. */
function serialKey({ delivery, event, subscription }: ClaimedDelivery): string {
  const app = subscription?.contentMode === 'batched' ? '' : event.topLevelResourceId
  return `${delivery.subscriptionId} ${app}`
}

/** Deliveries of one transaction are due at the same moment: their sequence orders them. */
function asTheyHappened(left: ClaimedDelivery, right: ClaimedDelivery): number {
  return left.delivery.dueAt - right.delivery.dueAt || left.event.sequence - right.event.sequence
}

/** Groups deliveries into requests: one each, or one per subscription that takes batches. */
function requestsOf(claimed: readonly ClaimedDelivery[]): ClaimedDelivery[][] {
  const batches = new Map<SubscriptionId, ClaimedDelivery[]>()
  const requests: ClaimedDelivery[][] = []
  for (const one of claimed.toSorted(asTheyHappened)) {
    const { subscription } = one
    const batch = subscription?.contentMode === 'batched' ? batches.get(subscription.id) : undefined
    if (batch !== undefined) {
      batch.push(one)
      continue
    }
    const request = [one]
    requests.push(request)
    if (subscription?.contentMode === 'batched') batches.set(subscription.id, request)
  }
  return requests
}

/**
 * Sends deliveries of one subscription, or gives them up if it was deleted or disabled (contract 04, section
 * 5.2).
 */
async function fly(
  deps: DeliverDeps,
  claimed: readonly ClaimedDelivery[],
  rates: SendRates,
): Promise<Result[]> {
  const { subscription } = claimed[0]!
  if (subscription === undefined || !subscription.enabled) {
    const reason = subscription === undefined ? 'the webhook was deleted' : 'the webhook was disabled'
    const now = deps.clock.now()
    return claimed.map((one) => ({ claimed: one, next: givenUp(one.delivery, reason, now) }))
  }
  // If the lease ran out while the delivery waited for its turn, its new sender sends it.
  if (deps.clock.now() >= claimed[0]!.delivery.leaseExpiresAt!) return []
  // Several alerts of a tenant share its rate: what is too much keeps its lease and is claimed after it.
  if (subscription.alert !== undefined && rates.left(subscription, deps.clock.now()) === 0) return []
  const addressed = claimed.map(({ event, delivery }) => ({ event, deliveryId: delivery.id }))
  rates.sent(subscription, deps.clock.now())
  const made = await makeSends(deps, addressed, subscription)
  rates.allowed(subscription.id, made[0]!.sent.allowedPerMinute)
  const now = deps.clock.now()
  return claimed.map((one, i) => ({
    claimed: one,
    next: deliveryAfter(one.delivery, made[i]!.sent, brokerOf(subscription), now, deps.random.uniform()),
    made: made[i]!,
    first: i === 0,
  }))
}

/**
 * Saves all results so far in one batch. A request counts once for its subscription, however many events it
 * had.
 */
async function record(deps: DeliverDeps, results: Set<Result>): Promise<void> {
  const batch = [...results]
  if (batch.length === 0) return
  const rows: SendRecord[] = []
  const resultOf = new Map<SendRecord, Result>()
  for (const result of batch) {
    if (await isRecorded(deps, result)) continue
    const { next, made, claimed, first } = result
    const row: SendRecord = {
      delivery: next,
      fence: claimed.delivery.lease!,
      ...defined({ send: made?.send }),
      ...(made === undefined || !first ? {} : { step: afterSend(deps, made.sent) }),
    }
    rows.push(row)
    resultOf.set(row, result)
  }
  const save = async (items: readonly SendRecord[]) => {
    const missing: SendRecord[] = []
    for (const row of items) if (!(await isRecorded(deps, resultOf.get(row)!))) missing.push(row)
    for (const row of missing) resultOf.get(row)!.recordTried = true
    if (missing.length > 0) await deps.store.recordSends(missing)
  }
  const notSaved = rows.length === 0 ? [] : await saveApart(rows, save)
  const left = new Set(notSaved.map(({ item, error }) => retriedLater(deps, resultOf.get(item)!, error)))
  for (const result of batch) if (!left.has(result)) results.delete(result)
}

/** The store may have saved a record although its response was lost. */
async function isRecorded({ store }: DeliverDeps, { recordTried, made, claimed }: Result): Promise<boolean> {
  if (!recordTried || made === undefined) return false
  return (await store.send(claimed.delivery.subscriptionId, made.send.id)) !== undefined
}

/** Keeps a result whose record failed while its lease lasts; after that the delivery is sent again. */
function retriedLater(deps: DeliverDeps, result: Result, error: unknown): Result | undefined {
  const { id, leaseExpiresAt } = result.claimed.delivery
  deps.log.warn('recording a send failed', { deliveryId: id, error: String(error) })
  return deps.clock.now() < leaseExpiresAt! ? result : undefined
}
