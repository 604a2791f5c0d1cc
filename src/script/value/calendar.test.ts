import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  addMonths,
  civilDate,
  dayNumber,
  dayOf,
  daysInMonth,
  isInCalendar,
  timeOfDay,
  weekdayOf,
  weekNumber,
  weekStart,
} from './calendar.ts'

const EPOCH_MS = Date.UTC(1899, 11, 30)
/** Years 1 to 9999. */
const days = fc.integer({ min: -693_593, max: 2_958_465 })
const rules = fc.record({
  firstWeekDay: fc.integer({ min: 0, max: 6 }),
  brokenWeeks: fc.boolean(),
  referenceDay: fc.integer({ min: 1, max: 7 }),
})

describe('a serial day', () => {
  test('is the date that the platform calendar has', () => {
    fc.assert(
      fc.property(days, (day) => {
        const date = new Date(EPOCH_MS + day * 86_400_000)
        expect(civilDate(day)).toEqual({
          year: date.getUTCFullYear(),
          month: date.getUTCMonth() + 1,
          day: date.getUTCDate(),
        })
        expect(weekdayOf(day)).toBe((date.getUTCDay() + 6) % 7)
      }),
    )
  })

  test('comes back from its date', () => {
    fc.assert(
      fc.property(days, (day) => {
        const { year, month, day: dayOfMonth } = civilDate(day)
        expect(dayNumber(year, month, dayOfMonth)).toBe(day)
      }),
    )
  })

  test('carries months and days that do not exist', () => {
    expect(dayNumber(2012, 13, 1)).toBe(dayNumber(2013, 1, 1))
    expect(dayNumber(2012, 0, 1)).toBe(dayNumber(2011, 12, 1))
    expect(dayNumber(2012, 2, 30)).toBe(dayNumber(2012, 3, 1))
  })
})

test('the calendar goes from year 0 to the end of 9999', () => {
  const [first, last] = [dayNumber(0, 1, 1), dayNumber(9999, 12, 31)]
  expect([first - 1, first, last + 0.99, last + 1, Number.NaN].map(isInCalendar)).toEqual([
    false,
    true,
    true,
    false,
    false,
  ])
})

test('a moment a hair before midnight is midnight, not 23:59:59.999…', () => {
  const moment = 45_000 - 1e-10
  expect([dayOf(moment), timeOfDay(moment)]).toEqual([45_000, 0])
  expect([dayOf(-0.25), timeOfDay(-0.25)]).toEqual([-1, 64_800_000])
})

describe('weeks', () => {
  test('of the default rule are those of ISO 8601', () => {
    fc.assert(
      fc.property(days, (day) => {
        const rule = { firstWeekDay: 0, brokenWeeks: false, referenceDay: 4 }
        // ISO: the week belongs to the year of its Thursday.
        const thursday = weekStart(day, 0) + 3
        const { year } = civilDate(thursday)
        const week = Math.floor((thursday - dayNumber(year, 1, 1)) / 7) + 1
        expect(weekNumber(day, rule)).toEqual({ year, week })
      }),
    )
  })

  test('follow each other without a gap under every rule', () => {
    fc.assert(
      fc.property(days, rules, (day, rule) => {
        const today = weekNumber(day, rule)
        const tomorrow = weekNumber(day + 1, rule)
        const same = today.year === tomorrow.year && today.week === tomorrow.week
        const next = today.year === tomorrow.year && today.week + 1 === tomorrow.week
        const newYear = today.year + 1 === tomorrow.year && tomorrow.week === 1 && today.week >= 52
        expect(same || next || newYear).toBe(true)
        const startsTomorrow = weekdayOf(day + 1) === rule.firstWeekDay
        const newYearTomorrow = rule.brokenWeeks && civilDate(day + 1).year !== civilDate(day).year
        expect(same).toBe(!startsTomorrow && !newYearTomorrow)
      }),
    )
  })
})

test('months added stay in the month they come to, and add up for days all months have', () => {
  const months = fc.integer({ min: -500, max: 500 })
  fc.assert(
    fc.property(days, months, months, fc.boolean(), (day, a, b, fromEnd) => {
      const from = civilDate(day)
      const to = civilDate(addMonths(day, a, fromEnd))
      expect(to.year * 12 + to.month).toBe(from.year * 12 + from.month + a)
      if (fromEnd) {
        const left = daysInMonth(from.year, from.month) - from.day
        const toLength = daysInMonth(to.year, to.month)
        expect(to.day).toBe(Math.max(1, toLength - left))
      } else if (from.day <= 28) {
        expect(addMonths(addMonths(day, a, false), b, false)).toBe(addMonths(day, a + b, false))
      }
    }),
  )
})
