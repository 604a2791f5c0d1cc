/** What a request brings to say who asks, and what a way in makes of it. */
import type { IncomingHttpHeaders } from 'node:http'
import type { Caller } from '../core/caller.ts'

export interface Asked {
  readonly method: string
  readonly headers: IncomingHttpHeaders
  /** That the request was sent to: lower case, without a port. */
  readonly hostname: string
}

/** Why nobody is let in, in words that tell nothing of a secret and nothing of other tenants. */
export interface NotIn {
  readonly kind: 'not-in'
  readonly detail: string
}

export function notIn(detail: string): NotIn {
  return { kind: 'not-in', detail }
}

export function isNotIn(answer: Caller | NotIn): answer is NotIn {
  return 'kind' in answer && answer.kind === 'not-in'
}

/** Whom a bearer token speaks for. */
export type BearerWay = (token: string, asked: Asked) => Promise<Caller | NotIn>

/** Whom a request without a bearer token comes from; undefined when it brings nothing of that way. */
export type BrowserWay = (asked: Asked) => Promise<Caller | NotIn | undefined>
