/**
 * Random histories of commands on the memory model and on another store, step by step with equal answers and
 * equal notices. One run is 60 commands; a failing one prints its seed, and HISTORY_SEED begins with it.
 */

import { describe, expect, it } from 'vitest'
import type { AttemptEnd } from '../../src/core/attempt.ts'
import type { AppId, DataVersion, LeaseToken, ReloadId } from '../../src/core/ids.ts'
import type { Random } from '../../src/core/ports.ts'
import type { App } from '../../src/core/records.ts'
import type { Delivery } from '../../src/event/delivery.ts'
import { MemoryStore } from '../../src/store/memory/memory-store.ts'
import type { AppView } from '../../src/store/port/change.ts'
import { OVER_BUDGET } from '../../src/store/port/queue.ts'
import type { CommitNotice, ExclusiveStore, Store } from '../../src/store/port/store.ts'
import type { SubscriptionStep } from '../../src/store/port/subscriptions.ts'
import { limitTenant, put, remove } from '../support/catalog.ts'
import { anApp, aReload, aTenant, seededRandom } from '../support/records.ts'
import { comparable, contentsOf } from './contents.ts'
import { drawFileChange, readsOf } from './drawn-file-changes.ts'
import { drawFiring, drawTask, firstTasks, settlingStep } from './drawn-task-changes.ts'
import type { StoreKind } from './store-kind.ts'
import {
  aSend,
  aSubscription,
  claimStep,
  completed,
  hex,
  OTHER_TENANT,
  START_MS,
  subscriptionId,
  TENANT_ID,
} from './store-records.ts'

const RUNS = 32
const COMMANDS = 60
const LOOPS = ['queued', 'canceling', 'events', 'deliveries', 'tasks', 'ended'] as const
const TENANTS = [TENANT_ID, OTHER_TENANT]
const APPS = [1, 2, 3, 4, 5, 6].map((number) => `app-${number}` as AppId)
const PLACES = APPS.map((appId, index) => ({ appId, tenantId: TENANTS[index % 2]! }))
const ENDS: readonly AttemptEnd[] = [
  { kind: 'crashed', message: 'x' },
  { kind: 'lost' },
  { kind: 'handed-back' },
  { kind: 'out-of-memory' },
  { kind: 'timed-out' },
  { kind: 'canceled' },
]

/** A removed subscription has one place more, so that both stores have to tell it apart. */
const limitOf = (limit: number) => (subscription: unknown) => limit + (subscription === undefined ? 1 : 0)

const countFailure: SubscriptionStep = ({ subscription }) => ({
  subscription: { ...subscription, failedSends: subscription.failedSends + 1 },
})

type Command = (store: Store) => Promise<unknown>

/** Draws commands. What it draws depends on the seed alone, never on what a store answered. */
class Author {
  readonly #random: Random
  readonly #exclusive: boolean
  now = START_MS
  #made = 0
  #madeByTasks = 0

  /** @param exclusive the stores have what one process at a time may do */
  constructor(seed: number, exclusive: boolean) {
    this.#exclusive = exclusive
    this.#random = seededRandom(seed)
  }

  below(count: number): number {
    return Math.floor(this.#random.uniform() * count)
  }

  one<T>(of: readonly T[]): T {
    return of[this.below(of.length)]!
  }

  /** One of the reloads made so far, or of none. */
  reloadId(): ReloadId {
    return hex(1 + this.below(this.#made + 1)) as ReloadId
  }

  lease(reloadId: ReloadId): LeaseToken {
    return `${reloadId}#${1 + this.below(3)}` as LeaseToken
  }

  next(): readonly [string, Command] {
    this.now += this.one([0, 1, 50, 3000, 20_000, 3_600_000])
    const drawn = this.one([
      this.accepting,
      this.accepting,
      this.claiming,
      this.claiming,
      this.placing,
      this.ending,
      this.ending,
      this.finishing,
      this.finishing,
      this.canceling,
      this.renewing,
      this.sweeping,
      this.sending,
      this.sending,
      this.subscribing,
      this.managingApps,
      this.managingFiles,
      this.managingFiles,
      this.tasking,
      this.tasking,
      this.firing,
      this.firing,
      this.breaking,
      ...(this.#exclusive ? [this.restarting] : []),
      this.limiting,
    ])
    return [drawn.name, drawn.call(this)]
  }

  accepting(): Command {
    const batch = [1, 2].slice(0, 1 + this.below(2)).map(() => {
      const index = this.below(APPS.length)
      const now = this.now
      return {
        reload: aReload({
          id: hex(++this.#made) as ReloadId,
          appId: APPS[index]!,
          tenantId: TENANTS[index % 2]!,
          weight: 1 + this.below(3),
          partial: this.below(2) === 0,
          createdAt: now,
          queuedAt: now,
          notBefore: now,
        }),
        reloadsPerAppAndDay: this.one([0, 0, 1, 2]),
        isAudited: index % 3 !== 0,
        ...(this.below(3) === 0 ? { idempotencyKey: this.one(['a', 'b']) } : {}),
      }
    })
    return (store) => store.accept(batch)
  }

  claiming(): Command {
    const { now } = this
    const max = 1 + this.below(4)
    const concurrentReloadsPerTenant = 1 + this.below(3)
    const refusedDigit = this.below(12).toString(16)
    const refused = this.one(['not this one', OVER_BUDGET])
    const ageingMs = this.one([0, 0, 3000])
    return (store) =>
      store.claim({
        now,
        max,
        concurrentReloadsPerTenant,
        ageingMs,
        step: (view) =>
          view.app === undefined || view.reload.id.endsWith(refusedDigit)
            ? { refused }
            : claimStep(now)(view),
      })
  }

  placing(): Command {
    const [tenantId, reloadId, ageingMs] = [this.one(TENANTS), this.reloadId(), this.one([0, 3000])]
    return (store) => store.queuePosition(tenantId, reloadId, ageingMs)
  }

  ending(): Command {
    const { now } = this
    const batch = [1, 2, 3].map(() => {
      const reloadId = this.reloadId()
      const end = this.below(2) === 0 ? completed({ id: reloadId }) : this.one(ENDS)
      const step = settlingStep({ kind: 'end-attempt', end, durationMs: 1.5, log: 'log' }, now)
      return { reloadId, fence: this.lease(reloadId), step }
    })
    return (store) => store.transition(batch)
  }

  /** Whatever runs, also reloads that tasks made. */
  finishing(): Command {
    const { now } = this
    const ends = [1, 2, 3].map(() => this.one(['completed', ...ENDS] as const))
    return async (store) => {
      const open = await store.expiredLeases(Number.MAX_SAFE_INTEGER, ends.length)
      const batch = open.map(({ reloadId, lease }, i) => {
        const end = ends[i] === 'completed' ? completed({ id: reloadId }) : ends[i]!
        return { reloadId, fence: lease, step: settlingStep({ kind: 'end-attempt', end }, now) }
      })
      return store.transition(batch)
    }
  }

  canceling(): Command {
    const { now } = this
    const reloadId = this.reloadId()
    return (store) => store.transition([{ reloadId, step: settlingStep({ kind: 'cancel' }, now) }])
  }

  renewing(): Command {
    const reloadId = this.reloadId()
    const renewal = {
      reloadId,
      lease: this.lease(reloadId),
      leaseExpiresAt: this.now + 15_000,
      log: `log ${this.below(9)}`,
    }
    return (store) => store.renewLeases([{ ...renewal, session: { engineStartedAt: this.now } }])
  }

  sweeping(): Command {
    const { now } = this
    const limitMs = 7_200_000
    return async (store) => {
      const expired = await store.expiredLeases(now, 2)
      const overdue = await store.overdueReloads(now, limitMs, 2)
      const lost = settlingStep({ kind: 'end-attempt', end: { kind: 'lost' } }, now)
      const late = settlingStep({ kind: 'queue-time-exceeded', limitMs }, now)
      const swept = await store.transition([
        ...expired.map(({ reloadId, lease }) => ({ reloadId, fence: lease, step: lost })),
        ...overdue.map((reloadId) => ({ reloadId, step: late })),
      ])
      return { expired, overdue, swept, due: await store.nextDueAt(now) }
    }
  }

  restarting(): Command {
    const { now } = this
    return (store) => (store as ExclusiveStore).endLeases(now)
  }

  sending(): Command {
    const { now } = this
    const lease = `sender ${this.below(3)}` as LeaseToken
    const request = {
      now,
      max: 1 + this.below(4),
      inFlightLimit: limitOf(1 + this.below(2)),
      perTenant: 1 + this.below(3),
      lease,
    }
    const fails = this.below(2) === 0
    const dies = this.below(4) === 0
    return async (store) => {
      const claimed = await store.claimDeliveries({ ...request, leaseExpiresAt: now + 60_000 })
      if (dies) return claimed
      const rows = claimed.map(({ delivery }) => {
        const { lease: _over, leaseExpiresAt: _gone, ...rest } = delivery
        const sends = delivery.sends + 1
        const next: Delivery = fails
          ? { ...rest, sends, dueAt: now + 5000 }
          : { ...rest, sends, state: 'delivered', endedAt: now }
        const send = aSend(delivery, sends, { status: fails ? 'fail' : 'success', triggeredAt: now })
        return { delivery: next, fence: lease, send, step: countFailure }
      })
      await store.recordSends(rows)
      return { claimed, next: await store.nextDeliveryAt() }
    }
  }

  subscribing(): Command {
    const number = this.below(3)
    const id = subscriptionId(number)
    const tenantId = TENANTS[number % 2]!
    if (this.below(4) === 0) return (store) => remove(store, tenantId, { subscriptions: [id] })
    const subscription = aSubscription({ id, tenantId, createdAt: number, enabled: this.below(4) > 0 })
    return (store) => put(store, { subscriptions: [subscription] })
  }

  limiting(): Command {
    const tenantId = this.one(TENANTS)
    const change = {
      concurrentReloads: this.one([null, 1, 2]),
      share: this.one([null, 0.5, 3]),
      queueTimeMs: this.one([null, 60_000, 10_000_000]),
      reloadsPerAppAndDay: this.one([null, 0, 1]),
    }
    return (store) => limitTenant(store, tenantId, change)
  }

  managingApps(): Command {
    const index = this.below(APPS.length)
    const tenantId = TENANTS[index % 2]!
    const id = APPS[index]!
    const { now } = this
    if (this.below(3) > 0) {
      const step = ({ app, scripts }: AppView) => {
        if (app === undefined) return { answer: { kind: 'unknown', scripts } }
        return { answer: { kind: 'changed', scripts }, put: { apps: [{ ...app, name: `name ${now}` }] } }
      }
      return (store) => store.change([{ kind: 'app', tenantId, id, step }])
    }
    return async (store) => [
      await remove(store, tenantId, { apps: [id] }),
      await put(store, { apps: [appOf(index)] }),
    ]
  }

  managingFiles(): Command {
    return drawFileChange(this, this.now)
  }

  tasking(): Command {
    return drawTask(this, this.now, PLACES)
  }

  firing(): Command {
    return drawFiring(this, this.now, () => hex(1_000_000 + ++this.#madeByTasks) as ReloadId)
  }

  /** A step that throws after others of its batch saved: nothing of the batch may stay. */
  breaking(): Command {
    const { now } = this
    const [first, second] = [this.reloadId(), this.reloadId()]
    const throwing = () => {
      throw new Error('a bug of ours')
    }
    return (store) =>
      store.transition([
        { reloadId: first, step: settlingStep({ kind: 'cancel' }, now) },
        { reloadId: second, step: throwing },
      ])
  }
}

function appOf(index: number): App {
  const { currentScriptId: _none, ...app } = anApp()
  const version = `v-${index}` as DataVersion
  const data = { version, fileBytes: 1, engineTime: 1, tables: [], reads: readsOf(index) }
  return { ...app, id: APPS[index]!, tenantId: TENANTS[index % 2]!, createdAt: index, data }
}

interface Answer {
  readonly answer: unknown
  /** What listeners were told, taken together. */
  readonly told: Partial<CommitNotice>
}

async function answerOf(command: Command, store: Store, name: string): Promise<Answer> {
  const told: { -readonly [Loop in keyof CommitNotice]?: boolean } = {}
  const stop = store.onCommit((changed) => {
    for (const loop of LOOPS) if (changed[loop]) told[loop] = true
  })
  const answer = await command(store).catch((error: unknown) => ({ thrown: error instanceof Error }))
  await turn()
  stop()
  // May be told before the commit, and then also when nothing is accepted.
  if (name === 'accepting') delete told.queued
  return { answer: comparable(answer), told }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** @param kind is compared with the memory store, the model */
export function exerciseHistories(kind: StoreKind): void {
  describe(`random histories of the ${kind.name}`, () => {
    const first = Number(process.env.HISTORY_SEED ?? 1)
    const filled = async <Kind extends Store>(store: Kind): Promise<Kind> => {
      for (const id of TENANTS) await put(store, { tenants: [aTenant({ id })] })
      for (const index of APPS.keys()) await put(store, { apps: [appOf(index)] })
      for (const task of firstTasks(PLACES, START_MS)) await put(store, { tasks: [task] })
      return store
    }

    it('have the answers, notices and contents of the model', { timeout: 120_000 }, async () => {
      const reached = new Set<string>()
      const reach = (answer: unknown) => {
        const texts = JSON.stringify(answer).matchAll(/"(?:kind|state)":"([\w-]+)"/g)
        for (const [, text] of texts) reached.add(text!)
      }
      for (let seed = first; seed < first + RUNS; seed++) {
        const database = await kind.create()
        const [model, store] = [await filled(new MemoryStore()), await filled(await database.open())]
        const author = new Author(seed, kind.exclusive)
        for (let count = 1; count <= COMMANDS; count++) {
          const [name, command] = author.next()
          const expected = await answerOf(command, model, name)
          expect(await answerOf(command, store, name), `seed ${seed}, command ${count}: ${name}`).toEqual(
            expected,
          )
          reach(expected)
        }
        const contents = await contentsOf(model, TENANTS)
        expect(await contentsOf(store, TENANTS), `contents after seed ${seed}`).toEqual(contents)
        reach(contents)
        await database.remove()
      }
      const answers = ['accepted', 'repeated', 'pending', 'quota-exceeded', 'saved', 'refused', 'fenced']
      const runs = ['waiting', 'running', 'succeeded', 'failed', 'aborted', 'skipped']
      const causes = ['schedule', 'ends', 'data']
      expect([...reached]).toEqual(expect.arrayContaining([...answers, 'unknown', ...runs, ...causes]))
    })
  })
}
