import { describe, expect, it } from 'vitest'
import { ownPath } from './return-to.ts'

const ORIGIN = 'https://reload.example.com'

describe('where a browser goes after signing in', () => {
  it.each([
    ['/', '/'],
    ['/api/v1/reloads?limit=1#top', '/api/v1/reloads?limit=1#top'],
    ['/a/../b', '/b'],
    [`${ORIGIN}/apps/1?x=%2F%2Fevil.example`, '/apps/1?x=%2F%2Fevil.example'],
    ['/%2F%2Fevil.example', '/%2F%2Fevil.example'],
    ['/login?returnTo=//evil.example', '/login?returnTo=//evil.example'],
  ])('%j is of this service', (text, path) => expect(ownPath(text, ORIGIN)).toBe(path))

  it.each([
    '',
    'apps',
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    ' //evil.example',
    '/..//evil.example',
    '/.//evil.example',
    '/a/..//evil.example',
    '/%2e%2e//evil.example',
    'https://evil.example/',
    'https:evil.example',
    'javascript:alert(1)',
    'data:text/html,x',
    `${ORIGIN}.evil.example/`,
    `${ORIGIN}@evil.example/`,
    `${ORIGIN}//evil.example`,
    'http://reload.example.com/',
    `/${'a'.repeat(2001)}`,
    undefined,
  ])('%j leads elsewhere', (text) => expect(ownPath(text, ORIGIN)).toBeUndefined())

  it('what comes out stays at its host, whatever went in', () => {
    const parts = ['/', '//', '\\', '..', '.', '%2e', '%2f', '@', ':', '?', '#', 'evil.example', '\t', ' ']
    for (const a of parts) {
      for (const b of parts) {
        for (const c of parts) {
          for (const d of parts) {
            const path = ownPath(`/${a}${b}${c}${d}`, ORIGIN)
            if (path !== undefined) expect(new URL(path, ORIGIN).origin).toBe(ORIGIN)
          }
        }
      }
    }
  })
})
