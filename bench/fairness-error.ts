/**
 * How near slot-time comes to equal shares, in virtual time on the SQLite store (TARGETS T7): four tenants
 * with run lengths of 2 s to 60 s on 8 slots, 200 reloads each at least; and how soon a tenant that used
 * nothing starts its one reload while another has 100,000 waiting. Nothing is drawn from the real clock:
 * every run gives the same numbers.
 *
 * node bench/fairness-error.ts [--keep]
 */

import type { Claimed } from '../src/store/port/queue.ts'
import type { SqliteStore } from '../src/store/sqlite/sqlite-store.ts'
import { put } from '../test/support/catalog.ts'
import { START_MS, seededRandom } from '../test/support/records.ts'
import { claim, end, longQueue, queueOne, tell, tenantId } from './long-queue.ts'

const SLOTS = 8
const MEAN_RUNS_MS = [2000, 6000, 20_000, 60_000]
const RELOADS = 200
const QUIET_AGAINST = 100_000

const random = seededRandom(1)

interface Run {
  readonly claimed: Claimed
  readonly endsAt: number
}

class VirtualSlots {
  now = START_MS + 1_000_000
  readonly #store: SqliteStore
  readonly #meanRunMs: (tenant: number) => number
  #runs: Run[] = []
  readonly slotMs = new Map<string, number>()
  readonly starts = new Map<string, number>()

  constructor(store: SqliteStore, meanRunMs: (tenant: number) => number) {
    this.#store = store
    this.#meanRunMs = meanRunMs
  }

  async fill(): Promise<Claimed[]> {
    const claimed = await claim(this.#store, SLOTS - this.#runs.length, this.now)
    for (const one of claimed) {
      const { tenantId } = one.reload
      const meanMs = this.#meanRunMs(Number(tenantId.slice(-6)))
      this.#runs.push({ claimed: one, endsAt: this.now + Math.ceil(2 * meanMs * random.uniform()) })
      this.starts.set(tenantId, (this.starts.get(tenantId) ?? 0) + 1)
    }
    return claimed
  }

  async endNext(): Promise<void> {
    const at = Math.min(...this.#runs.map((run) => run.endsAt))
    for (const { claimed } of this.#runs) {
      const { tenantId } = claimed.reload
      this.slotMs.set(tenantId, (this.slotMs.get(tenantId) ?? 0) + at - this.now)
    }
    this.now = at
    const over = this.#runs.filter((run) => run.endsAt === at)
    this.#runs = this.#runs.filter((run) => run.endsAt > at)
    await end(
      this.#store,
      over.map(({ claimed }) => claimed),
      at,
    )
  }
}

async function shares(): Promise<string[]> {
  const store = await longQueue(40_000, MEAN_RUNS_MS.length)
  const slots = new VirtualSlots(store, (tenant) => MEAN_RUNS_MS[tenant]!)
  const ids = MEAN_RUNS_MS.map((_, tenant) => tenantId(tenant))
  while (ids.some((id) => (slots.starts.get(id) ?? 0) < RELOADS)) {
    await slots.fill()
    await slots.endNext()
  }
  await store.close()
  const all = ids.reduce((sum, id) => sum + slots.slotMs.get(id)!, 0)
  const errors = ids.map((id) => (slots.slotMs.get(id)! / all) * ids.length - 1)
  const worst = Math.max(...errors.map(Math.abs))
  return [
    ...ids.map((id, tenant) => {
      const share = ((slots.slotMs.get(id)! / all) * 100).toFixed(2)
      return `runs of ${MEAN_RUNS_MS[tenant]! / 1000} s on average: ${slots.starts.get(id)} reloads, ${share} % of the slot-time`
    }),
    `largest error of a share: ${(worst * 100).toFixed(2)} % (target T7: at most 5 %)`,
  ]
}

async function quietTenant(): Promise<string> {
  const store = await longQueue(QUIET_AGAINST, 1)
  const runMs = 10_000
  const slots = new VirtualSlots(store, () => runMs)
  for (let i = 0; i < 200; i++) {
    await slots.fill()
    await slots.endNext()
  }
  await slots.fill()
  await put(store, { tenants: [{ id: tenantId(1), name: 'quiet', hostnames: [], createdAt: slots.now }] })
  const id = await queueOne(store, 1, slots.now)
  const askedAt = slots.now
  let others = 0
  for (;;) {
    await slots.endNext()
    const claimed = await slots.fill()
    const place = claimed.findIndex(({ reload }) => reload.id === id)
    others += place < 0 ? claimed.length : place
    if (place >= 0) break
  }
  await store.close()
  const waited = `${others} others before it, after ${((slots.now - askedAt) / 1000).toFixed(1)} s`
  return `one reload of a quiet tenant against ${QUIET_AGAINST} waiting, ${SLOTS} slots with runs of ${runMs / 1000} s on average: ${waited}, at the first slot that became free (target T7: within one turnover)`
}

tell('fairness-error', [...(await shares()), await quietTenant()])
