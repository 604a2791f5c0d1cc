import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { csrfTokenOf, isCsrfTokenOf } from './csrf.ts'
import { newSessionToken, sessionCookieName, sessionTokenIn, setCookie } from './session-token.ts'

const random = { bytes: (count: number) => new Uint8Array(randomBytes(count)), uniform: () => 0 }
const [host, plain, jwt] = (['host', 'plain', 'jwt'] as const).map((kind) => newSessionToken(random, kind))

describe('the token of a request', () => {
  it.each([
    ['__Host-reprise-session', host],
    ['reprise-session', plain],
    ['eas.sid', jwt],
  ])('is that of %s, among other cookies', (name, token) => {
    expect(sessionTokenIn(`a=1; ${name}=${token}; b==`)).toBe(token)
  })

  it('is none of a weaker cookie than it was made for: what a sibling host plants', () => {
    expect(sessionTokenIn(`reprise-session=${host}`)).toBeUndefined()
    expect(sessionTokenIn(`eas.sid=${host}`)).toBeUndefined()
    expect(sessionTokenIn(`reprise-session=${jwt}; eas.sid=${plain}`)).toBeUndefined()
  })

  it('is none when there are two: nobody can say whose the request is', () => {
    expect(sessionTokenIn(`__Host-reprise-session=${host}; eas.sid=${jwt}`)).toBeUndefined()
    const other = newSessionToken(random, 'plain')
    expect(sessionTokenIn(`reprise-session=${plain}; reprise-session=${other}`)).toBeUndefined()
    expect(sessionTokenIn(`reprise-session=${plain}; reprise-session=${plain}`)).toBe(plain)
  })

  it.each([undefined, '', ';', '=', 'reprise-session', 'reprise-session=', `x${plain}`, 'eas.sid=jshort'])(
    'is none in %j',
    (header) => expect(sessionTokenIn(header)).toBeUndefined(),
  )

  it('has 256 random bits', () => {
    expect(Buffer.from(host!.slice(1), 'base64url')).toHaveLength(32)
    expect(new Set(Array.from({ length: 100 }, () => newSessionToken(random, 'host'))).size).toBe(100)
  })
})

it('cookies are out of reach of scripts and other sites, and over https of http', () => {
  const secure = setCookie(sessionCookieName('host'), 'v', { secure: true, maxAgeSeconds: 60 })
  expect(secure).toBe('__Host-reprise-session=v; Path=/; Max-Age=60; HttpOnly; Secure; SameSite=Lax')
  expect(setCookie('reprise-session', 'v', { secure: false })).toBe(
    'reprise-session=v; Path=/; HttpOnly; SameSite=Lax',
  )
})

it('a CSRF token is of one session and tells nothing of its cookie', () => {
  expect(isCsrfTokenOf(host!, csrfTokenOf(host!))).toBe(true)
  expect(isCsrfTokenOf(host!, csrfTokenOf(plain!))).toBe(false)
  expect(isCsrfTokenOf(host!, '')).toBe(false)
  expect(csrfTokenOf(host!)).not.toContain(host!.slice(1))
})
