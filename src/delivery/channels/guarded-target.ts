/**
 * Targets of tenants, reached over HTTP: names are resolved and judged at connect time, and what an answer or
 * a fault means is told alike for every channel. Never shows internal error texts.
 */
import { promises as dns, type LookupAddress } from 'node:dns'
import type { IncomingHttpHeaders } from 'node:http'
import type { LookupFunction } from 'node:net'
import { defined } from '../../core/defined.ts'
import type { Sent } from '../channel.ts'
import { type Answer, ExchangeTimeout, HttpExchanges } from './http-exchange.ts'
import { isAllowedAddress, isAllowedHost, type TargetAllowance } from './target-address.ts'

const EXCHANGE_TIMEOUT_MS = 15_000

export const OMITTED = '**OMITTED**'
/** Codes of Node and OpenSSL. */
const CERTIFICATE_FAULT = /CERT|SELF_SIGNED|UNABLE_TO_/
const TLS_FAULT = /TLS|SSL|^EPROTO$/
/** Masked in responses and, even if configured as plain headers, in the history. */
export const MASKED: ReadonlySet<string> = new Set([
  'authorization',
  'proxy-authorization',
  'cookie',
  'set-cookie',
])

export interface TargetOptions {
  readonly allowance: TargetAllowance
  /** Resolves a host name to all its addresses; default: the system's resolver. */
  readonly resolve?: (host: string) => Promise<readonly LookupAddress[]>
  /** Time limit of the whole exchange, ms; default 15 s. */
  readonly exchangeTimeoutMs?: number
  /** So much of the body of an answer is read; default 16 KiB. */
  readonly bodyMaxBytes?: number
}

export function guardedExchanges(options: TargetOptions): HttpExchanges {
  const { exchangeTimeoutMs = EXCHANGE_TIMEOUT_MS, bodyMaxBytes } = options
  return new HttpExchanges(guardedLookup(options), exchangeTimeoutMs, bodyMaxBytes)
}

/** What an answer means for a send, and what is kept of it. */
export function sentOf(answer: Answer, sentAt: number): Sent {
  const response = {
    statusCode: answer.status,
    headers: shownAnswerHeaders(answer.headers),
    body: answer.body,
  }
  return { ...verdict(answer, sentAt), response }
}

/** Of an exchange that rejected. */
export function failureText(error: unknown): string {
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

/** RFC 9110, section 10.2.3: seconds or an HTTP date. @returns milliseconds */
export function retryAfter(text: string | undefined, nowMs: number): number | undefined {
  if (text === undefined) return undefined
  if (/^\d+$/.test(text)) return Number(text) * 1000
  const date = Date.parse(text)
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs)
}

export class AddressNotAllowed extends Error {
  override readonly name = 'AddressNotAllowed'
}

/** Resolves a name and returns only allowed addresses: one forbidden address refuses the whole result. */
function guardedLookup(options: TargetOptions): LookupFunction {
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
