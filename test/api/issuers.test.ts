/** Tokens of identity providers as a way in: who is let in, and who never is. */
import { createHmac } from 'node:crypto'
import { type CryptoKey, exportSPKI, importJWK, type JWTPayload } from 'jose'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { MINUTE } from '../../src/core/units.ts'
import { type ApiUnderTest, apiUnderTest, type Members } from '../support/api-under-test.ts'
import { put } from '../support/catalog.ts'
import { type SigningKey, signingKey, TestIssuer } from '../support/issuer.ts'

const PROVIDERS = '/api/v1/identity-providers'
const AUDIENCE = 'reprise'

let key: SigningKey
let second: SigningKey
let api: ApiUnderTest
let acme: Members
let issuer: TestIssuer

beforeAll(async () => {
  key = await signingKey('one')
  second = await signingKey('two')
})
beforeEach(async () => {
  issuer = new TestIssuer('https://id.example.com', [key])
  api = await apiUnderTest({ durable: true, fetch: (url, options) => issuer.fetch(url, options) })
  acme = await api.tenant('acme')
})
afterEach(() => api.close())

const trust = async (more: object = {}, who = acme) => {
  const wish = { name: 'Company', protocol: 'jwt', issuer: issuer.url, jwksUrl: issuer.jwksUrl, ...more }
  const { status, body } = await who.admin.call('POST', PROVIDERS, wish)
  expect(status, JSON.stringify(body)).toBe(201)
  return body as { id: string }
}

const seconds = () => Math.floor(api.world.clock.now() / 1000)
const good = (more: JWTPayload = {}): JWTPayload => ({ sub: 'ada', exp: seconds() + 300, ...more })

async function call(token: string, { url = '/api/v1/users/me', host = 'localhost' } = {}) {
  const headers = { authorization: `Bearer ${token}`, host }
  const answer = await api.server.inject({ method: 'GET', url, headers })
  return { status: answer.statusCode, body: answer.json(), headers: answer.headers }
}

const detailOf = async (token: string, where = {}) => {
  const { status, body, headers } = await call(token, where)
  expect(status).toBe(401)
  expect(headers['www-authenticate']).toBe('Bearer')
  return body.errors[0].detail as string
}

describe('a token of a trusted issuer', () => {
  it.each(['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA'])(
    'lets its person in, signed with %s',
    async (alg) => {
      issuer.keys = [await signingKey('k', alg)]
      await trust({ audience: AUDIENCE })
      const token = await issuer.token(
        good({ aud: ['other', AUDIENCE], name: 'Ada', email: 'ada@example.com' }),
      )
      const { status, body } = await call(token)
      expect(status, JSON.stringify(body)).toBe(200)
      expect(body).toMatchObject({
        subject: 'ada',
        name: 'Ada',
        email: 'ada@example.com',
        tenantId: acme.tenant.id,
      })
      expect((await call(token)).body.id).toBe(body.id)
      expect(issuer.asked, 'keys are kept').toEqual([issuer.jwksUrl])
    },
  )

  it('is verified with keys of the discovery document, or with those that were given', async () => {
    const found = await trust({ jwksUrl: undefined })
    expect((await call(await issuer.token(good()))).status).toBe(200)
    expect(issuer.asked).toEqual([`${issuer.url}/.well-known/openid-configuration`, issuer.jwksUrl])
    await acme.admin.call('DELETE', `${PROVIDERS}/${found.id}`)
    expect(await detailOf(await issuer.token(good()))).toBe('the issuer of the token is not known here')
    await trust({ jwksUrl: undefined, jwks: issuer.jwks })
    expect((await call(await issuer.token(good()))).status).toBe(200)
    expect(issuer.asked).toHaveLength(2)
  })

  it('of a discovery document of another issuer is refused', async () => {
    await trust({ jwksUrl: undefined })
    issuer.answer = async () =>
      Response.json({ issuer: 'https://evil.example.com', jwks_uri: issuer.jwksUrl })
    expect(await detailOf(await issuer.token(good()))).toBe(
      'the keys of the issuer cannot be had at the moment',
    )
  })

  it('goes on when the issuer changes its keys, and asks once for a key that is not known', async () => {
    await trust()
    expect((await call(await issuer.token(good()))).status).toBe(200)
    issuer.keys = [second]
    api.advance(30_000)
    const next = await issuer.token(good())
    const answers = await Promise.all([call(next), call(next), call(next)])
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(issuer.asked).toHaveLength(2)
    const old = await issuer.token(good(), { key })
    for (let n = 0; n < 5; n++) {
      expect(await detailOf(old)).toBe('the issuer has no such key as signed the token')
    }
    const made = { ...key, kid: '../../keys' }
    await detailOf(await issuer.token(good(), { key: made }))
    expect(issuer.asked, 'made-up keys make nobody ask').toHaveLength(2)
  })

  it('is good for an hour more while its issuer cannot be asked', async () => {
    await trust()
    const token = await issuer.token(good({ exp: seconds() + 100_000 }))
    expect((await call(token)).status).toBe(200)
    issuer.answer = async () => new Response('', { status: 503 })
    Object.assign(api.world.log, { warn: () => undefined })
    api.advance(59 * MINUTE)
    expect((await call(token)).status).toBe(200)
    api.advance(2 * MINUTE)
    expect(await detailOf(token)).toBe('the keys of the issuer cannot be had at the moment')
    issuer.answer = undefined
    api.advance(MINUTE)
    expect((await call(token)).status).toBe(200)
  })

  it('without a key id is tried with the keys that fit', async () => {
    issuer.keys = [key, second]
    await trust()
    const header = { kid: undefined }
    expect((await call(await issuer.token(good(), { key: second, header }))).status).toBe(200)
    const stranger = await signingKey('three')
    expect(await detailOf(await issuer.token(good(), { key: stranger, header }))).toBe(
      'the signature of the token is wrong',
    )
  })
})

describe('times of a token', () => {
  it('are taken with a minute of skew', async () => {
    await trust()
    const now = seconds()
    const over = await issuer.token({ sub: 'ada', exp: now - 59 })
    const early = await issuer.token({ sub: 'ada', exp: now + 300, nbf: now + 60 })
    expect((await call(over)).status).toBe(200)
    expect((await call(early)).status).toBe(200)
    api.advance(2000)
    expect(await detailOf(over)).toBe('the token has expired')
    expect(await detailOf(await issuer.token({ sub: 'ada', exp: now + 900, nbf: now + 300 }))).toBe(
      'the token is not good yet',
    )
  })

  it('must say when it ends', async () => {
    await trust()
    expect(await detailOf(await issuer.token({ sub: 'ada' }))).toBe(
      'the token does not say when it ends (exp)',
    )
    const text = { sub: 'ada', exp: 'tomorrow' as never }
    expect(await detailOf(await issuer.token(text))).toMatch(/exp/)
  })
})

describe('tokens of those who should not come in', () => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

  it('is unsigned, or signed with what everybody knows', async () => {
    await trust({ jwksUrl: undefined, jwks: issuer.jwks })
    const payload = { iss: issuer.url, ...good() }
    const spki = await exportSPKI((await importJWK({ ...key.jwk, ext: true }, 'ES256')) as CryptoKey)
    const hmac = (secret: string, header: object) => {
      const text = `${part(header)}.${part(payload)}`
      return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`
    }
    const forged = [
      `${part({ alg: 'none' })}.${part(payload)}.`,
      `${part({ alg: 'None', kid: 'one' })}.${part(payload)}.AAAA`,
      `${part({})}.${part(payload)}.AAAA`,
      hmac(spki, { alg: 'HS256', kid: 'one' }),
      hmac(JSON.stringify(key.jwk), { alg: 'HS256', kid: 'one' }),
      hmac('', { alg: 'HS256', kid: 'one' }),
    ]
    for (const token of forged)
      expect(await detailOf(token), token).toMatch(/must be signed with one of RS256/)
  })

  it('brings its own key', async () => {
    await trust()
    const own = await signingKey('one')
    for (const header of [
      { jwk: own.jwk },
      { jku: 'https://evil.example.com/keys' },
      { x5u: 'https://evil.example.com/chain' },
      { kid: '/dev/null' },
      { kid: '../../../etc/passwd' },
      { kid: "' OR 1=1 --" },
      { kid: '__proto__' },
      { kid: 'x'.repeat(2000) },
      { kid: { toString: 'one' } as never },
    ]) {
      await detailOf(await issuer.token(good(), { key: own, header }))
    }
    expect(issuer.asked.filter((url) => url.includes('evil'))).toEqual([])
  })

  it('was changed, or claims a rule that nobody knows', async () => {
    await trust()
    const [header, payload, signature] = (await issuer.token(good())).split('.')
    const other = part({ iss: issuer.url, ...good({ sub: 'admin' }) })
    expect(await detailOf(`${header}.${other}.${signature}`)).toBe('the signature of the token is wrong')
    expect(await detailOf(`${header}.${payload}.`)).toBeTypeOf('string')
    const critical = await issuer.token(good(), { header: { crit: ['b64'], b64: true } })
    expect((await call(critical)).status).not.toBe(500)
    const unknown = `${part({ alg: 'ES256', kid: 'one', crit: ['x'], x: 1 })}.${payload}.${signature}`
    expect(await detailOf(unknown)).toBe('the token cannot be read')
  })

  it('is huge, deep or no token at all', async () => {
    await trust()
    const big = await issuer.token(good({ more: 'x'.repeat(20_000) }))
    expect(await detailOf(big)).toBe('the token is too long')
    const deep = Buffer.from(`{"iss":${'['.repeat(4000)}`).toString('base64url')
    for (const text of [
      `a.b.c`,
      '...',
      `${part({ alg: 'ES256' })}.${deep}.x`,
      `${part({ alg: 'ES256' })}.e30.x`,
    ]) {
      await detailOf(text)
    }
    await detailOf(`${part({ alg: 'ES256' })}.${part({ iss: 7 })}.x`)
    await detailOf(`${part({ alg: 'ES256' })}.${part({ iss: { $ne: '' } })}.x`)
  })

  it('claims to be the caller itself', async () => {
    await trust()
    const fake = { kind: 'caller', tenantId: 'other', user: { status: 'active' }, detail: 'x' }
    const { body } = await call(await issuer.token(good(fake)))
    expect(body).toMatchObject({ subject: 'ada', tenantId: acme.tenant.id })
    expect((await call(await issuer.token({ ...good(), kind: 'not-in' }))).status).toBe(200)
  })

  it('is for another audience', async () => {
    await trust({ audience: AUDIENCE })
    expect(await detailOf(await issuer.token(good()))).toBe('the token is for another audience')
    expect(await detailOf(await issuer.token(good({ aud: 'other' })))).toBe(
      'the token is for another audience',
    )
    expect(await detailOf(await issuer.token(good({ aud: { 0: AUDIENCE } as never })))).toBeTypeOf('string')
  })

  it('is of an OpenID provider for another client', async () => {
    await trust({ protocol: 'oidc', clientId: 'ours' })
    expect(await detailOf(await issuer.token(good({ aud: 'theirs' })))).toBe(
      'the token is for another audience',
    )
    expect(await detailOf(await issuer.token(good({ aud: '' })))).toBe('the token is for another audience')
    expect((await call(await issuer.token(good({ aud: 'ours' })))).status).toBe(200)
  })

  it('is of an issuer that is another by a character, or is switched off', async () => {
    const { id } = await trust()
    expect(await detailOf(await issuer.token(good({ iss: `${issuer.url}/` })))).toMatch(/not known here/)
    const off = [{ op: 'replace', path: '/enabled', value: false }]
    expect((await acme.admin.call('PATCH', `${PROVIDERS}/${id}`, off)).status).toBe(204)
    expect(await detailOf(await issuer.token(good()))).toMatch(/not known here/)
  })

  it('names nobody, or somebody who is not a person here', async () => {
    await trust()
    expect(await detailOf(await issuer.token(good({ sub: undefined as never })))).toMatch(/names nobody/)
    await detailOf(await issuer.token(good({ sub: 'a\u0000b' })))
    const client = await acme.admin.call('POST', '/api/v1/oauth-clients', { clientName: 'x', appType: 'web' })
    const sub = `reprise\\oauth-client\\${client.body.clientId}`
    expect(await detailOf(await issuer.token(good({ sub })))).toBe('the subject is that of an OAuth client')
  })

  it('is of a key set that has secrets of its own', async () => {
    await trust()
    const k = Buffer.from('a secret of at least 32 characters!').toString('base64url')
    issuer.answer = async () => Response.json({ keys: [{ kty: 'oct', k, kid: 'one' }, null, 'x'] })
    expect(await detailOf(await issuer.token(good()))).toBe('the issuer has no such key as signed the token')
    Object.assign(api.world.log, { warn: () => undefined })
    for (const text of ['', '[]', '{"keys":7}', '{', `{"keys":[${'{},'.repeat(200)}{}]}`]) {
      issuer.answer = async () => new Response(text)
      api.advance(31_000)
      await detailOf(await issuer.token(good()))
    }
  })
})

describe('several tenants with one issuer', () => {
  let other: Members
  beforeEach(async () => {
    other = await api.tenant('other')
  })
  const tenantOf = async (token: string, host?: string) =>
    (await call(token, host ? { host } : {})).body.tenantId

  it('are told apart by the audience', async () => {
    await trust({ audience: 'acme' })
    await trust({ audience: 'other' }, other)
    expect(await tenantOf(await issuer.token(good({ aud: 'acme' })))).toBe(acme.tenant.id)
    expect(await tenantOf(await issuer.token(good({ aud: 'other' })))).toBe(other.tenant.id)
  })

  it('and then by the host name; where that tells nothing nobody comes in', async () => {
    await trust()
    await trust({}, other)
    const token = await issuer.token(good())
    expect(await tenantOf(token, 'acme.example.com')).toBe(acme.tenant.id)
    expect(await tenantOf(token, 'OTHER.example.com:8443')).toBe(other.tenant.id)
    const ambiguous = 'the host name does not tell which tenant the token is for'
    expect(await detailOf(token)).toBe(ambiguous)
    expect(await detailOf(token, { host: 'evil.example.com' })).toBe(ambiguous)
    await put(api.store, { tenants: [{ ...other.tenant, removedAt: 1 }] })
    expect(await tenantOf(token)).toBe(acme.tenant.id)
  })

  it('take no tokens from each other by an audience: the host decides, else nobody comes in', async () => {
    await trust()
    await trust({ audience: 'portal' }, other)
    const token = await issuer.token(good({ aud: ['portal', 'acme'] }))
    expect(await tenantOf(token, 'acme.example.com')).toBe(acme.tenant.id)
    expect(await tenantOf(token, 'other.example.com')).toBe(other.tenant.id)
    expect(await detailOf(token)).toBe('the host name does not tell which tenant the token is for')
    expect(await tenantOf(await issuer.token(good()))).toBe(acme.tenant.id)
  })

  it('within a tenant one that names the audience goes before one that takes all', async () => {
    await trust({ createsUsers: false })
    await trust({ audience: 'acme' })
    expect(await tenantOf(await issuer.token(good({ aud: 'acme' })))).toBe(acme.tenant.id)
    expect(await detailOf(await issuer.token(good({ sub: 'bert' })))).toMatch(/not invited/)
  })

  it('keys of one let nobody into the other', async () => {
    const stranger = await signingKey('one')
    await trust({ audience: 'acme' })
    await trust({ audience: 'other', jwksUrl: undefined, jwks: { keys: [stranger.jwk] } }, other)
    const into = (aud: string) => issuer.token(good({ aud }), { key: stranger })
    expect(await tenantOf(await into('other'))).toBe(other.tenant.id)
    expect(await detailOf(await into('acme'))).toBe('the signature of the token is wrong')
  })
})

describe('users behind tokens', () => {
  it('are made when the provider may, else only who was invited comes in', async () => {
    await trust({ createsUsers: false })
    const token = await issuer.token(good())
    expect(await detailOf(token)).toMatch(/not invited/)
    const invited = {
      ...acme.admin.user,
      id: 'u-ada' as never,
      subject: 'ada',
      status: 'invited' as const,
      roles: [],
    }
    await put(api.store, { users: [invited] })
    expect((await call(token)).body).toMatchObject({ id: 'u-ada', status: 'active' })
    await put(api.store, { users: [{ ...invited, status: 'disabled' }] })
    expect(await detailOf(token)).toBe('the user is disabled')
  })

  it('have the groups of their token, and the roles of these at once', async () => {
    await trust({ createsGroups: true, claims: { groups: 'teams' } })
    const token = await issuer.token(good({ teams: ['Admins'] }))
    expect((await call(token, { url: PROVIDERS })).status).toBe(403)
    const [group] = (
      await api.store.list('groups', {
        tenantId: acme.tenant.id,
        sort: { field: 'name', descending: false },
        page: { limit: 10 },
      })
    ).rows
    const roles = [{ op: 'replace', path: 'assignedRoles', value: [{ name: 'TenantAdmin' }] }]
    const changed = await acme.admin.call('PATCH', `/api/v1/groups/${group!.id}`, roles)
    expect(changed.status, changed.text).toBe(204)
    expect((await call(token, { url: PROVIDERS })).status).toBe(200)
    expect((await call(await issuer.token(good({ teams: [] })), { url: PROVIDERS })).status).toBe(403)
  })

  it('are not written again with every request', async () => {
    await trust({ createsGroups: true })
    const token = await issuer.token(good({ groups: ['a', 'b'], name: 'Ada' }))
    await call(token)
    let changes = 0
    const change = api.store.change.bind(api.store)
    Object.assign(api.store, {
      change: (batch: never) => {
        changes += 1
        return change(batch)
      },
    })
    for (let n = 0; n < 5; n++) expect((await call(token)).status).toBe(200)
    expect(changes).toBe(0)
  })
})
