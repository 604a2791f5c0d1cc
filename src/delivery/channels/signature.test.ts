import { Webhook } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'
import { signatureHeaders, verifyQlikSignature } from './signature.ts'

const SECRET = '0123456789abcdef0123456789ABCDEF'
const EVENT_ID = '0b7f6f3a-5c1d-4a7e-9a55-2f3f2c9d7e10'
const BODY =
  '{"specversion":"1.0","id":"0b7f6f3a-5c1d-4a7e-9a55-2f3f2c9d7e10","type":"com.qlik.v1.reload.finished",' +
  '"source":"com.qlik/reloads","time":"2026-11-02T04:03:18.412Z","datacontenttype":"application/json",' +
  '"tenantid":"kR3vYw8nQbT1sZx0LmPdFh5uGe7cJa2i","userid":"64f0a1b2c3d4e5f601234567",' +
  '"toplevelresourceid":"3f8a1b6c-0d2e-4a55-8c11-22d3a9b7e001","data":{"id":"6906d0a1b2c3d4e5f6071829",' +
  '"type":"external","appId":"3f8a1b6c-0d2e-4a55-8c11-22d3a9b7e001","status":"SUCCEEDED",' +
  '"userId":"64f0a1b2c3d4e5f601234567","succeeded":true}}'

describe('signatureHeaders', () => {
  it('gives the worked example of the contract', () => {
    const body = Buffer.from(BODY)
    expect(body.length).toBe(523)
    const headers = signatureHeaders([SECRET], EVENT_ID, 1793592200_999, body)
    expect(headers['qlik-signature']).toBe('0d9fb49825971f395911a87e037c5fbf17b82ddff6f59e06b5b446ba2e99200e')
    expect(headers['webhook-timestamp']).toBe('1793592200')
    expect(headers['webhook-signature']).toBe('v1,7BfCyvH+HAAv4zrSBx04Vli48DbJHesv+ojYhsgfssA=')
  })

  it('signs UTF-8 bytes', () => {
    const headers = signatureHeaders([SECRET], EVENT_ID, 0, Buffer.from('{"m":"Größe"}'))
    expect(headers['qlik-signature']).toBe('f4ebcdadb63e3038affab56d75f5b9d397d5569b1104291b602cbcdfe0d87103')
  })

  it('is accepted by the standardwebhooks package', () => {
    const now = Date.now()
    const body = Buffer.from(BODY)
    const headers = signatureHeaders([SECRET], EVENT_ID, now, body)
    const webhook = new Webhook(`whsec_${Buffer.from(SECRET).toString('base64')}`)
    expect(webhook.verify(body, { ...headers })).toEqual(JSON.parse(BODY))
  })
})

describe('verifyQlikSignature', () => {
  const body = Buffer.from(BODY)
  const { 'qlik-signature': good } = signatureHeaders([SECRET], EVENT_ID, 0, body)

  it.each([
    ['the right header', good, true],
    ['no header', undefined, false],
    ['an upper-case header', good.toUpperCase(), false],
    ['a prefixed header', `sha256=${good}`, false],
    ['another signature', good.replace(/^./, (c) => (c === '0' ? '1' : '0')), false],
  ])('judges %s', (_label, header, expected) => {
    expect(verifyQlikSignature(SECRET, body, header)).toBe(expected)
  })

  it('refuses a body with one byte more', () => {
    expect(verifyQlikSignature(SECRET, Buffer.concat([body, Buffer.from('\n')]), good)).toBe(false)
  })
})
