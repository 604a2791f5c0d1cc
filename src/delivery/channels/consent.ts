/**
 * The handshake of CloudEvents' HTTP webhook specification, section 4 (abuse protection): before the first
 * send the target is asked whether it wants events from here. Only its header `WebHook-Allowed-Origin` grants
 * consent, never a status code. Consent is cached for a day, a refusal for an hour.
 */
import type { Subscription } from '../../event/subscription.ts'

export interface Consent {
  readonly given: boolean
  /** Sends per minute that the target allows; undefined if it named no limit. */
  readonly perMinute?: number
}

const GIVEN_MS = 24 * 3_600_000
const REFUSED_MS = 3_600_000
const CACHED_MAX = 10_000

/**
 * Asks the target with OPTIONS and returns the response headers by lower-case name. Rejects if there is no
 * response.
 */
export type AskTarget = (
  url: string,
  headers: Readonly<Record<string, string>>,
) => Promise<Readonly<Record<string, unknown>>>

export class Consents {
  readonly #ask: AskTarget
  readonly #origin: string
  readonly #cache = new Map<string, { readonly consent: Consent; readonly until: number }>()

  /** @param origin host name of this service */
  constructor(origin: string, ask: AskTarget) {
    this.#origin = origin
    this.#ask = ask
  }

  /** @param now epoch ms */
  async of({ id, url, sendsPerMinute }: Subscription, now: number): Promise<Consent> {
    const key = `${id} ${url}`
    const cached = this.#cache.get(key)
    if (cached !== undefined && now < cached.until) return cached.consent
    const headers = await this.#ask(url, {
      'webhook-request-origin': this.#origin,
      ...(sendsPerMinute === undefined ? {} : { 'webhook-request-rate': String(sendsPerMinute) }),
    })
    const consent = consentOf(headers, this.#origin)
    if (this.#cache.size >= CACHED_MAX) this.#cache.clear()
    this.#cache.set(key, { consent, until: now + (consent.given ? GIVEN_MS : REFUSED_MS) })
    return consent
  }

  /** Request headers of a delivery once there is consent. */
  get headers(): Readonly<Record<string, string>> {
    return { 'webhook-request-origin': this.#origin }
  }
}

function consentOf(headers: Readonly<Record<string, unknown>>, origin: string): Consent {
  const allowed = String(headers['webhook-allowed-origin'] ?? '')
    .trim()
    .toLowerCase()
  if (allowed !== '*' && allowed !== origin.toLowerCase()) return { given: false }
  const rate = String(headers['webhook-allowed-rate'] ?? '*').trim()
  return /^[1-9]\d{0,8}$/.test(rate) ? { given: true, perMinute: Number(rate) } : { given: true }
}
