/**
 * Claiming from queues of 1,000, 100,000 and 1,000,000 waiting reloads of 100 tenants, by 64 callers at once,
 * in turn in one run (TARGETS T5: at least 0.9 of the rate at 1,000 with 100,000, and 0.8 with 1,000,000).
 * Nothing is queued through the store, so that it finds no row in its memory; the small queue is made anew
 * before it runs dry.
 *
 * node bench/queue-depth.ts [--keep]
 */
import { claim, end, longQueue, ratios, tell, Watch } from './long-queue.ts'

const DEPTHS = [1000, 100_000, 1_000_000]
const TENANTS = 100
const CALLERS = 64
const SETS = 6
/** Plain and with ageing, so many claims in a set: less than the small queue has. */
const ROUNDS = 6

const rows = DEPTHS.map((depth) => ({ depth, plain: new Watch(), aged: new Watch() }))
const long = new Map(
  await Promise.all(DEPTHS.slice(1).map(async (depth) => [depth, await longQueue(depth, TENANTS)] as const)),
)
let now = Date.now()
for (let set = 0; set < SETS; set++) {
  const short = await longQueue(DEPTHS[0]!, TENANTS)
  for (let round = 0; round < ROUNDS; round++) {
    for (const { depth, plain, aged } of rows) {
      const store = long.get(depth) ?? short
      for (const [watch, ageingMs] of [
        [plain, 0],
        [aged, 60_000],
      ] as const) {
        now += 1000
        const claims = () => Array.from({ length: CALLERS }, () => claim(store, 1, now, ageingMs))
        const claimed = await watch.lap(CALLERS, async () => (await Promise.all(claims())).flat())
        await end(store, claimed, now)
      }
    }
  }
  await short.close()
}
for (const store of long.values()) await store.close()
const [few, ...many] = rows as [(typeof rows)[0], ...typeof rows]
tell('queue-depth', [
  ...rows.flatMap(({ depth, plain, aged }) => [
    plain.line(`${depth} waiting`),
    aged.line(`${depth} waiting, with ageing`),
  ]),
  ...many.map(
    ({ depth, plain, aged }) =>
      `${depth} against ${few.depth}: ${ratios(plain, few.plain)}; with ageing ${ratios(aged, few.aged)}`,
  ),
  'Targets T5: at least 0.9 of the rate with 100000 waiting, 0.8 with 1000000.',
])
