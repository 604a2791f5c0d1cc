/**
 * Signing in at an OpenID provider: the authorization code flow with PKCE, state and nonce (OpenID Connect
 * Core 1.0, section 3.1; RFC 9700). What has to be remembered until the browser comes back lies sealed in a
 * cookie of that browser, so that it cannot be begun in one and ended in another, and no memory is taken by
 * whoever begins and never ends.
 */
import {
  AuthorizationResponseError,
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  buildEndSessionUrl,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  type Configuration,
  calculatePKCECodeChallenge,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  fetchUserInfo,
  None,
} from 'openid-client'
import { defined } from '../core/defined.ts'
import type { ProviderId, TenantId } from '../core/ids.ts'
import type { IdentityProvider } from '../core/people/identity-provider.ts'
import type { World } from '../core/ports.ts'
import { issuerBackoffMs } from '../core/retry.ts'
import { MINUTE } from '../core/units.ts'
import type { Fetch } from '../delivery/channels/guarded-fetch.ts'
import type { Seal } from '../delivery/seal.ts'
import { base64url } from './session-token.ts'

/** How long somebody may take at the provider. */
export const SIGN_IN_MAX_MS = 10 * MINUTE

/** What a provider says of itself is asked again after so long. */
const CONFIGURATION_MAX_MS = 10 * MINUTE
const CONFIGURATIONS_MAX = 200
const USED_MAX = 20_000
const PROVIDER_TIMEOUT_S = 10

export interface OidcDeps {
  readonly world: Pick<World, 'clock' | 'random' | 'log'>
  readonly seal: Seal
  /** Asks providers; guarded, because administrators of tenants name their addresses. */
  readonly fetch: Fetch
}

export interface Begun {
  /** Where the browser goes. */
  readonly url: string
  /** For the cookie of the browser. */
  readonly sealed: string
}

/** Names and values as the provider told them, of the ID token and of its user info. */
export type ToldClaims = Readonly<Record<string, unknown>>

export interface SignedIn {
  readonly kind: 'signed-in'
  readonly provider: IdentityProvider
  readonly claims: ToldClaims
  readonly returnTo: string
}

/** In words for the person; never what the provider or the browser sent. */
export interface NotSignedIn {
  readonly kind: 'not-signed-in'
  readonly why: 'begin-again' | 'denied' | 'unreachable' | 'wrong'
  readonly detail: string
}

interface Remembered {
  readonly purpose: 'oidc sign-in'
  readonly state: string
  readonly nonce: string
  readonly verifier: string
  readonly tenantId: TenantId
  readonly providerId: ProviderId
  readonly redirectUri: string
  readonly returnTo: string
  readonly expiresAt: number
}

const BEGIN_AGAIN = {
  kind: 'not-signed-in',
  why: 'begin-again',
  detail: 'This sign-in was not begun here, took too long or is over already. Begin again.',
} as const

/** A question to a provider, and its answer. */
interface Asking {
  /** Never rejects. */
  got: Promise<Configuration | undefined>
  /** Monotonic ms; undefined: not yet. */
  endedAt: number | undefined
  /** Questions in a row that failed. */
  failures: number
}

export class OidcSignIn {
  readonly #deps: OidcDeps
  /** By provider and its version, the longest unused first. */
  readonly #configurations = new Map<string, Asking>()
  /** States that were used, until they expire. */
  readonly #used = new Map<string, number>()

  constructor(deps: OidcDeps) {
    this.#deps = deps
  }

  /** @param redirectUri of ours, as registered at the provider */
  async begin(
    provider: IdentityProvider,
    { redirectUri, returnTo }: { readonly redirectUri: string; readonly returnTo: string },
  ): Promise<Begun | NotSignedIn> {
    const config = await this.#configuration(provider)
    if (config === undefined) return unreachable(provider)
    const { world, seal } = this.#deps
    const random = () => base64url(world.random.bytes(32))
    const remembered: Remembered = {
      purpose: 'oidc sign-in',
      state: random(),
      nonce: random(),
      verifier: random(),
      tenantId: provider.tenantId,
      providerId: provider.id,
      redirectUri,
      returnTo,
      expiresAt: world.clock.now() + SIGN_IN_MAX_MS,
    }
    const url = buildAuthorizationUrl(config, {
      response_type: 'code',
      redirect_uri: redirectUri,
      scope: scopeOf(config),
      state: remembered.state,
      nonce: remembered.nonce,
      code_challenge: await calculatePKCECodeChallenge(remembered.verifier),
      code_challenge_method: 'S256',
    })
    return { url: url.href, sealed: seal.seal(JSON.stringify(remembered)) }
  }

  /**
   * @param sealed from the cookie of the browser
   * @param query of the address to which the provider sent the browser
   * @param tenantId of the host that it came to
   * @param providerOf the provider as it is by now
   */
  async finish(
    sealed: string | undefined,
    query: string,
    tenantId: TenantId,
    providerOf: (tenantId: TenantId, id: ProviderId) => Promise<IdentityProvider | undefined>,
  ): Promise<SignedIn | NotSignedIn> {
    const remembered = this.#opened(sealed)
    const sent = new URLSearchParams(query)
    if (remembered === undefined || remembered.tenantId !== tenantId) return BEGIN_AGAIN
    if (sent.get('state') !== remembered.state || !this.#useOnce(remembered)) return BEGIN_AGAIN
    const provider = await providerOf(tenantId, remembered.providerId)
    if (provider?.enabled !== true) return BEGIN_AGAIN
    const config = await this.#configuration(provider)
    if (config === undefined) return unreachable(provider)
    try {
      const tokens = await authorizationCodeGrant(config, new URL(`${remembered.redirectUri}?${query}`), {
        expectedState: remembered.state,
        expectedNonce: remembered.nonce,
        pkceCodeVerifier: remembered.verifier,
        idTokenExpected: true,
      })
      const told = tokens.claims()!
      const asked = await this.#userInfo(config, tokens.access_token, told.sub)
      return {
        kind: 'signed-in',
        provider,
        claims: toldClaims(asked, told),
        returnTo: remembered.returnTo,
      }
    } catch (error) {
      return this.#refused(provider, error)
    }
  }

  /** Where a browser signs out of the provider; undefined when it offers that to nobody. */
  async endSessionUrl(provider: IdentityProvider, backTo: string): Promise<string | undefined> {
    const config = await this.#configuration(provider)
    if (config?.serverMetadata().end_session_endpoint === undefined) return undefined
    return buildEndSessionUrl(config, { post_logout_redirect_uri: backTo }).href
  }

  /** What the ID token leaves out, such as names and groups. */
  async #userInfo(config: Configuration, accessToken: string, subject: string): Promise<ToldClaims> {
    if (config.serverMetadata().userinfo_endpoint === undefined) return {}
    return fetchUserInfo(config, accessToken, subject)
  }

  #refused({ id: providerId }: IdentityProvider, error: unknown): NotSignedIn {
    const { code, message } = error as { readonly code?: string; readonly message?: string }
    this.#deps.world.log.warn('nobody could sign in at an identity provider', { providerId, code, message })
    if (error instanceof AuthorizationResponseError) {
      return { kind: 'not-signed-in', why: 'denied', detail: 'The identity provider did not let you in.' }
    }
    const detail = 'What the identity provider answered is not right. An administrator can look into the log.'
    return { kind: 'not-signed-in', why: 'wrong', detail }
  }

  #opened(sealed: string | undefined): Remembered | undefined {
    if (sealed === undefined) return undefined
    try {
      const remembered = JSON.parse(this.#deps.seal.open(sealed)) as Remembered
      const isOurs = remembered.purpose === 'oidc sign-in'
      return isOurs && this.#deps.world.clock.now() < remembered.expiresAt ? remembered : undefined
    } catch {
      return undefined
    }
  }

  /** False when the state was used before. */
  #useOnce({ state, expiresAt }: Remembered): boolean {
    if (this.#used.has(state)) return false
    this.#used.set(state, expiresAt)
    const now = this.#deps.world.clock.now()
    for (const [oldest, until] of this.#used) {
      if (this.#used.size <= USED_MAX && until > now) break
      this.#used.delete(oldest)
    }
    return true
  }

  /** Undefined when the provider cannot be asked, or could not be just now. */
  async #configuration(provider: IdentityProvider): Promise<Configuration | undefined> {
    const key = `${provider.id} ${provider.updatedAt}`
    const known = this.#configurations.get(key)
    const kept =
      known !== undefined && this.#isFresh(known) ? known : this.#ask(provider, known?.failures ?? 0)
    this.#configurations.delete(key)
    this.#configurations.set(key, kept)
    if (this.#configurations.size > CONFIGURATIONS_MAX) {
      this.#configurations.delete(this.#configurations.keys().next().value!)
    }
    return kept.got
  }

  #isFresh({ endedAt, failures }: Asking): boolean {
    const freshMs = failures === 0 ? CONFIGURATION_MAX_MS : issuerBackoffMs(failures)
    return endedAt === undefined || this.#deps.world.clock.monotonic() - endedAt < freshMs
  }

  #ask(provider: IdentityProvider, failures: number): Asking {
    const { log, clock } = this.#deps.world
    const asking: Asking = { failures, endedAt: undefined, got: Promise.resolve(undefined) }
    const ended = (now: number) => {
      asking.failures = now
      asking.endedAt = clock.monotonic()
    }
    asking.got = this.#discovered(provider).then(
      (configuration) => {
        ended(0)
        return configuration
      },
      (error: unknown) => {
        ended(failures + 1)
        log.warn('an identity provider cannot be asked', { providerId: provider.id, error })
        return undefined
      },
    )
    return asking
  }

  async #discovered(provider: IdentityProvider): Promise<Configuration> {
    const { issuer, clientId = '' } = provider
    const isPlain = issuer.startsWith('http:')
    return discovery(new URL(issuer), clientId, {}, this.#clientAuth(provider), {
      [customFetch]: this.#deps.fetch,
      timeout: PROVIDER_TIMEOUT_S,
      // Which hosts may be asked without TLS is the guard's matter.
      execute: [enableNonRepudiationChecks, ...(isPlain ? [allowInsecureRequests] : [])],
    })
  }

  /** As the provider takes it; what it does not tell is HTTP Basic (OpenID Connect Discovery 1.0). */
  #clientAuth({ sealedClientSecret }: IdentityProvider): ClientAuth {
    if (sealedClientSecret === undefined) return None()
    const secret = this.#deps.seal.open(sealedClientSecret)
    const [basic, post] = [ClientSecretBasic(secret), ClientSecretPost(secret)]
    return (server, ...rest) => {
      const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic']
      return methods.includes('client_secret_basic') ? basic(server, ...rest) : post(server, ...rest)
    }
  }
}

/** The ID token counts first; who tells an address tells also whether that one was verified. */
export function toldClaims(userInfo: ToldClaims, idToken: ToldClaims): ToldClaims {
  const teller = idToken.email === undefined ? userInfo : idToken
  const isOneAddress = idToken.email === userInfo.email
  const email_verified = teller.email_verified ?? (isOneAddress ? userInfo.email_verified : undefined)
  return { ...userInfo, ...defined(idToken), email_verified }
}

function scopeOf(config: Configuration): string {
  const offered = config.serverMetadata().scopes_supported ?? []
  return ['openid', 'profile', 'email', ...offered.filter((scope) => scope === 'groups')].join(' ')
}

function unreachable({ name }: IdentityProvider): NotSignedIn {
  return { kind: 'not-signed-in', why: 'unreachable', detail: `${name} cannot be reached at the moment.` }
}
