/**
 * The grant of client credentials (RFC 6749, section 4.4): a client shows its secret and gets an access
 * token. Who fails again and again is slowed down, per client and address; clients elsewhere go on.
 */
import { timingSafeEqual } from 'node:crypto'
import type { ClientId } from '../core/ids.ts'
import type { PeopleStore } from '../store/port/people.ts'
import { type AccessToken, accessTokenFor, type ClientTokenDeps } from './client-token.ts'
import type { SignInThrottle } from './throttle.ts'
import { tokenHash } from './token-hash.ts'

export interface ClientCredentials {
  readonly clientId: string
  readonly secret: string
  /** Of whoever asks. */
  readonly address: string
}

export type Granted =
  | { readonly kind: 'granted'; readonly accessToken: AccessToken }
  /** Whatever is wrong: nobody learns which clients there are. */
  | { readonly kind: 'invalid-client' }
  | { readonly kind: 'wait'; readonly ms: number }

export type GrantForClient = (credentials: ClientCredentials) => Promise<Granted>

interface GrantDeps extends ClientTokenDeps {
  readonly store: ClientTokenDeps['store'] & Pick<PeopleStore, 'tenant'>
  readonly throttle: SignInThrottle
}

const ID_CHARACTERS_MAX = 64

export function grantForClient(deps: GrantDeps): GrantForClient {
  return async (credentials) => {
    const { address, clientId } = credentials
    const { throttle } = deps
    const account = `client ${clientId.slice(0, ID_CHARACTERS_MAX)} at ${address}`
    const ms = throttle.waitMs({ address, account })
    if (ms > 0) return { kind: 'wait', ms }
    const accessToken = await granted(deps, credentials)
    if (accessToken === undefined) {
      throttle.failed({ address, account })
      return { kind: 'invalid-client' }
    }
    throttle.succeeded({ address, account })
    return { kind: 'granted', accessToken }
  }
}

async function granted(
  deps: GrantDeps,
  { clientId, secret }: ClientCredentials,
): Promise<AccessToken | undefined> {
  const shown = tokenHash(secret)
  const found =
    clientId.length > ID_CHARACTERS_MAX ? undefined : await deps.store.oauthClient(clientId as ClientId)
  const good = found?.client.secrets.find(({ hash }) => isEqual(hash, shown))
  if (found === undefined || good === undefined || found.user.status !== 'active') return undefined
  const tenant = await deps.store.tenant(found.client.tenantId)
  if (tenant === undefined || tenant.removedAt !== undefined) return undefined
  return accessTokenFor(deps, found.client, good.hash)
}

function isEqual(hash: string, shown: string): boolean {
  return hash.length === shown.length && timingSafeEqual(Buffer.from(hash), Buffer.from(shown))
}
