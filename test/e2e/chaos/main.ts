/** `npm run chaos`: see USAGE. */
import { readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { endAll } from '../../support/service-process.ts'
import { type ChaosReport, runChaos } from './chaos.ts'
import type { Finding } from './checker/finding.ts'
import { type Entry, historyText, parseHistory } from './checker/history.ts'
import { excerpt, judge } from './checker/judge.ts'
import { longPlan } from './plans.ts'

const USAGE = `npm run chaos -- [options]

Kills server and engine processes with SIGKILL, again and again, while reloads that read what they store flow, receivers are
down for a while and a broker is killed or full; then a checker that shares no code with the service judges the history
as clients and receivers saw it. The worker lives in the server's process on SQLite: killing the server kills the worker.

  --minutes M     so long (10); what must be reached grows with it
  --seed S        draws the moments (the clock's, printed): what falls on them depends on the machine
  --keep FILE     writes what is printed into this file too
  --history FILE  writes the history, an entry a line; without it one that shows a finding goes to a temporary file
  --judge FILE    judges a history that was kept, and runs nothing
  --immediate     the canary: apps publish what they store at once, and all is well when the checker finds it doubled
  --help

Exit code: 0 all is well; 1 bad usage; 2 something did not hold; 3 too little happened to show anything; 4 the run itself
failed.`

process.exitCode = await main()

interface Options {
  readonly seed: number
  readonly minutes: number
  readonly keep: string | undefined
  readonly history: string | undefined
  readonly judge: string | undefined
  readonly immediate: boolean
}

async function main(): Promise<number> {
  let options: Options | undefined
  try {
    options = readOptions()
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${USAGE}`)
    return 1
  }
  if (options === undefined) {
    console.log(USAGE)
    return 0
  }
  return options.judge === undefined ? run(options) : judgeKept(options.judge)
}

/** @returns undefined when help is asked for */
function readOptions(): Options | undefined {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '10' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      keep: { type: 'string' },
      history: { type: 'string' },
      judge: { type: 'string' },
      immediate: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return undefined
  const { keep, history, judge, immediate } = values
  const minutes = whole('minutes', values.minutes)
  return { minutes, seed: whole('seed', values.seed), keep, history, judge, immediate }
}

function whole(name: string, text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`--${name} must be a whole number from 1 on`)
  return value
}

async function run({ seed, minutes, keep, history, immediate }: Options): Promise<number> {
  console.log(`chaos: seed ${seed}, ${minutes} minutes`)
  try {
    const report = await runChaos({ ...longPlan(seed, minutes), stores: immediate ? 'immediate' : 'atomic' })
    const broken = report.findings.length + report.faults.length > 0
    const file = history ?? (broken ? join(tmpdir(), `chaos-${seed}-${process.pid}.jsonl`) : undefined)
    if (file !== undefined) writeFileSync(file, historyText(report.history))
    const told = summary(report, minutes, file)
    console.log(told)
    if (keep !== undefined) writeFileSync(keep, `${told}\n`)
    if (immediate) return findsCanary(report)
    return broken ? 2 : report.shortfalls.length > 0 ? 3 : 0
  } catch (error) {
    console.error(`chaos: seed ${seed}:`, error)
    return 4
  } finally {
    await endAll()
  }
}

function findsCanary({ findings }: ChaosReport): number {
  const found = findings.some(({ kind }) => kind === 'effect doubled')
  console.log(found ? 'the canary was found' : 'THE CANARY WAS NOT FOUND: no effect doubled')
  return found ? 0 : 2
}

function judgeKept(file: string): number {
  const history = parseHistory(readFileSync(file, 'utf8'))
  const findings = judge(history)
  console.log(findingsText(findings, history))
  return findings.length === 0 ? 0 : 2
}

function summary(report: ChaosReport, minutes: number, file: string | undefined): string {
  const { tally, findings, faults } = report
  const all = Object.values(tally.kills).reduce((sum, n) => sum + n, 0)
  const wrong = findings.length + faults.length
  return [
    `chaos: seed ${report.seed}, ${minutes} minutes and the time to settle: ${report.seconds} s`,
    `kill -9: ${all} (${list(tally.kills)})`,
    `reloads: ${tally.accepted} accepted, ended ${list(tally.outcomes)}`,
    `SUCCEEDED: by size ${list(tally.sizes)}; ${tally.engineKilled} whose engine was killed, ${
      tally.serverKilled
    } that ran while the server was killed; the longest attempt took ${(tally.longestAttemptMs / 1000).toFixed(1)} s`,
    `events: ${tally.finishedEvents}, arrived ${list(tally.arrivals)}, ${tally.repeatedArrivals} of them again`,
    `outages: ${list(tally.weather)}${report.broker ? '' : '; no nats-server here: nothing shown of JetStream'}`,
    `looks at places: ${tally.reads}, ${tally.seenInPart} in part while they were published; inspections of the disk: ${report.inspections}`,
    ...faults.map((fault) => `FAULT ${fault}`),
    ...(findings.length === 0 ? [] : [findingsText(findings, report.history)]),
    ...(file === undefined ? [] : [`history: ${file}`]),
    ...report.shortfalls.map((shortfall) => `TOO LITTLE ${shortfall}`),
    wrong === 0 ? 'nothing lost, doubled or torn' : `${wrong} faults`,
  ].join('\n')
}

function findingsText(findings: readonly Finding[], history: readonly Entry[]): string {
  const [first] = findings
  if (first === undefined) return 'nothing found'
  return [
    ...findings.map(({ kind, text }) => `FOUND ${kind}: ${text}`),
    `what shows the first (${first.kind}):`,
    historyText(excerpt(history, first)).trimEnd(),
  ].join('\n')
}

function list(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, n]) => `${n} ${name}`)
    .join(', ')
}
