/**
 * Room `sign-in`: who asks: keys, tokens and sessions become the caller of a request. Ways in enter, and what
 * they need of the world; nothing of HTTP routes does.
 *
 * Which way a request came decides what it carries: an API key or a token as bearer, else what a browser
 * brings. Whatever is wrong is answered with a `NotIn`; of a tenant that was removed nobody comes in,
 * whichever way.
 */
import { decodeJwt, decodeProtectedHeader } from 'jose'
import type { Caller } from '../core/caller.ts'
import { defined } from '../core/defined.ts'
import type { World } from '../core/ports.ts'
import type { ChangeStore } from '../store/port/change.ts'
import type { ListStore } from '../store/port/lists.ts'
import type { PeopleStore } from '../store/port/people.ts'
import { apiKeyWay, KeyUses } from './api-key.ts'
import { type ClientTokenDeps, clientTokenWay, OWN_ISSUER } from './client-token.ts'
import { type IssuerTokenDeps, issuerTokenWay } from './issuer-token.ts'
import { type Asked, type BearerWay, type BrowserWay, isNotIn, type NotIn, notIn } from './way-in.ts'

export interface WhoAsks {
  /** The caller as it is by now. */
  of(asked: Asked): Promise<Caller | NotIn>
  /** Resolves when nothing is being written any more. */
  stop(): Promise<void>
}

export interface SignInDeps extends ClientTokenDeps, IssuerTokenDeps {
  readonly store: PeopleStore & ChangeStore & ListStore
  readonly world: World
  /** Asked of requests without a bearer token. */
  readonly browser?: BrowserWay
}

/** Longer than any token that fits into the headers of a request beside others. */
const TOKEN_CHARACTERS_MAX = 12 * 1024

export function whoAsks(deps: SignInDeps): WhoAsks {
  const uses = new KeyUses(deps)
  const byKey = apiKeyWay(deps, uses)
  const byClient = clientTokenWay(deps)
  const byIssuer = issuerTokenWay(deps)
  const byToken: BearerWay = async (token, asked) => {
    if (token.length > TOKEN_CHARACTERS_MAX) return notIn('the token is too long')
    const issuer = issuerIn(token)
    if (issuer === undefined) return byKey(token, asked)
    if (issuer === OWN_ISSUER) return byClient(token, asked)
    return byIssuer(token, asked)
  }
  const came = async (asked: Asked) => {
    const token = /^bearer +(\S+) *$/i.exec(asked.headers.authorization ?? '')?.[1]
    if (token !== undefined) return byToken(token, asked)
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

/** What an unverified token says of its issuer; undefined: it is no JWT. */
function issuerIn(token: string): string | undefined {
  if (!/^[\w-]+\.[\w-]+\.[\w-]*$/.test(token)) return undefined
  try {
    decodeProtectedHeader(token)
    const { iss } = decodeJwt(token)
    return typeof iss === 'string' ? iss : ''
  } catch {
    return undefined
  }
}
