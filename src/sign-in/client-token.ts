/**
 * Access tokens of OAuth clients: JWTs (RFC 9068) that we sign and nobody else reads, with a key derived from
 * the installation's. A token names its client and the secret that it was got with, and both are looked up at
 * each request: who deletes one ends what it opened at once.
 */
import { jwtVerify, SignJWT } from 'jose'
import type { ClientId } from '../core/ids.ts'
import { newUuid } from '../core/ids.ts'
import type { OAuthClient } from '../core/people/oauth-client.ts'
import type { World } from '../core/ports.ts'
import { HOUR, SECOND } from '../core/units.ts'
import type { PeopleStore } from '../store/port/people.ts'
import { type BearerWay, notIn } from './way-in.ts'

/** `iss` of our own tokens: no identity provider may have it. */
export const OWN_ISSUER = 'urn:reprise:access-token'
const AUDIENCE = 'urn:reprise:api'
const ALGORITHM = 'HS256'
const TYPE = 'at+jwt'
const LIFETIME_MS = 6 * HOUR
/** Enough to tell one secret of a client from another. */
const SECRET_CHARACTERS = 16

export interface ClientTokenDeps {
  readonly store: Pick<PeopleStore, 'oauthClient'>
  readonly world: Pick<World, 'clock' | 'random'>
  /** At least 32 bytes, used for nothing else. */
  readonly tokenKey: Uint8Array
}

export interface AccessToken {
  readonly token: string
  /** Epoch ms, a whole second. */
  readonly expiresAt: number
  readonly lifetimeMs: number
}

/** @param secretHash of the secret that was shown */
export async function accessTokenFor(
  { world, tokenKey }: ClientTokenDeps,
  client: OAuthClient,
  secretHash: string,
): Promise<AccessToken> {
  const issuedAt = Math.floor(world.clock.now() / SECOND)
  const expiresAt = issuedAt + LIFETIME_MS / SECOND
  const token = await new SignJWT({ client_id: client.id, secret: secretHash.slice(0, SECRET_CHARACTERS) })
    .setProtectedHeader({ alg: ALGORITHM, typ: TYPE })
    .setIssuer(OWN_ISSUER)
    .setAudience(AUDIENCE)
    .setSubject(client.userId)
    .setJti(newUuid(world.random))
    .setIssuedAt(issuedAt)
    .setExpirationTime(expiresAt)
    .sign(tokenKey)
  return { token, expiresAt: expiresAt * SECOND, lifetimeMs: LIFETIME_MS }
}

export function clientTokenWay({ store, world, tokenKey }: ClientTokenDeps): BearerWay {
  return async (token) => {
    const payload = await verified(token, tokenKey, world.clock.now())
    if (payload === 'expired') return notIn('the access token has expired')
    const { client_id: clientId, secret } = payload ?? {}
    if (typeof clientId !== 'string' || typeof secret !== 'string') {
      return notIn('the access token is not one of this service')
    }
    const found = await store.oauthClient(clientId as ClientId)
    if (found === undefined) return notIn('the OAuth client of the access token was deleted')
    const { client, user } = found
    if (!client.secrets.some(({ hash }) => hash.startsWith(secret))) {
      return notIn('the secret that the access token was got with was removed')
    }
    if (user.status !== 'active') return notIn('the user of the OAuth client is not active')
    const claims = { sub: user.id, subType: 'client' }
    return { tenantId: client.tenantId, user, credential: { kind: 'client', clientId: client.id }, claims }
  }
}

async function verified(token: string, key: Uint8Array, now: number) {
  try {
    const { payload } = await jwtVerify(token, key, {
      algorithms: [ALGORITHM],
      typ: TYPE,
      issuer: OWN_ISSUER,
      audience: AUDIENCE,
      requiredClaims: ['exp'],
      currentDate: new Date(now),
    })
    return payload
  } catch (error) {
    return (error as { code?: string }).code === 'ERR_JWT_EXPIRED' ? 'expired' : undefined
  }
}
