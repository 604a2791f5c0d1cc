/**
 * `reprise tasks`: tasks of a running service, what makes reloads: look at them, make and switch them, start
 * them and see how they ran. A task is meant by its id, else by its exact name.
 */
import { Command } from 'commander'
import { ConfigError } from '../main/config.ts'
import { type AnswerOptions, clientOf, printJson, withJson } from './answer.ts'
import { findApp } from './find-app.ts'
import { findTask, TASKS } from './find-task.ts'
import { withServiceOptions } from './service-options.ts'
import { checkTaskOptions, readTaskFile, type TaskOptions, taskOf } from './task-document.ts'
import { type PicturedGraph, taskPicture } from './task-picture.ts'
import { Terminal } from './terminal.ts'

const SETTINGS = '/api/scheduling/settings'
const PAGE_SIZE = 100
const RUNS_SHOWN = 20

interface Task {
  readonly id: string
  readonly name: string
  readonly enabled: boolean
  readonly resourceId: string
  readonly metadata: {
    readonly resourceName?: string
    readonly disabledCode?: string
    readonly trigger: { readonly type: number }
    readonly orchestration: { readonly attrs: Readonly<Record<string, string>> }
    readonly topology: { readonly missingParents?: readonly string[] }
  }
}

interface Run {
  readonly id: string
  readonly status: string
  readonly triggeredBy: string
  readonly startedAt: string
  readonly endedAt?: string
  readonly log?: string
}

interface Instant {
  readonly at: string
  readonly local: string
  readonly shifted?: 'gap' | 'overlap'
  readonly noRun?: boolean
}

export function tasksCommand(): Command {
  const command = new Command('tasks').description('Look at tasks, which make reloads, and change them.')
  for (const one of [...looking(), ...changing(), ...pausing()]) command.addCommand(withServiceOptions(one))
  return command
}

function looking(): Command[] {
  return [
    withJson(new Command('list').description('List tasks, the latest change first.'))
      .option('--app <app>', 'only those of this app: its id, or its exact name')
      .option('--filter <filter>', `SCIM, such as 'lastStatus eq "FAILED" and enabled eq true'`)
      .action(list),
    withJson(new Command('show').description('Show a task.').argument('<task>')).action(
      async (text: string, options: AnswerOptions) => {
        const task = await findTask<Task>(clientOf(options), text)
        if (options.json === true) printJson(task)
        else showTask(task)
      },
    ),
    withJson(new Command('runs').description('List the latest runs of a task.').argument('<task>')).action(
      runs,
    ),
    new Command('log')
      .description('Print the log of a run of a task.')
      .argument('<task>')
      .argument('[run]', 'id of the run; the last one by default')
      .action(log),
    withJson(new Command('next').description('Show the next instants of a task, or of a rule.'))
      .argument('[task]')
      .option('--rule <rule>', 'a rule instead of a task, such as FREQ=DAILY;BYHOUR=2')
      .option('--start <time>', 'start of the rule')
      .option('--end <time>', 'end of the rule')
      .option('--zone <zone>', 'IANA name of the time zone of the rule; UTC by default')
      .option('--calendar <name>', 'calendar of days without runs')
      .option('--count <number>', 'how many', '20')
      .action(next),
    withJson(new Command('graph').description('Draw what leads to a task, and what it leads to.'))
      .argument('<task>')
      .action(graph),
  ]
}

function changing(): Command[] {
  return [
    withJson(new Command('create').description('Create a task; it is off unless --enable is given.'))
      .option('--file <path>', 'the whole task as JSON, as the API takes it')
      .option('--app <app>', 'the app that it reloads: its id, or its exact name')
      .option('--name <name>', 'that of the app by default')
      .option('--description <text>')
      .option(
        '--rule <rule>',
        'run by this rule (RECUR of RFC 5545), such as FREQ=DAILY;BYHOUR=2;BYMINUTE=30',
      )
      .option('--start <time>', 'not before; without --rule the one time to run')
      .option('--end <time>', 'not after')
      .option('--zone <zone>', 'IANA name of the time zone; UTC by default')
      .option('--calendar <name>', 'calendar of days without runs')
      .option('--after <task>', 'run when this task has ended')
      .option('--status <status>', 'of --after: succeeded (default), failed or any')
      .option('--on-data', 'run when data that the app reads was replaced')
      .option('--partial', 'reload partially')
      .option('--enable', 'switch it on at once')
      .action(create),
    switching('enable', 'Switch a task on: it waits for its next instant from now on.', true),
    switching('disable', 'Switch a task off.', false),
    withJson(new Command('start').description('Start a task now.').argument('<task>')).action(
      async (text: string, options: AnswerOptions) => {
        const client = clientOf(options)
        const { id } = await findTask<Task>(client, text)
        const answer = await client.call<{ runId: string; reloadId: string }>(
          'POST',
          `${TASKS}/${id}/actions/start?source=${encodeURIComponent('reprise tasks')}`,
        )
        if (options.json === true) printJson(answer)
        else new Terminal(process.stdout).line(`run ${answer.runId}, reload ${answer.reloadId}`)
      },
    ),
    new Command('delete')
      .description('Delete a task.')
      .argument('<task>')
      .action(async (text: string, options: AnswerOptions) => {
        const client = clientOf(options)
        const { id, name } = await findTask<Task>(client, text)
        await client.call('DELETE', `${TASKS}/${id}`)
        new Terminal(process.stdout).line(`deleted ${JSON.stringify(name)}, ${id}`)
      }),
  ]
}

function pausing(): Command[] {
  return [
    ['pause', 'Pause all tasks of the tenant: what becomes due is missed.', true] as const,
    ['resume', 'Let the tasks of the tenant run again.', false] as const,
  ].map(([name, description, paused]) =>
    withJson(new Command(name).description(description)).action(async (options: AnswerOptions) => {
      const settings = await clientOf(options).call<{ pausedAt?: string }>('PATCH', SETTINGS, { paused })
      if (options.json === true) printJson(settings)
      else new Terminal(process.stdout).line(paused ? `paused since ${settings.pausedAt}` : 'running')
    }),
  )
}

function switching(name: string, description: string, value: boolean): Command {
  return withJson(new Command(name).description(description).argument('<task>')).action(
    async (text: string, options: AnswerOptions) => {
      const client = clientOf(options)
      const { id } = await findTask<Task>(client, text)
      const patch = [{ op: 'replace', path: '/enabled', value }]
      const task = await client.call<Task>('PATCH', `${TASKS}/${id}`, patch)
      if (options.json === true) printJson(task)
      else showTask(task)
    },
  )
}

async function list(options: AnswerOptions & { app?: string; filter?: string }): Promise<void> {
  const client = clientOf(options)
  const { app, filter } = options
  const query = new URLSearchParams({ limit: String(PAGE_SIZE) })
  if (app !== undefined) query.set('resourceId', (await findApp(client, app)).id)
  if (filter !== undefined) query.set('filter', filter)
  const tasks = await client.rows<Task>(`${TASKS}?${query}`)
  if (options.json === true) return printJson(tasks)
  new Terminal(process.stdout).table(
    ['id', 'name', 'app', 'trigger', 'state', 'next run', 'last run'],
    tasks.map((task) => {
      const { attrs } = task.metadata.orchestration
      const { id, name, resourceId, metadata } = task
      const app = metadata.resourceName ?? resourceId
      return [
        id,
        name,
        app,
        triggerOf(task),
        stateOf(task),
        attrs.next_run_at ?? '',
        attrs.last_run_status ?? '',
      ]
    }),
  )
}

function showTask(task: Task): void {
  const terminal = new Terminal(process.stdout)
  const { attrs } = task.metadata.orchestration
  const rows = [
    ['task', `${task.name}, ${task.id}`],
    ['app', `${task.metadata.resourceName}, ${task.resourceId}`],
    ['trigger', triggerOf(task)],
    ['state', stateOf(task)],
    ['next run', attrs.next_run_at ?? 'none'],
    [
      'last run',
      attrs.last_run_status === undefined ? 'never' : `${attrs.last_run_status}, ${attrs.last_run_startedAt}`,
    ],
    ...(task.metadata.topology.missingParents ?? []).map((id) => [
      'broken',
      `task ${id}, which it hears, was deleted`,
    ]),
  ]
  for (const [name = '', text = ''] of rows) terminal.line(`${name.padEnd(9)}${text}`)
}

const TRIGGERS: Readonly<Record<number, string>> = { 0: 'by hand', 1: 'time', 2: 'task', 4: 'data' }

function triggerOf({ metadata }: Task): string {
  return TRIGGERS[metadata.trigger.type] ?? ''
}

function stateOf({ enabled, metadata }: Task): string {
  if (enabled) return 'on'
  return metadata.disabledCode === undefined ? 'off' : `off: ${metadata.disabledCode}`
}

async function runs(text: string, options: AnswerOptions): Promise<void> {
  const client = clientOf(options)
  const { id } = await findTask<Task>(client, text)
  const { data } = await client.call<{ data: Run[] }>('GET', `${TASKS}/${id}/runs?limit=${RUNS_SHOWN}`)
  if (options.json === true) return printJson(data)
  new Terminal(process.stdout).table(
    ['run', 'status', 'started', 'ended', 'by', 'how'],
    data.map((run) => [
      run.id,
      run.status,
      run.startedAt,
      run.endedAt ?? '',
      run.triggeredBy,
      run.log?.split('\n')[0] ?? '',
    ]),
  )
}

async function log(text: string, runId: string | undefined, options: AnswerOptions): Promise<void> {
  const client = clientOf(options)
  const { id } = await findTask<Task>(client, text)
  const run = runId ?? (await client.call<Run>('GET', `${TASKS}/${id}/runs/last`)).id
  const headers = { accept: 'text/plain' }
  const content = await client.call<string | undefined>('GET', `${TASKS}/${id}/runs/${run}/log`, undefined, {
    headers,
  })
  process.stdout.write(content ?? '')
}

interface NextOptions extends AnswerOptions {
  readonly rule?: string
  readonly start?: string
  readonly end?: string
  readonly zone?: string
  readonly calendar?: string
  readonly count: string
}

async function next(text: string | undefined, options: NextOptions): Promise<void> {
  const { rule, start, end, zone, calendar, count } = options
  if ((text === undefined) === (rule === undefined)) throw new ConfigError('give a task, or --rule')
  if (!/^\d{1,3}$/.test(count)) throw new ConfigError('--count takes a whole number from 1 to 100')
  const client = clientOf(options)
  const answer =
    text === undefined
      ? await client.call<{ data: Instant[] }>('POST', `${TASKS}/actions/preview`, {
          recurrence: rule,
          startDateTime: start,
          endDateTime: end,
          timezone: zone,
          calendar,
          count: Number(count),
        })
      : await client.call<{ data: Instant[] }>(
          'GET',
          `${TASKS}/${(await findTask<Task>(client, text)).id}/next?count=${count}`,
        )
  if (options.json === true) return printJson(answer.data)
  const terminal = new Terminal(process.stdout)
  if (answer.data.length === 0) terminal.line('no instant comes')
  else
    terminal.table(
      ['instant', 'local time', 'note'],
      answer.data.map((one) => [one.at, one.local, noteOf(one)]),
    )
}

function noteOf({ shifted, noRun }: Instant): string {
  const notes = [
    ...(shifted === 'gap' ? ['moved: clocks leave its time out'] : []),
    ...(shifted === 'overlap' ? ['clocks show its time twice'] : []),
    ...(noRun === true ? ['no run: calendar'] : []),
  ]
  return notes.join('; ')
}

async function graph(text: string, options: AnswerOptions): Promise<void> {
  const client = clientOf(options)
  const { id } = await findTask<Task>(client, text)
  const found = await client.call<PicturedGraph>(
    'GET',
    `${TASKS}/${id}/graphs/subgraph?level=20&withTask=true`,
  )
  if (options.json === true) return printJson(found)
  const terminal = new Terminal(process.stdout)
  for (const line of taskPicture(found)) terminal.line(line)
}

async function create(options: AnswerOptions & TaskOptions): Promise<void> {
  checkTaskOptions(options)
  const client = clientOf(options)
  const document =
    options.file === undefined
      ? taskOf(
          options,
          await findApp(client, options.app!),
          options.after === undefined ? undefined : await findTask<Task>(client, options.after),
        )
      : { ...(await readTaskFile(options.file)), ...(options.enable === true ? { enabled: true } : {}) }
  const task = await client.call<Task>('POST', TASKS, document)
  if (options.json === true) printJson(task)
  else showTask(task)
}
