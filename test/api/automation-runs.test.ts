/** Runs of automations over HTTP: trigger addresses, rights and limits, stopping and running again. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WAITING_RUNS_MAX } from '../../src/core/automation/limits.ts'
import { defined } from '../../src/core/defined.ts'
import {
  type AutomationsUnderTest,
  automationsUnderTest,
  pointersOf,
  URL_OF,
} from '../support/automations-under-test.ts'

let api: AutomationsUnderTest['api']
let acme: AutomationsUnderTest['acme']
let ann: AutomationsUnderTest['ann']
let made: AutomationsUnderTest['made']
let goOn: AutomationsUnderTest['goOn']

async function open(given?: Parameters<typeof automationsUnderTest>[0]): Promise<void> {
  ;({ api, acme, ann, made, goOn } = await automationsUnderTest(given))
}

beforeEach(() => open())
afterEach(() => api.close())

describe('the trigger address', () => {
  const webhook = { workspace: { version: 1, trigger: { kind: 'webhook' }, steps: [] } }
  const call = (
    id: string,
    token: string | undefined,
    { headers = {}, payload }: { readonly headers?: Record<string, string>; readonly payload?: object } = {},
  ) =>
    api.server.inject({
      method: 'POST',
      url: `${URL_OF}/${id}/actions/execute`,
      headers: defined({ ...headers, 'x-execution-token': token }),
      ...defined({ payload }),
    })

  it('takes its token as header or parameter, and no API key; the body is the input', async () => {
    const { id, executionToken: token } = await made(webhook)
    const answer = await call(id, token, { payload: { mode: 'full' } })
    expect([answer.statusCode, answer.json()]).toMatchObject([201, { status: 'queued', context: 'webhook' }])
    expect(answer.body).not.toContain('full')
    const url = `${URL_OF}/${id}/actions/execute?X-Execution-Token=${token}`
    expect((await api.server.inject({ method: 'POST', url })).statusCode).toBe(201)
    const run = await ann.call('GET', `${URL_OF}/${id}/runs/${answer.json().id}`)
    expect(run.body.inputs).toEqual({ mode: 'full' })
    const headers = { 'idempotency-key': 'k-1' }
    const twice = [await call(id, token, { headers }), await call(id, token, { headers })]
    expect(twice[0]!.json().id).toBe(twice[1]!.json().id)
    expect((await call(id, token, { headers, payload: { mode: 'other' } })).statusCode).toBe(422)
    expect((await call(id, token, { payload: { x: 'x'.repeat(16_384) } })).statusCode).toBe(413)
  })

  it('opens to nothing else, and tells nothing of why', async () => {
    const { id, executionToken: token } = await made(webhook)
    const manual = await made()
    const wrong = [
      await call(id, undefined),
      await call(id, 'rpt_wrong'),
      await call(id, `${token}x`),
      await call(id, ''),
      await call('none', token),
      await call(manual.id, token),
      await call(manual.id, ''),
    ]
    expect(wrong.map(({ statusCode }) => statusCode)).toEqual(wrong.map(() => 401))
    expect(new Set(wrong.slice(1).map((one) => one.json().errors[0].detail)).size).toBeLessThanOrEqual(2)
    expect((await ann.call('GET', `${URL_OF}/${id}`)).text).not.toContain(token)
    const rotated = (await ann.call('POST', `${URL_OF}/${id}/actions/rotate-token`)).body.executionToken
    expect((await call(id, token)).statusCode).toBe(401)
    expect((await call(id, rotated)).statusCode).toBe(201)
    expect((await ann.call('POST', `${URL_OF}/${manual.id}/actions/rotate-token`)).status).toBe(409)
    await ann.call('POST', `${URL_OF}/${id}/actions/disable`)
    expect((await call(id, rotated)).statusCode).toBe(409)
    await ann.call('PUT', `${URL_OF}/${id}`, { workspace: { version: 1, steps: [] } })
    expect((await call(id, rotated)).statusCode, 'the trigger is another one').toBe(401)
  })

  it('has a rate of its own for each automation, and for guesses', async () => {
    await api.close()
    await open({ deps: { rateLimits: true } })
    const { id, executionToken: token } = await made(webhook)
    const statuses = new Set<number>()
    for (let guess = 0; guess < 505 && !statuses.has(429); guess++)
      statuses.add((await call(id, 'no')).statusCode)
    expect([...statuses]).toEqual([401, 429])
    const limited = await call(id, token)
    expect([limited.statusCode, Number(limited.headers['retry-after'])]).toEqual([429, expect.any(Number)])
    api.advance(5 * 60_000)
    expect((await call(id, token)).statusCode).toBe(201)
  })
})

describe('rights and limits', () => {
  it('an admin lists, switches and deletes the automations of others, and sees nothing of what is in them', async () => {
    const { id } = await made()
    const run = (await ann.call('POST', `${URL_OF}/${id}/runs`, {})).body
    const { admin } = acme
    const status = async (method: string, path: string, body?: object) =>
      (await admin.call(method, `${URL_OF}${path}`, body)).status
    expect((await admin.call('GET', URL_OF)).body.data).toEqual([])
    expect((await admin.call('GET', `${URL_OF}?listAll=true`)).body.data).toMatchObject([{ id }])
    expect(await status('GET', `/${id}`)).toBe(403)
    expect(await status('PUT', `/${id}`, { name: 'x' })).toBe(403)
    expect(await status('POST', `/${id}/runs`, {})).toBe(403)
    expect(await status('GET', `/${id}/runs`)).toBe(200)
    expect(await status('GET', `/${id}/runs/${run.id}`)).toBe(403)
    expect(await status('POST', `/${id}/actions/disable`)).toBe(204)
    const bob = await acme.person('bob')
    expect((await bob.call('GET', `${URL_OF}?listAll=true`)).status).toBe(403)
    expect((await bob.call('DELETE', `${URL_OF}/${id}`)).status).toBe(404)
    expect(await status('DELETE', `/${id}`)).toBe(204)
    expect((await ann.call('GET', `${URL_OF}/${id}`)).status).toBe(404)
    expect((await ann.call('GET', `${URL_OF}/${id}/runs/${run.id}`)).status).toBe(404)
  })

  it('a user, a tenant and a queue of runs have their bounds', async () => {
    await api.close()
    await open({ limits: { automationsPerUser: 1, automationsPerTenant: 2 } })
    const { id } = await made()
    const second = await ann.call('POST', URL_OF, { name: 'x' })
    expect([second.status, second.body.errors[0].detail]).toEqual([
      403,
      'a user has at most 1 automations: delete one',
    ])
    expect((await ann.call('POST', `${URL_OF}/${id}/actions/copy`)).status).toBe(403)
    await made({}, await acme.person('bob'))
    expect(
      (await (await acme.person('eve')).call('POST', URL_OF, { name: 'x' })).body.errors[0].detail,
    ).toMatch('a tenant')
    for (let run = 0; run < WAITING_RUNS_MAX; run++) await ann.call('POST', `${URL_OF}/${id}/runs`, {})
    expect((await ann.call('POST', `${URL_OF}/${id}/runs`, {})).status).toBe(429)
    const large = { inputs: { x: 'x'.repeat(17_000) } }
    expect((await ann.call('POST', `${URL_OF}/${id}/runs`, large)).status).toBe(413)
  })

  it('an input is no deeper than a step can write it out, and the id of a run is short', async () => {
    const { id } = await made()
    for (const depth of [51, 2000]) {
      const inputs = JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`)
      const refused = await ann.call('POST', `${URL_OF}/${id}/runs`, { inputs })
      expect([refused.status, refused.body.errors[0].detail]).toEqual([
        400,
        'the input of a run is nested at most 50 levels deep',
      ])
    }
    for (const wrong of ['', 'k'.repeat(256), 'a\u0000', '\ud800']) {
      expect((await ann.call('POST', `${URL_OF}/${id}/runs`, { id: wrong })).status, wrong).toBe(400)
    }
  })

  it('names only a space that its owner sees', async () => {
    const space = (await acme.admin.call('POST', '/api/v1/spaces', { name: 'Ours', type: 'shared' })).body
    const unseen = await ann.call('POST', URL_OF, { name: 'x', spaceId: space.id })
    expect([unseen.status, pointersOf(unseen.body)]).toEqual([400, ['/spaceId']])
    const own = await made({ spaceId: space.id }, acme.admin)
    expect(own.spaceId).toBe(space.id)
  })
})

describe('a run', () => {
  it('is stopped, and run again with the same inputs', async () => {
    const steps = [{ id: 'rest', kind: 'wait', seconds: 3600 }]
    const { id } = await made({ workspace: { version: 1, steps } })
    const { body: run } = await ann.call('POST', `${URL_OF}/${id}/runs`, { inputs: { a: 1 } })
    const path = `${URL_OF}/${id}/runs/${run.id}`
    await goOn()
    expect((await ann.call('POST', `${path}/actions/stop`)).status).toBe(204)
    expect((await ann.call('GET', path)).body.status).toBe('must stop')
    await goOn()
    expect((await ann.call('GET', path)).body).toMatchObject({
      status: 'stopped',
      steps: [{ status: 'stopped' }],
    })
    expect((await ann.call('POST', `${path}/actions/retry`)).status).toBe(204)
    const { data } = (await ann.call('GET', `${URL_OF}/${id}/runs?filter=status%20eq%20%22queued%22`)).body
    expect(data).toHaveLength(1)
    const again = (await ann.call('GET', `${URL_OF}/${id}/runs/${data[0].id}`)).body
    expect(again).toMatchObject({ inputs: { a: 1 }, cause: { kind: 'retry' }, executedById: ann.user.id })
    const other = await made()
    expect((await ann.call('GET', `${URL_OF}/${other.id}/runs/${run.id}`)).status).toBe(404)
  })
})
