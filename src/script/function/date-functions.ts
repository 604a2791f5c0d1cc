/**
 * Parts of dates, and dates made of parts or moved (SEMANTICS L7, L9, L10, L15 to L18). A text argument is
 * interpreted.
 */

import type { EvaluationContext } from '../evaluate/evaluate.ts'
import {
  addMonths,
  civilDate,
  dayNumber,
  dayOf,
  daysInMonth,
  firstWeekStart,
  timeOfDay,
  weekdayOf,
  weekNumber,
} from '../value/calendar.ts'
import { asDate, asTime } from '../value/formatted-value.ts'
import type { Value } from '../value/value.ts'
import { weekRule } from '../value/week-rule.ts'
import { type Arguments, moment, number, numberOr } from './argument.ts'
import type { ScalarFunction } from './scalar-function.ts'

export const DATE_FUNCTIONS: readonly ScalarFunction[] = [
  ofMoment('Year', (at) => civilDate(dayOf(at)).year),
  ofMoment('Month', (at, { settings }) => {
    const { month } = civilDate(dayOf(at))
    return { text: settings.monthNames[month - 1] ?? '', number: month }
  }),
  ofMoment('Day', (at) => civilDate(dayOf(at)).day),
  ofMoment('Hour', (at) => Math.floor(timeOfDay(at) / 3_600_000)),
  ofMoment('Minute', (at) => Math.floor(timeOfDay(at) / 60_000) % 60),
  ofMoment('Second', (at) => Math.floor(timeOfDay(at) / 1000) % 60),
  { name: 'WeekDay', min: 1, max: 2, evaluate: weekDay },
  { name: 'Week', min: 1, max: 4, evaluate: ofWeek('week') },
  { name: 'WeekYear', min: 1, max: 4, evaluate: ofWeek('year') },
  { name: 'DayNumberOfYear', min: 1, max: 2, evaluate: dayNumberOf(12) },
  { name: 'DayNumberOfQuarter', min: 1, max: 2, evaluate: dayNumberOf(3) },
  { name: 'MakeDate', min: 1, max: 3, evaluate: makeDate },
  { name: 'MakeTime', min: 1, max: 3, evaluate: makeTime },
  { name: 'MakeWeekDate', min: 1, max: 6, evaluate: makeWeekDate },
  { name: 'AddMonths', min: 2, max: 3, evaluate: shifted(1) },
  { name: 'AddYears', min: 2, max: 2, evaluate: shifted(12) },
  { name: 'SetDateYear', min: 2, max: 2, evaluate: setDate },
  { name: 'SetDateYearMonth', min: 3, max: 3, evaluate: setDate },
  { name: 'Age', min: 2, max: 2, evaluate: age },
]

function ofMoment(name: string, apply: (at: number, context: EvaluationContext) => Value): ScalarFunction {
  return {
    name,
    min: 1,
    max: 1,
    evaluate: (args, context) => {
      const at = moment(args, 0, context)
      return at === null ? null : apply(at, context)
    },
  }
}

/** The short name, and the number of the day counted from the first week day (L7). */
function weekDay(args: Arguments, context: EvaluationContext): Value {
  const at = moment(args, 0, context)
  const rule = weekRule(args, 1, context)
  if (at === null || rule === null) return null
  const weekday = weekdayOf(dayOf(at))
  return {
    text: context.settings.dayNames[weekday] ?? '',
    number: (weekday - rule.firstWeekDay + 7) % 7,
  }
}

function ofWeek(part: 'week' | 'year'): ScalarFunction['evaluate'] {
  return (args, context) => {
    const at = moment(args, 0, context)
    const rule = weekRule(args, 1, context)
    return at === null || rule === null ? null : weekNumber(dayOf(at), rule)[part]
  }
}

/** Every year has 366 days here, so that a day has one number in all years (L15). */
function dayNumberOf(months: number): ScalarFunction['evaluate'] {
  return (args, context) => {
    const at = moment(args, 0, context)
    const firstMonth = numberOr(args, 1, context, 1)
    if (at === null || firstMonth === null) return null
    const { month, day } = civilDate(dayOf(at))
    const monthsIn = (((month - Math.trunc(firstMonth)) % months) + months) % months
    return leapDay(month, day) - leapDay(month - monthsIn, 1) + 1
  }
}

/** Day of a leap year and, for months below 1, of the leap year before it. */
function leapDay(month: number, day: number): number {
  return month < 1 ? dayNumber(LEAP_YEAR, month + 12, day) - LEAP_YEAR_DAYS : dayNumber(LEAP_YEAR, month, day)
}

const LEAP_YEAR = 2000
const LEAP_YEAR_DAYS = 366

/** NULL for a date that does not exist (L17). */
function makeDate(args: Arguments, context: EvaluationContext): Value {
  const year = number(args, 0, context)
  const month = numberOr(args, 1, context, 1)
  const day = numberOr(args, 2, context, 1)
  if (year === null || month === null || day === null) return null
  const parts = [year, month, day].map(Math.trunc) as [number, number, number]
  return exists(...parts) ? asDate(dayNumber(...parts), context) : null
}

function exists(year: number, month: number, day: number): boolean {
  return year >= 0 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month)
}

function makeTime(args: Arguments, context: EvaluationContext): Value {
  const hour = number(args, 0, context)
  const minute = numberOr(args, 1, context, 0)
  const second = numberOr(args, 2, context, 0)
  if (hour === null || minute === null || second === null) return null
  if (hour < 0 || hour >= 24 || minute < 0 || minute >= 60 || second < 0 || second >= 60) return null
  return asTime((Math.trunc(hour) * 3600 + Math.trunc(minute) * 60 + second) / 86_400, context)
}

/** MakeWeekDate(week year [, week [, weekday [, first week day [, broken weeks [, reference day]]]]]) */
function makeWeekDate(args: Arguments, context: EvaluationContext): Value {
  const year = number(args, 0, context)
  const week = numberOr(args, 1, context, 1)
  const weekday = numberOr(args, 2, context, 0)
  const rule = weekRule(args, 3, context)
  if (year === null || week === null || weekday === null || rule === null) return null
  const first = firstWeekStart(Math.trunc(year), rule)
  return asDate(first + (Math.trunc(week) - 1) * 7 + Math.trunc(weekday), context)
}

/** Keeps the time of day; a third argument that is not 0 keeps the distance to the end of the month (L16). */
function shifted(months: number): ScalarFunction['evaluate'] {
  return (args, context) => {
    const at = moment(args, 0, context)
    const count = number(args, 1, context)
    const mode = numberOr(args, 2, context, 0)
    if (at === null || count === null || mode === null) return null
    const day = dayOf(at)
    return asDate(addMonths(day, Math.trunc(count) * months, mode !== 0) + (at - day), context)
  }
}

function setDate(args: Arguments, context: EvaluationContext): Value {
  const at = moment(args, 0, context)
  const year = number(args, 1, context)
  if (at === null || year === null) return null
  const from = dayOf(at)
  const civil = civilDate(from)
  const month = numberOr(args, 2, context, civil.month)
  if (month === null || month < 1 || month > 12) return null
  const [toYear, toMonth] = [Math.trunc(year), Math.trunc(month)]
  const day = Math.min(civil.day, daysInMonth(toYear, toMonth))
  return asDate(dayNumber(toYear, toMonth, day) + (at - from), context)
}

/** Age(timestamp, date of birth): completed years. */
function age(args: Arguments, context: EvaluationContext): Value {
  const at = moment(args, 0, context)
  const born = moment(args, 1, context)
  if (at === null || born === null) return null
  const now = civilDate(dayOf(at))
  const then = civilDate(dayOf(born))
  const before = now.month < then.month || (now.month === then.month && now.day < then.day)
  return now.year - then.year - (before ? 1 : 0)
}
