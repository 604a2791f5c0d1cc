/** Random rules around changes of clocks, against every minute of those days. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runsOf, type ZoneMinutes, zoneMinutes } from '../../../test/support/minute-by-minute.ts'
import { systemZones } from '../../main/zones.ts'
import { defined } from '../defined.ts'
import { DAY, HOUR, MINUTE, SECOND } from '../units.ts'
import { FREQUENCIES, type Rule } from './rule.ts'
import { latestAtOrBefore, nextAfter, occurrencesAfter, type Schedule } from './schedule.ts'

const RULES = Number(process.env.RECURRENCE_RULES ?? 20)
const DAYS = 5

/** Zones with the day before a change of their clocks; Kolkata has half hours and no changes. */
const PLACES: readonly (readonly [zone: string, day: string])[] = [
  ['Europe/Berlin', '2026-03-27'],
  ['Europe/Berlin', '2026-10-23'],
  ['America/New_York', '2026-03-06'],
  ['America/New_York', '2026-10-30'],
  ['Australia/Lord_Howe', '2026-10-02'],
  ['Australia/Lord_Howe', '2026-04-03'],
  ['Africa/Casablanca', '2026-02-13'],
  ['Africa/Casablanca', '2026-03-20'],
  ['Asia/Kolkata', '2026-12-30'],
  ['America/Santiago', '2026-09-04'],
  ['America/Santiago', '2026-04-03'],
]

const zones = systemZones()

describe('random rules run as every minute says', () => {
  it.each(PLACES)('%s from %s', (zone, day) => {
    const first = Date.parse(`${day}T00:00:00Z`)
    const minutes = zoneMinutes(zone, first, first + DAYS * DAY)
    fc.assert(
      fc.property(schedules(minutes), fc.nat(DAYS * 24 * 60 - 1), (schedule, minute) => {
        const start = startOf(schedule)
        const expected = union(schedule, start, minutes)
        const found: number[] = []
        for (const { at } of occurrencesAfter(schedule, minutes.first - SECOND, zones)) {
          if (at >= minutes.end) break
          found.push(at)
        }
        expect(texts(found)).toEqual(texts(expected))
        const asked = minutes.first + minute * MINUTE
        const next = expected.find((at) => at > asked)
        if (next !== undefined) expect(nextAfter(schedule, asked, zones)).toBe(next)
        const latest = expected.findLast((at) => at <= asked)
        if (latest !== undefined) expect(latestAtOrBefore(schedule, asked, zones)).toBe(latest)
      }),
      { numRuns: RULES },
    )
  })
})

function union(schedule: Schedule, start: { at: number; wallMs: number }, minutes: ZoneMinutes): number[] {
  const all = schedule.rules.flatMap((rule) => runsOf(rule, start, minutes, schedule.dstGap === 'skip'))
  return [...new Set(all)].sort((a, b) => a - b)
}

function startOf({ start, zone }: Schedule): { at: number; wallMs: number } {
  if (start.kind !== 'instant') throw new Error('these schedules start at instants')
  return { at: start.instantMs, wallMs: start.instantMs + zones.offsetAt(zone, start.instantMs) }
}

function texts(instants: readonly number[]): string[] {
  return instants.map((at) => new Date(at).toISOString())
}

function schedules(minutes: ZoneMinutes): fc.Arbitrary<Schedule> {
  return fc
    .record({
      rules: fc.array(rules(minutes), { minLength: 1, maxLength: 2 }),
      daysBefore: fc.constantFrom(0, 1, 1, 7, 20, 400),
      minute: fc.nat(24 * 60),
      second: fc.constantFrom(0, 0, 17),
      dstGap: fc.constantFrom('shift', 'shift', 'skip'),
    })
    .map(({ rules, daysBefore, minute, second, dstGap }): Schedule => {
      const instantMs = minutes.first - daysBefore * DAY + minute * MINUTE + second * SECOND
      return {
        zone: minutes.zone,
        rules,
        start: { kind: 'instant', instantMs },
        dstGap: dstGap as Schedule['dstGap'],
      }
    })
}

function rules(minutes: ZoneMinutes): fc.Arbitrary<Rule> {
  const here = new Date(minutes.first)
  const some = <T>(value: fc.Arbitrary<T>, weight: number, most = 3) =>
    fc.option(fc.uniqueArray(value, { minLength: 1, maxLength: most }), { freq: weight, nil: undefined })
  const weekday = fc.record({
    weekday: fc.nat(6),
    ordinal: fc.constantFrom(undefined, 1, 2, 3, 4, -1, -2, -5),
  })
  return fc
    .record({
      frequency: fc.constantFrom(...FREQUENCIES),
      interval: fc.constantFrom(1, 1, 1, 2, 3, 5, 7),
      weekStart: fc.nat(6),
      byMonth: some(fc.constantFrom(here.getUTCMonth() + 1, ((here.getUTCMonth() + 1) % 12) + 1), 1),
      byWeekNo: some(fc.oneof(fc.constantFrom(1, 53, -1), weeksOf(minutes)), 1),
      byYearDay: some(fc.oneof(fc.constantFrom(1, 366, -1), yearDaysOf(minutes)), 1),
      byMonthDay: some(fc.oneof(fc.constantFrom(1, 31, -1, -3), monthDaysOf(minutes)), 1, 5),
      byDay: some(weekday, 1, 4),
      byHour: some(fc.oneof(fc.nat(4), fc.nat(23)), 3),
      byMinute: some(fc.constantFrom(0, 5, 15, 20, 30, 45, 59), 3, 4),
      bySecond: fc.constantFrom(undefined, undefined, [0], [30]),
      bySetPos: some(fc.constantFrom(1, 2, 3, -1, -2, 7), 1),
    })
    .map((parts) => lawful(parts as Parts))
}

type Parts = { -readonly [Name in keyof Rule]: Rule[Name] | undefined } & Pick<Rule, 'frequency'>

/** Takes out what RFC 5545 forbids, as the parser refuses it. */
function lawful(parts: Parts): Rule {
  const { frequency } = parts
  if (frequency !== 'YEARLY') parts.byWeekNo = undefined
  if (['MONTHLY', 'WEEKLY', 'DAILY'].includes(frequency)) parts.byYearDay = undefined
  if (frequency === 'WEEKLY') parts.byMonthDay = undefined
  const numbered = frequency === 'MONTHLY' || (frequency === 'YEARLY' && parts.byWeekNo === undefined)
  parts.byDay = parts.byDay?.map(({ weekday, ordinal }) =>
    numbered ? { weekday, ...defined({ ordinal }) } : { weekday },
  )
  const sorted = Object.entries(parts).map(([name, value]) => [
    name,
    Array.isArray(value) && name !== 'byDay' ? value.toSorted((a, b) => a - b) : value,
  ])
  return defined(Object.fromEntries(sorted)) as Rule
}

function weeksOf({ first }: ZoneMinutes): fc.Arbitrary<number> {
  const week = Math.ceil((first - Date.UTC(new Date(first).getUTCFullYear(), 0, 1)) / (7 * DAY))
  return fc.integer({ min: Math.max(1, week - 1), max: Math.min(53, week + 2) })
}

function yearDaysOf({ first }: ZoneMinutes): fc.Arbitrary<number> {
  const day = (first - Date.UTC(new Date(first).getUTCFullYear(), 0, 1)) / DAY + 1
  return fc.integer({ min: day, max: Math.min(366, day + DAYS) })
}

function monthDaysOf({ first }: ZoneMinutes): fc.Arbitrary<number> {
  return fc.integer({ min: 0, max: DAYS }).map((days) => new Date(first + days * DAY + HOUR).getUTCDate())
}
