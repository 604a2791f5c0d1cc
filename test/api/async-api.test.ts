/** The AsyncAPI document is valid, describes every event type, and real events are as it says. */
import specs from '@asyncapi/specs'
import { Ajv } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { afterSend } from '../../src/delivery/disabling.ts'
import { EVENT_TYPES } from '../../src/event/event-types.ts'
import type { CloudEvent } from '../../src/event/stored-event.ts'
import { type ApiUnderTest, apiUnderTest } from '../support/api-under-test.ts'
import { aSubscription, aTenant } from '../support/records.ts'
import { data, fault, Life, ran } from '../support/reload-life.ts'

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

it('has a message for every event type, sent over a channel that it names', async () => {
  const { operations, channels } = await document()
  const sent = Object.values<{ messages: { $ref: string }[] }>(operations).flatMap(({ messages }) =>
    messages.map(({ $ref }) => $ref.split('/').at(-1)),
  )
  expect(sent).toEqual(EVENT_TYPES.map(({ name }) => name))
  expect(Object.keys(channels)).toEqual([
    'system-events.reload',
    'system-events.app',
    'system-events.engine.app',
    'system-events.webhook',
  ])
})

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
  const events = [...ofReloads, ...(step(view)?.events ?? []).map(({ body }) => body)]
  expect(new Set(events.map(({ type }) => type)).size).toBe(EVENT_TYPES.length)
  for (const event of events) {
    expect(faults(event), event.type).toEqual([])
    expect(faults({ ...event, time: 'yesterday' })).not.toEqual([])
    expect(faults({ ...event, data: 7 } as never)).not.toEqual([])
  }
})
