/** `npm run schedules`: see USAGE. */
import { parseArgs } from 'node:util'
import { SCHEDULE_CANARIES } from './canaries.ts'
import { simulateSchedules } from './simulation.ts'

const USAGE = `npm run schedules -- [options]

Lives through a year of schedules in six zones on a simulated clock, with machines that die and stall, a store that loses
answers and clocks that are set: every instant is run once, or recorded as skipped or missed for a reason that is true.

  --days N        so many days (365)
  --seed S        the first seed (1)
  --seeds N       so many seeds (1)
  --canary NAME   with a planted bug: ${SCHEDULE_CANARIES.map(({ name }) => name).join(', ')}
  --help

Exit code: 0 all is well, or the canary was found; 1 bad usage; 2 something did not hold, or the canary was not found.`

const { values } = parseArgs({
  options: {
    days: { type: 'string', default: '365' },
    seed: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '1' },
    canary: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) console.log(USAGE)
else process.exitCode = await main()

async function main(): Promise<number> {
  const canary = SCHEDULE_CANARIES.find(({ name }) => name === values.canary)
  if (values.canary !== undefined && canary === undefined) {
    console.error(`There is no canary ${values.canary}.\n\n${USAGE}`)
    return 1
  }
  const [days, first, count] = [values.days, values.seed, values.seeds].map(Number) as [
    number,
    number,
    number,
  ]
  for (let seed = first; seed < first + count; seed++) {
    const begun = performance.now()
    const { tally, crashes, leaps, steps, fault } = await simulateSchedules(seed, days, canary)
    const seconds = ((performance.now() - begun) / 1000).toFixed(1)
    console.log(
      `seed ${seed}, ${days} days: ${tally.ran} instants run, ${tally.skipped} skipped, ${tally.missed} missed, ` +
        `${tally.heard} ends heard; ${crashes} crashes, ${leaps} leaps of clocks; ${steps} steps in ${seconds} s`,
    )
    if (fault !== undefined) console.log(`seed ${seed}: ${fault}`)
    const found = fault !== undefined && canary?.foundAs.test(fault) === true
    if (found) return 0
    if (fault !== undefined) return 2
  }
  return canary === undefined ? 0 : 2
}
