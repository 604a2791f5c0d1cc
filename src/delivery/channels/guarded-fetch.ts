/**
 * `fetch` for libraries that ask addresses which somebody of a tenant chose, such as an identity provider's:
 * behind the same guard as webhooks, bounded in time and size, and it follows no redirect.
 */
import { guardedExchanges, type TargetOptions } from './guarded-target.ts'
import type { ExchangeRequest } from './http-exchange.ts'
import { targetProblem } from './target-address.ts'

/** What the libraries use of `fetch`. */
export type Fetch = (url: string, options: FetchOptions) => Promise<Response>

export interface FetchOptions {
  readonly method?: string | undefined
  readonly headers?: ConstructorParameters<typeof Headers>[0]
  readonly body?: unknown
}

export interface GuardedFetch {
  readonly fetch: Fetch
  /** Ends all requests and connections. */
  close(): void
}

/** Documents of providers and their keys; those of large ones have some ten KiB. */
const BODY_MAX_BYTES = 512 * 1024
/** Statuses that have no body, by the constructor of `Response`. */
const WITHOUT_BODY: readonly number[] = [204, 205, 304]

/** @param setting in which the operator allows private addresses */
export function guardedFetch(options: TargetOptions, setting: string): GuardedFetch {
  const http = guardedExchanges({ bodyMaxBytes: BODY_MAX_BYTES, ...options })
  return {
    async fetch(url, { method = 'GET', headers, body }) {
      const problem = targetProblem(url, options.allowance, setting)
      if (problem !== undefined) throw new TypeError(`address not allowed: ${problem}`)
      const {
        status,
        headers: answered,
        body: text,
      } = await http.exchange({
        url,
        method: method as ExchangeRequest['method'],
        headers: Object.fromEntries(new Headers(headers)),
        ...(body === undefined || body === null ? {} : { body: Buffer.from(String(body)) }),
      })
      const plain = Object.entries(answered).map(([name, value]): [string, string] => [
        name,
        [value].flat().join(', '),
      ])
      return new Response(WITHOUT_BODY.includes(status) ? null : text, { status, headers: plain })
    },
    close: () => http.close(),
  }
}
