/**
 * Room `delivery/channels`: ways out: webhooks, NATS and Kafka. One file a channel and what speaks its
 * protocol enters; retries and choice stand in `delivery`.
 *
 * The webhook channel: one HTTP POST of the event or batch, signed over the exact bytes sent (contract 04,
 * section 5.1), and what its answer means. Checks the target at connect time, and follows no redirect. Never
 * throws and never shows internal error texts.
 */

import type { CloudEvent } from '../../event/stored-event.ts'
import type { Subscription } from '../../event/subscription.ts'
import type { Channel, Sent } from '../channel.ts'
import type { Seal } from '../seal.ts'
import { type Consent, Consents } from './consent.ts'
import { type EncodedEvents, encodeEvents } from './content-mode.ts'
import {
  failureText,
  guardedExchanges,
  MASKED,
  OMITTED,
  sentOf,
  type TargetOptions,
} from './guarded-target.ts'
import type { HttpExchanges } from './http-exchange.ts'
import { signatureHeaders } from './signature.ts'
import { targetProblem } from './target-address.ts'

export interface WebhookOptions extends TargetOptions {
  readonly seal: Seal
  /** Host name that targets are asked to grant consent to. */
  readonly origin: string
  /** Sent as User-Agent. */
  readonly userAgent: string
}

export interface WebhookChannel extends Channel {
  close(): Promise<void>
}

export function webhookChannel(options: WebhookOptions): WebhookChannel {
  const http = guardedExchanges(options)
  const consents = new Consents(
    options.origin,
    async (url, headers) => (await http.exchange({ url, method: 'OPTIONS', headers })).headers,
  )
  return {
    send: (events, subscription, sentAt) => send(options, http, consents, events, subscription, sentAt),
    async close() {
      http.close()
    },
  }
}

async function send(
  options: WebhookOptions,
  http: HttpExchanges,
  consents: Consents,
  events: readonly CloudEvent[],
  subscription: Subscription,
  sentAt: number,
): Promise<Sent> {
  const content = encodeEvents(events, subscription.contentMode ?? 'qlik')
  let headers: Record<string, string>
  try {
    headers = requestHeaders(options, content, subscription, sentAt)
  } catch {
    return { ok: false, message: 'the secret or headers of the webhook cannot be opened; set them again' }
  }
  const told = { url: subscription.url, headers: shownHeaders(headers, subscription) }
  const problem = targetProblem(subscription.url, options.allowance)
  if (problem !== undefined) return { ok: false, message: `address not allowed: ${problem}`, request: told }
  try {
    const consent = await consentOf(consents, subscription, sentAt)
    if (consent === 'refused') return { ok: false, message: 'the target has not consented', request: told }
    const answer = await http.exchange({
      url: subscription.url,
      method: 'POST',
      headers: consent === undefined ? headers : { ...headers, ...consents.headers },
      body: content.body,
    })
    const allowed = consent?.perMinute === undefined ? {} : { allowedPerMinute: consent.perMinute }
    return { ...sentOf(answer, sentAt), ...allowed, request: told }
  } catch (error) {
    return { ok: false, message: failureText(error), request: told }
  }
}

/** Returns the consent under which events are sent; undefined if none is asked for. */
async function consentOf(
  consents: Consents,
  subscription: Subscription,
  sentAt: number,
): Promise<Consent | undefined | 'refused'> {
  const { abuseProtection = 'off' } = subscription
  if (abuseProtection === 'off') return undefined
  const consent = await consents.of(subscription, sentAt).catch((error: unknown) => {
    if (abuseProtection === 'required') throw error
    return { given: false }
  })
  if (consent.given) return consent
  return abuseProtection === 'required' ? 'refused' : undefined
}

function requestHeaders(
  options: WebhookOptions,
  content: EncodedEvents,
  subscription: Subscription,
  sentAt: number,
): Record<string, string> {
  const headers: Record<string, string> = { ...subscription.headers }
  for (const [name, sealed] of Object.entries(subscription.sealedHeaders))
    headers[name] = options.seal.open(sealed)
  Object.assign(headers, content.headers)
  headers['user-agent'] = options.userAgent
  headers['accept-encoding'] = 'identity'
  const { sealedSecret, previousSecret } = subscription
  if (sealedSecret !== undefined) {
    const rotating = previousSecret !== undefined && sentAt < previousSecret.until
    const before = rotating ? [options.seal.open(previousSecret.sealed)] : []
    const secrets = [options.seal.open(sealedSecret), ...before] as const
    Object.assign(headers, signatureHeaders(secrets, content.id, sentAt, content.body))
  }
  return headers
}

function shownHeaders(headers: Record<string, string>, subscription: Subscription): Record<string, string> {
  const shown: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    const secret = MASKED.has(name.toLowerCase()) || Object.hasOwn(subscription.sealedHeaders, name)
    shown[name] = secret ? OMITTED : value
  }
  return shown
}
