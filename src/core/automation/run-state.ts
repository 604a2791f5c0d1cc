/** How far a run of an automation is. */

/** The words of the API (contract 05, section 9). */
export const RUN_STATES = [
  'queued',
  'running',
  'finished',
  'finished with warnings',
  'failed',
  'stopped',
  'exceeded limit',
] as const
export type RunState = (typeof RUN_STATES)[number]
