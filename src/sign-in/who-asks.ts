/**
 * Room `sign-in`: who asks: keys, tokens and sessions become the caller of a request. Ways in enter, and what
 * they need of the world; nothing of HTTP routes does.
 *
 * Which way a request came decides what it carries: an API key or a token as bearer, else what a browser
 * brings. Whatever is wrong is answered with a `NotIn`; of a tenant that was removed nobody comes in,
 * whichever way.
 */
import type { Caller } from '../core/caller.ts'
import { defined } from '../core/defined.ts'
import type { World } from '../core/ports.ts'
import type { ChangeStore } from '../store/port/change.ts'
import type { PeopleStore } from '../store/port/people.ts'
import { apiKeyWay, KeyUses } from './api-key.ts'
import { type Asked, type BrowserWay, isNotIn, type NotIn, notIn } from './way-in.ts'

export interface WhoAsks {
  /** The caller as it is by now. */
  of(asked: Asked): Promise<Caller | NotIn>
  /** Resolves when nothing is being written any more. */
  stop(): Promise<void>
}

export interface SignInDeps {
  readonly store: PeopleStore & ChangeStore
  readonly world: World
  /** Asked of requests without a bearer token. */
  readonly browser?: BrowserWay
}

export function whoAsks(deps: SignInDeps): WhoAsks {
  const uses = new KeyUses(deps)
  const byKey = apiKeyWay(deps, uses)
  const came = async (asked: Asked) => {
    const token = /^bearer +(\S+) *$/i.exec(asked.headers.authorization ?? '')?.[1]
    if (token !== undefined) return byKey(token, asked)
    if (asked.headers.authorization === undefined) {
      const answer = await deps.browser?.(asked)
      if (answer !== undefined) return answer
    }
    return notIn('send "Authorization: Bearer <API key or token>"')
  }
  return {
    async of(asked) {
      const answer = await came(asked)
      if (isNotIn(answer)) return answer
      const tenant = await deps.store.tenant(answer.tenantId)
      if (tenant === undefined || tenant.removedAt !== undefined) return notIn('the tenant was removed')
      const [iss] = tenant.hostnames
      // The tenant vouches for those whom no issuer names.
      return { ...answer, claims: { ...defined({ iss }), ...answer.claims } }
    },
    stop: () => uses.settled(),
  }
}
