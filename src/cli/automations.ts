/** `reprise automations`: shows the automations of a running service and their runs, and starts one. */
import { Command } from 'commander'
import { defined } from '../core/defined.ts'
import { ConfigError } from '../main/config.ts'
import { Client } from './client.ts'
import { readServiceOptions, type ServiceOptions, withServiceOptions } from './service-options.ts'
import { Terminal } from './terminal.ts'

const AUTOMATIONS = '/api/v1/automations'
const ROWS_MAX = 100

interface AutomationRow {
  readonly id: string
  readonly name: string
  readonly runMode: string
  readonly state: string
  readonly lastRunStatus?: string
}

interface RunRow {
  readonly id: string
  readonly status: string
  readonly createdAt: string
  readonly cause: { readonly kind: string }
  readonly error: readonly { readonly message: string }[]
}

type Options = ServiceOptions & { readonly json?: true }

export function automationsCommand(): Command {
  const list = new Command('list')
    .description('Show the automations of the key, the newest first.')
    .option('--all', 'those of the tenant, for an admin')
  withOptions(list).action(async (options: Options & { readonly all?: true }) => {
    const query = `limit=${ROWS_MAX}${options.all === true ? '&listAll=true' : ''}`
    const rows = await firstRows<AutomationRow>(options, `${AUTOMATIONS}?${query}`)
    show(options, rows, ['id', 'name', 'starts', 'state', 'last run'], (row) => [
      row.id,
      row.name,
      row.runMode,
      row.state,
      row.lastRunStatus ?? '',
    ])
  })
  const run = new Command('run')
    .description('Start a run of an automation.')
    .argument('<automation>', 'id of the automation')
    .option('--inputs <json>', 'what its steps find under input, as JSON')
  withOptions(run).action(async (id: string, options: Options & { readonly inputs?: string }) => {
    const inputs = readInputs(options.inputs)
    const made = await clientOf(options).call<RunRow>('POST', `${pathOf(id)}/runs`, defined({ inputs }))
    show(options, [made], ['run', 'status'], ({ id: runId, status }) => [runId, status])
  })
  const runs = new Command('runs')
    .description('Show the runs of an automation, the newest first.')
    .argument('<automation>', 'id of the automation')
  withOptions(runs).action(async (id: string, options: Options) => {
    const rows = await firstRows<RunRow>(options, `${pathOf(id)}/runs?limit=${ROWS_MAX}`)
    show(options, rows, ['run', 'created', 'began by', 'status', 'why'], (row) => [
      row.id,
      row.createdAt,
      row.cause.kind,
      row.status,
      row.error.map(({ message }) => message).join('; '),
    ])
  })
  return new Command('automations')
    .description('Look at automations and their runs, and start them.')
    .addCommand(list)
    .addCommand(run)
    .addCommand(runs)
}

function withOptions(command: Command): Command {
  return withServiceOptions(command).option('--json', 'print the answer as one line of JSON')
}

function clientOf(options: Options): Client {
  const { origin, key } = readServiceOptions(options)
  return new Client(origin, key)
}

function readInputs(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text)
  } catch {
    throw new ConfigError('--inputs takes JSON, such as {"mode": "full"}')
  }
}

function pathOf(id: string): string {
  return `${AUTOMATIONS}/${encodeURIComponent(id)}`
}

async function firstRows<Row>(options: Options, path: string): Promise<readonly Row[]> {
  const { data } = await clientOf(options).call<{ readonly data: readonly Row[] }>('GET', path)
  return data
}

function show<Row>(
  { json }: Options,
  rows: readonly Row[],
  heads: readonly string[],
  cells: (row: Row) => readonly string[],
): void {
  if (json === true) process.stdout.write(`${JSON.stringify(rows)}\n`)
  else new Terminal(process.stdout).table(heads, rows.map(cells))
}
