/** `npm run sim`: see USAGE. */

import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { defined } from '../../src/core/defined.ts'
import { auditTable } from './audit/audits.ts'
import { CANARIES } from './canary/canaries.ts'
import type { Canary } from './canary/canary.ts'
import { runSeeds, type SeedsRun, summary } from './run-seeds.ts'
import { type Report, simulate, type Verdict } from './simulation.ts'

const EXIT: Readonly<Record<Verdict, number>> = { clean: 0, safety: 2, liveness: 3, crash: 4 }
const EXIT_USAGE = 1
const EXIT_CANARY_LIVES = 5

const USAGE = `npm run sim -- [options]

Runs the loops in virtual time under faults, one history for each seed, and stops at the first that fails.

  --seeds N       so many seeds (300; with --trace 1)
  --from S        from this seed on (1)
  --jobs N        on so many threads (one for each core); what is told does not depend on it
  --trace         prints the whole history of every seed
  --canary NAME   plants a bug and searches until it is found; "all" tries every one within its bound
  --json          prints one JSON object
  --help

Exit code: 0 clean, or every canary found; 1 bad usage; 2 a promise was broken; 3 something did not come to its end in time;
4 our own code failed (an assertion, an error in a loop, an uncaught rejection); 5 a canary was not found by its audit
within its bound.

A step is one event that did something: a timer that ran out, a request that reached the store, an answer that came back.
Commits are those steps that changed the store.

Audits, with the invariant of ARCHITECTURE.md they are for:
${auditTable()}

Canaries:
${CANARIES.map(({ name, plants }) => `  ${name.padEnd(24)}${plants}`).join('\n')}`

const OPTIONS = {
  seeds: { type: 'string' },
  from: { type: 'string' },
  jobs: { type: 'string' },
  canary: { type: 'string' },
  trace: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

process.exitCode = await main()

async function main(): Promise<number> {
  let values: ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values']
  let from: number, seeds: number, jobs: number
  try {
    values = parseArgs({ options: OPTIONS }).values
    from = whole('from', values.from, 1)
    seeds = whole('seeds', values.seeds, values.trace ? 1 : 300)
    jobs = whole('jobs', values.jobs, availableParallelism())
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${USAGE}`)
    return EXIT_USAGE
  }
  if (values.help) {
    console.log(USAGE)
    return EXIT.clean
  }
  if (values.canary === 'all') return findAll(values.json)
  const canary = CANARIES.find(({ name }) => name === values.canary)
  if (values.canary !== undefined && canary === undefined) {
    console.error(`--canary ${values.canary}: there is none of this name; see --help`)
    return EXIT_USAGE
  }
  const startedAt = performance.now()
  const run = values.trace
    ? await traced(from, seeds, canary)
    : await runSeeds({ from, count: seeds, ...defined({ canaryName: canary?.name }) }, jobs)
  const seconds = (performance.now() - startedAt) / 1000
  if (values.json) console.log(JSON.stringify({ from, ...figures(run, seconds), ...failure(run, canary) }))
  else tell(run, seconds, jobs, canary, values.trace)
  if (canary === undefined) return EXIT[run.failed?.verdict ?? 'clean']
  return isFoundBy(canary, run.failed) ? EXIT.clean : EXIT_CANARY_LIVES
}

function whole(name: string, text: string | undefined, otherwise: number): number {
  const value = text === undefined ? otherwise : Number(text)
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`--${name} must be a whole number from 1 on`)
  return value
}

async function traced(from: number, count: number, canary: Canary | undefined): Promise<SeedsRun> {
  const reports: Report[] = []
  for (let seed = from; seed < from + count; seed++) {
    const print = (line: string) => console.log(line)
    reports.push(await simulate(seed, { print, ...defined({ canary }) }))
  }
  return summary(reports)
}

/** Every canary from seed 1 on, within its bound. */
async function findAll(json: boolean): Promise<number> {
  let alive = 0
  for (const canary of CANARIES) {
    const { failed } = await runSeeds({ from: 1, count: canary.withinSeeds, canaryName: canary.name }, 1)
    const found = isFoundBy(canary, failed)
    if (!found) alive += 1
    const { name, withinSeeds } = canary
    const told = { canary: name, found, seed: failed?.seed, withinSeeds, rule: failed?.rule }
    if (json) console.log(JSON.stringify(told))
    else console.log(canaryText(canary, failed))
  }
  return alive === 0 ? EXIT.clean : EXIT_CANARY_LIVES
}

function isFoundBy(canary: Canary, failed: Report | undefined): boolean {
  return failed?.audit !== undefined && canary.foundBy.includes(failed.audit)
}

function canaryText(canary: Canary, failed: Report | undefined): string {
  const found = isFoundBy(canary, failed)
  const told = failed === undefined ? 'nothing failed' : `seed ${failed.seed}: ${failed.rule}`
  return `canary ${canary.name} ${found ? 'found' : 'NOT FOUND'} (bound ${canary.withinSeeds} seeds): ${told}`
}

function figures(run: SeedsRun, seconds: number) {
  const { seeds, steps, commits, outcomes, fingerprint, virtualMs } = run
  const stepsPerSecond = Math.round(steps / seconds)
  const virtualHours = Math.round(virtualMs / 3_600_000)
  return { seeds, steps, commits, virtualHours, seconds, stepsPerSecond, outcomes, fingerprint }
}

function failure({ failed }: SeedsRun, canary: Canary | undefined) {
  if (failed === undefined) return {}
  const { seed, verdict, audit, rule, trace } = failed
  return { failed: { seed, verdict, audit, rule, replay: replayOf(seed, canary), trace } }
}

function replayOf(seed: number, canary: Canary | undefined): string {
  return `npm run sim -- --from ${seed} --trace${canary === undefined ? '' : ` --canary ${canary.name}`}`
}

function tell(
  run: SeedsRun,
  seconds: number,
  jobs: number,
  canary: Canary | undefined,
  traced: boolean,
): void {
  const { failed } = run
  if (failed !== undefined) {
    if (!traced) for (const line of failed.trace.slice(-40)) console.log(line)
    console.log(`seed ${failed.seed}: ${failed.verdict}: ${failed.rule}`)
    console.log(`the whole history: ${replayOf(failed.seed, canary)}`)
  }
  const { seeds, steps, commits, virtualHours, stepsPerSecond, outcomes, fingerprint } = figures(run, seconds)
  const ended = Object.entries(outcomes).sort()
  console.log(
    `${seeds} seeds, ${virtualHours} virtual hours: ${steps} steps, ${commits} of them commits, in ` +
      `${seconds.toFixed(1)} s on ${traced ? 1 : jobs} threads (${stepsPerSecond} steps/s); ` +
      `reloads: ${ended.map(([name, n]) => `${n} ${name}`).join(', ')}; fingerprint ${fingerprint}`,
  )
  if (canary !== undefined) console.log(canaryText(canary, failed))
}
