/** The cookie of a login session as a way in. */
import { hostNameOf } from '../core/host-name.ts'
import type { PeopleStore } from '../store/port/people.ts'
import { sessionTokenIn } from './session-token.ts'
import type { Sessions } from './sessions.ts'
import { type BrowserWay, isNotIn, notIn } from './way-in.ts'

/**
 * A session is of one tenant: at the host of another one it is as if it did not exist.
 * @param store whose tenants have hosts
 */
export function sessionWay(sessions: Sessions, store: Pick<PeopleStore, 'tenants'>): BrowserWay {
  return async ({ headers, hostname }) => {
    const token = sessionTokenIn(headers.cookie)
    if (token === undefined) return undefined
    const caller = await sessions.callerOf(token)
    if (isNotIn(caller)) return caller
    const host = hostNameOf(hostname)
    const ofHost = (await store.tenants()).find(({ hostnames }) => hostnames.includes(host))
    if (ofHost === undefined || ofHost.id === caller.tenantId) return caller
    return notIn('there is no such session, or it has ended: sign in again')
  }
}
