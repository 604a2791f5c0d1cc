/**
 * The public keys of issuers: a JSON Web Key Set as it was configured, or from its address, or from where the
 * issuer's discovery document says. What is fetched is kept for a while and fetched again, once, for a key
 * that is not in it, so that issuers may change their keys; nobody who sends tokens with made-up keys makes
 * us ask an issuer more than now and then. When an issuer cannot be asked, what is known stays good for a
 * time, and the pause until it is asked again grows.
 */
import { type CryptoKey, createLocalJWKSet, type FlattenedJWSInput, type JWSHeaderParameters } from 'jose'
import type { IdentityProvider } from '../core/people/identity-provider.ts'
import type { World } from '../core/ports.ts'
import { issuerBackoffMs } from '../core/retry.ts'
import { HOUR, MINUTE, SECOND } from '../core/units.ts'
import type { Fetch } from '../delivery/channels/guarded-fetch.ts'

export interface IssuerKeyDeps {
  /** Asks issuers: guarded, bounded in time and size, follows no redirect. */
  readonly fetch: Fetch
  readonly world: Pick<World, 'clock' | 'log'>
}

type KeySet = ReturnType<typeof createLocalJWKSet>

interface Kept {
  /** The last that was had. */
  readonly set?: KeySet
  /** When it was had, monotonic ms. */
  readonly gotAt: number
  /** When it was last asked for, monotonic ms. */
  readonly askedAt: number
  /** Questions in a row that failed. */
  readonly failures: number
  readonly asking?: Promise<void>
}

const UNASKED: Kept = { gotAt: 0, askedAt: Number.NEGATIVE_INFINITY, failures: 0 }

const FRESH_MS = 10 * MINUTE
/** Of keys whose issuer cannot be asked. */
const GOOD_MS = HOUR
const ASKED_AGAIN_AFTER_MS = 30 * SECOND
const ISSUERS_KEPT_MAX = 500
const KEYS_OF_SET_MAX = 100
const KEY_TYPES = ['RSA', 'EC', 'OKP']

/** The keys of the issuer cannot be had. */
export class KeysUnavailable extends Error {
  override readonly name = 'KeysUnavailable'
}

export class IssuerKeys {
  readonly #deps: IssuerKeyDeps
  /** By provider and its version, the longest unused first. */
  readonly #kept = new Map<string, Kept>()

  constructor(deps: IssuerKeyDeps) {
    this.#deps = deps
  }

  /**
   * The key that a token names.
   * @throws KeysUnavailable; errors of jose when there is none, or several
   */
  async keyFor(
    provider: IdentityProvider,
    header: JWSHeaderParameters,
    token: FlattenedJWSInput,
  ): Promise<CryptoKey> {
    const known = await this.#set(provider, FRESH_MS)
    try {
      return await known(header, token)
    } catch (error) {
      if ((error as { code?: string }).code !== 'ERR_JWKS_NO_MATCHING_KEY') throw error
      const next = await this.#set(provider, ASKED_AGAIN_AFTER_MS)
      if (next === known) throw error
      return next(header, token)
    }
  }

  /** @param freshMs what was asked for longer ago is asked for again */
  async #set(provider: IdentityProvider, freshMs: number): Promise<KeySet> {
    const key = `${provider.id} ${provider.updatedAt}`
    const { clock } = this.#deps.world
    let kept: Kept = this.#kept.get(key) ?? UNASKED
    const least = kept.failures > 0 ? issuerBackoffMs(kept.failures) : freshMs
    if (kept.asking === undefined && clock.monotonic() - kept.askedAt >= least) {
      kept = { ...kept, askedAt: clock.monotonic(), asking: this.#ask(provider, key) }
    }
    this.#keep(key, kept)
    if (kept.asking !== undefined) {
      await kept.asking
      kept = this.#kept.get(key) ?? kept
    }
    if (kept.set === undefined || clock.monotonic() - kept.gotAt > GOOD_MS) throw new KeysUnavailable()
    return kept.set
  }

  /** Never rejects: what could not be had is told in the log. */
  async #ask(provider: IdentityProvider, key: string): Promise<void> {
    const { world } = this.#deps
    const askedAt = world.clock.monotonic()
    try {
      // Awaited even when it is at hand: whoever asks keeps first that it asks.
      const text = await (provider.jwks ?? this.#fetchedKeys(provider))
      const set = keySet(text)
      this.#keep(key, { set, gotAt: world.clock.monotonic(), askedAt, failures: 0 })
    } catch (error) {
      const { id: providerId } = provider
      world.log.warn('the keys of an issuer cannot be had', { providerId, error: (error as Error).message })
      const { asking: _, ...before } = this.#kept.get(key) ?? UNASKED
      // The pause begins now: the question may have taken long.
      this.#keep(key, { ...before, askedAt: world.clock.monotonic(), failures: before.failures + 1 })
    }
  }

  async #fetchedKeys(provider: IdentityProvider): Promise<string> {
    return this.#fetched(await this.#address(provider))
  }

  /** OpenID Connect Discovery 1.0, section 4: the document must speak for the very issuer. */
  async #address({ issuer, jwksUrl }: IdentityProvider): Promise<string> {
    if (jwksUrl !== undefined) return jwksUrl
    const text = await this.#fetched(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`)
    const document: unknown = JSON.parse(text)
    const { issuer: speaksFor, jwks_uri: address } = { ...(document as Record<string, unknown>) }
    if (speaksFor !== issuer) throw new Error('the discovery document is that of another issuer')
    if (typeof address !== 'string') throw new Error('the discovery document names no jwks_uri')
    return address
  }

  async #fetched(url: string): Promise<string> {
    const answer = await this.#deps.fetch(url, { headers: { accept: 'application/json' } })
    if (answer.status !== 200) throw new Error(`${answer.status} instead of 200`)
    return answer.text()
  }

  #keep(key: string, kept: Kept): void {
    this.#kept.delete(key)
    this.#kept.set(key, kept)
    if (this.#kept.size > ISSUERS_KEPT_MAX) this.#kept.delete(this.#kept.keys().next().value!)
  }
}

/** The keys of a set that can verify; those that are secret, or of kinds that nobody knows, are left out. */
function keySet(text: string): KeySet {
  const document: unknown = JSON.parse(text)
  const { keys } = { ...(document as { readonly keys?: unknown }) }
  if (!Array.isArray(keys) || keys.length > KEYS_OF_SET_MAX) {
    throw new Error(`this is no JSON Web Key Set of at most ${KEYS_OF_SET_MAX} keys`)
  }
  const usable = keys.filter((key) => typeof key === 'object' && key !== null && KEY_TYPES.includes(key.kty))
  return createLocalJWKSet({ keys: usable })
}
