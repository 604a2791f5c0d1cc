/** Calls of automations: what goes out, and that no address leads to a private network. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type CallTarget, startCallTarget } from '../../../test/support/call-target.ts'
import type { OutgoingCall } from '../caller.ts'
import { sealWith } from './seal.ts'
import { NOTHING_ALLOWED, parseAllowance } from './target-address.ts'
import { type CallerOptions, urlCaller } from './url-caller.ts'

const seal = sealWith(new Uint8Array(32).fill(7))
let target: CallTarget

beforeEach(async () => {
  target = await startCallTarget()
})
afterEach(() => target.close())

const callerWith = (more: Partial<CallerOptions> = {}) =>
  urlCaller({ seal, allowance: parseAllowance('127.0.0.1'), userAgent: 'Reprise/0 (automation)', ...more })
const aCall = (more: Partial<OutgoingCall> = {}): OutgoingCall => ({
  method: 'POST',
  url: `http://127.0.0.1:${target.port}/hook?x=1`,
  headers: { 'X-Plain': 'a' },
  sealedHeaders: {},
  key: 'run/step',
  sentAt: 1_793_592_000_110,
  ...more,
})

describe('a call', () => {
  it('carries its key, headers, body and signature, and tells the answer', async () => {
    target.answer = (response) => response.writeHead(503, { 'retry-after': '7' }).end('later')
    const sealedHeaders = { 'X-Key': seal.seal('hush') }
    const body = { text: '{"a":1}', contentType: 'application/json' }
    const told = await callerWith().call(
      aCall({
        method: 'PUT',
        sealedHeaders,
        body,
        sealedSecret: seal.seal('a secret of thirty-two letters..'),
      }),
    )
    expect(told).toEqual({ kind: 'answered', status: 503, body: 'later', retryAfterMs: 7000 })
    const [{ request, body: sent }] = target.calls as [CallTarget['calls'][0]]
    expect([request.method, request.url, sent]).toEqual(['PUT', '/hook?x=1', '{"a":1}'])
    expect(request.headers).toMatchObject({
      'x-plain': 'a',
      'x-key': 'hush',
      'idempotency-key': 'run/step',
      'content-type': 'application/json',
      'webhook-id': 'run/step',
      'webhook-signature': expect.stringMatching(/^v1,/),
      'qlik-signature': expect.stringMatching(/^[0-9a-f]{64}$/),
    })
  })

  it('follows no redirect', async () => {
    target.answer = (response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()
    expect(await callerWith().call(aCall())).toMatchObject({ status: 302 })
    expect(target.calls).toHaveLength(1)
  })

  it.each([
    'http://127.0.0.1:1/',
    'https://127.0.0.1/',
    'https://[::1]/',
    'https://localhost/',
    'https://10.1.2.3/',
    'https://169.254.169.254/latest/meta-data',
    'https://user:word@example.com/',
    'https://printer.local/',
    'file:///etc/passwd',
    'not an address',
  ])('goes to no forbidden address: %s', async (url) => {
    const told = await callerWith({ allowance: NOTHING_ALLOWED }).call(aCall({ url }))
    expect(told).toMatchObject({
      kind: 'failed',
      final: true,
      detail: expect.stringMatching('^address not allowed'),
    })
  })

  it('goes to no name that resolves to a private network, whatever else it resolves to', async () => {
    const resolve = async () => [
      { address: '93.184.216.34', family: 4 },
      { address: '10.0.0.1', family: 4 },
    ]
    const caller = callerWith({ allowance: NOTHING_ALLOWED, resolve })
    expect(await caller.call(aCall({ url: 'https://rebound.example.com/' }))).toEqual({
      kind: 'failed',
      final: true,
      detail: 'address not allowed: rebound.example.com resolves to a private address',
    })
  })

  it('that gets no answer may be tried again; a secret that cannot be opened may not', async () => {
    const call = aCall()
    await target.close()
    expect(await callerWith().call(call)).toEqual({
      kind: 'failed',
      final: false,
      detail: 'connection refused',
    })
    expect(await callerWith().call({ ...call, sealedSecret: 'torn' })).toMatchObject({ final: true })
  })

  it('that the stop of the service cuts off tells nothing', async () => {
    const asked = new Promise<void>((resolve) => {
      target.answer = () => resolve()
    })
    const caller = callerWith()
    const told = caller.call(aCall())
    await asked
    await caller.close()
    await expect(told).rejects.toThrow('the service stops')
    await expect(caller.call(aCall())).rejects.toThrow('the service stops')
  })
})
