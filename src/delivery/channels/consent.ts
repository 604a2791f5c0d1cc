/**
 * The handshake of CloudEvents' HTTP webhook specification, section 4 (abuse protection): before anything is
 * sent, the target is asked whether it wants events from here. Only its header `WebHook-Allowed-Origin` is
 * consent, never a status code. An answer is kept for a day, or an hour when it was no.
 */
import type { Subscription } from '../../event/subscription.ts'

export interface Consent {
  readonly given: boolean
  /** Sends a minute that the target allows; undefined: it named no limit. */
  readonly perMinute?: number
}

const GIVEN_MS = 24 * 3_600_000
const REFUSED_MS = 3_600_000
const CACHED_MAX = 10_000

/** Asks the target with OPTIONS; the answer's headers by lower-case name. Rejects when there is no answer. */
export type AskTarget = (
  url: string,
  headers: Readonly<Record<string, string>>,
) => Promise<Readonly<Record<string, unknown>>>

export class Consents {
  readonly #ask: AskTarget
  readonly #origin: string
  readonly #cache = new Map<string, { readonly consent: Consent; readonly until: number }>()

  /** @param origin what we call ourselves: a host name */
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

  /** What a delivery carries once there is consent. */
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
