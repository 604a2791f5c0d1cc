/**
 * What triggered a reload (seed: data.type) and the reason text that the event gives for it (contract 01,
 * table 2.1 and section 3.1).
 */
export const TRIGGERS = [
  'hub',
  'chronos',
  'external',
  'automations',
  'data-refresh',
  'choreographer',
] as const
export type Trigger = (typeof TRIGGERS)[number]

export const RESOURCE_TYPES = ['api', 'reload-tasks', 'tasks', 'automate'] as const
export type ResourceType = (typeof RESOURCE_TYPES)[number]

/** How the accepting request authenticated (contract 01, table 2.2). */
export type AuthType = 'api_key' | 'user' | 'service_account' | 'system' | 'token'

/** What started the task that made a reload. */
export const TASK_STARTS = ['schedule', 'ends', 'data', 'hand'] as const
export type TaskStart = (typeof TASK_STARTS)[number]

/** The reason text that the event gives (contract 01, table 2.1). */
export function reasonOf(trigger: Trigger, start: TaskStart | undefined): string {
  switch (start) {
    case 'schedule':
      return 'Scheduled reload'
    case 'ends':
      return 'Task event reload'
    case 'data':
      return 'Data refresh reload'
    case 'hand':
      return 'User initiated reload'
    case undefined:
      return trigger === 'automations' ? 'Automation reload' : 'User initiated reload'
  }
}
