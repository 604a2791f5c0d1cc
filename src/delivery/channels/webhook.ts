/**
 * Room `delivery/channels`: ways out: webhooks, NATS and Kafka. One file a channel and what speaks its
 * protocol enters; retries and choice stand in `delivery`.
 *
 * The webhook channel: one HTTP POST of the event or batch, signed over the exact bytes sent (contract 04,
 * section 5.1). Checks the target at connect time, follows no redirect, uses no proxy of the environment, and
 * reads a bounded part of the response. Never throws and never shows internal error texts.
 */

import { promises as dns, type LookupAddress } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { Agent, type Dispatcher, errors, request } from 'undici'
import { defined } from '../../core/defined.ts'
import type { CloudEvent } from '../../event/stored-event.ts'
import type { Subscription } from '../../event/subscription.ts'
import type { Channel, Sent } from '../channel.ts'
import type { Seal } from '../seal.ts'
import { type Consent, Consents } from './consent.ts'
import { type EncodedEvents, encodeEvents } from './content-mode.ts'
import { signatureHeaders } from './signature.ts'
import { isAllowedAddress, isAllowedHost, type TargetAllowance, targetProblem } from './target-address.ts'

const CONNECT_TIMEOUT_MS = 5_000
const EXCHANGE_TIMEOUT_MS = 15_000
const ANSWER_BODY_MAX_BYTES = 16 * 1024
const ANSWER_HEADERS_MAX_BYTES = 16 * 1024

export const OMITTED = '**OMITTED**'
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
  const agent = new Agent({
    connect: { timeout: CONNECT_TIMEOUT_MS, lookup: guardedLookup(options) },
    maxHeaderSize: ANSWER_HEADERS_MAX_BYTES,
    keepAliveTimeout: 10_000,
  })
  const consents = new Consents(options.origin, async (url, headers) => {
    const timeoutMs = options.exchangeTimeoutMs ?? EXCHANGE_TIMEOUT_MS
    const signal = AbortSignal.timeout(timeoutMs)
    const answer = await request(url, { method: 'OPTIONS', dispatcher: agent, headers, signal })
    await boundedText(answer.body)
    return answer.headers
  })
  return {
    send: (events, subscription, sentAt) => send(options, agent, consents, events, subscription, sentAt),
    close: () => agent.destroy(),
  }
}

async function send(
  options: WebhookOptions,
  agent: Agent,
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
  const timeoutMs = options.exchangeTimeoutMs ?? EXCHANGE_TIMEOUT_MS
  try {
    const consent = await consentOf(consents, subscription, sentAt)
    if (consent === 'refused') return { ok: false, message: 'the target has not consented', request: told }
    const answer = await request(subscription.url, {
      method: 'POST',
      dispatcher: agent,
      headers: consent === undefined ? headers : { ...headers, ...consents.headers },
      body: content.body,
      signal: AbortSignal.timeout(timeoutMs),
    })
    const response = {
      statusCode: answer.statusCode,
      headers: shownAnswerHeaders(answer.headers),
      body: await boundedText(answer.body),
    }
    const allowed = consent?.perMinute === undefined ? {} : { allowedPerMinute: consent.perMinute }
    return { ...verdict(answer, sentAt), ...allowed, request: told, response }
  } catch (error) {
    return { ok: false, message: failureText(error, timeoutMs), request: told }
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

function shownAnswerHeaders(headers: Dispatcher.ResponseData['headers']): Record<string, string> {
  const shown: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined) continue
    shown[name] = MASKED.has(name) ? OMITTED : [value].flat().join(', ')
  }
  return shown
}

/** Reads the first 16 KiB of the response, never more. */
async function boundedText(body: Dispatcher.ResponseData['body']): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of body as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes >= ANSWER_BODY_MAX_BYTES) break
  }
  return Buffer.concat(chunks).subarray(0, ANSWER_BODY_MAX_BYTES).toString('utf8')
}

/**
 * Any 2xx is a success; 410 ends the delivery; Retry-After is read on 429 and 503 (contract 04, section 5.2).
 */
function verdict(answer: Dispatcher.ResponseData, sentAt: number): Sent {
  const status = answer.statusCode
  if (status >= 200 && status < 300) return { ok: true }
  if (status === 410) return { ok: false, gone: true, message: 'the target is gone (410)' }
  if (status >= 300 && status < 400) return { ok: false, message: `redirect not followed (${status})` }
  const retryAfterMs =
    status === 429 || status === 503 ? retryAfter(answer.headers['retry-after'], sentAt) : undefined
  return {
    ok: false,
    message: `the target answered ${status}`,
    ...defined({ retryAfterMs }),
  }
}

/** RFC 9110, section 10.2.3: seconds or an HTTP date. */
function retryAfter(header: string | string[] | undefined, nowMs: number): number | undefined {
  const text = [header].flat()[0]
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

function failureText(error: unknown, timeoutMs: number): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  if (cause instanceof AddressNotAllowed) return `address not allowed: ${cause.message}`
  if (error instanceof errors.ConnectTimeoutError)
    return `no connection within ${CONNECT_TIMEOUT_MS / 1000} s`
  if (error instanceof Error && error.name === 'TimeoutError') return `timeout after ${timeoutMs / 1000} s`
  const code = (cause as NodeJS.ErrnoException | undefined)?.code
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'the host name does not resolve'
    case 'ECONNREFUSED':
      return 'connection refused'
    case 'ECONNRESET':
    case 'UND_ERR_SOCKET':
      return 'the connection broke'
    case 'UND_ERR_HEADERS_OVERFLOW':
      return 'the answer has too many headers'
    default:
      return code !== undefined && /CERT|TLS|SSL|SELF_SIGNED/.test(code)
        ? 'the certificate of the target was not accepted'
        : 'the request failed'
  }
}
