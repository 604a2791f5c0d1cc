import { describe, expect, it } from 'vitest'
import { DEFAULT_CLAIM_NAMES as NAMES } from './identity-provider.ts'
import { claimsOf, type PersonRules, personIn } from './person.ts'

const OIDC: PersonRules = { protocol: 'oidc', claims: NAMES }

describe('a person in the claims of a token', () => {
  it('is told by the names of the claims', () => {
    const names = { subject: 'oid', name: 'preferred', email: 'upn', groups: 'roles' }
    const payload = {
      sub: 'no',
      oid: 'ada',
      preferred: 'Ada',
      upn: 'ada@example.com',
      roles: ['b', 'a', 'b'],
    }
    const person = { subject: 'ada', name: 'Ada', email: 'ada@example.com', groups: ['a', 'b'] }
    expect(personIn(payload, { ...OIDC, claims: names })).toEqual(person)
    expect(
      claimsOf({ ...payload, iss: 'https://id', subType: 'user', secret: 's' }, person as never),
    ).toEqual({
      iss: 'https://id',
      sub: 'ada',
      subType: 'user',
      name: 'Ada',
      email: 'ada@example.com',
      groups: ['a', 'b'],
    })
  })

  it.each([
    ['no subject', {}],
    ['an empty one', { sub: '' }],
    ['one that is no text', { sub: 7 }],
    ['one of the prototype', Object.create({ sub: 'ada' })],
    ['one with a line end', { sub: 'a\nb' }],
    ['one that is too long', { sub: 'a'.repeat(256) }],
    ['groups that are no names', { sub: 'ada', groups: [{}] }],
    ['groups without end', { sub: 'ada', groups: Array.from({ length: 501 }, (_, n) => `g${n}`) }],
  ])('is none with %s', (_, payload) => {
    expect(personIn(payload, OIDC)).toBeTypeOf('string')
  })

  it('has no name and no address that is no text, and takes one group for a list', () => {
    expect(personIn({ sub: 'ada', name: 1, email: null, groups: 'Sales' }, OIDC)).toEqual({
      subject: 'ada',
      groups: ['Sales'],
    })
  })

  const MAIL = { sub: 'ada', email: 'ada@example.com' }
  it.each<[string, boolean, Record<string, unknown>, Partial<PersonRules>]>([
    ['said to be verified', true, { ...MAIL, email_verified: true }, {}],
    ['said so in a text', true, { ...MAIL, email_verified: 'true' }, {}],
    ['not said to be', false, MAIL, {}],
    ['said not to be', false, { ...MAIL, email_verified: false }, {}],
    ['said not to be in a text', false, { ...MAIL, email_verified: 'false' }, {}],
    ['said to be something else', false, { ...MAIL, email_verified: 1 }, {}],
    ['said so on the prototype', false, Object.assign(Object.create({ email_verified: true }), MAIL), {}],
    [
      'that is another claim',
      false,
      { ...MAIL, upn: 'bob@example.com', email_verified: true },
      { claims: { ...NAMES, email: 'upn' } },
    ],
    ['that is no address', false, { sub: 'ada', email: 'ada', email_verified: true }, {}],
    ['of a provider that never says it', true, MAIL, { invitedByMail: 'always' }],
    ['said not to be by such a one', false, { ...MAIL, email_verified: false }, { invitedByMail: 'always' }],
    ['of a provider that must not', false, { ...MAIL, email_verified: true }, { invitedByMail: 'never' }],
    ['of an issuer of tokens', false, { ...MAIL, email_verified: true }, { protocol: 'jwt' }],
    [
      'of one that may',
      true,
      { ...MAIL, email_verified: true },
      { protocol: 'jwt', invitedByMail: 'verified' },
    ],
  ])('owns an address %s: %s', (_, owns, payload, rules) => {
    const person = personIn(payload, { ...OIDC, ...rules })
    expect(person).toMatchObject({ subject: 'ada' })
    expect((person as { ownsEmail?: true }).ownsEmail === true).toBe(owns)
  })

  it.each([false, 'false'])('is none by a mail address that nobody has verified (%j)', (verified) => {
    const payload = { sub: '1', email: 'admin@example.com', email_verified: verified }
    for (const names of [
      { ...NAMES, subject: 'email' },
      { ...NAMES, subject: 'email', email: 'upn' },
      { ...NAMES, subject: 'upn', email: 'upn' },
    ]) {
      const told = { ...payload, upn: 'admin@example.com' }
      expect(personIn(told, { ...OIDC, claims: names })).toMatch(/nobody has verified/)
      expect(personIn({ ...told, email_verified: true }, { ...OIDC, claims: names })).toMatchObject({
        subject: 'admin@example.com',
      })
    }
    expect(personIn(payload, OIDC)).toEqual({ subject: '1' })
  })
})
