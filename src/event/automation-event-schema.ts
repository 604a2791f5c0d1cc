/** The JSON Schema of the event about a run of an automation, draft 2020-12. */
import { RUN_STATES } from '../core/automation/run-state.ts'
import { dateTime, envelopeSchema, text } from './envelope-schema.ts'
import { AUTOMATION_EVENT_SOURCE, AUTOMATION_RUN_TYPE } from './event-types.ts'

export const AUTOMATION_RUN_SCHEMA = envelopeSchema(
  'urn:reload:automation-run-finished',
  AUTOMATION_RUN_TYPE,
  AUTOMATION_EVENT_SOURCE,
  {
    type: 'object',
    required: ['id', 'name', 'runId', 'status', 'trigger', 'ownerId', 'createdAt', 'endedAt'],
    properties: {
      id: { ...text, description: 'Id of the automation' },
      name: text,
      runId: text,
      status: { enum: RUN_STATES.filter((state) => state !== 'queued' && state !== 'running') },
      trigger: { enum: ['hand', 'webhook', 'schedule', 'event', 'retry'] },
      ownerId: text,
      createdAt: dateTime,
      startedAt: dateTime,
      endedAt: dateTime,
      error: text,
    },
  } as const,
)
