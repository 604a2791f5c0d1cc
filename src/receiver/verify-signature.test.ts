import { Webhook } from 'standardwebhooks'
import { describe, expect, test } from 'vitest'
import { signatureHeaders } from '../delivery/channels/signature.ts'
import { type SignatureRules, verifySignature } from './verify-signature.ts'

const SECRET = '0123456789abcdef0123456789ABCDEF'
const OTHER = 'another-secret-of-32-characters-'
const BODY = new TextEncoder().encode('{"m":"Größe"}')
const NOW = 1_793_592_200_000
const RULES: SignatureRules = { secrets: [SECRET], accept: 'standard', toleranceMs: 300_000, now: NOW }

const signed = (sentAt = NOW): Record<string, string> => ({
  ...signatureHeaders([SECRET], 'event-1', sentAt, BODY),
})
const verdict = (headers: Record<string, string>, rules: Partial<SignatureRules> = {}, body = BODY) =>
  verifySignature((name) => headers[name], body, { ...RULES, ...rules })
const reason = async (...given: Parameters<typeof verdict>) => {
  const told = await verdict(...given)
  return told.ok ? 'ok' : told.reason
}

describe('the signature of a request', () => {
  test('of this service holds', async () => {
    expect(await reason(signed())).toBe('ok')
  })

  test('holds with the secret in the spelling of Standard Webhooks', async () => {
    const spelled = `whsec_${Buffer.from(SECRET).toString('base64')}`
    expect(await reason(signed(), { secrets: [spelled] })).toBe('ok')
    expect(() => new Webhook(spelled)).not.toThrow()
  })

  test('holds with one of two secrets while they are rotated', async () => {
    expect(await reason(signed(), { secrets: [OTHER, SECRET] })).toBe('ok')
    const both = signed()
    both['webhook-signature'] = `v1,AAAA v1a,zzz ${both['webhook-signature']}`
    expect(await reason(both)).toBe('ok')
  })

  test.each<[string, Record<string, string>]>([
    ['a body that was changed', { 'webhook-id': 'event-2' }],
    ['another time', { 'webhook-timestamp': String(NOW / 1000 + 1) }],
    ['a time that is no number', { 'webhook-timestamp': 'soon' }],
    ['a signature that is no base64', { 'webhook-signature': 'v1,%%%' }],
    [
      'a signature of another version',
      { 'webhook-signature': signed()['webhook-signature']!.replace('v1', 'v2') },
    ],
    ['an empty signature', { 'webhook-signature': '' }],
  ])('is wrong with %s', async (_, changed) => {
    expect(await reason({ ...signed(), ...changed })).toBe('wrong')
  })

  test('is wrong with another secret, or over other bytes', async () => {
    expect(await reason(signed(), { secrets: [OTHER] })).toBe('wrong')
    expect(await reason(signed(), {}, new TextEncoder().encode('{}'))).toBe('wrong')
  })

  test('is refused when it is replayed later, or comes from the future', async () => {
    expect(await reason(signed(), { now: NOW + 300_000 })).toBe('ok')
    expect(await reason(signed(), { now: NOW + 301_000 })).toBe('too-old')
    expect(await reason(signed(), { now: NOW - 301_000 })).toBe('from-the-future')
  })

  test('of Qlik alone counts only where it is asked for', async () => {
    const qlik = { 'qlik-signature': signed()['qlik-signature']! }
    expect(qlik['qlik-signature']).toBe('f4ebcdadb63e3038affab56d75f5b9d397d5569b1104291b602cbcdfe0d87103')
    expect(await reason(qlik)).toBe('missing')
    expect(await reason(qlik, { accept: 'either' })).toBe('ok')
    expect(await reason({ 'qlik-signature': `${'0'.repeat(64)}` }, { accept: 'either' })).toBe('wrong')
    expect(await reason({ 'qlik-signature': 'sha256=1' }, { accept: 'either' })).toBe('wrong')
  })

  test('is missing from an unsigned request', async () => {
    expect(await reason({}, { accept: 'either' })).toBe('missing')
    expect(await reason({ 'webhook-signature': 'v1,AAAA' })).toBe('missing')
  })
})
