/** Deliveries in virtual time: a store, a receiver that answers as a test says, and the loop that sends. */
import { expect } from 'vitest'
import type { AppId, ReloadId } from '../../src/core/ids.ts'
import type { Channel, Sent } from '../../src/delivery/channel.ts'
import { startDelivering } from '../../src/delivery/deliver.ts'
import { SendRates } from '../../src/delivery/send-rates.ts'
import type { Delivery } from '../../src/event/delivery.ts'
import type { CloudEvent } from '../../src/event/stored-event.ts'
import type { Subscription } from '../../src/event/subscription.ts'
import { cancelReload } from '../../src/intake/cancel.ts'
import { settleStep } from '../../src/outcome/settle.ts'
import { MemoryStore } from '../../src/store/memory/memory-store.ts'
import type { Store } from '../../src/store/port/store.ts'
import { put } from './catalog.ts'
import { anApp, aReload, aSubscription, aTenant, TENANT_ID } from './records.ts'
import { type VirtualMachine, virtualMachine } from './virtual-machine.ts'

/** A receiver that answers as a test says and remembers what came; each send takes 100 ms. */
class Receiver implements Channel {
  readonly got: { event: CloudEvent; subscription: Subscription; at: number }[] = []
  inFlight = 0
  mostInFlight = 0
  readonly #machine: VirtualMachine
  answers: readonly Sent[] = [{ ok: true }]

  constructor(machine: VirtualMachine) {
    this.#machine = machine
  }

  send(events: readonly CloudEvent[], subscription: Subscription): Promise<Sent> {
    const answer = this.answers[Math.min(this.got.length, this.answers.length - 1)] ?? { ok: true }
    for (const event of events) this.got.push({ event, subscription, at: this.#machine.elapsed() })
    this.inFlight += 1
    this.mostInFlight = Math.max(this.mostInFlight, this.inFlight)
    return new Promise((resolve) => {
      this.#machine.node.later(100, () => {
        this.inFlight -= 1
        resolve(answer)
      })
    })
  }
}

export class DeliveryBench {
  readonly machine = virtualMachine()
  readonly store = new MemoryStore()
  readonly receiver = new Receiver(this.machine)
  readonly #events: string[] = []

  async furnish(...subscriptions: readonly Subscription[]): Promise<this> {
    await put(this.store, { tenants: [aTenant()] })
    for (const one of subscriptions) await put(this.store, { subscriptions: [one] })
    return this
  }

  /** A reload that ends at once: its finished event is saved with its deliveries. */
  async event(n = 1, app = n): Promise<this> {
    const appId = `00000000-0000-4000-8000-0000000000${String(app).padStart(2, '0')}` as AppId
    const id = `6906d0a1b2c3d4e5f60718${String(n).padStart(2, '0')}` as ReloadId
    if ((await this.store.app(TENANT_ID, appId)) === undefined)
      await put(this.store, { apps: [anApp({ id: appId })] })
    await this.store.accept([{ reload: aReload({ id, appId }), reloadsPerAppAndDay: 0 }])
    const rules = {
      ...this.machine.ports,
      errorRequeuesMax: 3,
      taskFailuresMax: 5,
      largestSizeIndex: 0,
      store: this.store,
    }
    expect(await cancelReload(rules, TENANT_ID, id)).toBe('canceled')
    const [event] = await this.store.eventsOf(id)
    this.#events.push(event!.id)
    return this
  }

  /** The first failure of an app: it waited too long. */
  async failure(app: number): Promise<void> {
    const appId = `00000000-0000-4000-8000-0000000000${String(app).padStart(2, '0')}` as AppId
    const id = `6906d0a1b2c3d4e5f60718${String(app).padStart(2, '0')}` as ReloadId
    await put(this.store, { apps: [anApp({ id: appId })] })
    await this.store.accept([{ reload: aReload({ id, appId }), reloadsPerAppAndDay: 0 }])
    const rules = { ...this.machine.ports, errorRequeuesMax: 3, taskFailuresMax: 5, largestSizeIndex: 0 }
    const step = settleStep(rules, { kind: 'queue-time-exceeded', limitMs: 0 })
    await this.store.transition([{ reloadId: id, step }])
    this.#events.push((await this.store.eventsOf(id))[0]!.id)
  }

  start(store: Store = this.store) {
    const rates = new SendRates()
    return startDelivering({ ...this.machine.ports, store, channel: this.receiver, rates })
  }

  async deliveries(): Promise<Delivery[]> {
    const all = await Promise.all(this.#events.map((id) => this.store.deliveriesOf(id as never)))
    return all.flat()
  }

  async ended(withinMs?: number): Promise<Delivery[]> {
    const over = async () => (await this.deliveries()).every((row) => row.state !== 'pending')
    await this.machine.until(over, withinMs)
    return this.deliveries()
  }

  async sends() {
    const sort = { field: 'triggeredAt', descending: false } as const
    const query = { subscriptionId: aSubscription().id, sort, page: { limit: 100 } }
    return (await this.store.sends(query)).rows
  }
}
