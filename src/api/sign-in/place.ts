/** Where a browser is, and what its cookies look like there. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { tenantOfHost } from '../../catalog/tenant-host.ts'
import type { Tenant } from '../../core/records.ts'
import { csrfTokenOf } from '../../sign-in/csrf.ts'
import {
  boundText,
  type CookieKind,
  sessionCookieName,
  sessionTokenIn,
  setCookie,
} from '../../sign-in/session-token.ts'
import type { OpenedSession } from '../../sign-in/sessions.ts'
import type { ApiDeps } from '../http/deps.ts'

export interface Place {
  /** Of this service, as browsers reach it. */
  readonly origin: string
  /** The origin with the path below which the service stands. */
  readonly address: string
  readonly isSecure: boolean
  /** Whose host it is; undefined when nobody's. */
  readonly tenant: Tenant | undefined
}

export async function placeOf(deps: ApiDeps, request: FastifyRequest): Promise<Place> {
  const address = deps.hostUrl(request)
  const { origin, host } = new URL(address)
  return {
    origin,
    address,
    isSecure: origin.startsWith('https:'),
    tenant: await tenantOfHost(deps.store, host),
  }
}

/** `__Host-` where it can be: then no other host and nobody without TLS can have set it. */
export function cookieName(name: string, { isSecure }: Place): string {
  return isSecure ? `__Host-reprise-${name}` : `reprise-${name}`
}

export function sessionCookieKind({ isSecure }: Place): CookieKind {
  return isSecure ? 'host' : 'plain'
}

/** It ends with the browser, or when the service says so. */
export function giveSession(reply: FastifyReply, place: Place, { token }: OpenedSession): void {
  const name = sessionCookieName(sessionCookieKind(place))
  reply.header('set-cookie', setCookie(name, token, { secure: place.isSecure }))
}

/** The cookies that clients of Qlik Cloud look for by name (contract 09, E 7). */
export function giveJwtSession(reply: FastifyReply, { isSecure: secure }: Place, token: string): void {
  reply.header('set-cookie', [
    setCookie('eas.sid', token, { secure }),
    setCookie('eas.sid.sig', boundText(token, 'eas.sid.sig'), { secure }),
    setCookie('_csrfToken', csrfTokenOf(token), { secure, isReadable: true }),
  ])
}

export function takeSessionBack(reply: FastifyReply, { isSecure: secure }: Place): void {
  const names = [...(['host', 'plain', 'jwt'] as const).map(sessionCookieName), 'eas.sid.sig', '_csrfToken']
  const ended = names
    .filter((name) => secure || !name.startsWith('__Host-'))
    .map((name) => setCookie(name, '', { secure, maxAgeSeconds: 0 }))
  reply.header('set-cookie', ended)
}

/** A sign-in begins a new session: what the browser had before is of no more use to anybody. */
export async function endSessionBefore(deps: ApiDeps, { headers }: FastifyRequest): Promise<void> {
  const before = sessionTokenIn(headers.cookie)
  const found = before === undefined ? undefined : await deps.browser.sessions.find(before)
  if (found === undefined) return
  const { tenantId, userId, id } = found.session
  await deps.browser.sessions.end(tenantId, userId, id)
}
