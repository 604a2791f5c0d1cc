import { describe, expect, test } from 'vitest'
import type { Claims, Credential, EventClaim } from '../core/caller.ts'
import { EVENT_CLAIMS } from '../core/caller.ts'
import { provenanceOf, triggerOf } from './provenance.ts'

const BY_DEFAULT: readonly EventClaim[] = ['iss', 'sub', 'subType']
const key: Credential = { kind: 'key', keyId: 'k' as never }
const session: Credential = { kind: 'session', sessionId: 's' as never }
const client: Credential = { kind: 'client', clientId: 'c' as never }
const jwt: Credential = { kind: 'jwt', providerId: 'p' as never }
const of = (credential: Credential, claims: Claims = {}, allowed = BY_DEFAULT) =>
  provenanceOf({ credential, claims }, {}, allowed)

describe('what an event tells of who asked', () => {
  test.each([
    ['a key', key, {}, { authType: 'api_key' }],
    ['a person in a browser', session, {}, { authType: 'user', sessionId: 's' }],
    ['an OAuth client', client, {}, { authType: 'service_account', clientId: 'c' }],
    ['the token of a person', jwt, { subType: 'user' }, { authType: 'user' }],
    ['a token with a mail address', jwt, { email: 'a@example.com' }, { authType: 'user' }],
    ['a token that says it is another', jwt, { subType: 'bot', email: 'a@b.c' }, { authType: 'token' }],
    ['a token that tells nothing of its kind', jwt, {}, { authType: 'token' }],
  ] as const)('%s', (_, credential, claims, told) => {
    expect(of(credential, claims, [])).toEqual(told)
  })

  test('only claims that are allowed, in their order, and where there are none nothing', () => {
    const claims = { email: 'ada@example.com', sub: 'ada', iss: 'https://id', groups: ['a', 'b'] }
    expect(of(key, claims).authClaims).toBe('{"iss":"https://id","sub":"ada"}')
    expect(of(key, claims, EVENT_CLAIMS).authClaims).toBe(
      '{"iss":"https://id","sub":"ada","email":"ada@example.com","groups":["a","b"]}',
    )
    expect(of(key, claims, [])).toEqual({ authType: 'api_key' })
    expect(of(key, {})).toEqual({ authType: 'api_key' })
  })

  test('a claim that would make the message long is left out, whole', () => {
    const groups = Array.from({ length: 500 }, (_, n) => `a group with a long name ${n}`)
    expect(of(key, { sub: 'ada', groups, email: 'a@b.c' }, ['groups', 'sub', 'email']).authClaims).toBe(
      '{"sub":"ada","email":"a@b.c"}',
    )
  })

  test.each([
    [key, undefined, 'external'],
    [client, 'api', 'external'],
    [jwt, undefined, 'external'],
    [session, undefined, 'hub'],
    [session, 'automate', 'automations'],
    [key, 'automate', 'automations'],
  ] as const)('%o for %s triggers %s', (credential, resourceType, trigger) => {
    expect(triggerOf(of(credential, { subType: 'user' }), resourceType)).toBe(trigger)
  })
})
