import { CloudEvent as OtherReader } from 'cloudevents'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anApp, aReload, aTenant, SPACE_ID, START_MS } from '../../test/support/records.ts'
import { data, fault, Life, MINUTE, never, ran } from '../../test/support/reload-life.ts'
import { finishedEventCheck } from '../cli/finished-event-check.ts'
import type { AttemptEnd } from '../core/attempt.ts'
import type { DataVersion } from '../core/ids.ts'
import { FINISHED_EVENT_TYPE } from '../event/event-types.ts'
import type { CloudEvent } from '../event/stored-event.ts'

const faultsOf = finishedEventCheck()

describe('the finished event tells every field from its true source', () => {
  test('of a reload that succeeded after a lost attempt', () => {
    const life = new Life()
      .wait(10)
      .claim()
      .wait(MINUTE)
      .lose()
      .claim()
      .wait(2 * MINUTE)
    const session = { ...ran, engineStartedAt: life.now - 90_000, sessionAcquiredAt: life.now - 90_005 }
    life.end({ kind: 'completed', data: { ...data, engineTime: life.now - 1 } }, session)
    const { data: told, id, ...envelope } = life.finished
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/)
    expect(envelope).toEqual({
      specversion: '1.0',
      type: 'com.qlik.v1.reload.finished',
      source: 'com.qlik/reloads',
      time: new Date(life.now).toISOString(),
      datacontenttype: 'application/json',
      host: 'acme.example.com',
      tenantid: 'kR3vYw8nQbT1sZx0LmPdFh5uGe7cJa2i',
      userid: '64f0a1b2c3d4e5f601234567',
      ownerid: '64f0a1b2c3d4e5f60000beef',
      spaceid: '65aa00112233445566778899',
      toplevelresourceid: '3f8a1b6c-0d2e-4a55-8c11-22d3a9b7e001',
      originip: '198.51.100.23',
      reason: 'User initiated reload',
      authtype: 'api_key',
      authclaims: '{"iss":"acme.example.com","sub":"64f0a1b2c3d4e5f601234567","subType":"user"}',
      traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    })
    expect(told).toEqual({
      id: '6906d0a1b2c3d4e5f6071829',
      type: 'external',
      appId: '3f8a1b6c-0d2e-4a55-8c11-22d3a9b7e001',
      status: 'SUCCEEDED',
      userId: '64f0a1b2c3d4e5f601234567',
      succeeded: true,
      weight: 5,
      partial: false,
      appUsage: 'ANALYTICS',
      tenantId: 'kR3vYw8nQbT1sZx0LmPdFh5uGe7cJa2i',
      creationTime: '2026-11-02T04:00:00.110Z',
      startTime: new Date(session.engineStartedAt).toISOString(),
      lastReloadTime: new Date(life.now - 1).toISOString(),
      durationSeconds: 90,
      crashedOnMaxSizeEngine: false,
      resourceType: 'api',
      enginePoolName: 'engine-4g',
      engineSizingReason: 'standard_calculation',
      requeueCounters: { requeuesTotal: 1, requeuesWithErrors: 1 },
    })
  })

  test('owner and space are those of the app when the outcome is decided', () => {
    const moved = {
      ownerId: 'feedfeedfeedfeedfeedfeed' as never,
      spaceId: 'aaaaaaaaaaaaaaaaaaaaaaaa' as never,
    }
    const event = new Life({ app: anApp(moved) }).cancel().finished
    expect([event.ownerid, event.spaceid]).toEqual([moved.ownerId, moved.spaceId])
  })

  test('owner and space of a deleted app are those at acceptance', () => {
    const life = new Life()
    const { app: _deleted, ...rest } = life.view
    life.view = rest
    const event = life.cancel().finished
    expect([event.ownerid, event.spaceid]).toEqual([anApp().ownerId, SPACE_ID])
  })

  test('a personal app has no space, a tenant without host names no host', () => {
    const { spaceId: _none, ...personal } = anApp()
    const event = new Life({ app: personal, tenant: aTenant({ hostnames: [] }) }).cancel().finished
    expect('spaceid' in event || 'host' in event).toBe(false)
  })

  test('an error message is cut to 4 KiB at a whole character', () => {
    const long = { ...fault, message: '€'.repeat(5000) }
    const message = new Life().claim().end({ kind: 'script-error', fault: long }).finished.data.errorMessage
    expect(new TextEncoder().encode(String(message)).length).toBeLessThanOrEqual(4096)
    expect(message).toMatch(/^line 7: €+$/)
  })
})

type Presence = 'always' | 'if known' | 'never'
const FIELDS = [
  'startTime',
  'lastReloadTime',
  'durationSeconds',
  'errorCode',
  'errorMessage',
  'crashedOnMaxSizeEngine',
  'requeueCounters',
  'enginePoolName',
] as const

describe('presence by outcome (contract 01, section 3.2)', () => {
  const A = 'always'
  const N = 'never'
  test.each<[string, () => Life, Presence[], boolean?]>([
    [
      'SUCCEEDED',
      () =>
        new Life()
          .claim()
          .wait(3 * MINUTE)
          .end({ kind: 'completed', data }),
      [A, A, A, N, N, A, A, A],
      false,
    ],
    [
      'FAILED, script ran',
      () =>
        new Life()
          .claim()
          .wait(3 * MINUTE)
          .end({ kind: 'script-error', fault }),
      [A, N, A, A, A, A, A, A],
      false,
    ],
    [
      'FAILED, session refused',
      () => new Life().claim().end({ kind: 'refused' }, never),
      [N, N, N, A, A, A, A, N],
      true,
    ],
    ['CANCELED in queue', () => new Life().cancel(), [N, N, N, N, N, N, N, N]],
    [
      'CANCELED running',
      () => new Life().claim().cancel().end({ kind: 'canceled' }),
      [A, N, A, N, N, A, A, A],
      false,
    ],
    [
      'EXCEEDED_LIMIT in queue',
      () => new Life().wait(7 * 60 * MINUTE).waitedTooLong(),
      [N, N, N, A, A, N, N, N],
    ],
    [
      'EXCEEDED_LIMIT running',
      () => new Life().claim().end({ kind: 'timed-out' }),
      [A, N, A, A, A, A, A, A],
      false,
    ],
    [
      'FAILED, no session after attempts that ran: nothing of theirs',
      () => {
        const life = new Life()
        for (let i = 0; i < 3; i++) life.claim().end({ kind: 'crashed', message: 'gone' })
        return life.claim().end({ kind: 'no-session', message: 'none' }, never)
      },
      [N, N, N, A, A, A, A, N],
      false,
    ],
    [
      'CANCELED after a requeue keeps what is known',
      () => new Life().claim().lose().cancel(),
      [N, N, N, N, N, A, A, N],
      false,
    ],
  ])('%s', (label, live, presence, crashed) => {
    const event = live().finished
    expect(event.data.status).toBe(label.split(/[ ,]/)[0])
    FIELDS.forEach((field, i) => {
      expect(field in event.data, `${field} of ${label}`).toBe(presence[i] === 'always')
    })
    expect(event.data.crashedOnMaxSizeEngine).toBe(crashed)
  })
})

const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.constantFrom('', '\u0000\u001f\u0085', '\ud800', 'x'.repeat(60_000), '{"sub":"Zoë"}'),
)
const end = fc.oneof<fc.Arbitrary<AttemptEnd>[]>(
  fc.record({
    kind: fc.constant('completed' as const),
    data: fc.record({
      version: fc.constant('v' as DataVersion),
      engineTime: fc.integer({ min: START_MS - 5000, max: START_MS + 9e7 }),
      fileBytes: fc.nat(),
    }),
  }),
  hostile.map((message) => ({ kind: 'script-error' as const, fault: { ...fault, message } })),
  hostile.map((message) => ({ kind: 'crashed' as const, message })),
  fc.constantFrom<AttemptEnd>(
    { kind: 'canceled' },
    { kind: 'timed-out' },
    { kind: 'data-too-large', fileBytes: 7 },
    { kind: 'out-of-memory' },
    { kind: 'refused' },
    { kind: 'no-session', message: 'none' },
    { kind: 'handed-back' },
  ),
)
const step = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ kind: 'claim' as const }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('end' as const),
      end,
      started: fc.boolean(),
      skewMs: fc.integer({ min: -5000, max: 5000 }),
    }),
  },
  fc.constantFrom({ kind: 'cancel' as const }, { kind: 'lose' as const }, { kind: 'late' as const }),
)

test('every random life ends in at most one finished event that keeps the rules of section 3.3', () => {
  const life = fc.record({
    steps: fc.array(fc.tuple(fc.integer({ min: -3000, max: 600_000 }), step), { maxLength: 14 }),
    text: hostile,
    trigger: fc.constantFrom('external' as const, 'automations' as const),
  })
  fc.assert(
    fc.property(life, ({ steps, text, trigger }) => {
      const provenance = { authType: 'api_key' as const, authClaims: text, tracestate: text, clientId: text }
      const reload = aReload({ provenance, trigger, resourceId: text.slice(0, 512) })
      const lived = new Life({ reload, app: anApp({ name: text }) })
      for (const [ms, one] of steps) act(lived.wait(ms), one)
      const finished = lived.events.filter((event) => event.type === FINISHED_EVENT_TYPE)
      expect(finished.length).toBe(lived.reload.endedAt === undefined ? 0 : 1)
      for (const { body } of finished) checkRules(body)
      for (const { body } of lived.events) expect(wireBytes(body)).toBeLessThan(65_536)
    }),
    { numRuns: 400 },
  )
})

function act(life: Life, one: typeof step extends fc.Arbitrary<infer T> ? T : never): void {
  switch (one.kind) {
    case 'claim':
      life.claim()
      return
    case 'end': {
      const at = life.now + one.skewMs
      const session = { ...ran, sessionAcquiredAt: at - 5, engineStartedAt: at }
      life.end(one.end, one.started ? session : never)
      return
    }
    case 'cancel':
      life.cancel()
      return
    case 'lose':
      life.lose()
      return
    case 'late':
      life.waitedTooLong()
  }
}

function checkRules(event: CloudEvent): void {
  expect(faultsOf(event)).toEqual([])
  const read = new OtherReader(JSON.parse(JSON.stringify(event)), true)
  expect([read.id, read.type, read.source, read.data]).toEqual([
    event.id,
    event.type,
    event.source,
    event.data,
  ])
}

/** Size in the least efficient encoding: percent-encoded attributes and the data as JSON. */
function wireBytes({ data: told, ...attributes }: CloudEvent): number {
  const headers = Object.entries(attributes).map(([k, v]) => `ce-${k}: ${encodeURIComponent(String(v))}`)
  return new TextEncoder().encode(headers.join('\r\n') + JSON.stringify(told)).length
}
