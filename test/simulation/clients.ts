/**
 * What clients do in a simulation while faults are on: ask for reloads, cancel them, mend scripts, change
 * webhooks and limits of tenants, delete apps, and ask for all apps at once at fixed times, as schedules do.
 * In calm they ask once more. What a client was not answered it asks again, with the same idempotency key,
 * until it is told something.
 */

import type { ReloadId, TenantId } from '../../src/core/ids.ts'
import type { Limits } from '../../src/core/limits.ts'
import type { App } from '../../src/core/records.ts'
import type { Subscription } from '../../src/event/subscription.ts'
import { type AcceptAnswer, type AcceptDeps, acceptReload } from '../../src/intake/accept.ts'
import { cancelReload, deleteApp } from '../../src/intake/cancel.ts'
import type { SubscriptionChangeView } from '../../src/store/port/change.ts'
import type { Store } from '../../src/store/port/store.ts'
import { limitTenant, put, putScript } from '../support/catalog.ts'
import { aUser } from '../support/records.ts'
import type { Auditor } from './audit/auditor.ts'
import { SIZES, simAppData } from './engine.ts'
import { drawEventTypes, drawNeeds, drawScript, drawSubscription } from './furnish.ts'
import { newNode, portsOf } from './machine.ts'
import type { SimNode } from './node.ts'
import { type ObservedStore, storeFrom } from './observed-store.ts'
import type { World } from './world.ts'

/** Times of one seed's schedule are this far apart. */
const SCHEDULE_MS = [20_000, 45_000]
const ASK_AGAIN_MS = 3000

export interface ClientDeps {
  readonly world: World
  readonly truth: ObservedStore
  /** As machines have it, perhaps with a planted bug. */
  readonly store: Store
  readonly limits: Limits
  readonly auditor: Auditor
}

export class Clients {
  readonly #world: World
  readonly #truth: ObservedStore
  readonly #auditor: Auditor
  readonly #node: SimNode
  readonly #reached: Store
  readonly #rules
  #requests = 0
  #unanswered = 0

  constructor({ world, truth, store, limits, auditor }: ClientDeps) {
    this.#world = world
    this.#truth = truth
    this.#auditor = auditor
    this.#node = newNode(world, 'client')
    this.#reached = storeFrom(world, this.#node, store)
    this.#rules = {
      ...portsOf(world, this.#node),
      errorRequeuesMax: limits.errorRequeuesMax,
      taskFailuresMax: limits.taskFailuresMax,
      largestSizeIndex: SIZES.length - 1,
      store: this.#reached,
      appData: simAppData(world, this.#node),
    }
  }

  /** Nobody waits for an answer or has something to ask. */
  get idle(): boolean {
    return !this.#world.faults && this.#unanswered === 0
  }

  start(): void {
    const world = this.#world
    const gapMs = world.busy ? 1000 : world.pick([1000, 3000, 8000])
    const live = () => {
      if (!world.faults) return
      this.#ask(() => this.#act())
      this.#node.later(world.between(0, 2 * gapMs), live)
    }
    this.#node.later(0, live)
    if (world.chance(0.5)) this.#schedule(world.pick(SCHEDULE_MS))
  }

  /**
   * When all is calm, each app is asked for once more, and some of these reloads are canceled while they run.
   */
  actInCalm(atMs: number): void {
    const world = this.#world
    this.#ask(async () => {
      await this.#rules.timers.wait(atMs - world.scheduler.now).done
      for (const app of this.#truth.contents.apps.rows()) {
        this.#ask(async () => {
          const id = await this.reload(app)
          await this.#rules.timers.wait(world.between(0, 3000)).done
          if (id !== undefined && world.chance(0.4)) await this.cancel(app.tenantId, id)
        })
      }
    })
  }

  #schedule(everyMs: number): void {
    this.#node.later(everyMs, () => {
      if (!this.#world.faults) return
      for (const app of this.#truth.contents.apps.rows()) this.#ask(() => this.reload(app))
      this.#schedule(everyMs)
    })
  }

  /** Counts it until it has an answer; nothing that a client is told is an error of the simulation. */
  #ask(act: () => Promise<unknown>): void {
    this.#unanswered += 1
    act()
      .catch((error: unknown) => this.#world.tell(this.#node, `client is told: ${String(error)}`))
      .finally(() => {
        this.#unanswered -= 1
      })
  }

  #act(): Promise<unknown> {
    const world = this.#world
    const { apps, reloads, subscriptions, tenants } = this.#truth.contents
    const app = world.pick(apps.rows())
    const dice = world.uniform()
    if (app === undefined || dice < (world.busy ? 0.05 : 0.2)) {
      const reload = world.pick(reloads.rows().slice(-6))
      return reload === undefined ? Promise.resolve() : this.cancel(reload.tenantId, reload.id)
    }
    if (dice < 0.85) return this.reload(app)
    if (dice < 0.9) {
      drawNeeds(world, app.id)
      return putScript(this.#reached, drawScript(world, app))
    }
    if (dice < 0.93) return this.#limit(world.pick(tenants.rows()).id)
    if (dice < 0.98) {
      // Those of brokers belong to the configuration.
      const one = world.pick(subscriptions.where(({ channel }) => channel === undefined))
      if (one !== undefined && world.chance(0.7)) return this.#change(one)
      return put(this.#reached, { subscriptions: [drawSubscription(world, world.pick(tenants.rows()).id)] })
    }
    return deleteApp(this.#rules, app.tenantId, app.id)
  }

  /** @returns the reload that was accepted */
  async reload(app: App): Promise<ReloadId | undefined> {
    const world = this.#world
    this.#requests += 1
    const key = `request ${this.#requests}`
    const request = {
      appId: app.id,
      user: aUser({ id: app.ownerId, tenantId: app.tenantId }),
      provenance: { authType: 'api_key' as const },
      partial: world.chance(0.2),
      weight: world.between(1, 10),
      variables: { vRequest: key },
      resourceId: key,
      idempotencyKey: key,
    }
    // Faults are drawn for what is saved; who asks and for what is read as it is.
    const [reached, truth] = [this.#reached, this.#truth]
    const store: AcceptDeps['store'] = {
      accept: (batch) => reached.accept(batch),
      app: (tenantId, id) => truth.app(tenantId, id),
      space: (tenantId, id) => truth.space(tenantId, id),
      assignments: (tenantId, id) => truth.assignments(tenantId, id),
    }
    const answer = await this.#untilAnswered<AcceptAnswer>(() =>
      acceptReload({ ...this.#rules, store, reloadsPerAppAndDay: 0 }, request),
    )
    world.tell(this.#node, `asks for a reload of app ${app.name}: ${answer.kind}`)
    if (answer.kind !== 'accepted' && answer.kind !== 'repeated') return undefined
    this.#auditor.accepted(answer.reload.id, key)
    return answer.reload.id
  }

  async cancel(tenantId: TenantId, id: ReloadId): Promise<void> {
    const answer = await this.#untilAnswered(() => cancelReload(this.#rules, tenantId, id))
    if (answer === 'canceled' || answer === 'canceling') this.#auditor.canceled(id)
    this.#world.tell(this.#node, `cancels ${id}: ${answer}`)
  }

  #limit(tenantId: TenantId): Promise<unknown> {
    const { pick } = this.#world
    return limitTenant(this.#reached, tenantId, {
      concurrentReloads: pick([null, 1, 2, 5]),
      runTimeMs: pick([null, 8000, 30_000]),
      queueTimeMs: pick([null, 15_000]),
    })
  }

  async #change(one: Subscription): Promise<void> {
    const world = this.#world
    if (world.chance(0.2)) await this.#remove(one)
    else if (world.chance(0.6))
      await put(this.#reached, { subscriptions: [{ ...one, enabled: !one.enabled }] })
    else await put(this.#reached, { subscriptions: [{ ...one, eventTypes: drawEventTypes(world) }] })
  }

  /** It may be gone already: its removal was not answered, or another one came first. */
  async #remove({ tenantId, id }: Subscription): Promise<void> {
    const answer = undefined
    const step = ({ subscription }: SubscriptionChangeView) =>
      subscription === undefined ? { answer } : { answer, remove: { subscriptions: [id] } }
    await this.#reached.change([{ kind: 'subscription', tenantId, id, step }])
  }

  async #untilAnswered<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    for (;;) {
      try {
        return await ask()
      } catch (error) {
        this.#world.tell(this.#node, `client asks again: ${String(error)}`)
        await this.#rules.timers.wait(this.#world.between(1, ASK_AGAIN_MS)).done
      }
    }
  }
}
