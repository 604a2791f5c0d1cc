/** `npm run chaos`: see USAGE. */
import { parseArgs } from 'node:util'
import { endAll } from '../../support/service-process.ts'
import { type ChaosReport, runChaos } from './chaos.ts'

const USAGE = `npm run chaos -- [options]

Kills server and engine processes with SIGKILL, again and again, while reloads of two tenants flow and a receiver counts;
then checks that everything accepted has one outcome, one finished event and its arrival, and that no app's data is torn.
The worker lives in the server's process on SQLite: killing the server kills the worker.

  --kills N   so many kills (200: about two minutes on two cores)
  --seed S    draws the moments (the clock's, printed): what falls on them depends on the machine
  --json      prints one JSON object
  --help

Exit code: 0 all is well; 1 bad usage; 2 something did not hold; 4 the run itself failed.`

const APPS_PER_TENANT = 15

process.exitCode = await main()

async function main(): Promise<number> {
  let seed: number, kills: number, json: boolean
  try {
    const { values } = parseArgs({
      options: {
        kills: { type: 'string', default: '200' },
        seed: { type: 'string', default: String(Date.now() % 1_000_000) },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
    if (values.help) {
      console.log(USAGE)
      return 0
    }
    kills = whole('kills', values.kills)
    seed = whole('seed', values.seed)
    json = values.json
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${USAGE}`)
    return 1
  }
  if (!json) console.log(`chaos: seed ${seed}, ${kills} kills`)
  try {
    const report = await runChaos(seed, kills, APPS_PER_TENANT)
    if (json) console.log(JSON.stringify(report))
    else tell(report)
    return report.faults.length === 0 ? 0 : 2
  } catch (error) {
    console.error(`chaos: seed ${seed}:`, error)
    return 4
  } finally {
    await endAll()
  }
}

function whole(name: string, text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`--${name} must be a whole number from 1 on`)
  return value
}

function tell(report: ChaosReport): void {
  const list = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts)
      .map(([name, n]) => `${n} ${name}`)
      .join(', ')
  const kills = Object.values(report.kills).reduce((sum, n) => sum + n, 0)
  console.log(`kill -9: ${kills} in all (${list(report.kills)}), in a run of ${report.seconds} s`)
  console.log(`reloads: ${report.accepted} accepted, ended ${list(report.outcomes)}`)
  console.log(
    `events: ${report.events} finished events, all arrived, ${report.repeatedArrivals} of them again with the same id`,
  )
  console.log(
    `inspections of the disk: ${report.inspections}; app data files read for tearing: ${report.dataFilesRead}`,
  )
  for (const fault of report.faults) console.log(`FAULT ${fault}`)
  console.log(
    report.faults.length === 0 ? 'all is well' : `seed ${report.seed}: ${report.faults.length} faults`,
  )
}
