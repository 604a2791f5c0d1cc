/**
 * Tokens of identity providers: a JWT (RFC 7519, RFC 8725) of an issuer that tenants trust, as bearer. The
 * token itself says who its issuer is, and nothing of it is believed before its signature is verified with
 * the keys of that provider, by an asymmetric algorithm.
 */
import {
  type CryptoKey,
  decodeJwt,
  decodeProtectedHeader,
  type JWTPayload,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
  jwtVerify,
} from 'jose'
import { isRefused } from '../catalog/refusal.ts'
import { type SignInUserDeps, signInUser } from '../catalog/sign-in-user.ts'
import { defined } from '../core/defined.ts'
import { hostNameOf } from '../core/host-name.ts'
import type { TenantId } from '../core/ids.ts'
import type { IdentityProvider } from '../core/people/identity-provider.ts'
import { claimsOf, type Person, personIn } from '../core/people/person.ts'
import type { World } from '../core/ports.ts'
import type { User } from '../core/records.ts'
import { MINUTE } from '../core/units.ts'
import type { ChangeStore } from '../store/port/change.ts'
import type { ListStore } from '../store/port/lists.ts'
import type { PeopleStore } from '../store/port/people.ts'
import { type IssuerKeyDeps, IssuerKeys, KeysUnavailable } from './issuer-keys.ts'
import { type Asked, type BearerWay, type NotIn, notIn } from './way-in.ts'

export interface IssuerTokenDeps extends IssuerKeyDeps, Pick<SignInUserDeps, 'limits'> {
  readonly store: PeopleStore & ChangeStore & ListStore
  readonly world: Pick<World, 'clock' | 'random' | 'log'>
}

/** Signatures that the holder of a public key cannot make. Never `none`, never those of a shared secret. */
const ALGORITHMS: readonly string[] = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
]
/** By how much the clock of an issuer may be wrong. */
export const SKEW_SECONDS = 60
/** Of keys that fit a token without a key id. */
const KEYS_TRIED_MAX = 5

export function issuerTokenWay(deps: IssuerTokenDeps): BearerWay {
  const keys = new IssuerKeys(deps)
  const people = new KnownPeople(deps)
  return async (token, asked) => {
    const said = decodeJwt(token)
    const { alg } = decodeProtectedHeader(token)
    if (alg === undefined || !ALGORITHMS.includes(alg)) {
      return notIn(`the token must be signed with one of ${ALGORITHMS.join(', ')}`)
    }
    const provider = await trustedBy(deps.store, said, asked)
    if ('kind' in provider) return provider
    const answer = await verified(keys, provider, token, deps.world.clock.now())
    if ('kind' in answer) return answer
    const { payload } = answer
    const person = personIn(payload, provider)
    if (typeof person === 'string') return notIn(person)
    const user = await people.userOf(provider, person)
    if ('kind' in user) return user
    const credential = { kind: 'jwt', providerId: provider.id } as const
    return { tenantId: provider.tenantId, user, credential, claims: claimsOf(payload, person) }
  }
}

/**
 * The provider that a token is for. Several tenants may trust one issuer, and none of them is to take tokens
 * from another by what it says of itself: the host that the request was sent to decides between tenants, and
 * where that tells nothing nobody comes in. Within a tenant an audience that the token names goes first.
 */
async function trustedBy(
  store: PeopleStore,
  { iss, aud = [] }: JWTPayload,
  { hostname }: Asked,
): Promise<IdentityProvider | NotIn> {
  const enabled = (await store.identityProvidersOf(String(iss))).filter((provider) => provider.enabled)
  if (enabled.length === 0) return notIn('the issuer of the token is not known here')
  const audiences: readonly unknown[] = [aud].flat()
  const isNamed = (provider: IdentityProvider) => audiences.includes(audienceOf(provider))
  const fitting = enabled.filter((provider) => audienceOf(provider) === undefined || isNamed(provider))
  const [only, another] = fitting
  if (only === undefined) return notIn('the token is for another audience')
  if (another === undefined) return only
  const tenantId = await tenantAmong(store, fitting, hostNameOf(hostname))
  const own = fitting.filter((provider) => provider.tenantId === tenantId)
  const named = own.filter(isNamed)
  const [chosen, further] = named.length > 0 ? named : own
  if (chosen !== undefined && further === undefined) return chosen
  return notIn('the host name does not tell which tenant the token is for')
}

/** The tenant whose host it is, or the only one; undefined: it may be for several. */
async function tenantAmong(
  store: PeopleStore,
  providers: readonly IdentityProvider[],
  host: string,
): Promise<TenantId | undefined> {
  const ids = [...new Set(providers.map(({ tenantId }) => tenantId))]
  const found = await Promise.all(ids.map((id) => store.tenant(id)))
  const present = found.filter((tenant) => tenant !== undefined && tenant.removedAt === undefined)
  const [first, second] = present
  const ofHost = present.find((tenant) => tenant?.hostnames.includes(host))
  return (ofHost ?? (second === undefined ? first : undefined))?.id
}

/** An OpenID provider makes tokens for many: only those for our client count. */
function audienceOf({ protocol, audience, clientId }: IdentityProvider): string | undefined {
  return protocol === 'oidc' ? (audience ?? clientId ?? '') : audience
}

async function verified(
  keys: IssuerKeys,
  provider: IdentityProvider,
  token: string,
  now: number,
): Promise<{ readonly payload: JWTPayload } | NotIn> {
  const audience = audienceOf(provider)
  const options: JWTVerifyOptions = {
    algorithms: [...ALGORITHMS],
    issuer: provider.issuer,
    clockTolerance: SKEW_SECONDS,
    requiredClaims: ['exp'],
    currentDate: new Date(now),
    ...defined({ audience }),
  }
  const keyFor: JWTVerifyGetKey = (header, jws) => keys.keyFor(provider, header, jws)
  try {
    const { payload } = await jwtVerify(token, keyFor, options).catch((error) =>
      several(token, error, options),
    )
    return { payload }
  } catch (error) {
    return notIn(whyNot(error))
  }
}

/** A token without a key id, of an issuer with several keys. */
async function several(token: string, error: unknown, options: JWTVerifyOptions) {
  if (codeOf(error) !== 'ERR_JWKS_MULTIPLE_MATCHING_KEYS') throw error
  let last = error
  let tried = 0
  for await (const key of error as AsyncIterable<CryptoKey>) {
    if (++tried > KEYS_TRIED_MAX) break
    try {
      return await jwtVerify(token, key, options)
    } catch (failed) {
      if (codeOf(failed) !== 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED') throw failed
      last = failed
    }
  }
  throw last
}

function codeOf(error: unknown): string | undefined {
  return (error as { readonly code?: string }).code
}

function whyNot(error: unknown): string {
  if (error instanceof KeysUnavailable) return 'the keys of the issuer cannot be had at the moment'
  switch (codeOf(error)) {
    case 'ERR_JWT_EXPIRED':
      return 'the token has expired'
    case 'ERR_JWT_CLAIM_VALIDATION_FAILED': {
      const { claim } = error as { readonly claim?: string }
      if (claim === 'nbf') return 'the token is not good yet'
      return claim === 'exp' ? 'the token does not say when it ends (exp)' : `the claim "${claim}" is wrong`
    }
    case 'ERR_JWKS_NO_MATCHING_KEY':
      return 'the issuer has no such key as signed the token'
    case 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED':
    case 'ERR_JWKS_MULTIPLE_MATCHING_KEYS':
      return 'the signature of the token is wrong'
    default:
      return 'the token cannot be read'
  }
}

const PEOPLE_KNOWN_MAX = 10_000
/** What an issuer tells of a person is compared with what is stored at least so often. */
const PERSON_KNOWN_MS = 5 * MINUTE

/** Spares the store a step for each request of somebody of whom nothing changed. */
class KnownPeople {
  readonly #deps: IssuerTokenDeps
  readonly #known = new Map<User['id'], { readonly told: string; readonly at: number }>()

  constructor(deps: IssuerTokenDeps) {
    this.#deps = deps
  }

  async userOf(provider: IdentityProvider, person: Person): Promise<User | NotIn> {
    const { store, world } = this.#deps
    const at = world.clock.monotonic()
    const stored = await store.userBySubject(provider.tenantId, person.subject)
    const known = stored?.status === 'active' ? this.#known.get(stored.id) : undefined
    if (known !== undefined && at - known.at < PERSON_KNOWN_MS && known.told === told(person, stored!)) {
      return stored!
    }
    const user = await signInUser(this.#deps, provider, person)
    if (isRefused(user)) return notIn(user.faults[0]!.detail)
    this.#known.delete(user.id)
    this.#known.set(user.id, { told: told(person, user), at })
    if (this.#known.size > PEOPLE_KNOWN_MAX) this.#known.delete(this.#known.keys().next().value!)
    return user
  }
}

/** The same as long as neither the issuer nor anybody here changed something. */
function told(person: Person, { updatedAt, groups }: User): string {
  return JSON.stringify([person, updatedAt, groups])
}
