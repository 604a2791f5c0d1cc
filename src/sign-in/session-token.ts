/**
 * The token of a login session and the cookies that carry it (RFC 6265bis). A token says in its first
 * character which cookie it may come in, so that a site which can only set weaker cookies for our host (a
 * sibling host, or one without TLS) cannot plant a session of its own in somebody's browser.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Random } from '../core/ports.ts'

/** host: over https. plain: over http. jwt: of clients that look for the cookies of Qlik Cloud by name. */
export type CookieKind = 'host' | 'plain' | 'jwt'

const COOKIES: readonly { readonly kind: CookieKind; readonly name: string; readonly first: string }[] = [
  { kind: 'host', name: '__Host-reprise-session', first: 'h' },
  { kind: 'plain', name: 'reprise-session', first: 'p' },
  { kind: 'jwt', name: 'eas.sid', first: 'j' },
]

/** 256 random bits in base64url, after the character of the cookie. */
const TOKEN = /^[hpj][\w-]{43}$/

export function newSessionToken(random: Random, kind: CookieKind): string {
  return COOKIES.find((cookie) => cookie.kind === kind)!.first + base64url(random.bytes(32))
}

export function sessionCookieName(kind: CookieKind): string {
  return COOKIES.find((cookie) => cookie.kind === kind)!.name
}

/** The token of the session that a request brings; undefined when it brings none, or several. */
export function sessionTokenIn(cookieHeader: string | undefined): string | undefined {
  const sent = COOKIES.flatMap(({ name, first }) =>
    cookiesNamed(cookieHeader, name).filter((value) => value.startsWith(first) && TOKEN.test(value)),
  )
  const [token, ...others] = new Set(sent)
  return others.length === 0 ? token : undefined
}

/** The values of a cookie, as often as it is sent. */
export function cookiesNamed(header: string | undefined, name: string): string[] {
  return (header ?? '').split(';').flatMap((part) => {
    const at = part.indexOf('=')
    return at > 0 && part.slice(0, at).trim() === name ? [part.slice(at + 1).trim()] : []
  })
}

export interface CookieOptions {
  readonly secure: boolean
  /** Left out: until the browser is closed. 0: it is taken back. */
  readonly maxAgeSeconds?: number
  /** Scripts of our pages may read it. */
  readonly isReadable?: true
}

/** A `Set-Cookie`: for the whole host, sent along when somebody comes from another site by a link. */
export function setCookie(name: string, value: string, options: CookieOptions): string {
  const { secure, maxAgeSeconds, isReadable } = options
  return [
    `${name}=${value}`,
    'Path=/',
    ...(maxAgeSeconds === undefined ? [] : [`Max-Age=${maxAgeSeconds}`]),
    ...(isReadable === true ? [] : ['HttpOnly']),
    ...(secure ? ['Secure'] : []),
    'SameSite=Lax',
  ].join('; ')
}

/** A text that only whoever has the secret can make, for one purpose. */
export function boundText(secret: string, purpose: string): string {
  return createHmac('sha256', secret).update(`reprise ${purpose}`).digest('base64url')
}

/** In a time that tells nothing of where they differ. */
export function isSameText(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)]
  return left.length === right.length && timingSafeEqual(left, right)
}

export function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url')
}
