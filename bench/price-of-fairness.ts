/**
 * What sharing between tenants costs a claim: 100,000 reloads of 1,000 tenants wait in one store, as many of
 * one tenant in another, where nothing is to be shared; claimed one by one and 100 at a time, in turn in one
 * run (TARGETS T6: at least 0.75 one by one, 0.5 batched).
 *
 * node bench/price-of-fairness.ts [--keep]
 */
import { claim, end, longQueue, ratios, tell, Watch } from './long-queue.ts'

const WAITING = 100_000
const TENANTS = 1000
const ROUNDS = 60
const BATCH = 100
const SINGLES = 25

const queues = []
for (const tenants of [1, TENANTS]) {
  queues.push({ store: await longQueue(WAITING, tenants), single: new Watch(), batch: new Watch() })
}
let now = Date.now()
for (let round = 0; round < ROUNDS; round++) {
  for (const { store, single, batch } of queues) {
    const claimed: Awaited<ReturnType<typeof claim>> = []
    await single.lap(SINGLES, async () => {
      for (let i = 0; i < SINGLES; i++) claimed.push(...(await claim(store, 1, ++now)))
    })
    await batch.lap(BATCH, async () => {
      claimed.push(...(await claim(store, BATCH, ++now)))
    })
    now += 1000
    await end(store, claimed, now)
  }
}
const [alone, shared] = queues as [(typeof queues)[0], (typeof queues)[0]]
tell('price-of-fairness', [
  alone.single.line('one tenant, one by one'),
  shared.single.line(`${TENANTS} tenants, one by one`),
  alone.batch.line(`one tenant, ${BATCH} at a time`),
  shared.batch.line(`${TENANTS} tenants, ${BATCH} at a time`),
  `one by one: ${ratios(shared.single, alone.single)} (target T6: at least 0.75)`,
  `${BATCH} at a time: ${ratios(shared.batch, alone.batch)} (target T6: at least 0.5)`,
])
for (const { store } of queues) await store.close()
