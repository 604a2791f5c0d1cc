import { describe, expect, test } from 'vitest'
import { APP_ID, aTask, SPACE_ID, USER_ID } from '../../../test/support/records.ts'
import type { AppId, RunId, TaskId } from '../ids.ts'
import { CHAIN_DEPTH_MAX, type EndedRun, hear, heardUnder, listensUnder } from './hearing.ts'
import type { EndsOfTasks, Task, TaskEvent } from './task.ts'

const UPSTREAM = 'aaaaaaaa-0000-4000-8000-000000000001' as TaskId
const OTHER = 'aaaaaaaa-0000-4000-8000-000000000002' as TaskId
const RUN = 'rrrrrrrr-0000-7000-8000-000000000001' as RunId
const NEW = { id: 'rrrrrrrr-0000-7000-8000-000000000002' as RunId, now: 5000 }

const succeeded: EndedRun = {
  taskId: UPSTREAM,
  taskName: 'up',
  runId: RUN,
  end: 'succeeded',
  appId: APP_ID,
  spaceId: SPACE_ID,
  depth: 0,
}

const event = (change: Partial<TaskEvent> = {}): TaskEvent => ({
  name: 'a',
  taskId: UPSTREAM,
  status: 'succeeded',
  ...change,
})

function listener(
  events: readonly TaskEvent[],
  join: EndsOfTasks['join'] = 'any',
  change: Partial<Task> = {},
) {
  return aTask({ enabled: true, triggers: { ends: { join, events } }, ...change })
}

const hears = (task: Task, ended = succeeded, waits = false) => hear(task, ended, waits, NEW)

describe('one event', () => {
  test('that matches makes a run that waits, of the listener and for its owner', () => {
    const { run } = hears(listener([event()]))!
    expect(run).toMatchObject({
      id: NEW.id,
      state: 'waiting',
      key: `end:${RUN}`,
      notBefore: NEW.now,
      executedAs: USER_ID,
      cause: { kind: 'ends', depth: 1, of: [{ event: 'a', taskId: UPSTREAM, taskName: 'up', runId: RUN }] },
    })
  })

  test.each([
    ['another task', event({ taskId: OTHER }), succeeded],
    ['another app', event({ appId: 'another' as AppId }), succeeded],
    ['another end', event({ status: 'failed' }), succeeded],
    [
      'an aborted run, for one that waits for failures',
      event({ status: 'failed' }),
      { ...succeeded, end: 'aborted' } as const,
    ],
    ['an aborted run, for one that waits for successes', event(), { ...succeeded, end: 'aborted' } as const],
  ])('that does not match is not heard: %s', (_what, one, ended) => {
    expect(hears(listener([one]), ended)).toBeUndefined()
  })

  test.each(['succeeded', 'failed', 'aborted'] as const)('of any status hears %s', (end) => {
    expect(hears(listener([event({ status: 'any' })]), { ...succeeded, end })?.run).toBeDefined()
  })

  test('is not heard by the task itself, by one that is off, by one that migrated', () => {
    const every: TaskEvent = { name: 'a', status: 'any' }
    expect(hears(listener([every], 'any', { id: UPSTREAM }))).toBeUndefined()
    expect(hears(listener([every], 'any', { enabled: false }))).toBeUndefined()
    expect(hears(listener([every], 'any', { migrated: true }))).toBeUndefined()
    expect(hears(listener([every]))).toBeDefined()
  })

  test('makes no second run while one waits', () => {
    expect(hears(listener([event()]), succeeded, true)).toEqual({ task: listener([event()]) })
  })

  test('ends a chain that can only be a circle', () => {
    expect(hears(listener([event()]), { ...succeeded, depth: CHAIN_DEPTH_MAX - 1 })?.run).toBeDefined()
    expect(hears(listener([event()]), { ...succeeded, depth: CHAIN_DEPTH_MAX })).toBeUndefined()
  })
})

describe('a join of two', () => {
  const both = [event(), event({ name: 'b', taskId: OTHER })]
  const fromOther = { ...succeeded, taskId: OTHER, runId: 'other-run' as RunId }

  test('waits for both, whatever their order, and then begins anew', () => {
    for (const [first, second] of [
      [succeeded, fromOther],
      [fromOther, succeeded],
    ] as const) {
      const half = hears(listener(both, 'all'), first)!
      expect(half.run).toBeUndefined()
      expect(Object.values(half.task.state.joined)).toEqual([first.runId])
      const whole = hears(half.task, second)!
      expect(whole.run?.key).toBe(`end:${second.runId}`)
      expect(whole.task.state.joined).toEqual({})
    }
  })

  test('takes the same event twice as one', () => {
    const half = hears(listener(both, 'all'))!
    const again = hears(half.task, { ...succeeded, runId: 'later' as RunId })!
    expect(again.run).toBeUndefined()
    expect(again.task.state.joined).toEqual({ a: 'later' })
  })

  test('may be filled by one end alone', () => {
    const same = [event(), event({ name: 'b', taskId: UPSTREAM, status: 'any' })]
    expect(hears(listener(same, 'all'))?.run).toBeDefined()
  })
})

test('whoever hears an end stands under one of the texts under which it is heard', () => {
  const parts: Partial<TaskEvent>[] = [
    {},
    { appId: APP_ID },
    { spaceId: SPACE_ID },
    { taskId: UPSTREAM },
    { taskId: UPSTREAM, appId: APP_ID, spaceId: SPACE_ID },
    { taskId: OTHER },
    { appId: 'another' as AppId },
  ]
  for (const part of parts) {
    const task = listener([{ name: 'a', status: 'any', ...part }])
    const found = listensUnder(task).some((text) => heardUnder(succeeded).includes(text))
    if (hears(task) !== undefined) expect(found, JSON.stringify(part)).toBe(true)
    expect(listensUnder(task)).toHaveLength(1)
  }
  expect(listensUnder(listener([event()], 'any', { enabled: false }))).toHaveLength(1)
  expect(listensUnder(listener([event()], 'any', { migrated: true }))).toEqual([])
})
