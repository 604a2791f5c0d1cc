import { describe, expect, it } from 'vitest'
import { DEFAULT_CLAIM_NAMES as NAMES } from './identity-provider.ts'
import { claimsOf, personIn } from './person.ts'

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
    expect(personIn(payload, names)).toEqual(person)
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
    expect(personIn(payload, NAMES)).toBeTypeOf('string')
  })

  it('has no name and no address that is no text, and takes one group for a list', () => {
    expect(personIn({ sub: 'ada', name: 1, email: null, groups: 'Sales' }, NAMES)).toEqual({
      subject: 'ada',
      groups: ['Sales'],
    })
  })
})
