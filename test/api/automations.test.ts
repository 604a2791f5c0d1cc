/** Automations over HTTP: their documents, in the order and shapes that clients use. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FINISHED_EVENT_TYPE } from '../../src/event/event-types.ts'
import type { Person } from '../support/api-under-test.ts'
import {
  type AutomationsUnderTest,
  automationsUnderTest,
  pointersOf,
  URL_OF,
} from '../support/automations-under-test.ts'
import { addApp, succeedNext } from '../support/reload-steps.ts'

const SECRET = '0123456789abcdef0123456789ABCDEF'

let api: AutomationsUnderTest['api']
let acme: AutomationsUnderTest['acme']
let ann: AutomationsUnderTest['ann']
let made: AutomationsUnderTest['made']
let goOn: AutomationsUnderTest['goOn']
let calls: AutomationsUnderTest['calls']
let letters: AutomationsUnderTest['letters']

async function open(given?: Parameters<typeof automationsUnderTest>[0]): Promise<void> {
  ;({ api, acme, ann, made, goOn, calls, letters } = await automationsUnderTest(given))
}

beforeEach(() => open())
afterEach(() => api.close())

const parts = () => ({ store: api.store, world: api.world, settleRules: api.deps.settleRules })

describe('as clients ask (contract 09)', () => {
  it('Kestra: an automation is run, watched to its end, and its name read', async () => {
    const app = await addApp(api, ann.user)
    const steps = [
      { id: 'load', kind: 'reload', appId: app.id },
      { id: 'tell', kind: 'call', url: 'https://chat.example.com/', body: { was: '{{steps.load.outcome}}' } },
    ]
    const { id } = await made({ workspace: { version: 1, steps } })
    const run = await ann.call('POST', `${URL_OF}/${id}/runs`, { context: 'api' })
    expect([run.status, run.body]).toMatchObject([201, { status: 'queued', error: [] }])
    const read = async () => (await ann.call('GET', `${URL_OF}/${id}/runs/${run.body.id}`)).body
    await goOn()
    expect(await read()).toMatchObject({ status: 'running', steps: [{ id: 'load', status: 'running' }, {}] })
    await succeedNext(parts())
    await goOn()
    expect(await read()).toMatchObject({
      status: 'finished',
      duration: expect.any(Number),
      startTime: expect.stringMatching(/Z$/),
      steps: [
        { status: 'succeeded', answer: { outcome: 'SUCCEEDED' } },
        {
          status: 'succeeded',
          sent: { body: '{"was":"SUCCEEDED"}' },
          answer: { statusCode: 200, body: 'thanks' },
        },
      ],
    })
    expect((await ann.call('GET', `${URL_OF}/${id}`)).body).toMatchObject({
      name: 'Nightly',
      lastRunStatus: 'finished',
      lastRunAt: expect.stringMatching(/Z$/),
    })
    const [reload] = (await ann.call('GET', `/api/v1/reloads?appId=${app.id}`)).body.data
    expect(reload).toMatchObject({ type: 'automations', status: 'SUCCEEDED' })
    expect((await ann.call('POST', `${URL_OF}/${id}/runs/${run.body.id}/actions/stop`)).status).toBe(204)
  })

  it('Airflow: the id that it sends makes one run of several requests', async () => {
    const { id } = await made()
    const body = { id: '0b7f6f3a-5c1d-4a7e-9a55-2f3f2c9d7e10', inputs: {}, context: 'api' }
    const [first, second] = [
      await ann.call('POST', `${URL_OF}/${id}/runs`, body),
      await ann.call('POST', `${URL_OF}/${id}/runs`, body),
    ]
    expect(second.body.id).toBe(first.body.id)
    const { data } = (await ann.call('GET', `${URL_OF}/${id}/runs`)).body
    expect(data).toHaveLength(1)
  })

  it('Ansible, examples and skills: by name, copied, handed over, from the document of a GET, run without a body', async () => {
    const { id } = await made({ name: 'A "quoted" one' })
    await made({ name: 'Another' })
    const found = await ann.call(
      'GET',
      `${URL_OF}?filter=${encodeURIComponent('name eq "A \\"quoted\\" one"')}`,
    )
    expect(found.body.data).toMatchObject([{ id, name: 'A "quoted" one', runMode: 'manual' }])
    const document = (await ann.call('GET', `${URL_OF}/${id}`)).body
    expect((await ann.call('POST', URL_OF, document)).status).toBe(201)
    expect((await ann.call('PUT', `${URL_OF}/${id}`, { ...document, name: 'New' })).body.name).toBe('New')
    const copy = await ann.call('POST', `${URL_OF}/${id}/actions/copy`, { name: 'Copy' })
    expect([copy.status, copy.body]).toMatchObject([201, { name: 'Copy', state: 'disabled' }])
    const bob = await acme.person('bob')
    const move = (by: Person) => by.call('POST', `${URL_OF}/${id}/actions/move`, { userId: bob.user.id })
    expect((await move(ann)).status).toBe(403)
    expect((await move(acme.admin)).status).toBe(204)
    expect((await ann.call('GET', `${URL_OF}/${id}`)).status).toBe(404)
    expect((await bob.call('POST', `${URL_OF}/${id}/actions/run`)).status).toBe(201)
  })

  it('lists page by cursor, in every order that the client knows', async () => {
    for (const name of ['c', 'a', 'b']) await made({ name })
    const names: string[] = []
    let url: string | undefined = `${URL_OF}?limit=1&sort=%2Bname`
    while (url !== undefined) {
      const { body } = await ann.call('GET', url)
      names.push(...body.data.map(({ name }: { name: string }) => name))
      const next: string | undefined = body.links.next?.href
      expect(next === undefined || next.includes('cursor=')).toBe(true)
      url = next?.slice(next.indexOf('/api/'))
    }
    expect(names).toEqual(['a', 'b', 'c'])
    for (const sort of [
      'id',
      'runMode',
      'state',
      'updatedAt',
      'lastRunAt',
      'lastRunStatus',
      'maxConcurrentRuns',
    ]) {
      expect((await ann.call('GET', `${URL_OF}?sort=-${sort}`)).body.data, sort).toHaveLength(3)
    }
    expect((await ann.call('GET', `${URL_OF}?filter=lastRunStatus%20eq%20%22x%22`)).status).toBe(400)
  })
})

describe('the document', () => {
  it('is refused as a whole, every fault by its pointer', async () => {
    const workspace = {
      version: 1,
      trigger: { kind: 'event', eventTypes: ['none'], filter: 'id eq' },
      steps: [
        { id: '1', kind: 'reload', appId: '{{nothing.here}}', weight: 11 },
        { id: 'a', kind: 'call', url: 'https://{{input.host}}/', headers: { Host: 'x' }, more: 1 },
        { id: 'a', kind: 'wait', seconds: 0, when: 'steps.later.status eq "failed"' },
        { id: 'b', kind: 'dance' },
        { id: 'c', kind: 'call', url: 'https://a.example.com/', body: { x: ['{{steps.z.status}}'] } },
      ],
    }
    const answer = await ann.call('POST', URL_OF, { name: 'x', workspace })
    expect(answer.status).toBe(400)
    expect(pointersOf(answer.body).sort()).toEqual([
      '/workspace/steps/0/appId',
      '/workspace/steps/0/id',
      '/workspace/steps/0/weight',
      '/workspace/steps/1/headers/Host',
      '/workspace/steps/1/more',
      '/workspace/steps/1/url',
      '/workspace/steps/2/id',
      '/workspace/steps/2/seconds',
      '/workspace/steps/2/when',
      '/workspace/steps/3/kind',
      '/workspace/steps/4/body/x/0',
      '/workspace/trigger/eventTypes',
      '/workspace/trigger/filter',
    ])
    const foreign = await ann.call('POST', URL_OF, { name: 'x', workspace: { blocks: [], variables: [] } })
    expect([foreign.status, pointersOf(foreign.body)]).toEqual([400, ['/workspace/version']])
    const large = {
      version: 1,
      steps: [{ id: 'a', kind: 'call', url: 'https://a.example.com/', body: 'x'.repeat(33_000) }],
    }
    expect((await ann.call('POST', URL_OF, { name: 'x', workspace: large })).body.errors[0].detail).toMatch(
      '32768',
    )
  })

  it('names no address that webhooks may not reach', async () => {
    await api.close()
    await open({ deps: { checkWebhookUrl: (url) => (url.includes('internal') ? 'no' : undefined) } })
    const steps = [{ id: 'a', kind: 'call', url: 'https://x.internal/{{input.a}}' }]
    const answer = await ann.call('POST', URL_OF, { name: 'x', workspace: { version: 1, steps } })
    expect([answer.status, pointersOf(answer.body)]).toEqual([400, ['/workspace/steps/0/url']])
  })

  it('keeps secrets: they are never shown, stay when they are sent back, and do not come with a document', async () => {
    const steps = [
      { id: 'a', kind: 'call', url: 'https://a.example.com/', secretHeaders: { 'X-Key': 'hush' } },
    ]
    const automation = await made({ workspace: { version: 1, steps }, secret: SECRET })
    expect(automation).toMatchObject({
      secretAdded: true,
      workspace: { steps: [{ secretHeaders: { 'X-Key': '**OMITTED**' } }] },
    })
    const path = `${URL_OF}/${automation.id}`
    const document = (await ann.call('GET', path)).body
    expect((await ann.call('PUT', path, document)).status).toBe(200)
    await ann.call('POST', `${path}/runs`, {})
    await goOn()
    const [call] = calls
    expect(api.deps.seal.open(call!.sealedHeaders['X-Key']!)).toBe('hush')
    expect(api.deps.seal.open(call!.sealedSecret!)).toBe(SECRET)
    const { data } = (await ann.call('GET', `${path}/runs`)).body
    const run = await ann.call('GET', `${path}/runs/${data[0].id}`)
    for (const text of [JSON.stringify(document), run.text]) {
      for (const secret of ['hush', SECRET, call!.sealedSecret!]) expect(text).not.toContain(secret)
    }
    const elsewhere = await ann.call('POST', URL_OF, document)
    expect([elsewhere.status, pointersOf(elsewhere.body)]).toEqual([
      400,
      ['/workspace/steps/0/secretHeaders'],
    ])
    // A header that has the name of what every object has.
    const inherited = [{ ...steps[0], secretHeaders: { constructor: '**OMITTED**' } }]
    const notKept = await ann.call('PUT', path, { workspace: { version: 1, steps: inherited } })
    expect([notKept.status, pointersOf(notKept.body)]).toEqual([400, ['/workspace/steps/0/secretHeaders']])
    const short = await ann.call('PUT', path, { secret: 'short' })
    expect([short.status, pointersOf(short.body)]).toEqual([400, ['/secret']])
  })

  it('tells of a chat its origin alone: the rest stays when that is sent back under its step, and nowhere else', async () => {
    const url = 'https://hooks.example.com/T0/very-secret'
    const shown = 'https://hooks.example.com/**OMITTED**'
    const room = { id: 'a', kind: 'notify', chat: { format: 'slack', url }, text: 'x' }
    const mail = { id: 'b', kind: 'notify', mail: { to: ['ops@example.com'] }, subject: 's', text: 'y' }
    const { id } = await made({ workspace: { version: 1, steps: [room, mail] } })
    const path = `${URL_OF}/${id}`
    const { body: document, text } = await ann.call('GET', path)
    expect(document.workspace.steps[0].chat).toEqual({ format: 'slack', url: shown })
    expect((await ann.call('PUT', path, document)).status).toBe(200)
    await ann.call('POST', `${path}/runs`, {})
    await goOn()
    expect([calls, letters]).toMatchObject([[{ url }], [{ to: ['ops@example.com'], text: 'y' }]])
    const { data } = (await ann.call('GET', `${path}/runs`)).body
    const run = await ann.call('GET', `${path}/runs/${data[0].id}`)
    expect(run.body.steps).toMatchObject([
      { status: 'succeeded', sent: { chat: { url: shown } }, answer: { statusCode: 200 } },
      { status: 'succeeded', sent: { mail: { to: ['ops@example.com'] } } },
    ])
    expect(text + run.text).not.toContain('very-secret')
    for (const chat of [
      { format: 'slack', url: 'https://other.example.com/**OMITTED**' },
      { format: 'slack', url: `${url}/**OMITTED**` },
    ]) {
      const notKept = await ann.call('PUT', path, { workspace: { version: 1, steps: [{ ...room, chat }] } })
      expect([notKept.status, pointersOf(notKept.body)]).toEqual([400, ['/workspace/steps/0/chat/url']])
    }
    const elsewhere = await ann.call('POST', URL_OF, document)
    expect(pointersOf(elsewhere.body)).toEqual(['/workspace/steps/0/chat/url'])
    await api.close()
    await open({ deps: { sendsMail: false } })
    const noMail = await ann.call('POST', URL_OF, { name: 'x', workspace: { version: 1, steps: [mail] } })
    expect([noMail.status, pointersOf(noMail.body)]).toEqual([400, ['/workspace/steps/0/mail']])
    expect(noMail.text).toContain('REPRISE_SMTP_URL')
  })

  it('takes a schedule as clients send it, and tells the next run while it is enabled', async () => {
    const schedules = [{ recurrence: 'FREQ=DAILY;BYHOUR=6;BYMINUTE=0;BYSECOND=0', timezone: 'Europe/London' }]
    const automation = await made({ schedules })
    expect(automation).toMatchObject({
      runMode: 'scheduled',
      schedules: [{ ...schedules[0], nextRunAt: '2026-11-02T06:00:00.000Z' }],
      workspace: { trigger: { kind: 'schedule' } },
    })
    const path = `${URL_OF}/${automation.id}`
    await ann.call('POST', `${path}/actions/disable`)
    const off = (await ann.call('GET', path)).body
    expect([off.state, off.schedules]).toEqual(['disabled', schedules])
    api.advance(24 * 3_600_000)
    await ann.call('POST', `${path}/actions/enable`)
    const on = (await ann.call('GET', path)).body
    expect(on.schedules[0].nextRunAt).toBe('2026-11-03T06:00:00.000Z')
    expect((await ann.call('PUT', path, on)).body).toEqual({ ...on, updatedAt: expect.any(String) })
    const both = { schedules, workspace: { version: 1, trigger: { kind: 'webhook' } } }
    expect(pointersOf((await ann.call('PUT', path, both)).body)).toEqual(['/schedules'])
    const wrong = { schedules: [{ recurrence: 'FREQ=NEVER', timezone: 'Mars/Olympus' }] }
    expect(pointersOf((await ann.call('PUT', path, wrong)).body).sort()).toEqual([
      '/schedules/0/recurrence',
      '/schedules/0/timezone',
    ])
    const none = { schedules: [], workspace: { version: 1, trigger: { kind: 'schedule' } } }
    expect(pointersOf((await ann.call('PUT', path, none)).body)).toEqual(['/schedules'])
    const minutes = await made({ schedules: [{ interval: 3600 }] })
    expect(minutes.schedules[0].interval).toBe(3600)
  })

  it('a trigger on events hears what comes after it was made, changed or enabled', async () => {
    const app = await addApp(api, ann.user)
    const end = async () => {
      const { id } = (await ann.call('POST', '/api/v1/reloads', { appId: app.id })).body
      await ann.call('POST', `/api/v1/reloads/${id}/actions/cancel`)
    }
    await end()
    const trigger = { kind: 'event', eventTypes: [FINISHED_EVENT_TYPE] }
    const { id, runMode } = await made({ workspace: { version: 1, trigger, steps: [] } })
    expect(runMode).toBe('triggered')
    const heardUpTo = async () => (await api.store.listeningAutomations())[0]?.heardUpTo
    const toHear = async () => {
      const events = await api.store.eventsAfter(acme.tenant.id, (await heardUpTo())!, 100)
      return events.filter(({ type }) => type === FINISHED_EVENT_TYPE).length
    }
    expect(await toHear()).toBe(0)
    await end()
    await ann.call('PUT', `${URL_OF}/${id}`, { name: 'Renamed' })
    expect(await toHear(), 'another name changes nothing').toBe(1)
    await ann.call('POST', `${URL_OF}/${id}/actions/disable`)
    expect(await heardUpTo()).toBeUndefined()
    await ann.call('POST', `${URL_OF}/${id}/actions/enable`)
    expect(await toHear()).toBe(0)
  })
})
