/** The AsyncAPI document is valid, describes every event type, and real events are as it says. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import specs from '@asyncapi/specs'
import { Ajv } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { EventId } from '../../src/core/ids.ts'
import { afterSend } from '../../src/delivery/disabling.ts'
import { serversFrom } from '../../src/event/async-api.ts'
import { automationRunEvent } from '../../src/event/automation-event.ts'
import { EVENT_SOURCES, EVENT_TYPES, TASK_EVENT_SOURCE } from '../../src/event/event-types.ts'
import type { CloudEvent } from '../../src/event/stored-event.ts'
import { firingSchedule } from '../../src/trigger/fire-schedule.ts'
import { type ApiUnderTest, apiUnderTest } from '../support/api-under-test.ts'
import { anAutomationRun, aSubscription, aTenant } from '../support/records.ts'
import { redoclyFindings } from '../support/redocly.ts'
import { data, fault, Life, ran } from '../support/reload-life.ts'
import { addApp, succeedNext } from '../support/reload-steps.ts'
import { scheduledTask } from '../support/task-documents.ts'

let api: ApiUnderTest

beforeEach(async () => {
  api = await apiUnderTest()
})
afterEach(() => api.close())

async function document() {
  const answer = await api.server.inject({ method: 'GET', url: '/asyncapi.json' })
  expect(answer.statusCode).toBe(200)
  return answer.json()
}

it('is AsyncAPI 3.0.0', async () => {
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false, meta: false })
  const check = ajv.compile(specs.schemas['3.0.0'] as object)
  const served = await document()
  expect(check(served), JSON.stringify(check.errors?.slice(0, 3))).toBe(true)
  expect(check({ ...served, channels: 7 })).toBe(false)
})

interface Sending {
  readonly messages: readonly { readonly $ref: string }[]
}

const typesOf = ({ messages }: Sending) => messages.map(({ $ref }) => $ref.split('/').at(-1)!)

it('has a message for every event type, sent over a channel that it names', async () => {
  const { operations, channels } = await document()
  const names = EVENT_TYPES.map(({ name }) => name)
  const { 'send.events.stream': stream, ...others } = operations
  const sent = Object.values<Sending>(others).flatMap(typesOf)
  expect(sent).toEqual(names)
  expect(typesOf(stream)).toEqual(names)
  expect(Object.keys(channels)).toEqual([
    'system-events.reload',
    'system-events.app',
    'system-events.engine.app',
    'system-events.webhook',
    'system-events.task',
    'system-events.automation',
    'events.stream',
  ])
  expect(Object.keys(channels['system-events.task'].messages)).toHaveLength(5)
})

it('names the servers: this one with its stream, and whom it sends to', async () => {
  const { servers, channels } = await document()
  const { host, protocol } = new URL(api.deps.hostUrl({} as never))
  expect(servers.stream).toMatchObject({ host, protocol: protocol.replace(':', '') })
  expect(serversFrom(new URL('https://reprise.test:8443/below')).stream).toMatchObject({
    host: 'reprise.test:8443',
    pathname: '/below',
    protocol: 'https',
  })
  expect(Object.keys(servers)).toEqual(['stream', 'webhook', 'nats', 'kafka'])
  const { paths } = (await api.server.inject({ url: '/openapi.json' })).json()
  expect(paths).toHaveProperty([channels['events.stream'].address])
  for (const { servers: used } of Object.values<{ servers: { $ref: string }[] }>(channels)) {
    for (const { $ref } of used) expect(servers).toHaveProperty([$ref.replace('#/servers/', '')])
  }
})

it('has a name for the type of every event', async () => {
  const { components } = await document()
  const names = Object.values<{ payload: { schema: { title: string } } }>(components.messages).map(
    ({ payload }) => payload.schema.title,
  )
  expect(names).toContain('ReloadFinished')
  expect(new Set(names).size).toBe(EVENT_TYPES.length)
  expect(names.filter((name) => !/^[A-Z][A-Za-z]+$/.test(name))).toEqual([])
})

/** What a receiver asks of who sends to it is its own. */
const UNSECURED = EVENT_TYPES.map(({ name }) => `security-defined #/operations/send.${name}`)

it("passes the recommended rules of Redocly's linter", async () => {
  const folder = await mkdtemp(join(tmpdir(), 'reprise-lint-'))
  try {
    const file = join(folder, 'asyncapi.json')
    await writeFile(file, JSON.stringify(await document()))
    expect((await redoclyFindings(file)).sort()).toEqual(UNSECURED.toSorted())
    await writeFile(file, JSON.stringify({ ...(await document()), operations: 7 }))
    expect(await redoclyFindings(file)).toContain('struct #/operations')
  } finally {
    await rm(folder, { recursive: true })
  }
})

/** A task is made, changed, started, skipped because its app is busy, ends its run, and is deleted. */
async function eventsOfTasks(): Promise<CloudEvent[]> {
  const { store, world } = api
  const { settleRules } = api.deps
  const { admin, tenant } = await api.tenant('acme')
  const app = await addApp(api, admin.user)
  const path = '/api/scheduling/tasks'
  const { id } = (await admin.call('POST', path, scheduledTask(app.id, { description: 'd' }))).body
  await admin.call('PATCH', `${path}/${id}`, [{ op: 'replace', path: '/enabled', value: true }])
  await admin.call('POST', `${path}/${id}/actions/start`)
  api.advance(24 * 3_600_000)
  const fire = firingSchedule(
    { ...settleRules, zones: api.deps.zones, reloadsPerAppAndDay: 0 },
    { tenantId: tenant.id, taskId: id },
  )
  await store.change([fire])
  await succeedNext({ store, world, settleRules })
  await admin.call('DELETE', `${path}/${id}`)
  const events = await store.eventsAfter(tenant.id, 0, 100)
  return events.map(({ body }) => body).filter(({ source }) => source === TASK_EVENT_SOURCE)
}

it('describes the events of real lives, and no others', async () => {
  const { components } = await document()
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  formats.default(ajv)
  const faults = (event: CloudEvent) => {
    const { schema } = components.messages[event.type].payload
    const check = ajv.getSchema(schema.$id) ?? ajv.compile(schema)
    return check(event)
      ? []
      : (check.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
  }
  const lives = [
    new Life().claim().end({ kind: 'completed', data }),
    new Life().claim().end({ kind: 'script-error', fault }),
    new Life().claim().end({ kind: 'out-of-memory' }, ran, { peakMemoryBytes: 1e9 }).cancel(),
    new Life().claim().end({ kind: 'timed-out' }),
    new Life().waitedTooLong(),
    new Life().cancel(),
  ]
  const ofReloads = lives.flatMap((life) => life.events.map(({ body }) => body))
  const step = afterSend(new Life().rules, { ok: false, gone: true })
  const view = { subscription: aSubscription(), tenant: aTenant(), subscriptions: [] }
  const ofTasks = await eventsOfTasks()
  const run = anAutomationRun({ state: 'failed', startedAt: 1, endedAt: 2, error: 'load: it failed' })
  const ofRun = automationRunEvent(aTenant(), run, 'e' as EventId, 2).body
  const events = [ofRun, ...ofReloads, ...(step(view)?.events ?? []).map(({ body }) => body), ...ofTasks]
  expect(new Set(events.map(({ type }) => type)).size).toBe(EVENT_TYPES.length)
  expect(new Set(events.map(({ source }) => source))).toEqual(new Set(EVENT_SOURCES))
  for (const event of events) {
    expect(faults(event), event.type).toEqual([])
    expect(faults({ ...event, time: 'yesterday' })).not.toEqual([])
    expect(faults({ ...event, data: 7 } as never)).not.toEqual([])
  }
})
