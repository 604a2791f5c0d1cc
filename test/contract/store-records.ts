/**
 * Steps and records for the contract of the store: the real state machine, with the smallest events that can
 * be saved.
 */

import type { AttemptEnd } from '../../src/core/attempt.ts'
import { defined } from '../../src/core/defined.ts'
import type {
  AppId,
  DataVersion,
  DeliveryId,
  EventId,
  LeaseToken,
  ReloadId,
  SendId,
  SubscriptionId,
  TenantId,
  WorkerId,
} from '../../src/core/ids.ts'
import type { App } from '../../src/core/records.ts'
import {
  type Decision,
  decide,
  type Refusal,
  type Reload,
  type ReloadCommand,
} from '../../src/core/reload.ts'
import { END_OF, endedRun } from '../../src/core/task/ended.ts'
import type { Delivery, Send } from '../../src/event/delivery.ts'
import type { EventDraft } from '../../src/event/stored-event.ts'
import type { Claimed } from '../../src/store/port/queue.ts'
import type { Accepted, ReloadView, Saving, ScriptLog } from '../../src/store/port/reloads.ts'
import type { CommitNotice, Store } from '../../src/store/port/store.ts'
import { put } from '../support/catalog.ts'
import { anApp, aReload, aSubscription, aTenant, START_MS, TENANT_ID } from '../support/records.ts'

export const OTHER_TENANT = 'otherotherotherotherotherotherot' as TenantId
export const FINISHED = 'com.qlik.v1.reload.finished'
export const POLICY = { errorRequeuesMax: 3, taskFailuresMax: 5, largestSizeIndex: 2, jitter: 0.5 }
export const NO_CAP = 1000

/** A notice that tells nothing. */
export const QUIET: CommitNotice = {
  queued: false,
  canceling: false,
  events: false,
  deliveries: false,
  tasks: false,
  ended: false,
  automations: false,
}

export function tokenOf(reload: Reload): LeaseToken {
  return `${reload.id}#${reload.attempts + 1}` as LeaseToken
}

export function hex(number: number): string {
  return number.toString(16).padStart(24, '0')
}

export function subscriptionId(number: number): SubscriptionId {
  return `5ub5c21b-0000-4000-8000-${String(number).padStart(12, '0')}` as SubscriptionId
}

/** A store with a tenant, and apps `app-1`, `app-2`, ... of it as they are asked for. */
export class Given {
  readonly store: Store
  now = START_MS
  #made = 0

  private constructor(store: Store) {
    this.store = store
  }

  static async of(store: Store): Promise<Given> {
    await put(store, { tenants: [aTenant()] })
    await put(store, {
      tenants: [aTenant({ id: OTHER_TENANT, name: 'Other', hostnames: [], createdAt: START_MS + 1 })],
    })
    return new Given(store)
  }

  /** A store that has the tenants already. */
  static over(store: Store): Given {
    return new Given(store)
  }

  async app(change: Partial<App> = {}): Promise<App> {
    const { currentScriptId: _none, spaceId: _personal, ...base } = anApp()
    const app: App = { ...base, id: `app-${++this.#made}` as AppId, ...change }
    await put(this.store, { apps: [app] })
    return app
  }

  /** A reload of a new app, accepted now. */
  async queued(change: Partial<Reload> = {}): Promise<Reload> {
    const app = change.appId ?? (await this.app({ tenantId: change.tenantId ?? TENANT_ID })).id
    const reload = this.reload({ appId: app, ...change })
    const [answer] = await this.accept(reload)
    if (answer?.kind !== 'accepted') throw new Error(`not accepted: ${answer?.kind}`)
    return answer.reload
  }

  reload(change: Partial<Reload> = {}): Reload {
    const createdAt = change.createdAt ?? this.now
    const id = hex(++this.#made) as ReloadId
    return aReload({ id, createdAt, queuedAt: createdAt, notBefore: createdAt, ...change })
  }

  accept(
    reload: Reload,
    more: { idempotencyKey?: string; payload?: string; quota?: number } = {},
  ): Promise<Accepted[]> {
    const { idempotencyKey, payload, quota = 0 } = more
    return this.store.accept([
      { reload, reloadsPerAppAndDay: quota, ...defined({ idempotencyKey, payload }) },
    ])
  }

  claim(max = 1, concurrent = NO_CAP): Promise<Claimed[]> {
    return this.store.claim({
      now: this.now,
      max,
      concurrentReloadsPerTenant: concurrent,
      step: claimStep(this.now),
    })
  }

  async running(change: Partial<Reload> = {}): Promise<Claimed> {
    const reload = await this.queued(change)
    const [claimed] = await this.store.claim({
      now: this.now,
      max: 1,
      concurrentReloadsPerTenant: NO_CAP,
      step: (view) => (view.reload.id === reload.id ? claimStep(this.now)(view) : { refused: 'another' }),
    })
    return claimed!
  }

  async apply(reload: Pick<Reload, 'id' | 'lease'>, command: ReloadCommand, fence = reload.lease) {
    const [answer] = await this.store.transition([
      {
        reloadId: reload.id,
        ...defined({ fence }),
        step: commandStep(command, this.now),
      },
    ])
    return answer!
  }

  end(reload: Reload, end: AttemptEnd = completed(reload)) {
    return this.apply(reload, { kind: 'end-attempt', end, durationMs: 12.5 })
  }

  wait(ms: number): this {
    this.now += ms
    return this
  }
}

export function completed(reload: Pick<Reload, 'id'>): AttemptEnd {
  const version = `${reload.id}.duckdb` as DataVersion
  return { kind: 'completed', data: { version, engineTime: START_MS, fileBytes: 4096 } }
}

export function claimStep(now: number) {
  return ({ reload, attempt }: ReloadView): Saving | Refusal => {
    const lease = tokenOf(reload)
    const leaseExpiresAt = now + 15_000
    const workerId = 'worker' as WorkerId
    const decision = decide(reload, attempt, { kind: 'claim', lease, workerId, leaseExpiresAt }, POLICY, now)
    if ('refused' in decision) return decision
    return { reload: decision.next, ...defined({ attempt: decision.opened }) }
  }
}

/**
 * The step of a command: what settling saves, with a finished event for every outcome and a delivery per
 * subscription.
 */
export function commandStep(command: ReloadCommand, now: number) {
  return (view: ReloadView): Saving | Refusal => {
    const decision = decide(view.reload, view.attempt, command, POLICY, now)
    if ('refused' in decision) return decision
    const attempt = decision.closed ?? decision.opened
    const app = appChange(view, decision, command)
    const events = decision.outcome === undefined ? [] : [finishedEvent(decision.next, now)]
    const run = view.task?.run
    const end = decision.outcome && END_OF[decision.outcome]
    return {
      reload: decision.next,
      ...defined({ attempt, app }),
      taskRuns: run === undefined || end === undefined ? [] : [endedRun(run, end, now)],
      events,
      deliveries: events.flatMap((event) =>
        view.subscriptions.map((subscription) => aDelivery(event, subscription.id, now)),
      ),
    }
  }
}

function appChange(view: ReloadView, decision: Decision, command: ReloadCommand): Saving['app'] {
  if (view.app === undefined) return undefined
  const { crashedOnMaxSize } = view.app
  if (decision.markApp) return { crashedOnMaxSize: { ...crashedOnMaxSize, full: true } }
  if (decision.outcome === 'FAILED') return { crashedOnMaxSize, failing: true }
  if (decision.outcome !== 'SUCCEEDED' || command.kind !== 'end-attempt') return undefined
  if (command.end.kind !== 'completed') return undefined
  return {
    crashedOnMaxSize,
    failing: false,
    data: { ...command.end.data, tables: [{ name: 'T', rows: 1, fields: ['a'] }] },
  }
}

export function finishedEvent(reload: Reload, now: number, change: Partial<EventDraft> = {}): EventDraft {
  const id = `event-${reload.id}` as EventId
  return {
    id,
    tenantId: reload.tenantId,
    type: FINISHED,
    time: now,
    userId: reload.userId,
    resourceId: reload.id,
    topLevelResourceId: reload.appId,
    reloadId: reload.id,
    uniqueKey: reload.id,
    body: {
      specversion: '1.0',
      id,
      type: FINISHED,
      source: 'com.qlik/reloads',
      time: new Date(now).toISOString(),
      datacontenttype: 'application/json',
      tenantid: reload.tenantId,
      data: { reloadId: reload.id, status: reload.state },
    },
    ...change,
  }
}

export function aDelivery(event: EventDraft, subscription: SubscriptionId, now: number): Delivery {
  return {
    id: `${event.id}>${subscription}` as DeliveryId,
    tenantId: event.tenantId,
    eventId: event.id,
    subscriptionId: subscription,
    state: 'pending',
    sends: 0,
    dueAt: now,
    createdAt: now,
  }
}

export function aSend(delivery: Delivery, number: number, change: Partial<Send> = {}): Send {
  return {
    id: `${delivery.id}/${number}` as SendId,
    tenantId: delivery.tenantId,
    deliveryId: delivery.id,
    subscriptionId: delivery.subscriptionId,
    eventId: delivery.eventId,
    eventType: FINISHED,
    status: 'success',
    triggeredAt: START_MS + number,
    request: { url: 'https://receiver.example.com', headers: { 'webhook-id': delivery.eventId }, body: {} },
    response: { statusCode: 204, headers: {}, body: '' },
    ...change,
  }
}

export { aSubscription, START_MS, TENANT_ID }

/** A script log with one statement, told apart by its text. */
export function aLog(text: string): ScriptLog {
  return {
    text,
    statements: [{ type: 'load', line: 3, table: text, rows: 7, fields: 2, durationMs: 5 }],
  }
}
