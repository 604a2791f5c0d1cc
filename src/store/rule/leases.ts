/** The leases of attempts: who holds one, and what its holder is told. */
import type { Attempt } from '../../core/attempt.ts'
import type { Reload } from '../../core/reload.ts'
import type { LeaseAnswer, LeaseRenewal } from '../port/queue.ts'

export interface Renewed {
  readonly answer: LeaseAnswer
  /** The reload and its open attempt as they are to be saved; absent when the lease is lost. */
  readonly stored?: { readonly reload: Reload; readonly attempt: Attempt }
}

/** @param attempt the open one */
export function renewed(
  { lease, leaseExpiresAt, session, log }: LeaseRenewal,
  reload: Reload | undefined,
  attempt: Attempt | undefined,
): Renewed {
  if (reload === undefined || attempt?.leaseToken !== lease) return { answer: 'lost' }
  return {
    answer: reload.state === 'CANCELING' ? 'canceling' : 'held',
    stored: {
      reload: log === undefined ? reload : { ...reload, log },
      attempt: { ...attempt, leaseExpiresAt, session: { ...attempt.session, ...session } },
    },
  }
}
