import { expect, test } from 'vitest'
import { aTask } from '../../../test/support/records.ts'
import { systemZones } from '../../main/zones.ts'
import type { RunId } from '../ids.ts'
import { checkSchedule } from '../recurrence/check-schedule.ts'
import { afterRun } from './ended.ts'
import { runOf, type TaskRun } from './run.ts'
import { retriggered, switchedOff, switchedOn } from './switching.ts'
import { dueAt, type Task } from './task.ts'

const zones = systemZones()
const NOW = Date.UTC(2026, 10, 2, 12)
const NOON = Date.UTC(2026, 10, 3, 12)

function noonTask(change: Partial<Task> = {}): Task {
  const terms = { now: NOW, createdAt: NOW, offsets: 'beside-zone' } as const
  const checked = checkSchedule({ recurrence: ['FREQ=DAILY;BYHOUR=12;BYMINUTE=0;BYSECOND=0'] }, terms, zones)
  if (checked.kind !== 'schedule') throw new Error('refused')
  return aTask({ enabled: false, triggers: { schedule: checked.schedule }, ...change })
}

const run = (id: string, startedAt: number): TaskRun => ({
  ...runOf(aTask(), id as RunId, id, { kind: 'hand', userId: aTask().ownerId }, startedAt),
  startedAt,
})

test('on: only instants after now, failures and codes forgotten', () => {
  const off = noonTask({ disabledCode: 'MANUALLY' })
  const on = switchedOn({ ...off, state: { ...off.state, failuresInRow: 4 } }, NOW, zones)
  expect(on).toMatchObject({ enabled: true, state: { failuresInRow: 0, nextInstant: NOON } })
  expect(on.disabledCode).toBeUndefined()
})

test('off: nothing is due, what a join has heard is forgotten, the first code stays', () => {
  const on = switchedOn(noonTask(), NOW, zones)
  const off = switchedOff({ ...on, state: { ...on.state, joined: { a: 'r' as RunId } } }, 'OWNER-DISABLED')
  expect(off).toMatchObject({ enabled: false, disabledCode: 'OWNER-DISABLED', state: { joined: {} } })
  expect(dueAt(off)).toBeUndefined()
  expect(switchedOff(off, 'MANUALLY').disabledCode).toBe('OWNER-DISABLED')
})

test('new triggers wait from now on', () => {
  const on = switchedOn(noonTask(), NOW, zones)
  const { triggers } = noonTask()
  expect(retriggered({ ...on, triggers: {} }, NOW, zones).state.nextInstant).toBeUndefined()
  expect(retriggered({ ...on, triggers }, NOON, zones).state.nextInstant).toBe(Date.UTC(2026, 10, 4, 12))
  expect(retriggered(switchedOff(on, 'MANUALLY'), NOW, zones).state.nextInstant).toBeUndefined()
})

test('the fifth failure in a row switches off; cancels do not count, a success begins anew', () => {
  let task = switchedOn(noonTask(), NOW, zones)
  const ends = [
    'failed',
    'failed',
    'aborted',
    'failed',
    'failed',
    'succeeded',
    'failed',
    'failed',
    'aborted',
  ] as const
  for (const [at, end] of ends.entries()) task = afterRun(task, run(`r${at}`, NOW + at), end, 5)
  expect(task).toMatchObject({ enabled: true, state: { failuresInRow: 2 } })
  for (let at = 20; at < 23; at++) task = afterRun(task, run(`r${at}`, NOW + at), 'failed', 5)
  expect(task).toMatchObject({ enabled: false, disabledCode: 'CONSECUTIVE-FAILURES' })
})

test('no number of failures switches off when that is off', () => {
  let task = switchedOn(noonTask(), NOW, zones)
  for (let at = 0; at < 20; at++) task = afterRun(task, run(`r${at}`, NOW + at), 'failed', 0)
  expect(task).toMatchObject({ enabled: true, state: { failuresInRow: 20 } })
})

test('the last run is the one that started last, not the one that ended last', () => {
  const later = afterRun(aTask(), { ...run('later', NOW + 10), state: 'succeeded' }, 'succeeded', 5)
  const then = afterRun(later, { ...run('earlier', NOW), state: 'failed' }, 'failed', 5)
  expect(then.state.lastRun).toMatchObject({ id: 'later', status: 'succeeded' })
})
