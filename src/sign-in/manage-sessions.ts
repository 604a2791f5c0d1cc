/** What people do with sessions: see where somebody is signed in, and end that. */
import { type Refused, refused } from '../catalog/refusal.ts'
import type { Caller } from '../core/caller.ts'
import type { SessionId, UserId } from '../core/ids.ts'
import type { LoginSession } from '../core/people/login-session.ts'
import { mayManageSessions } from '../core/rights.ts'
import type { PeopleStore } from '../store/port/people.ts'
import type { Sessions } from './sessions.ts'

export interface ManageDeps {
  readonly store: Pick<PeopleStore, 'user'>
  readonly sessions: Sessions
}

/** Those that are good, the oldest first. @param userId or `me` */
export async function sessionsOf(
  deps: ManageDeps,
  caller: Caller,
  userId: string,
): Promise<readonly LoginSession[] | Refused> {
  const of = await managed(deps, caller, userId)
  return typeof of === 'string' ? deps.sessions.ofUser(caller.tenantId, of) : of
}

export async function endSessionsOf(
  deps: ManageDeps,
  caller: Caller,
  userId: string,
): Promise<Refused | undefined> {
  const of = await managed(deps, caller, userId)
  return typeof of === 'string' ? deps.sessions.endAll(caller.tenantId, of) : of
}

export async function endSessionOf(
  deps: ManageDeps,
  caller: Caller,
  userId: string,
  id: string,
): Promise<Refused | undefined> {
  const of = await managed(deps, caller, userId)
  if (typeof of !== 'string') return of
  if (await deps.sessions.end(caller.tenantId, of, id as SessionId)) return undefined
  return refused('notFound', 'the user has no session with this id', { parameter: 'sessionId' })
}

/** Whose sessions they are, when the caller may. */
async function managed(
  { store }: ManageDeps,
  { tenantId, user }: Caller,
  userId: string,
): Promise<UserId | Refused> {
  const of = userId === 'me' ? user.id : (userId as UserId)
  if (of !== user.id && (await store.user(tenantId, of)) === undefined) {
    return refused('userNotFound', 'there is no user with this id', { parameter: 'userId' })
  }
  if (mayManageSessions(user, of)) return of
  return refused('forbidden', 'only a TenantAdmin sees and ends the sessions of others')
}
