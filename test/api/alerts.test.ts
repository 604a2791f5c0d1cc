/** Alerts: who may set them up, what is refused, and that their secrets stay inside. */
import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Channel } from '../../src/delivery/channel.ts'
import type { CloudEvent } from '../../src/event/stored-event.ts'
import type { Subscription } from '../../src/event/subscription.ts'
import { type ApiUnderTest, apiUnderTest, type Members } from '../support/api-under-test.ts'
import { addApp, claimNext, endAttempt, succeedNext } from '../support/reload-steps.ts'

const PATH = '/api/v1/alerts'
const SECRET_URL = 'https://hooks.slack.com/services/T0/B0/very-secret'
const MAIL = { name: 'On call', channel: 'mail', on: ['failure', 'recovery'], to: ['ops@example.com'] }
const CHAT = { name: 'Room', channel: 'chat', on: ['failure'], url: SECRET_URL, format: 'slack' }

let sent: { readonly event: CloudEvent; readonly subscription: Subscription }[]
let api: ApiUnderTest
let acme: Members

const channel: Channel = {
  async send([event], subscription) {
    sent.push({ event: event!, subscription })
    return { ok: false, message: 'the mail server answered 421' }
  },
}

beforeEach(async () => {
  sent = []
  const checkWebhookUrl = (url: string) => (url.startsWith('https://') ? undefined : 'the url must use https')
  api = await apiUnderTest({ deps: { channel, checkWebhookUrl } })
  acme = await api.tenant('acme')
})
afterEach(() => api.close())

const parts = () => ({ ...api, settleRules: api.deps.settleRules })

describe('an alert', () => {
  it('is created, read, listed, changed and deleted', async () => {
    const made = await acme.admin.call('POST', PATH, { ...MAIL, level: 'tenant' })
    expect([made.status, made.body]).toEqual([
      201,
      expect.objectContaining({ ...MAIL, level: 'tenant', enabled: true, ownerId: acme.admin.user.id }),
    ])
    const one = `${PATH}/${made.body.id}`
    expect((await acme.admin.call('GET', one)).body).toEqual(made.body)
    expect((await acme.admin.call('GET', PATH)).body.data).toEqual([made.body])
    const filter = 'topLevelResourceId eq "an-app"'
    const change = { to: ['a@example.com', 'b@example.org'], on: ['recovery'], filter, enabled: false }
    const changed = await acme.admin.call('PATCH', one, change)
    expect([changed.status, changed.body]).toMatchObject([200, { ...change, name: 'On call' }])
    const bare = await acme.admin.call('PATCH', one, { filter: null, enabled: true })
    expect(bare.body).not.toHaveProperty('filter')
    expect(bare.body).toMatchObject({ to: change.to, on: ['recovery'], enabled: true })
    expect((await acme.admin.call('DELETE', one)).status).toBe(204)
    expect((await acme.admin.call('GET', one)).status).toBe(404)
  })

  it('of the guide is taken as it stands there', async () => {
    const guide = readFileSync(new URL('../../docs/guides/alerts.md', import.meta.url), 'utf8')
    const bodies = [...guide.matchAll(/-d '(\{.*\})'/g)].map(([, body]) => JSON.parse(body!))
    expect(bodies.map(({ channel: kind }) => kind)).toEqual(['mail', 'chat'])
    for (const body of bodies) expect((await acme.admin.call('POST', PATH, body)).status).toBe(201)
  })

  it('is no webhook, and a webhook is no alert', async () => {
    const { body } = await acme.admin.call('POST', PATH, MAIL)
    expect((await acme.admin.call('GET', '/api/v1/webhooks')).body.data).toEqual([])
    for (const method of ['GET', 'DELETE']) {
      expect((await acme.admin.call(method, `/api/v1/webhooks/${body.id}`)).status).toBe(404)
    }
    const hook = await acme.admin.call('POST', '/api/v1/webhooks', {
      name: 'h',
      url: 'https://a.example.com',
    })
    expect((await acme.admin.call('GET', `${PATH}/${hook.body.id}`)).status).toBe(404)
    expect((await acme.admin.call('GET', PATH)).body.data).toHaveLength(1)
  })

  it('is of its owner and seen by admins of the tenant; only they watch the whole tenant', async () => {
    const ann = await acme.person('ann')
    const bob = await acme.person('bob')
    const globex = await api.tenant('globex')
    const { status, body } = await ann.call('POST', PATH, MAIL)
    expect([status, body.level]).toEqual([201, 'user'])
    const statuses = [ann, acme.admin, bob, globex.admin].map(
      async (one) => (await one.call('GET', `${PATH}/${body.id}`)).status,
    )
    expect(await Promise.all(statuses)).toEqual([200, 200, 404, 404])
    expect((await bob.call('GET', PATH)).body.data).toEqual([])
    expect((await bob.call('PATCH', `${PATH}/${body.id}`, { name: 'x' })).status).toBe(404)
    expect((await ann.call('POST', PATH, { ...MAIL, level: 'tenant' })).status).toBe(403)
  })

  it('never shows the address of a chat, and keeps it when something else is changed', async () => {
    const { body } = await acme.admin.call('POST', PATH, CHAT)
    expect(body).toMatchObject({ url: 'https://hooks.slack.com', format: 'slack' })
    const changed = await acme.admin.call('PATCH', `${PATH}/${body.id}`, { name: 'Other room' })
    const stored = await api.store.subscription(acme.tenant.id, body.id)
    expect(`${changed.text}${JSON.stringify(stored)}`).not.toContain('very-secret')
    expect(api.deps.seal.open(stored!.alert!.sealedUrl!)).toBe(SECRET_URL)
  })

  it.each([
    [{ ...MAIL, to: [] }, '/to'],
    [{ ...MAIL, to: undefined }, '/to'],
    [{ ...MAIL, to: Array.from({ length: 11 }, (_, n) => `a${n}@example.com`) }, '/to'],
    [{ ...MAIL, to: ['ops@example.com\r\nBcc: all@example.com'] }, '/to/0'],
    [{ ...MAIL, to: ['ops@example.com', 'Ops <ops@example.com>'] }, '/to/1'],
    [{ ...MAIL, to: ['a@example.com,b@example.com'] }, '/to/0'],
    [{ ...MAIL, to: ['ops@localhost'] }, '/to/0'],
    [{ ...MAIL, url: SECRET_URL }, '/url'],
    [{ ...MAIL, on: [] }, '/on'],
    [{ ...MAIL, on: ['sometimes'] }, '/on/0'],
    [{ ...MAIL, name: ' ' }, '/name'],
    [{ ...MAIL, filter: 'id' }, '/filter'],
    [{ ...MAIL, channel: 'fax' }, '/channel'],
    [{ ...CHAT, url: 'http://hooks.example.com' }, '/url'],
    [{ ...CHAT, url: undefined }, '/url'],
    [{ ...CHAT, format: undefined }, '/format'],
    [{ ...CHAT, to: ['ops@example.com'] }, '/to'],
  ])('is refused as %j, with the field %s', async (body, pointer) => {
    const answer = await acme.admin.call('POST', PATH, body)
    expect([answer.status, answer.body.errors[0]?.source]).toEqual([400, { pointer }])
  })

  it('cannot become another kind, nor be of mail where no server is configured', async () => {
    const { body } = await acme.admin.call('POST', PATH, CHAT)
    const other = await acme.admin.call('PATCH', `${PATH}/${body.id}`, { channel: 'mail' })
    expect(other.body.errors[0].source).toEqual({ pointer: '/channel' })
    const bare = await apiUnderTest({ deps: { sendsMail: false } })
    const members = await bare.tenant('acme')
    const refused = await members.admin.call('POST', PATH, MAIL)
    expect(refused.body.errors[0].detail).toContain('its operator sets REPRISE_SMTP_URL')
    await bare.close()
  })

  it('can be tried, and says how that went; a number of times a minute', async () => {
    const { body } = await acme.admin.call('POST', PATH, MAIL)
    const trial = await acme.admin.call('POST', `${PATH}/${body.id}/actions/test`)
    expect(trial.body).toEqual({ sent: false, message: 'the mail server answered 421' })
    expect(sent[0]!.event.test).toBe('true')
    for (let n = 1; n < 20; n++) await acme.admin.call('POST', `${PATH}/${body.id}/actions/test`)
    expect((await acme.admin.call('POST', `${PATH}/${body.id}/actions/test`)).status).toBe(429)
    expect(sent).toHaveLength(20)
    api.advance(60_001)
    expect((await acme.admin.call('POST', `${PATH}/${body.id}/actions/test`)).status).toBe(200)
  })

  it('has one delivery for a first failure, none for more in a row, and one for the recovery', async () => {
    const { body } = await acme.admin.call('POST', PATH, MAIL)
    const app = await addApp(api, acme.admin.user)
    const reload = async (end: () => Promise<unknown>) => {
      const started = await acme.admin.call('POST', '/api/v1/reloads', { appId: app.id })
      await end()
      const [event] = (await api.store.eventsOf(started.body.id)).slice(-1)
      const deliveries = await api.store.deliveriesOf(event!.id)
      return deliveries.filter(({ subscriptionId }) => subscriptionId === body.id).length
    }
    const fault = { engineErrorCode: 1, message: 'no such file', line: 1, statement: 'LOAD' }
    const fail = async () => endAttempt(parts(), await claimNext(parts()), { kind: 'script-error', fault })
    const succeed = () => succeedNext(parts())
    const told: number[] = []
    for (const end of [succeed, fail, fail, succeed, succeed, fail]) told.push(await reload(end))
    expect(told).toEqual([0, 1, 0, 1, 0, 1])
  })
})
