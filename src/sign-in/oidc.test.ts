import { describe, expect, it } from 'vitest'
import type { ProviderId, TenantId } from '../core/ids.ts'
import { DEFAULT_CLAIM_NAMES, type IdentityProvider } from '../core/people/identity-provider.ts'
import { OidcSignIn, toldClaims } from './oidc.ts'

const PROVIDER: IdentityProvider = {
  id: 'p' as ProviderId,
  tenantId: 't' as TenantId,
  name: 'Company',
  protocol: 'oidc',
  issuer: 'https://id.example.com',
  clientId: 'c',
  claims: DEFAULT_CLAIM_NAMES,
  createsUsers: true,
  createsGroups: false,
  enabled: true,
  createdAt: 0,
  updatedAt: 0,
}

it('a provider that cannot be asked is asked again after pauses that grow, and not by each sign-in', async () => {
  let now = 0
  let asked = 0
  let isDown = true
  const metadata = {
    issuer: PROVIDER.issuer,
    authorization_endpoint: `${PROVIDER.issuer}/authorize`,
    token_endpoint: `${PROVIDER.issuer}/token`,
    jwks_uri: `${PROVIDER.issuer}/keys`,
  }
  const fetch = async () => {
    asked += 1
    if (isDown) throw new Error('down')
    return Response.json(metadata)
  }
  const none = () => undefined
  const world = {
    clock: { now: () => now, monotonic: () => now },
    random: { bytes: (count: number) => new Uint8Array(count), uniform: () => 0 },
    log: { info: none, warn: none, error: none },
  }
  const seal = { seal: (text: string) => text, open: (text: string) => text }
  const oidc = new OidcSignIn({ world, seal, fetch } as never)
  const begin = () => oidc.begin(PROVIDER, { redirectUri: 'https://us.example.com/back', returnTo: '/' })
  const pauses: number[] = []
  let last = now
  for (let seconds = 0; seconds < 700; seconds++) {
    const before = asked
    const [answer] = await Promise.all([begin(), begin()])
    expect(answer).toMatchObject({ kind: 'not-signed-in', why: 'unreachable' })
    if (asked > before) {
      expect(asked - before, 'once for all who wait').toBe(1)
      pauses.push((now - last) / 1000)
      last = now
    }
    now += 1000
  }
  expect(pauses).toEqual([0, 5, 10, 20, 40, 80, 160, 300])
  isDown = false
  now += 300_000
  expect(await begin()).toMatchObject({ url: expect.stringContaining('https://id.example.com/authorize?') })
  const answered = asked
  now += 60_000
  await begin()
  expect(asked).toBe(answered)
})

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
