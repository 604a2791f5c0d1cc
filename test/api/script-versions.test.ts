/** Versions of scripts are described and deleted; fields of an app come in both shapes that clients send. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type ApiUnderTest, apiUnderTest, type Members, type Person } from '../support/api-under-test.ts'

let api: ApiUnderTest
let acme: Members
let anna: Person
let appId: string
let path: string

beforeAll(async () => {
  api = await apiUnderTest()
})

beforeEach(async () => {
  acme = await api.tenant('acme')
  anna = await acme.person('anna')
  appId = (await anna.call('POST', '/api/v1/apps', { attributes: { name: 'a' } })).body.attributes.id
  path = `/api/v1/apps/${appId}/scripts`
  for (const script of ['one', 'two']) {
    await anna.call('POST', path, { script, versionMessage: script })
    api.advance(1000)
  }
})

afterAll(() => api.close())

const versions = async (): Promise<{ scriptId: string; versionMessage: string; size: number }[]> =>
  (await anna.call('GET', path)).body.scripts

describe('a version', () => {
  it.each([
    ['plain', [{ op: 'replace', path: '/versionMessage', value: 'nightly' }]],
    ['in capital letters', [{ Op: 'replace', Path: '/versionMessage', Value: 'nightly' }]],
    ['as JSON in a text', [{ Op: 'replace', Path: '/versionMessage', Value: '"nightly"' }]],
  ])('is described by a patch %s, and stays where it is', async (_name, patch) => {
    const [, first] = await versions()
    const answer = await anna.call('PATCH', `${path}/${first!.scriptId}`, patch)
    expect([answer.status, answer.text]).toEqual([200, ''])
    expect((await versions()).map(({ versionMessage }) => versionMessage)).toEqual(['two', 'nightly'])
    const current = (await anna.call('GET', `${path}/current`)).body
    expect(current).toEqual({ script: 'two', versionMessage: 'two' })
    await anna.call('PATCH', `${path}/current`, patch)
    expect((await anna.call('GET', `${path}/current`)).body.versionMessage).toBe('nightly')
  })

  it.each([
    [[{ op: 'replace', path: '/script', value: 'x' }], '/0/path'],
    [[{ op: 'add', path: '/versionMessage', value: 'x' }], '/0/op'],
    [[{ op: 'replace', path: '/versionMessage', value: 7 }], '/0/value'],
    [[{ Op: 'replace', Path: '/versionMessage', Value: 'x'.repeat(1025) }], '/0/value'],
    [[{ path: '/versionMessage', value: 'x' }], '/0/op'],
    [[{ op: 'replace', value: 'x' }], '/0/path'],
    [[], ''],
  ])('refuses the patch %j', async (patch, pointer) => {
    const answer = await anna.call('PATCH', `${path}/current`, patch)
    expect([answer.status, answer.body.errors[0].source]).toEqual([400, { pointer }])
  })

  it('is deleted, but for the current one', async () => {
    const [current, first] = await versions()
    for (const id of ['current', current!.scriptId]) {
      const refused = await anna.call('DELETE', `${path}/${id}`)
      expect([refused.status, refused.body.errors[0].code]).toEqual([409, 'HTTP-409'])
    }
    expect((await anna.call('DELETE', `${path}/${first!.scriptId}`)).status).toBe(200)
    expect((await anna.call('DELETE', `${path}/${first!.scriptId}`)).status).toBe(404)
    expect(await versions()).toHaveLength(1)
    expect((await anna.call('GET', `${path}/current`)).body.script).toBe('two')
  })

  it('is nobody else’s to change', async () => {
    const [, first] = await versions()
    const patch = [{ op: 'replace', path: '/versionMessage', value: 'x' }]
    const globex = await api.tenant('globex')
    for (const person of [await acme.person('bert'), globex.admin]) {
      expect((await person.call('PATCH', `${path}/${first!.scriptId}`, patch)).status).toBe(404)
      expect((await person.call('DELETE', `${path}/${first!.scriptId}`)).status).toBe(404)
    }
    expect((await acme.admin.call('DELETE', `${path}/${first!.scriptId}`)).status).toBe(403)
    // Nor is that of another app, under an app of one’s own.
    const other = (await anna.call('POST', '/api/v1/apps')).body.attributes.id
    const elsewhere = `/api/v1/apps/${other}/scripts/${first!.scriptId}`
    expect((await anna.call('PATCH', elsewhere, patch)).status).toBe(404)
    expect((await anna.call('DELETE', elsewhere)).status).toBe(404)
  })
})

describe('an app', () => {
  it('is described by fields that stand outside of attributes, too', async () => {
    const answer = await anna.call('PUT', `/api/v1/apps/${appId}`, { description: 'd' })
    expect(answer.body.attributes).toMatchObject({ name: 'a', description: 'd' })
    const both = { name: 'outside', attributes: { name: 'inside' } }
    expect((await anna.call('PUT', `/api/v1/apps/${appId}`, both)).body.attributes.name).toBe('inside')
    const wrong = await anna.call('PUT', `/api/v1/apps/${appId}`, { name: '' })
    expect([wrong.status, wrong.body.errors[0].source]).toEqual([400, { pointer: '/name' }])
  })

  it('is copied without a body, with what old clients read of the answer', async () => {
    const { status, body } = await anna.call('POST', `/api/v1/apps/${appId}/copy`)
    expect(status).toBe(200)
    const texts = { id: expect.any(String), createdDate: expect.any(String), description: '' }
    expect(body.attributes).toMatchObject({ ...texts, name: 'a (copy)', owner: anna.user.id })
  })
})
