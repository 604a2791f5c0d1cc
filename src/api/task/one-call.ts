/**
 * A task in one call (contract 03, section 7): the service writes the document. It is judged as any other
 * one, with the codes that are published for these calls.
 */
import { type Static, type TObject, Type } from 'typebox'
import { isRefused, type Refused } from '../../catalog/refusal.ts'
import { createTask } from '../../catalog/task.ts'
import type { Caller } from '../../core/caller.ts'
import { defined } from '../../core/defined.ts'
import type { AppId, TaskId } from '../../core/ids.ts'
import type { App } from '../../core/records.ts'
import { HEARD_STATUSES } from '../../core/task/task.ts'
import { callerOf } from '../http/authenticate.ts'
import type { ApiDeps } from '../http/deps.ts'
import { done, refuse } from '../http/problem.ts'
import { may, mayRead } from '../http/rights.ts'
import { DATA_SOURCE, DATA_TYPE, ENDS_SOURCE, ENDS_TYPE, UUID } from './read-events.ts'
import { RELOAD_FUNCTION, readTask } from './task-document.ts'
import { type Mount, scheduleWorld, taskDeps, taskProblems } from './task-mount.ts'
import { taskDocument } from './task-record.ts'
import { type TaskBody, TaskRecord } from './task-schema.ts'

const about = {
  name: Type.Optional(Type.String({ description: 'Of the app by default' })),
  description: Type.Optional(Type.String()),
  enabled: Type.Optional(Type.Boolean({ description: 'false by default' })),
}

const OnTimeSchedule = Type.Object(
  {
    ...about,
    recurrence: Type.Optional(Type.String()),
    timezone: Type.Optional(Type.String()),
    startDateTime: Type.Optional(Type.String()),
    endDateTime: Type.Optional(Type.String()),
  },
  { title: 'OnTimeSchedule' },
)

const OnTaskEvent = Type.Object(
  {
    ...about,
    onTaskId: Type.String({ description: 'The upstream task' }),
    onTaskStatus: Type.Optional(Type.Enum(HEARD_STATUSES, { description: 'succeeded by default' })),
  },
  { title: 'OnTaskEvent' },
)

const OnDatasetUpdated = Type.Object(about, { title: 'OnDatasetUpdated' })

type About = Static<typeof OnDatasetUpdated>

/** What of a document differs from one call to the other. */
type Trigger = Pick<TaskBody, 'start' | 'events'>

export function registerOneCall(mount: Mount): void {
  registerCall(
    mount,
    'on-time-schedule',
    'reloadOnTimeSchedule',
    OnTimeSchedule,
    async (_deps, _caller, _app, body) => {
      const { recurrence, timezone, startDateTime, endDateTime } = body
      if (recurrence === undefined && startDateTime === undefined) {
        throw refuse('taskSchedule', { detail: 'send recurrence, or startDateTime', pointer: '/recurrence' })
      }
      const schedule = defined({ recurrence, timezone, startDateTime, endDateTime })
      return { start: { stateName: STATE, schedule } }
    },
  )
  registerCall(mount, 'on-task-event', 'reloadOnTaskEvent', OnTaskEvent, onTaskEvent)
  registerCall(
    mount,
    'on-dataset-updated',
    'reloadOnDatasetUpdated',
    OnDatasetUpdated,
    async (_deps, _caller, app) => ({
      events: [
        {
          name: EVENT,
          type: DATA_TYPE,
          source: DATA_SOURCE,
          correlation: [{ contextAttributeName: 'appId', contextAttributeValue: app.id }],
        },
      ],
    }),
  )
}

const STATE = 'Reload'
const EVENT = 'trigger'

/** With the app and the space of the upstream task, as they are now. */
async function onTaskEvent(
  deps: ApiDeps,
  caller: Caller,
  _app: App,
  { onTaskId, onTaskStatus = 'succeeded' }: Static<typeof OnTaskEvent>,
): Promise<Trigger> {
  const upstream = UUID.test(onTaskId)
    ? await deps.store.task(caller.tenantId, onTaskId as TaskId)
    : undefined
  if (upstream === undefined) {
    throw refuse('taskUpstreamUnknown', { detail: 'there is no task with this id', pointer: '/onTaskId' })
  }
  const app = await deps.store.app(caller.tenantId, upstream.appId)
  if (app === undefined || !(await mayRead(deps, caller, app))) {
    throw refuse('taskUpstreamForbidden', {
      detail: 'you may not read the app of that task',
      pointer: '/onTaskId',
    })
  }
  const named = (name: string, value: string) => ({
    contextAttributeName: name,
    contextAttributeValue: value,
  })
  const correlation = [
    named('id', upstream.id),
    named('status', onTaskStatus),
    named('appId', upstream.appId),
    ...(upstream.spaceId === undefined ? [] : [named('spaceId', upstream.spaceId)]),
  ]
  return { events: [{ name: EVENT, type: ENDS_TYPE, source: ENDS_SOURCE, correlation }] }
}

function registerCall<Body extends TObject>(
  { server, deps, path, about }: Mount,
  call: string,
  name: string,
  body: Body,
  triggerOf: (deps: ApiDeps, caller: Caller, app: App, body: Static<Body>) => Promise<Trigger>,
): void {
  server.post(
    `${path}/resources/:appId/actions/reload/${call}`,
    {
      schema: {
        summary: `Create a task that reloads an app: ${call.replaceAll('-', ' ')}`,
        ...about(name),
        params: Type.Object({ appId: Type.String() }),
        body,
        response: { 201: TaskRecord, ...taskProblems(400, 403, 404, 409, 413, 415, 422, 424) },
      },
    },
    async (request, reply) => {
      if (!deps.ready()) throw refuse('taskUnavailable')
      const caller = callerOf(request)
      const { appId } = request.params as { appId: string }
      const app = await appFor(deps, caller, appId)
      const sent = request.body as Static<Body>
      const document = documentOf(app, sent as About, await triggerOf(deps, caller, app, sent))
      const wish = done(flat(readTask(document, undefined, scheduleWorld(deps))))
      const made = await createTask(taskDeps(deps), caller, wish).catch((error: unknown) => {
        deps.world.log.error('a task was not saved', { appId, error: String(error) })
        throw refuse('taskNotSaved')
      })
      return reply.code(201).send(await taskDocument(deps, caller.user, done(made)))
    },
  )
}

/** Never 404: who may not know of an app is not told whether it is there. */
async function appFor(deps: ApiDeps, caller: Caller, appId: string): Promise<App> {
  if (!UUID.test(appId)) {
    throw refuse('taskMalformed', { detail: 'the id of an app is a UUID', parameter: 'appId' })
  }
  const app = await deps.store.app(caller.tenantId, appId as AppId)
  if (app !== undefined && (await may(deps, caller, app, 'reload'))) return app
  throw refuse('taskForbidden', {
    detail: 'there is no app with this id that you may reload',
    parameter: 'appId',
  })
}

function documentOf(app: App, { name = app.name, description, enabled }: About, trigger: Trigger): TaskBody {
  const functionRef = { refName: RELOAD_FUNCTION, arguments: { appId: app.id, partial: false } }
  const eventRefs = trigger.events === undefined ? [] : [EVENT]
  return {
    name,
    ...defined({ description, enabled }),
    specVersion: '1.16.0',
    version: '1.0.0',
    ...trigger,
    states: [
      {
        name: STATE,
        type: 'EVENT',
        exclusive: true,
        end: true,
        onEvents: [{ eventRefs, actions: [{ name: RELOAD_FUNCTION, functionRef }] }],
      },
    ],
  }
}

/** The fields of the call stand at its top, not where they are in the document. */
function flat<Answer>(answer: Answer | Refused): Answer | Refused {
  if (!isRefused(answer)) return answer
  const faults = answer.faults.map((fault) => ({
    ...fault,
    ...(fault.pointer === undefined ? {} : { pointer: fault.pointer.replace('/start/schedule', '') }),
  }))
  return { ...answer, faults }
}
