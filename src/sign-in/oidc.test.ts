import { describe, expect, it } from 'vitest'
import { toldClaims } from './oidc.ts'

describe('what a provider tells of a person', () => {
  it('is what the ID token says, and the user info where that is silent', () => {
    expect(toldClaims({ sub: 'a', name: 'Info', zone: 'x' }, { sub: 'a', name: 'Token' })).toMatchObject({
      name: 'Token',
      zone: 'x',
    })
  })

  it.each([
    ['of the user info', { email: 'a@x', email_verified: true }, {}, true],
    ['of the ID token', {}, { email: 'a@x', email_verified: true }, true],
    ['of one address by both', { email: 'a@x', email_verified: true }, { email: 'a@x' }, true],
    ['of another address', { email: 'b@x', email_verified: true }, { email: 'a@x' }, undefined],
    ['of nothing', { email: 'a@x', email_verified: false }, { email_verified: true }, false],
    ['of nothing in the user info', { email_verified: true }, { email: 'a@x' }, undefined],
  ])('tells an address verified only %s', (_, userInfo, idToken, verified) => {
    expect(toldClaims(userInfo, idToken).email_verified).toBe(verified)
  })
})
