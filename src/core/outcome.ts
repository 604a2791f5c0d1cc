/** The four ways a reload ends (seed: data.status). An outcome never changes. */
export const OUTCOMES = ['SUCCEEDED', 'FAILED', 'CANCELED', 'EXCEEDED_LIMIT'] as const
export type Outcome = (typeof OUTCOMES)[number]

export const ACTIVE_STATES = ['QUEUED', 'RELOADING', 'CANCELING'] as const
export type ActiveState = (typeof ACTIVE_STATES)[number]

export type ReloadState = ActiveState | Outcome

export function isOutcome(state: ReloadState): state is Outcome {
  return (OUTCOMES as readonly string[]).includes(state)
}
