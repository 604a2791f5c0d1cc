/** How often one user may sign in: a session is written each time, so no program may do it for ever. */
import type { User } from '../../core/records.ts'
import type { ApiDeps } from '../http/deps.ts'
import { RateWindows } from '../http/rate-limit.ts'

/** In five minutes. */
export const SIGN_INS_MAX = 100
const PARTIES_MAX = 10_000

/** Asks for one more: how long it has to wait, ms; 0: it is counted. */
export type SignInRate = (user: Pick<User, 'tenantId' | 'id'>) => number

export function signInRate({ rateLimits, world }: ApiDeps): SignInRate {
  if (!rateLimits) return () => 0
  const windows = new RateWindows(PARTIES_MAX)
  return ({ tenantId, id }) =>
    windows.take([{ party: `${tenantId} ${id}`, limit: SIGN_INS_MAX }], world.clock.monotonic())
}
