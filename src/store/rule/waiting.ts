/** What a waiting reload waits for, and since when. */
import type { Reload } from '../../core/reload.ts'

/** As it is saved: set apart from the claimable ones until a claim finds it due and lets it in. */
export function backsOff({ state, notBefore, queuedAt }: Reload): boolean {
  return state === 'QUEUED' && notBefore > queuedAt
}

/** Now minus this is the sum of its waits, epoch ms. */
export function waitsSince({ queuedAt, waitedMs }: Reload): number {
  return queuedAt - waitedMs
}
