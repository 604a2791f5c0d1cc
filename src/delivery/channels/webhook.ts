/**
 * Room `delivery/channels`: ways out: webhooks, NATS and Kafka. One file a channel and what speaks its
 * protocol enters; retries and choice stand in `delivery`.
 *
 * The webhook channel: one HTTP POST of the event or batch, signed over the exact bytes sent (contract 04,
 * section 5.1), and what its answer means. Checks the target at connect time, and follows no redirect. Never
 * throws and never shows internal error texts.
 */

import { promises as dns, type LookupAddress } from 'node:dns'
import type { IncomingHttpHeaders } from 'node:http'
import type { LookupFunction } from 'node:net'

import { defined } from '../../core/defined.ts'

import type { CloudEvent } from '../../event/stored-event.ts'
import type { Subscription } from '../../event/subscription.ts'
import type { Channel, Sent } from '../channel.ts'
import type { Seal } from '../seal.ts'
import { type Consent, Consents } from './consent.ts'
import { type EncodedEvents, encodeEvents } from './content-mode.ts'
import { type Answer, ExchangeTimeout, HttpExchanges } from './http-exchange.ts'
import { signatureHeaders } from './signature.ts'
import { isAllowedAddress, isAllowedHost, type TargetAllowance, targetProblem } from './target-address.ts'

const EXCHANGE_TIMEOUT_MS = 15_000

export const OMITTED = '**OMITTED**'
/** Codes of Node and OpenSSL. */
const CERTIFICATE_FAULT = /CERT|SELF_SIGNED|UNABLE_TO_/
const TLS_FAULT = /TLS|SSL|^EPROTO$/
/** Masked in responses and, even if configured as plain headers, in the history. */
const MASKED = new Set(['authorization', 'proxy-authorization', 'cookie', 'set-cookie'])

export interface WebhookOptions {
  readonly seal: Seal
  readonly allowance: TargetAllowance
  /** Host name that targets are asked to grant consent to. */
  readonly origin: string
  /** Sent as User-Agent. */
  readonly userAgent: string
  /** Resolves a host name to all its addresses; default: the system's resolver. */
  readonly resolve?: (host: string) => Promise<readonly LookupAddress[]>
  /** Time limit of the whole exchange, ms; default 15 s. */
  readonly exchangeTimeoutMs?: number
}

export interface WebhookChannel extends Channel {
  close(): Promise<void>
}

export function webhookChannel(options: WebhookOptions): WebhookChannel {
  const { origin, exchangeTimeoutMs = EXCHANGE_TIMEOUT_MS } = options
  const http = new HttpExchanges(guardedLookup(options), exchangeTimeoutMs)
  const consents = new Consents(
    origin,
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
    const response = {
      statusCode: answer.status,
      headers: shownAnswerHeaders(answer.headers),
      body: answer.body,
    }
    const allowed = consent?.perMinute === undefined ? {} : { allowedPerMinute: consent.perMinute }
    return { ...verdict(answer, sentAt), ...allowed, request: told, response }
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

function shownAnswerHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const shown: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined) continue
    shown[name] = MASKED.has(name) ? OMITTED : [value].flat().join(', ')
  }
  return shown
}

/**
 * Any 2xx is a success; 410 ends the delivery; Retry-After is read on 429 and 503 (contract 04, section 5.2).
 */
function verdict({ status, headers }: Answer, sentAt: number): Sent {
  if (status >= 200 && status < 300) return { ok: true }
  if (status === 410) return { ok: false, gone: true, message: 'the target is gone (410)' }
  if (status >= 300 && status < 400) return { ok: false, message: `redirect not followed (${status})` }
  const retryAfterMs =
    status === 429 || status === 503 ? retryAfter(headers['retry-after'], sentAt) : undefined
  return {
    ok: false,
    message: `the target answered ${status}`,
    ...defined({ retryAfterMs }),
  }
}

/** RFC 9110, section 10.2.3: seconds or an HTTP date. */
function retryAfter(text: string | undefined, nowMs: number): number | undefined {
  if (text === undefined) return undefined
  if (/^\d+$/.test(text)) return Number(text) * 1000
  const date = Date.parse(text)
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs)
}

class AddressNotAllowed extends Error {
  override readonly name = 'AddressNotAllowed'
}

/** Resolves a name and returns only allowed addresses: one forbidden address refuses the whole result. */
function guardedLookup(options: WebhookOptions): LookupFunction {
  const resolve = options.resolve ?? ((host: string) => dns.lookup(host, { all: true, verbatim: true }))
  return (hostname, lookupOptions, callback) => {
    resolve(hostname).then(
      (addresses) => {
        const trusted = isAllowedHost(hostname, options.allowance)
        const first = addresses[0]
        if (first === undefined) return callback(new AddressNotAllowed('the name has no address'), '')
        if (!trusted && addresses.some(({ address }) => !isAllowedAddress(address, options.allowance))) {
          return callback(new AddressNotAllowed(`${hostname} resolves to a private address`), '')
        }
        if (lookupOptions.all === true) return callback(null, [...addresses])
        return callback(null, first.address, first.family)
      },
      (error: NodeJS.ErrnoException) => callback(error, ''),
    )
  }
}

function failureText(error: unknown): string {
  if (error instanceof AddressNotAllowed) return `address not allowed: ${error.message}`
  if (error instanceof ExchangeTimeout) return error.message
  const code = (error as NodeJS.ErrnoException).code ?? ''
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'the host name does not resolve'
    case 'ECONNREFUSED':
      return 'connection refused'
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ETIMEDOUT':
      return 'the host cannot be reached'
    case 'ECONNRESET':
    case 'EPIPE':
      return 'the connection broke'
    case 'HPE_HEADER_OVERFLOW':
      return 'the answer has too many headers'
    default:
      if (code.startsWith('HPE_')) return 'the answer is not valid HTTP'
      if (CERTIFICATE_FAULT.test(code)) return 'the certificate of the target was not accepted'
      return TLS_FAULT.test(code) ? 'no TLS connection to the target' : 'the request failed'
  }
}
