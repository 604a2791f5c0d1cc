/** Identity providers of a tenant, as its admins manage them. */
import { generateKeyPairSync } from 'node:crypto'
import { type CryptoKey, exportSPKI, importJWK } from 'jose'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { OWN_ISSUER } from '../../src/sign-in/client-token.ts'
import { type ApiUnderTest, apiUnderTest, type Members } from '../support/api-under-test.ts'
import { signingKey, TestIssuer } from '../support/issuer.ts'

const PROVIDERS = '/api/v1/identity-providers'
const OIDC = {
  name: 'Company',
  protocol: 'oidc',
  issuer: 'https://id.example.com',
  clientId: 'reprise',
  clientSecret: 'a secret of the provider',
}
const JWT = { name: 'Portal', protocol: 'jwt', issuer: 'https://portal.example.com' }

let api: ApiUnderTest
let acme: Members

beforeEach(async () => {
  api = await apiUnderTest({ durable: true })
  acme = await api.tenant('acme')
})
afterEach(() => api.close())

const make = (wish: object, who = acme.admin) => who.call('POST', PROVIDERS, wish)
const read = async (id: string) => (await acme.admin.call('GET', `${PROVIDERS}/${id}`)).body
const patch = (id: string, ...operations: object[]) =>
  acme.admin.call('PATCH', `${PROVIDERS}/${id}`, operations)

describe('identity providers', () => {
  it('are made with what is right by itself, and never show their secret', async () => {
    const made = await make(OIDC)
    expect(made.status).toBe(201)
    const { clientSecret, ...shown } = OIDC
    expect(made.body).toEqual({
      ...shown,
      protocol: 'OIDC',
      provider: 'generic',
      interactive: true,
      active: true,
      description: 'Company',
      createNewUsersOnLogin: true,
      clockToleranceSec: 60,
      tenantIds: [acme.tenant.id],
      created: expect.any(String),
      lastUpdated: expect.any(String),
      options: {
        discoveryUrl: 'https://id.example.com/.well-known/openid-configuration',
        issuer: 'https://id.example.com',
        clientId: 'reprise',
        claimsMapping: { sub: ['/sub'], name: ['/name'], email: ['/email'], groups: ['/groups'] },
      },
      id: expect.any(String),
      tenantId: acme.tenant.id,
      hasClientSecret: true,
      claims: { subject: 'sub', name: 'name', email: 'email', groups: 'groups' },
      createsUsers: true,
      createsGroups: false,
      enabled: true,
      createdAt: expect.any(String),
      updatedAt: expect.any(String),
    })
    const { text } = await acme.admin.call('GET', PROVIDERS)
    expect(text).not.toContain(clientSecret)
    const stored = (await api.store.identityProvider(acme.tenant.id, made.body.id))!
    expect(JSON.stringify(stored)).not.toContain(clientSecret)
    expect(api.deps.seal.open(stored.sealedClientSecret!)).toBe(clientSecret)
  })

  it('are changed member by member; the secret stays until it is changed or taken away', async () => {
    const { id } = (await make(OIDC)).body
    const secret = async () => {
      const { sealedClientSecret } = (await api.store.identityProvider(acme.tenant.id, id))!
      return sealedClientSecret && api.deps.seal.open(sealedClientSecret)
    }
    const renamed = await patch(
      id,
      { op: 'replace', path: '/name', value: 'Other' },
      { op: 'replace', path: '/claims/groups', value: 'teams' },
      { op: 'add', path: '/audience', value: 'api' },
    )
    expect(renamed.status, renamed.text).toBe(204)
    expect(await read(id)).toMatchObject({
      name: 'Other',
      claims: { groups: 'teams', name: 'name' },
      audience: 'api',
    })
    expect(await secret()).toBe(OIDC.clientSecret)
    await patch(id, { op: 'replace', path: '/clientSecret', value: 'another' })
    expect(await secret()).toBe('another')
    await patch(id, { op: 'remove', path: '/clientSecret' }, { op: 'remove', path: '/audience' })
    expect(await secret()).toBeUndefined()
    const after = await read(id)
    expect(after.hasClientSecret).toBe(false)
    expect(after).not.toHaveProperty('audience')
  })

  it('keep their secret for their issuer alone: another would be sent what nobody is shown', async () => {
    const { id } = (await make(OIDC)).body
    const before = await api.store.identityProvider(acme.tenant.id, id)
    const elsewhere = { op: 'replace', path: '/issuer', value: 'https://evil.example.com' }
    const kept = { op: 'add', path: '/clientSecret', value: '**OMITTED**' }
    const copied = { op: 'copy', from: '/clientSecret', path: '/clientSecret' }
    for (const operations of [[elsewhere], [elsewhere, kept], [copied, elsewhere]]) {
      const { status, body } = await patch(id, ...operations)
      expect([status, body.errors[0].source]).toEqual([400, { pointer: '/clientSecret' }])
    }
    expect(await api.store.identityProvider(acme.tenant.id, id)).toEqual(before)
    const anew = { op: 'replace', path: '/clientSecret', value: 'of the other' }
    expect((await patch(id, elsewhere, anew)).status).toBe(204)
    const back = { op: 'replace', path: '/issuer', value: OIDC.issuer }
    expect((await patch(id, back, { op: 'remove', path: '/clientSecret' })).status).toBe(204)
  })

  it('are refused with all that is wrong', async () => {
    const { jwk, privateKey: _ } = await signingKey('one')
    const pointers = async (wish: object) => {
      const { status, body } = await make(wish)
      expect(status, JSON.stringify(body)).toBe(400)
      return body.errors.map(({ source }: { source: { pointer: string } }) => source.pointer)
    }
    expect(await pointers({ ...OIDC, clientId: undefined, issuer: 'http://127.0.0.1' })).toEqual([
      '/clientId',
      '/issuer',
    ])
    expect(await pointers({ ...JWT, issuer: OWN_ISSUER })).toContain('/issuer')
    expect(await pointers({ ...JWT, issuer: 'portal' })).toEqual(['/issuer'])
    expect(await pointers({ ...JWT, jwksUrl: 'https://10.0.0.1/keys' })).toEqual(['/jwksUrl'])
    expect(await pointers({ ...JWT, jwksUrl: 'https://k.example.com', jwks: { keys: [jwk] } })).toEqual([
      '/jwks',
    ])
    expect(await pointers({ ...JWT, jwks: { keys: [{ ...jwk, d: 'private' }] } })).toEqual(['/jwks'])
    expect(await pointers({ ...JWT, jwks: { keys: [{ kty: 'oct', k: 'x' }] } })).toEqual(['/jwks'])
    expect(await pointers({ ...JWT, jwks: { keys: [] } })).toEqual(['/jwks/keys'])
    expect(await pointers({ ...JWT, clientSecret: 'x' })).toEqual(['/clientSecret'])
    expect(await pointers({ ...JWT, protocol: 'saml' })).toEqual(['/protocol'])
    expect(await pointers({ ...JWT, hasClientSecret: true })).toEqual(['/hasClientSecret'])
    expect((await make({ ...JWT, issuer: 'portal', jwks: { keys: [jwk] } })).status).toBe(201)
  })

  it('are refused in the documents of Qlik’s API where these mean something else than there is', async () => {
    const pem = String(
      generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }),
    )
    const options = { issuer: 'https://portal.example.com', staticKeys: [{ kid: 'one', pem }] }
    const jwt = { protocol: 'jwtAuth', options }
    const discoveryUrl = 'https://id.example.com/.well-known/openid-configuration'
    const oidc = { protocol: 'OIDC', interactive: true }
    const within = (more: object) => ({ ...oidc, options: { discoveryUrl, clientId: 'x', ...more } })
    for (const [document, pointer] of [
      [jwt, '/options/staticKeys/0/pem'],
      [
        { ...jwt, options: { ...options, staticKeys: [{ kid: 'one', pem: 'x' }] } },
        '/options/staticKeys/0/pem',
      ],
      [{ ...jwt, options: { ...options, staticKeys: [] } }, '/options/staticKeys'],
      [{ ...jwt, tenantIds: ['another'] }, '/tenantIds'],
      [{ ...jwt, clockToleranceSec: 300 }, '/clockToleranceSec'],
      [{ protocol: 'OIDC' }, '/interactive'],
      [oidc, '/pendingOptions/discoveryUrl'],
      [within({ discoveryUrl: 'https://id.example.com' }), '/options/discoveryUrl'],
      [within({ claimsMapping: { sub: ['/a/b'] } }), '/options/claimsMapping/sub'],
      [within({ claimsMapping: { email: ['/email', '/upn'] } }), '/options/claimsMapping/email'],
      [within({ decryptingKey: {} }), '/options/decryptingKey'],
      [{ ...within({ allowedClientIds: ['a'] }), interactive: false }, '/options/allowedClientIds'],
      [{ protocol: 'SAML', interactive: true }, '/protocol'],
    ] as const) {
      const { status, body } = await make(document)
      expect([status, body.errors?.[0].source], JSON.stringify(document)).toEqual([400, { pointer }])
    }
    expect((await acme.admin.call('GET', PROVIDERS)).body.data).toEqual([])
  })

  it('let in whose tokens fit the public key of such a document', async () => {
    const [key, other] = [await signingKey('one'), await signingKey('two')]
    const issuer = new TestIssuer('https://portal.example.com', [key])
    const pem = await exportSPKI((await importJWK(key.jwk, key.alg)) as CryptoKey)
    const options = { issuer: issuer.url, staticKeys: [{ kid: key.kid, pem }] }
    expect((await make({ protocol: 'jwtAuth', options })).status).toBe(201)
    const exp = Math.floor(api.world.clock.now() / 1000) + 300
    const comeIn = async (signed: typeof key) => {
      const authorization = `Bearer ${await issuer.token({ sub: 'ada', exp }, { key: signed })}`
      return api.server.inject({ url: '/api/v1/users/me', headers: { authorization } })
    }
    expect((await comeIn(key)).json()).toMatchObject({ subject: 'ada' })
    expect((await comeIn(other)).statusCode).toBe(401)
  })

  it('are changed by the operations of the official client, and chosen by whether they are active', async () => {
    const { id } = (await make(OIDC)).body
    const replace = (path: string, value: unknown) => ({ op: 'replace', path, value })
    const changed = await patch(
      id,
      replace('/pendingOptions/clientId', 'other'),
      replace('/pendingOptions/claimsMapping', { sub: ['/oid'] }),
      replace('/options', { audience: 'api' }),
      replace('/pendingOptions/emailVerifiedAlwaysTrue', true),
      replace('/active', false),
    )
    expect(changed.status, changed.text).toBe(204)
    expect(await read(id)).toMatchObject({
      clientId: 'other',
      claims: { subject: 'oid', groups: 'groups' },
      audience: 'api',
      invitedByMail: 'always',
      enabled: false,
      hasClientSecret: true,
    })
    const listed = async (active: boolean) =>
      (await acme.admin.call('GET', `${PROVIDERS}?active=${active}`)).body.data.length
    expect([await listed(true), await listed(false)]).toEqual([0, 1])
    await patch(id, { op: 'promote-options' })
    expect([await listed(true), await listed(false)]).toEqual([1, 0])
    for (const wrong of [replace('/options', 'x'), replace('/options/discoveryUrl', 1), { op: 'replace' }]) {
      expect((await patch(id, wrong)).status, JSON.stringify(wrong)).toBe(400)
    }
  })

  it('cannot be patched into what could not be made', async () => {
    const { id } = (await make(OIDC)).body
    const before = await read(id)
    for (const operation of [
      { op: 'replace', path: '/protocol', value: 'jwt' },
      { op: 'remove', path: '/issuer' },
      { op: 'replace', path: '/id', value: 'x' },
      { op: 'add', path: '/tenantId', value: 'x' },
      { op: 'add', path: '/__proto__/enabled', value: false },
      { op: 'replace', path: '/enabled', value: 'no' },
      { op: 'add', path: '/jwksUrl', value: 'https://localhost/keys' },
    ]) {
      expect((await patch(id, operation)).status, JSON.stringify(operation)).toBe(400)
    }
    expect(await read(id)).toEqual(before)
  })

  it('of one tenant do not take the same tokens', async () => {
    expect((await make(JWT)).status).toBe(201)
    expect((await make(JWT)).status).toBe(409)
    const second = await make({ ...JWT, audience: 'a' })
    expect(second.status).toBe(201)
    expect((await patch(second.body.id, { op: 'remove', path: '/audience' })).status).toBe(409)
    expect((await make(JWT, (await api.tenant('other')).admin)).status).toBe(201)
  })

  it('are managed by tenant admins of their own tenant alone', async () => {
    const { id } = (await make(OIDC)).body
    const dev = await acme.person('dev')
    const other = await api.tenant('other')
    const change = [{ op: 'replace', path: '/enabled', value: false }]
    for (const [who, status] of [
      [dev, 403],
      [other.admin, 404],
    ] as const) {
      expect((await who.call('GET', `${PROVIDERS}/${id}`)).status).toBe(status)
      expect((await who.call('PATCH', `${PROVIDERS}/${id}`, change)).status).toBe(status)
      expect((await who.call('DELETE', `${PROVIDERS}/${id}`)).status).toBe(status)
    }
    expect((await make(JWT, dev)).status).toBe(403)
    expect((await dev.call('GET', PROVIDERS)).status).toBe(403)
    expect((await other.admin.call('GET', PROVIDERS)).body.data).toEqual([])
    expect((await acme.admin.call('DELETE', `${PROVIDERS}/${id}`)).status).toBe(204)
    expect((await acme.admin.call('GET', PROVIDERS)).body.data).toEqual([])
  })
})
