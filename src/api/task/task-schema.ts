/**
 * Shapes of tasks and their runs on the wire (contract 03, sections 3 and 6): a cut-down Serverless Workflow
 * definition. What they mean is read in task-document.ts.
 */
import { type Static, Type } from 'typebox'
import { DISABLED_CODES } from '../../core/task/task.ts'

export const TASK_NAME_MAX_CHARACTERS = 256
export const TASK_DESCRIPTION_MAX_CHARACTERS = 1024

const text = (description?: string) =>
  Type.Optional(Type.String(description === undefined ? {} : { description }))
const Time = Type.String({ format: 'date-time' })
const time = Type.Optional(Time)
/** Kept and given back, without effect. */
const kept = { description: 'Stored and given back; no effect' }

const Correlation = Type.Object({
  contextAttributeName: Type.String({
    description: 'id (of the upstream task), status, appId, spaceId; of a dataset event only appId',
  }),
  contextAttributeValue: text(),
})

const Event = Type.Object(
  {
    name: text('Unique within the task'),
    type: text('com.qlik.v1.task.run.finished, or com.qlik/active-analytics-orch'),
    source: text('system-events.task, or dataset.updated'),
    dataOnly: Type.Optional(Type.Boolean(kept)),
    correlation: Type.Optional(Type.Array(Correlation, { maxItems: 10 })),
  },
  { title: 'TaskEvent' },
)

const Schedule = Type.Object(
  {
    recurrence: text('One rule (RECUR of RFC 5545), with or without RRULE: before it'),
    startDateTime: text('ISO 8601. With an offset that counts, else in the zone'),
    endDateTime: text('ISO 8601, inclusive'),
    timezone: text('IANA name; UTC by default'),
    interval: text('Not taken: use recurrence'),
    cron: Type.Optional(Type.Unknown({ description: 'Not taken: use recurrence' })),
    calendar: text('Extension. Calendar of the tenant with the days without runs'),
    catchUpWindow: text('Extension. How late a missed run is still made: an ISO 8601 duration'),
    dstGap: Type.Optional(
      Type.Enum(['shift', 'skip'], {
        description: 'Extension. Of a local time that clocks leave out: shift (default) runs an hour later',
      }),
    ),
  },
  { title: 'TaskSchedule' },
)

const Action = Type.Object({
  name: text(),
  functionRef: Type.Optional(
    Type.Unsafe<unknown>({
      anyOf: [
        { type: 'string' },
        {
          type: 'object',
          properties: {
            refName: { type: 'string', description: 'app.reload' },
            arguments: {
              type: 'object',
              properties: { appId: { type: 'string' }, partial: { type: 'boolean' } },
            },
            invoke: { type: 'string', ...kept },
            selectionSet: { type: 'string', ...kept },
          },
        },
      ],
    }),
  ),
})

const State = Type.Object(
  {
    name: text(),
    type: text('EVENT, in any case'),
    exclusive: Type.Optional(
      Type.Boolean({ description: 'true: any one of the events starts it; false: all of them together' }),
    ),
    end: Type.Optional(Type.Unknown(kept)),
    onEvents: Type.Optional(
      Type.Array(
        Type.Object({
          eventRefs: Type.Optional(Type.Array(Type.String())),
          actions: Type.Optional(Type.Array(Action)),
          actionMode: Type.Optional(Type.String(kept)),
        }),
      ),
    ),
  },
  { title: 'TaskState' },
)

const writable = {
  description: text(`At most ${TASK_DESCRIPTION_MAX_CHARACTERS} characters`),
  enabled: Type.Optional(Type.Boolean({ description: 'false by default' })),
  annotations: Type.Optional(Type.Array(Type.String(), kept)),
  version: Type.Optional(Type.String(kept)),
  key: Type.Optional(Type.String(kept)),
  keepActive: Type.Optional(Type.Boolean(kept)),
  start: Type.Optional(
    Type.Object(
      {
        schedule: Type.Optional(
          Type.Union([Type.String({ description: 'Repeating interval of ISO 8601, in UTC' }), Schedule]),
        ),
        stateName: text(),
      },
      { title: 'TaskStart' },
    ),
  ),
  events: Type.Optional(Type.Array(Event, { maxItems: 50 })),
  states: Type.Optional(Type.Array(State, { description: 'Exactly one' })),
}

/** What a caller sends. More members are kept and given back. */
export const TaskBody = Type.Object(
  {
    name: Type.String({ description: `1 to ${TASK_NAME_MAX_CHARACTERS} characters` }),
    specVersion: Type.String({ description: 'Version of the Serverless Workflow specification: any' }),
    ...writable,
    metadata: Type.Optional(
      Type.Object(
        { updatedAt: text('When it is sent, the task must not have been changed since') },
        { description: 'Set by the service' },
      ),
    ),
  },
  { title: 'NewTask' },
)
export type TaskBody = Static<typeof TaskBody>

export const RUN_STATUSES = ['RUNNING', 'SUCCEEDED', 'FAILED'] as const

const LastRun = Type.Object(
  {
    id: Type.String(),
    status: Type.Enum(RUN_STATUSES),
    startedAt: time,
    endedAt: time,
    executedAs: text(),
    triggeredBy: Type.String(),
    workerType: Type.Literal('reloads'),
    workerId: Type.String({ description: 'Id of the reload; empty when none was made' }),
  },
  { title: 'LastTaskRun' },
)

const Metadata = Type.Object(
  {
    createdAt: time,
    createdBy: text(),
    updatedAt: time,
    updatedBy: text('Extension'),
    tenantId: text(),
    ownerId: text('For whom its reloads are made'),
    spaceId: text('Empty for a personal app'),
    spaceType: Type.Optional(Type.Enum(['personal', 'shared', 'managed'])),
    resourceName: text(),
    resourceType: text(),
    usage: text(),
    scriptOwnerId: text('Owner of the app'),
    disabledCode: Type.Optional(Type.Enum(DISABLED_CODES)),
    migratedFrom: text('Id of a reload task'),
    trigger: Type.Optional(
      Type.Object({
        id: Type.String(),
        type: Type.Integer({ description: '0 none, 1 time, 2 task event, 4 dataset event' }),
      }),
    ),
    orchestration: Type.Optional(
      Type.Object({
        id: Type.String(),
        type: Type.Integer(),
        attrs: Type.Record(Type.String(), Type.String()),
        lastRun: Type.Optional(LastRun),
      }),
    ),
    topology: Type.Optional(
      Type.Object({
        isChild: Type.Boolean(),
        isParent: Type.Boolean(),
        missingParents: Type.Optional(
          Type.Array(Type.String(), { description: 'Extension. Upstream tasks that were deleted' }),
        ),
      }),
    ),
  },
  { title: 'TaskMetadata' },
)

export const TaskRecord = Type.Object(
  {
    id: Type.String({ format: 'uuid' }),
    name: Type.String(),
    specVersion: Type.String(),
    ...writable,
    resourceId: Type.String({ description: 'Id of the app' }),
    metadata: Metadata,
  },
  { title: 'Task' },
)

export const RunRecord = Type.Object(
  {
    id: Type.String(),
    taskId: Type.String(),
    taskName: Type.String(),
    actionId: Type.String(),
    resourceId: Type.String(),
    status: Type.Enum(RUN_STATUSES),
    triggeredBy: Type.String(),
    workerType: Type.Literal('reloads'),
    workerId: Type.String({ description: 'Id of the reload; empty when none was made' }),
    taskMeta: Type.Object({}, { additionalProperties: true }),
    startedAt: time,
    endedAt: time,
    executedAs: text(),
    log: text('How it ended, in its first line: the outcome of the reload, or why there is none'),
  },
  { title: 'TaskRun' },
)
export type RunRecord = Static<typeof RunRecord>
