/** `reprise automations`: shows the automations of a running service and their runs, and starts one. */
import { Command } from 'commander'
import { defined } from '../core/defined.ts'
import { ConfigError } from '../main/config.ts'
import { type AnswerOptions, clientOf, printJson, withJson } from './answer.ts'
import { withServiceOptions } from './service-options.ts'
import { Terminal } from './terminal.ts'

const AUTOMATIONS = '/api/v1/automations'
const PAGE_SIZE = 100
const RUNS_SHOWN = 20

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

export function automationsCommand(): Command {
  const list = new Command('list')
    .description('Show the automations of the key, the newest first.')
    .option('--all', 'those of the tenant, for an admin')
  withServiceOptions(withJson(list)).action(async (options: AnswerOptions & { readonly all?: true }) => {
    const query = `limit=${PAGE_SIZE}${options.all === true ? '&listAll=true' : ''}`
    const rows = await clientOf(options).rows<AutomationRow>(`${AUTOMATIONS}?${query}`)
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
  withServiceOptions(withJson(run)).action(
    async (id: string, options: AnswerOptions & { readonly inputs?: string }) => {
      const inputs = readInputs(options.inputs)
      const made = await clientOf(options).call<RunRow>('POST', `${pathOf(id)}/runs`, defined({ inputs }))
      show(options, [made], ['run', 'status'], ({ id: runId, status }) => [runId, status])
    },
  )
  const runs = new Command('runs')
    .description('Show the latest runs of an automation, the newest first.')
    .argument('<automation>', 'id of the automation')
  withServiceOptions(withJson(runs)).action(async (id: string, options: AnswerOptions) => {
    const path = `${pathOf(id)}/runs?limit=${RUNS_SHOWN}`
    const { data } = await clientOf(options).call<{ readonly data: readonly RunRow[] }>('GET', path)
    show(options, data, ['run', 'created', 'began by', 'status', 'why'], (row) => [
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

function show<Row>(
  { json }: AnswerOptions,
  rows: readonly Row[],
  heads: readonly string[],
  cells: (row: Row) => readonly string[],
): void {
  if (json === true) printJson(rows)
  else new Terminal(process.stdout).table(heads, rows.map(cells))
}
