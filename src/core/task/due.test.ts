import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { aTask } from '../../../test/support/records.ts'
import { systemZones } from '../../main/zones.ts'
import { checkSchedule } from '../recurrence/check-schedule.ts'
import { MISSED_COUNTED_MAX } from '../recurrence/come-due.ts'
import { occurrencesAfter, type Schedule } from '../recurrence/schedule.ts'
import { DAY, HOUR, MINUTE, SECOND } from '../units.ts'
import { IN_TIME_MS, type Tick, type TickWorld, tick } from './due.ts'
import { dueAt, type Task } from './task.ts'

const zones = systemZones()
/** 2026-11-02, midnight in UTC. */
const BEGIN = Date.UTC(2026, 10, 2)
const OPEN: TickWorld = { zones, paused: false, isOff: () => false }

function scheduled(rule: string, zone = 'UTC'): Schedule {
  const terms = { now: BEGIN, createdAt: BEGIN, offsets: 'beside-zone', minimumGapMs: SECOND } as const
  const checked = checkSchedule({ recurrence: [rule], zone, start: '2026-11-02T00:00:00' }, terms, zones)
  if (checked.kind !== 'schedule') throw new Error(JSON.stringify(checked))
  return checked.schedule
}

function daily(change: Partial<Task> = {}): Task {
  const base = aTask({ enabled: true, triggers: { schedule: scheduled('FREQ=DAILY;BYHOUR=2') }, ...change })
  return { ...base, state: { ...base.state, nextInstant: at(0, 2) } }
}

const at = (day: number, hour: number, minute = 0) => BEGIN + day * DAY + hour * HOUR + minute * MINUTE

describe('an instant that has come', () => {
  test('runs, and the next one is awaited', () => {
    const ticked = tick(daily(), at(0, 2), OPEN)!
    expect(ticked).toMatchObject({ runs: at(0, 2), notRun: [] })
    expect(ticked.task.state.nextInstant).toBe(at(1, 2))
  })

  test('is not there before its time, nor without a schedule, nor of a task that is off', () => {
    expect(tick(daily(), at(0, 2) - 1, OPEN)).toBeUndefined()
    expect(tick(daily({ enabled: false }), at(0, 2), OPEN)).toBeUndefined()
    expect(tick(daily({ triggers: {} }), at(0, 2), OPEN)).toBeUndefined()
  })

  test('runs by its jitter later, with the instant as its own', () => {
    const task = daily({ jitterMs: 5 * MINUTE })
    expect(tick(task, at(0, 2, 4), OPEN)).toBeUndefined()
    expect(tick(task, at(0, 2, 5), OPEN)).toMatchObject({ runs: at(0, 2) })
  })

  test('runs at the end of the catch-up window, and not after it', () => {
    expect(tick(daily({ catchUpWindowMs: HOUR }), at(0, 3), OPEN)).toMatchObject({
      runs: at(0, 2),
      notRun: [],
    })
    const late = tick(daily({ catchUpWindowMs: HOUR }), at(0, 3) + 1, OPEN)!
    expect(late.runs).toBeUndefined()
    expect(late.notRun).toEqual([missedOnce(at(0, 2), 'late')])
  })

  test('a little late is in time, whatever the window', () => {
    expect(tick(daily({ catchUpWindowMs: 0 }), at(0, 2) + IN_TIME_MS, OPEN)?.runs).toBe(at(0, 2))
    expect(tick(daily({ catchUpWindowMs: 0 }), at(0, 2) + IN_TIME_MS + 1, OPEN)?.runs).toBeUndefined()
  })

  test('of several only the latest runs; the others are recorded as one', () => {
    const ticked = tick(daily({ catchUpWindowMs: HOUR }), at(4, 2, 30), OPEN)!
    const missed = { from: at(0, 2), count: 4, more: false }
    expect(ticked.runs).toBe(at(4, 2))
    expect(ticked.notRun).toEqual([
      { cause: { kind: 'schedule', instant: at(3, 2), missed }, state: 'missed', reason: 'late' },
    ])
  })

  test('while the tenant is paused all are missed', () => {
    const ticked = tick(daily(), at(1, 2), { ...OPEN, paused: true })!
    expect(ticked.runs).toBeUndefined()
    expect(ticked.notRun).toMatchObject([
      { reason: 'paused', cause: { instant: at(1, 2), missed: { from: at(0, 2), count: 2 } } },
    ])
  })

  test('on a day without runs it is skipped', () => {
    const ticked = tick(daily(), at(0, 2), { ...OPEN, isOff: (instant) => instant === at(0, 2) })!
    expect(ticked.runs).toBeUndefined()
    expect(ticked.notRun).toEqual([
      { cause: { kind: 'schedule', instant: at(0, 2) }, state: 'skipped', reason: 'calendar' },
    ])
  })

  test('the last one completes the schedule', () => {
    const task = daily({ triggers: { schedule: scheduled('FREQ=DAILY;BYHOUR=2;COUNT=1') } })
    const { state } = tick(task, at(0, 2), OPEN)!.task
    expect(state.completed).toBe(true)
    expect(state.nextInstant).toBeUndefined()
  })

  test('very many missed ones are counted up to a bound, and it says that there are more', () => {
    const task = daily({ triggers: { schedule: scheduled('FREQ=MINUTELY') }, catchUpWindowMs: 0 })
    const [record] = tick(task, at(2, 2), OPEN)!.notRun
    expect(record!.cause.missed).toEqual({ from: at(0, 2), count: MISSED_COUNTED_MAX, more: true })
  })
})

test('whenever somebody looks, each instant is run once or recorded once, in order', () => {
  const rules = fc.constantFrom('FREQ=HOURLY', 'FREQ=DAILY;BYHOUR=2,14', 'FREQ=MINUTELY;INTERVAL=7')
  const world = fc.record({
    rule: rules,
    zone: fc.constantFrom('Europe/Berlin', 'Australia/Lord_Howe', 'UTC'),
    looks: fc.array(fc.integer({ min: 1, max: 30 * HOUR }), { minLength: 1, maxLength: 30 }),
    catchUpWindowMs: fc.integer({ min: 0, max: 3 * HOUR }),
    jitterMs: fc.integer({ min: 0, max: 10 * MINUTE }),
    pausedUntil: fc.integer({ min: 0, max: 10 * DAY }),
  })
  fc.assert(
    fc.property(world, ({ rule, zone, looks, pausedUntil, ...settings }) => {
      const schedule = scheduled(rule, zone)
      const first = occurrencesAfter(schedule, BEGIN, zones).next().value!.at
      let task = daily({ triggers: { schedule }, ...settings })
      task = { ...task, state: { ...task.state, nextInstant: first } }
      const told: number[] = []
      let now = BEGIN
      for (const ms of looks) {
        now += ms
        const paused = now < BEGIN + pausedUntil
        const ticked = tick(task, now, { ...OPEN, paused })
        if (ticked === undefined) continue
        told.push(...instantsOf(ticked, schedule))
        task = ticked.task
      }
      const expected: number[] = []
      for (const { at: instant } of occurrencesAfter(schedule, first - SECOND, zones)) {
        if (instant + settings.jitterMs > now) break
        expected.push(instant)
      }
      expect(told).toEqual(expected)
      expect(dueAt(task)).toBeGreaterThan(now)
    }),
    { numRuns: 60 },
  )
})

/** All instants that a tick speaks of. */
function instantsOf({ notRun, runs }: Tick, schedule: Schedule): number[] {
  const recorded = notRun.flatMap(({ cause: { instant, missed } }) => {
    if (missed === undefined) return [instant]
    const between: number[] = []
    for (const { at: each } of occurrencesAfter(schedule, missed.from - SECOND, zones)) {
      if (each > instant) break
      between.push(each)
    }
    expect(missed.count).toBe(Math.min(between.length, MISSED_COUNTED_MAX))
    expect(missed.more).toBe(between.length > MISSED_COUNTED_MAX)
    return between
  })
  return runs === undefined ? recorded : [...recorded, runs]
}

function missedOnce(instant: number, reason: string) {
  const missed = { from: instant, count: 1, more: false }
  return { cause: { kind: 'schedule', instant, missed }, state: 'missed', reason }
}
