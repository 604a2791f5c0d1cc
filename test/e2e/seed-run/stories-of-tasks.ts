/**
 * Reloads that no request asks for: of tasks of both generations, by everything that starts one, and of an
 * automation.
 */
import { chainedTask, reloadAction } from '../../support/task-documents.ts'
import { newApp, type Place } from './place.ts'
import { order, type Readers, ROWS } from './stories-of-requests.ts'
import { type Lived, see, type Told } from './told.ts'

const TASKS = '/api/scheduling/tasks'
/** From now to the instant of a schedule: long enough to make what listens to its end. */
const AHEAD_MS = 3000

const RAN = { status: 'SUCCEEDED', came: 'ran' } as const
const MADE = { ...RAN, bySystem: true } as const
const BY_TIME = { ...MADE, reason: 'Scheduled reload' } as const
const RELOAD_TASK = { type: 'chronos', resourceType: 'reload-tasks' } as const
const TASK = { type: 'choreographer', resourceType: 'tasks' } as const

/** A whole second, as text without an offset. */
const instant = () => new Date(Math.ceil((Date.now() + AHEAD_MS) / 1000) * 1000).toISOString().slice(0, 19)

async function made(place: Place, path: string, body: unknown): Promise<string> {
  return (await place.client.call<{ id: string }>('POST', path, body)).id
}

function seen(place: Place, name: string, taskId: string, told: Told): Promise<Lived> {
  return see(place, name, { ...told, taskId }, ({ data }) => data.taskId === taskId)
}

export async function startedByTime(place: Place): Promise<Lived[]> {
  const [first, second, third] = await Promise.all([1, 2, 3].map(() => newApp(place, ROWS)))
  const reloadTask = await made(place, '/api/v1/reload-tasks', {
    appId: first,
    recurrence: ['RRULE:FREQ=MINUTELY;COUNT=1'],
    startDateTime: instant(),
    timeZone: 'UTC',
  })
  const schedule = { startDateTime: instant(), timezone: 'UTC' }
  const timed = await made(place, TASKS, document(second!, { start: { schedule } }))
  const chained = await made(place, TASKS, chainedTask(third!, timed, { enabled: true }))
  return Promise.all([
    seen(place, 'reload task, by time', reloadTask, { ...BY_TIME, ...RELOAD_TASK }),
    seen(place, 'task, by time', timed, { ...BY_TIME, ...TASK }),
    seen(place, 'task, by the end of another', chained, { ...MADE, ...TASK, reason: 'Task event reload' }),
  ])
}

export async function startedByHand(place: Place): Promise<Lived[]> {
  const id = await made(place, TASKS, document(await newApp(place, ROWS, { spaceId: place.spaceId })))
  await place.client.call('POST', `${TASKS}/${id}/actions/start`)
  const told = { ...RAN, ...TASK, reason: 'User initiated reload', inSpace: true } as const
  return [await seen(place, 'task, by hand', id, told)]
}

/** One upload wakes the tasks of both apps that have read the orders. */
export async function startedByData(place: Place, readers: Readers): Promise<Lived[]> {
  const reloadTask = await made(place, '/api/v1/reload-tasks', {
    appId: readers.personal,
    recurrence: [],
    startDateTime: '',
    autoReload: true,
  })
  const call = `resources/${readers.ofAutomation}/actions/reload/on-dataset-updated`
  const task = await made(place, `${TASKS}/${call}`, { name: 'orders', enabled: true })
  await place.client.uploadFile('orders-2.csv', order(20))
  const told = { ...MADE, reason: 'Data refresh reload', sizing: 'standard_calculation' } as const
  return Promise.all([
    seen(place, 'reload task, by data', reloadTask, { ...told, ...RELOAD_TASK, type: 'data-refresh' }),
    seen(place, 'task, by data', task, { ...told, ...TASK }),
  ])
}

export async function madeByAutomation(place: Place): Promise<Lived[]> {
  const appId = await newApp(place, ROWS, { spaceId: place.spaceId })
  const workspace = { version: 1, steps: [{ id: 'load', kind: 'reload', appId, weight: 3 }] }
  const id = await made(place, '/api/v1/automations', { name: 'load', workspace })
  await place.client.call('POST', `/api/v1/automations/${id}/runs`, { context: 'api' })
  const told: Told = {
    ...MADE,
    type: 'automations',
    reason: 'Automation reload',
    resourceType: 'automate',
    resourceId: id,
    inSpace: true,
    weight: 3,
  }
  return [await see(place, 'step of an automation', told, ({ data }) => data.resourceId === id)]
}

function document(appId: string, more: Readonly<Record<string, unknown>> = {}) {
  const onEvents = [{ eventRefs: [], actions: [reloadAction(appId)] }]
  const states = [{ name: 'reload', type: 'EVENT', end: true, onEvents }]
  return { name: 'task', specVersion: '1.16.0', enabled: true, states, ...more }
}
