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

export const REASON: Readonly<Record<Trigger, string>> = {
  hub: 'User initiated reload',
  external: 'User initiated reload',
  chronos: 'Scheduled reload',
  choreographer: 'Scheduled reload',
  automations: 'Automation reload',
  'data-refresh': 'Data refresh reload',
}
