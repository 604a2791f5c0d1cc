/**
 * All event types that this service emits (contract 04, section 1), the one table for the API's list, the
 * validation of webhooks and the AsyncAPI document.
 */
export const FINISHED_EVENT_TYPE = 'com.qlik.v1.reload.finished'
export const ATTEMPT_EVENT_TYPE = 'com.qlik.v1.app.reload.finished'
export const DATA_EVENT_TYPE = 'com.qlik.app.data.updated'

export const FINISHED_EVENT_SOURCE = 'com.qlik/reloads'
export const ENGINE_EVENT_SOURCE = 'com.qlik/engine'

/** Our own: the original does not document its notice of a disabled webhook (contract 04, section 5.2). */
export const WEBHOOK_DISABLED_TYPE = 'com.reprise.v1.webhook.disabled'
export const WEBHOOK_EVENT_SOURCE = 'com.reprise/webhooks'

export const TASK_CREATED_TYPE = 'com.qlik.scheduling.task.created'
export const TASK_UPDATED_TYPE = 'com.qlik.scheduling.task.updated'
export const TASK_DELETED_TYPE = 'com.qlik.scheduling.task.deleted'
export const TASK_RUN_TYPE = 'com.qlik.v1.task.run.finished'
/** Our own: a run that should have been was not, and why (contract 03, section 9). */
export const TASK_NOT_RUN_TYPE = 'com.reprise.v1.task.not-run'
export const TASK_EVENT_SOURCE = 'com.qlik/scheduling'

/** Our own: how a run of an automation ended. */
export const AUTOMATION_RUN_TYPE = 'com.reprise.v1.automation.run.finished'
export const AUTOMATION_EVENT_SOURCE = 'com.reprise/automations'

/** All that stand in events. */
export const EVENT_SOURCES: readonly string[] = [
  FINISHED_EVENT_SOURCE,
  ENGINE_EVENT_SOURCE,
  WEBHOOK_EVENT_SOURCE,
  TASK_EVENT_SOURCE,
  AUTOMATION_EVENT_SOURCE,
]

export interface EventTypeEntry {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly category: string
  readonly levels: readonly ('tenant' | 'user')[]
}

export const EVENT_TYPES: readonly EventTypeEntry[] = [
  {
    name: FINISHED_EVENT_TYPE,
    title: 'Reload finished',
    description:
      'A reload has reached its outcome. However many attempts it took, there is exactly one event for it.',
    category: 'Reload',
    levels: ['tenant', 'user'],
  },
  {
    name: ATTEMPT_EVENT_TYPE,
    title: 'App reload attempt finished',
    description:
      'One attempt at a reload has ended in the engine, perhaps before another attempt and before data is saved.',
    category: 'App',
    levels: ['tenant', 'user'],
  },
  {
    name: DATA_EVENT_TYPE,
    title: 'App data updated',
    description: 'The data of an app has changed and is saved.',
    category: 'App',
    levels: ['tenant', 'user'],
  },
  {
    name: WEBHOOK_DISABLED_TYPE,
    title: 'Webhook disabled',
    description: 'The service disabled a webhook because its target is gone or failed for too long.',
    category: 'Webhook',
    levels: ['tenant', 'user'],
  },
  {
    name: TASK_CREATED_TYPE,
    title: 'Task created',
    description: 'A task was created.',
    category: 'Task',
    levels: ['tenant', 'user'],
  },
  {
    name: TASK_UPDATED_TYPE,
    title: 'Task updated',
    description:
      'A task was changed by somebody, or switched off by the service, whose reason is its disabledCode.',
    category: 'Task',
    levels: ['tenant', 'user'],
  },
  {
    name: TASK_DELETED_TYPE,
    title: 'Task deleted',
    description: 'A task was deleted.',
    category: 'Task',
    levels: ['tenant', 'user'],
  },
  {
    name: TASK_RUN_TYPE,
    title: 'Task run finished',
    description: 'A run of a task has ended, with the outcome of its reload or without one.',
    category: 'Task',
    levels: ['tenant', 'user'],
  },
  {
    name: TASK_NOT_RUN_TYPE,
    title: 'Task not run',
    description:
      'A run that was due did not take place: it was skipped or missed, for the reason that is told.',
    category: 'Task',
    levels: ['tenant', 'user'],
  },
  {
    name: AUTOMATION_RUN_TYPE,
    title: 'Automation run finished',
    description: 'A run of an automation has ended, also one that was missed or refused.',
    category: 'Automation',
    levels: ['tenant', 'user'],
  },
]
