/**
 * What holds for every schedule: order, inverse questions, no day lost or doubled, and searches that stay
 * short.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { systemZones } from '../../main/zones.ts'
import { DAY, HOUR, MINUTE, SECOND } from '../units.ts'
import { checkSchedule } from './check-schedule.ts'
import { JUMPS_MOST, noEffort } from './effort.ts'
import { latestAtOrBefore, nextAfter, occurrencesAfter, type Schedule } from './schedule.ts'

const zones = systemZones()

function schedule(zone: string, start: string, ...recurrence: string[]): Schedule {
  const terms = { now: 0, createdAt: 0, offsets: 'beside-zone', minimumGapMs: 0 } as const
  const checked = checkSchedule({ zone, start, recurrence }, terms, zones)
  if (checked.kind !== 'schedule') throw new Error(JSON.stringify(checked))
  return checked.schedule
}

/** Rules of all frequencies, with what the search takes at most: jumps and days looked at. */
const RULES: readonly (readonly [rule: string, jumps: number, days: number])[] = [
  ['FREQ=DAILY;BYHOUR=2;BYMINUTE=30;BYSECOND=0', 4, 0],
  ['FREQ=DAILY;INTERVAL=3;BYHOUR=2', 6, 0],
  ['FREQ=DAILY;INTERVAL=5;BYMONTH=2;BYMONTHDAY=29', 40, 1200],
  ['FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TU;BYHOUR=13;BYMINUTE=17;BYSECOND=0', 6, 30],
  ['FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1', 8, 120],
  ['FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13', 4, 500],
  ['FREQ=YEARLY', 4, 62],
  ['FREQ=YEARLY;BYWEEKNO=53;BYDAY=SA', 4, 4500],
  ['FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO', 4, 1200],
  ['FREQ=HOURLY;BYHOUR=10;BYMINUTE=20', 6, 0],
  ['FREQ=HOURLY;INTERVAL=5;BYDAY=MO;BYHOUR=3', 20, 100],
  ['FREQ=HOURLY;INTERVAL=25;BYHOUR=3', 60, 0],
  ['FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO;BYHOUR=3;BYMINUTE=7;BYSECOND=9', 6, 2400],
  ['FREQ=HOURLY;BYMINUTE=0,15,30,45;BYSETPOS=-1', 20, 0],
  ['FREQ=MINUTELY', 2, 0],
  ['FREQ=MINUTELY;INTERVAL=7;BYHOUR=8,9;BYDAY=MO,TU,WE,TH,FR', 8, 40],
  ['FREQ=MINUTELY;INTERVAL=1439;BYHOUR=3;BYMINUTE=7', 3000, 0],
]

const START = '2026-02-03T05:20:10'
const begin = Date.parse(`${START}Z`)
const moments = fc
  .integer({ min: -100, max: 12 * 365 * 24 * 3600 })
  .map((seconds) => begin + seconds * SECOND)

describe.each(RULES)('%s', (rule, jumpsMost, daysMost) => {
  const here = schedule('America/New_York', START, rule)

  it('goes on, and looks back to where it was', () => {
    fc.assert(
      fc.property(moments, (moment) => {
        const next = nextAfter(here, moment, zones)!
        expect(next).toBeGreaterThan(moment)
        expect(latestAtOrBefore(here, next, zones)).toBe(next)
        const before = latestAtOrBefore(here, next - 1, zones)
        if (before !== undefined) expect(before).toBeLessThanOrEqual(moment)
        const [first, second] = occurrencesAfter(here, moment, zones)
        expect([first!.at, second!.at]).toEqual([next, nextAfter(here, next, zones)])
      }),
      { numRuns: 15 },
    )
  })

  it('seeks: few steps, and not more of them far from the start', () => {
    fc.assert(
      fc.property(moments, (moment) => {
        const effort = noEffort()
        nextAfter(here, moment, zones, effort)
        expect(effort.jumps).toBeLessThanOrEqual(jumpsMost)
        expect(effort.days).toBeLessThanOrEqual(daysMost)
      }),
      { numRuns: 30 },
    )
  })
})

it('takes as many steps a thousand years after the start', () => {
  for (const [rule, jumpsMost, daysMost] of RULES) {
    const effort = noEffort()
    nextAfter(schedule('UTC', START, rule), Date.parse('3026-05-05T05:05:05Z'), zones, effort)
    expect(effort.jumps, rule).toBeLessThanOrEqual(jumpsMost)
    expect(effort.days, rule).toBeLessThanOrEqual(2 * daysMost)
  }
})

it('gives up on a rule that never runs', () => {
  const never: Schedule = {
    ...schedule('Europe/Berlin', START, 'FREQ=DAILY'),
    rules: [{ frequency: 'HOURLY', interval: 24 * 7, weekStart: 0, byDay: [{ weekday: 4 }] }],
  }
  const effort = noEffort()
  expect(nextAfter(never, begin, zones, effort)).toBeUndefined()
  expect(effort.jumps).toBeLessThanOrEqual(JUMPS_MOST)
})

it('loses no day and doubles none, in any zone and year', () => {
  const zone = fc.constantFrom(...Intl.supportedValuesOf('timeZone'))
  const year = fc.integer({ min: 1971, max: 2037 })
  fc.assert(
    fc.property(zone, year, fc.nat(DAY / MINUTE - 1), (zone, year, minute) => {
      const hour = Math.floor(minute / 60)
      const daily = schedule(
        zone,
        `${year}-01-01T00:00:00`,
        `FREQ=DAILY;BYHOUR=${hour};BYMINUTE=${minute % 60}`,
      )
      let before: number | undefined
      let runs = 0
      for (const { at, local, shifted } of occurrencesAfter(daily, 0, zones)) {
        if (++runs > 366) break
        const wall = Date.parse(`${local.slice(0, 19)}Z`)
        if (shifted !== 'gap') expect((wall % DAY) / MINUTE).toBe(minute)
        // Four zones have left out or repeated a day.
        const crossesDateLine =
          Math.abs(zones.offsetAt(zone, at) - zones.offsetAt(zone, at - 2 * DAY)) > 12 * HOUR
        if (before !== undefined && !crossesDateLine) {
          expect(at - before).toBeGreaterThan(20 * HOUR)
          expect(at - before).toBeLessThan(28 * HOUR)
        }
        before = at
      }
    }),
    { numRuns: 40 },
  )
})
