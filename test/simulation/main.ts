/**
 * npm run sim -- [--seeds N] [--from S] [--canary NAME] [--trace]
 *
 * Runs simulations of N seeds (300) from S (1) on and stops at the first that fails. With --trace every history is printed,
 * of one seed unless N says more.
 * With --canary a planted bug runs along, and the search is over when it is found. Exit code: 0 clean (or canary found),
 * 2 a promise broken (or canary not found), 3 something did not come to its end, 4 the simulation itself crashed.
 */
import { parseArgs } from 'node:util'
import { CANARIES } from './canaries.ts'
import { type Report, simulate, type Verdict } from './simulation.ts'

const EXIT: Readonly<Record<Verdict, number>> = { clean: 0, safety: 2, liveness: 3, crash: 4 }

const { values } = parseArgs({
  options: {
    seeds: { type: 'string' },
    from: { type: 'string', default: '1' },
    canary: { type: 'string' },
    trace: { type: 'boolean', default: false },
  },
})
const canary = CANARIES.find((one) => one.name === values.canary)
if (values.canary !== undefined && canary === undefined) {
  console.error(`unknown canary ${values.canary}; there are: ${CANARIES.map((one) => one.name).join(', ')}`)
  process.exit(1)
}
process.exitCode = await run(Number(values.from), Number(values.seeds ?? (values.trace ? 1 : 300)))

async function run(from: number, count: number): Promise<number> {
  const startedAt = performance.now()
  const outcomes: Record<string, number> = {}
  let steps = 0
  let failed: Report | undefined
  let seed = from
  for (; seed < from + count && failed === undefined; seed++) {
    const report = await simulate(seed, {
      ...(canary === undefined ? {} : { canary }),
      ...(values.trace ? { print: (line: string) => console.log(line) } : {}),
    })
    steps += report.steps
    for (const [name, n] of Object.entries(report.outcomes)) outcomes[name] = (outcomes[name] ?? 0) + n
    if (report.verdict !== 'clean') failed = report
  }
  const seconds = (performance.now() - startedAt) / 1000
  if (failed !== undefined) tell(failed)
  const rate = Math.round(steps / seconds)
  const told = Object.entries(outcomes)
    .sort()
    .map(([name, n]) => `${n} ${name}`)
    .join(', ')
  console.log(
    `${seed - from} seeds, ${steps} steps in ${seconds.toFixed(1)} s (${rate} steps/s); reloads: ${told}`,
  )
  if (canary === undefined) return EXIT[failed?.verdict ?? 'clean']
  const found = failed?.verdict === 'safety' || failed?.verdict === 'liveness'
  console.log(
    found ? `canary ${canary.name} found at seed ${failed?.seed}` : `canary ${canary.name} NOT found`,
  )
  return found ? 0 : EXIT.safety
}

function tell(report: Report): void {
  if (!values.trace) for (const line of report.trace.slice(-40)) console.log(line)
  console.log(`seed ${report.seed}: ${report.verdict}: ${report.rule}`)
  console.log(`the whole history: npm run sim -- --from ${report.seed} --trace`)
}
