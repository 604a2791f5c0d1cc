import { describe, expect, test } from 'vitest'
import { anApp, aReload, aSubscription, OWNER_ID } from '../../test/support/records.ts'
import { data, fault, LARGEST, Life, MINUTE, never, ran } from '../../test/support/reload-life.ts'
import type { AttemptEnd } from '../core/attempt.ts'
import { defined } from '../core/defined.ts'
import type { ScriptVersionId } from '../core/ids.ts'
import { ATTEMPT_EVENT_TYPE, DATA_EVENT_TYPE } from '../event/event-types.ts'

describe('the stories of contract 01, section 1.1', () => {
  const crash: AttemptEnd = { kind: 'crashed', message: 'unexpected EOF' }
  const memory: AttemptEnd = { kind: 'out-of-memory' }
  const done: AttemptEnd = { kind: 'completed', data }
  test.each<[string, () => Life, string, string[], number]>([
    ['succeeds at once', () => new Life().claim().end(done), 'SUCCEEDED', ['ok'], 1],
    [
      'engine dies, second attempt succeeds',
      () => new Life().claim().end(crash).claim().end(done),
      'SUCCEEDED',
      ['error', 'ok'],
      1,
    ],
    [
      'out of memory, then larger',
      () => new Life().claim().end(memory).claim().end(done),
      'SUCCEEDED',
      ['error', 'ok'],
      1,
    ],
    [
      'out of memory on every size',
      () => new Life().claim().end(memory).claim().end(memory).claim().end(memory),
      'FAILED',
      ['error', 'error', 'error'],
      0,
    ],
    ['script error', () => new Life().claim().end({ kind: 'script-error', fault }), 'FAILED', ['error'], 0],
    [
      'dies until the budget is used up',
      () => new Life().claim().end(crash).claim().end(crash).claim().end(crash).claim().end(crash),
      'FAILED',
      ['error', 'error', 'error', 'error'],
      0,
    ],
    ['session refused', () => new Life().claim().end({ kind: 'refused' }, never), 'FAILED', [], 0],
    ['canceled while queued', () => new Life().cancel(), 'CANCELED', [], 0],
    [
      'canceled while running',
      () => new Life().claim().cancel().end({ kind: 'canceled' }),
      'CANCELED',
      ['error'],
      0,
    ],
    [
      'canceled, yet the data was complete',
      () => new Life().claim().cancel().end(done),
      'CANCELED',
      ['ok'],
      0,
    ],
    ['waited too long', () => new Life().wait(6 * 60 * MINUTE).waitedTooLong(), 'EXCEEDED_LIMIT', [], 0],
    ['ran too long', () => new Life().claim().end({ kind: 'timed-out' }), 'EXCEEDED_LIMIT', ['error'], 0],
    [
      'lost before its script started',
      () => new Life().claim().lose().claim().end(done),
      'SUCCEEDED',
      ['ok'],
      1,
    ],
    ['app deleted while it ran', () => without(new Life().claim()).end(done), 'CANCELED', ['ok'], 0],
  ])('%s', (_label, live, status, attempts, dataEvents) => {
    const life = live()
    expect(life.finished.data.status).toBe(status)
    expect(life.ofType(ATTEMPT_EVENT_TYPE).map((event) => event.data.status)).toEqual(attempts)
    expect(life.ofType(DATA_EVENT_TYPE)).toHaveLength(dataEvents)
    const pointed = life.savings.filter((saving) => saving.app?.data !== undefined)
    expect(pointed).toHaveLength(dataEvents)
  })

  function without(life: Life): Life {
    const { app: _deleted, ...rest } = life.view
    life.view = rest
    return life
  }

  test('out of memory on the largest size marks the app for this kind of reload only', () => {
    const life = new Life({ reload: aReload({ partial: true, sizeIndex: LARGEST }) }).claim().end(memory)
    expect(life.savings.at(-1)?.app).toEqual({
      crashedOnMaxSize: { full: false, partial: true },
      failing: true,
    })
    expect(life.finished.data.crashedOnMaxSizeEngine).toBe(false)
  })

  test('the app keeps the memory peak of the last reload of each kind', () => {
    const peaksAfter = (partial: boolean, peakMemoryBytes?: number) => {
      const before = { ...data, tables: [], peakMemoryBytes: { full: 5, partial: 7 } }
      const told = peakMemoryBytes === undefined ? {} : { peakMemoryBytes }
      const life = new Life({ reload: aReload({ partial }), app: anApp({ data: before }) })
      return life.claim().end(done, ran, told).savings.at(-1)?.app?.data?.peakMemoryBytes
    }
    expect(peaksAfter(false, 9)).toEqual({ full: 9, partial: 7 })
    expect(peaksAfter(true, 9)).toEqual({ full: 5, partial: 9 })
    expect(peaksAfter(false)).toEqual({ full: 5, partial: 7 })
    const first = new Life().claim().end(done).savings.at(-1)?.app?.data
    expect(first).not.toHaveProperty('peakMemoryBytes')
  })

  test('the app keeps what its script read; of a partial reload also what was read before', () => {
    const placed = (...names: readonly string[]) =>
      names.map((name) => ({ place: { ownerId: OWNER_ID }, name }))
    const readsAfter = (partial: boolean) => {
      const before = { ...data, tables: [], reads: placed('a', 'b') }
      const life = new Life({ reload: aReload({ partial }), app: anApp({ data: before }) })
      return life
        .claim()
        .end(done, ran, { reads: placed('b', 'c') })
        .savings.at(-1)?.app?.data?.reads
    }
    expect(readsAfter(false)).toEqual(placed('b', 'c'))
    expect(readsAfter(true)).toEqual(placed('b', 'c', 'a'))
  })

  test('the attempt event names memory, error and line', () => {
    const [first] = new Life().claim().end(memory, ran, { peakMemoryBytes: 9e9 }).ofType(ATTEMPT_EVENT_TYPE)
    expect(first?.data).toMatchObject({
      endedWithMemoryConstraint: true,
      peakMemoryBytes: 9e9,
      duration: 90000,
    })
    const [second] = new Life().claim().end({ kind: 'script-error', fault }).ofType(ATTEMPT_EVENT_TYPE)
    expect(second?.data.errors).toEqual([
      { description: 'Unknown statement: X', error: 'EDC_ERROR:11002', line: 'X', lineNumber: 7 },
    ])
  })
})

test('a delivery is saved with the event for each subscription that matches', () => {
  const other = { id: 'b' as never, eventTypes: [ATTEMPT_EVENT_TYPE] }
  const life = new Life({ subscriptions: [aSubscription(), aSubscription(other)] }).cancel()
  const [saving] = life.savings
  expect(saving?.deliveries).toMatchObject([
    {
      eventId: life.finished.id,
      subscriptionId: aSubscription().id,
      state: 'pending',
      sends: 0,
      dueAt: life.now,
    },
  ])
})

test('settling a second time is refused: an outcome never changes', () => {
  const life = new Life().claim().end({ kind: 'completed', data })
  const before = life.savings.length
  life.end({ kind: 'script-error', fault }).cancel().lose().waitedTooLong()
  expect(life.savings).toHaveLength(before)
  expect(life.reload.state).toBe('SUCCEEDED')
})

describe('the mark of an app that crashed the largest engine', () => {
  const memory: AttemptEnd = { kind: 'out-of-memory' }
  const onTheLargest = (scriptVersionId: string) => {
    const session = { ...ran, scriptVersionId: scriptVersionId as ScriptVersionId }
    const life = new Life()
    for (let size = 0; size <= LARGEST; size++) life.claim().end(memory, session)
    return life.savings.at(-1)?.app?.crashedOnMaxSize
  }

  test('is set when the script that crashed is the one that would run next', () => {
    expect(onTheLargest(anApp().currentScriptId!)).toEqual({ full: true, partial: false })
  })

  test('is not set when the script was changed meanwhile', () => {
    expect(onTheLargest('the one before')).toEqual({ full: false, partial: false })
  })
})

test('a reload that ends while it waits says so in its log, behind what its latest attempt told', () => {
  const { id } = aReload()
  const canceled = new Life().cancel().savings.at(-1)?.reload.log
  expect(canceled).toBe(`ReloadID: ${id}\r\nReload canceled\r\n`)
  const waited = new Life()
    .wait(6 * 60 * MINUTE)
    .waitedTooLong()
    .savings.at(-1)?.reload.log
  expect(waited).toBe(`ReloadID: ${id}\r\nReload exceeded its time limit\r\n`)
  const crash = { kind: 'crashed', message: 'x' } as const
  const requeued = new Life().claim().end(crash, ran, { log: 'ReloadID: r\r\nfirst try\r\n' })
  expect(requeued.cancel().savings.at(-1)?.reload.log).toBe('ReloadID: r\r\nfirst try\r\nReload canceled\r\n')
})

describe('the incident of an app', () => {
  const done: AttemptEnd = { kind: 'completed', data }
  const failed: AttemptEnd = { kind: 'script-error', fault }
  const alert = aSubscription({ channel: 'chat', alert: { on: ['failure', 'recovery'] } })
  /** How the app's record changes with the end of a reload, and how many deliveries the alert has of it. */
  const after = (failing: boolean | undefined, end: (life: Life) => Life) => {
    const app = anApp(defined({ failing }))
    const { savings } = end(new Life({ app, subscriptions: [alert] }))
    const { app: saved, deliveries } = savings.at(-1)!
    return [saved?.failing, deliveries?.length]
  }

  test.each<[string, boolean | undefined, (life: Life) => Life, (boolean | number | undefined)[]]>([
    ['is opened by the first failure', undefined, (life) => life.claim().end(failed), [true, 1]],
    ['is opened by a failure after a success', false, (life) => life.claim().end(failed), [true, 1]],
    ['is opened by a limit', false, (life) => life.wait(6 * 60 * MINUTE).waitedTooLong(), [true, 1]],
    ['stays open and silent', true, (life) => life.claim().end(failed), [undefined, 0]],
    ['is closed by the first success', true, (life) => life.claim().end(done), [false, 1]],
    ['is not there for a success after another', false, (life) => life.claim().end(done), [false, 0]],
    ['is not there for the first success', undefined, (life) => life.claim().end(done), [false, 0]],
    ['is not concerned by a cancel', true, (life) => life.cancel(), [undefined, 0]],
    [
      'is not concerned by a requeue',
      false,
      (life) => life.claim().end({ kind: 'crashed', message: '' }),
      [undefined, 0],
    ],
  ])('%s', (_label, failing, end, expected) => {
    expect(after(failing, end)).toEqual(expected)
  })
})
