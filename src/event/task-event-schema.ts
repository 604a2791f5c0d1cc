/** The JSON Schemas of the events about tasks, draft 2020-12 (contract 03, section 11). */
import { NO_RUN_REASONS } from '../core/task/run.ts'
import { DISABLED_CODES, RUN_ENDS } from '../core/task/task.ts'
import { TASK_STARTS } from '../core/trigger.ts'
import { count, dateTime, envelopeSchema, flag, text } from './envelope-schema.ts'
import {
  TASK_CREATED_TYPE,
  TASK_DELETED_TYPE,
  TASK_EVENT_SOURCE,
  TASK_NOT_RUN_TYPE,
  TASK_RUN_TYPE,
  TASK_UPDATED_TYPE,
} from './event-types.ts'

const REQUIRED = ['id', 'name', 'action', 'ownerId', 'createdBy', 'resourceId', 'resourceType'] as const

/** What every one of them tells of the task. */
const OF_TASK = {
  id: text,
  name: text,
  description: text,
  ownerId: text,
  createdBy: text,
  resourceId: { ...text, description: 'Id of the app' },
  resourceType: { const: 'app' },
  usage: text,
  spaceId: text,
  enabled: flag,
  disabledCode: { enum: [...DISABLED_CODES] },
  migratedFrom: text,
  createdAt: dateTime,
  updatedAt: dateTime,
} as const

const OF_RUN = {
  runId: text,
  reloadId: text,
  trigger: { enum: [...TASK_STARTS] },
  startedAt: dateTime,
  endedAt: dateTime,
  duration: { ...text, description: 'ISO 8601' },
  statusDetails: text,
} as const

export const TASK_CREATED_SCHEMA = taskSchema('created', TASK_CREATED_TYPE, {})
export const TASK_DELETED_SCHEMA = taskSchema('deleted', TASK_DELETED_TYPE, { deletedAt: dateTime })
export const TASK_UPDATED_SCHEMA = taskSchema('updated', TASK_UPDATED_TYPE, {
  _updates: {
    type: 'array',
    items: {
      type: 'object',
      required: ['path'],
      properties: {
        path: { ...text, description: 'JSON Pointer into the document; values that are long are left out' },
        oldValue: true,
        newValue: true,
      },
    },
  },
})
export const TASK_RUN_SCHEMA = taskSchema('finished', TASK_RUN_TYPE, {
  ...OF_RUN,
  status: { enum: [...RUN_ENDS] },
})
export const TASK_NOT_RUN_SCHEMA = envelopeSchema(
  'urn:reload:task-not-run',
  TASK_NOT_RUN_TYPE,
  TASK_EVENT_SOURCE,
  {
    type: 'object',
    required: [...REQUIRED, 'runId', 'reason'],
    properties: {
      ...OF_TASK,
      ...OF_RUN,
      action: { enum: ['skipped', 'missed'] },
      reason: { enum: [...NO_RUN_REASONS] },
      pendingReloadId: text,
      dueAt: dateTime,
      firstDueAt: dateTime,
      count,
    },
  },
)

function taskSchema<const Action extends string, const Type extends string, Properties extends object>(
  action: Action,
  type: Type,
  properties: Properties,
) {
  return envelopeSchema(`urn:reload:task-${action}`, type, TASK_EVENT_SOURCE, {
    type: 'object',
    required: REQUIRED,
    properties: { ...OF_TASK, action: { const: action }, ...properties },
  } as const)
}
