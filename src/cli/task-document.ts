/** The task that the options of `reprise tasks create` mean, as the document that the API takes. */
import { readFile } from 'node:fs/promises'
import { defined } from '../core/defined.ts'
import { ConfigError } from '../main/config.ts'
import type { Found } from './meant.ts'

export interface TaskOptions {
  readonly file?: string
  readonly app?: string
  readonly name?: string
  readonly description?: string
  readonly rule?: string
  readonly start?: string
  readonly end?: string
  readonly zone?: string
  readonly calendar?: string
  readonly after?: string
  readonly status?: string
  readonly onData?: true
  readonly partial?: true
  readonly enable?: true
}

const EVENT = 'trigger'

/** @throws ConfigError when the options do not go together */
export function checkTaskOptions(options: TaskOptions): void {
  const { file, app, rule, start, end, zone, calendar, after, status, onData } = options
  const others = Object.keys(options).filter(
    (name) => !['file', 'enable', 'json', 'url', 'key'].includes(name),
  )
  if (file !== undefined) {
    if (others.length > 0) throw new ConfigError('--file has the whole task: leave the other options out')
    return
  }
  if (app === undefined) throw new ConfigError('--app is needed, or --file')
  const triggers = [rule ?? start, after, onData].filter((trigger) => trigger !== undefined)
  if (triggers.length > 1)
    throw new ConfigError('a task has one trigger: --rule or --start, --after, or --on-data')
  const isTimed = rule !== undefined || start !== undefined
  if (!isTimed && (end ?? zone ?? calendar) !== undefined) {
    throw new ConfigError('--end, --zone and --calendar need --rule or --start')
  }
  if (status !== undefined && after === undefined) throw new ConfigError('--status needs --after')
}

/** @throws ConfigError when there is no such file, or it is no JSON object */
export async function readTaskFile(path: string): Promise<Readonly<Record<string, unknown>>> {
  const text = await readFile(path, 'utf8').catch((error: Error) => {
    throw new ConfigError(`cannot read the task: ${error.message}`)
  })
  try {
    const document: unknown = JSON.parse(text)
    if (typeof document === 'object' && document !== null && !Array.isArray(document)) {
      return document as Record<string, unknown>
    }
  } catch {
    // Told below.
  }
  throw new ConfigError(`${path} holds no JSON object`)
}

/** @param upstream the task that --after means */
export function taskOf(options: TaskOptions, app: Found, upstream: Found | undefined) {
  const { name = app.name, description, partial = false, enable = false } = options
  const events = eventsOf(options, app, upstream)
  const action = {
    name: 'reload',
    functionRef: { refName: 'app.reload', arguments: { appId: app.id, partial } },
  }
  const state = { name: 'reload', type: 'EVENT', exclusive: true, end: true }
  return {
    name,
    ...defined({ description, events, start: startOf(options) }),
    specVersion: '1.16.0',
    enabled: enable,
    states: [{ ...state, onEvents: [{ eventRefs: events === undefined ? [] : [EVENT], actions: [action] }] }],
  }
}

function startOf({ rule, start, end, zone, calendar }: TaskOptions) {
  if (rule === undefined && start === undefined) return undefined
  const schedule = { recurrence: rule, startDateTime: start, endDateTime: end, timezone: zone, calendar }
  return { schedule: defined(schedule) }
}

function eventsOf({ onData, status = 'succeeded' }: TaskOptions, app: Found, upstream: Found | undefined) {
  if (upstream !== undefined) {
    const correlation = [
      { contextAttributeName: 'id', contextAttributeValue: upstream.id },
      { contextAttributeName: 'status', contextAttributeValue: status },
    ]
    return [{ name: EVENT, type: 'com.qlik.v1.task.run.finished', source: 'system-events.task', correlation }]
  }
  if (onData !== true) return undefined
  const correlation = [{ contextAttributeName: 'appId', contextAttributeValue: app.id }]
  return [{ name: EVENT, type: 'com.qlik/active-analytics-orch', source: 'dataset.updated', correlation }]
}
