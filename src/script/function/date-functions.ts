/**
 * Parts of dates, and dates made of parts or moved (SEMANTICS L7, L9, L10, L15 to L18). A text argument is
 * interpreted.
 */

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
import type { Value } from '../value/value.ts'
import { type Arguments, moment, number, numberOr } from './argument.ts'
import { asDate, asTime } from './formatted-value.ts'
import { asPart } from './shown-by.ts'
import type { EvaluationContext } from './site/binding.ts'
import type { FunctionGroups, Scalar } from './site/function-row.ts'
import { weekRule } from './week-rule.ts'

export const DATE_FUNCTIONS: FunctionGroups = {
  'Date and time': [
    {
      name: 'Year',
      min: 1,
      max: 1,
      seen: 218,
      shows: asPart,
      scalar: ofMoment((at) => civilDate(dayOf(at)).year),
    },
    {
      name: 'Month',
      min: 1,
      max: 1,
      seen: 264,
      scalar: ofMoment((at, { settings }) => {
        const { month } = civilDate(dayOf(at))
        return { text: settings.monthNames[month - 1] ?? '', number: month }
      }),
    },
    {
      name: 'Day',
      min: 1,
      max: 1,
      seen: 51,
      shows: asPart,
      scalar: ofMoment((at) => civilDate(dayOf(at)).day),
    },
    {
      name: 'Hour',
      min: 1,
      max: 1,
      seen: 12,
      shows: asPart,
      scalar: ofMoment((at) => Math.floor(timeOfDay(at) / 3_600_000)),
    },
    {
      name: 'Minute',
      min: 1,
      max: 1,
      seen: 9,
      shows: asPart,
      scalar: ofMoment((at) => Math.floor(timeOfDay(at) / 60_000) % 60),
    },
    {
      name: 'Second',
      min: 1,
      max: 1,
      seen: 0,
      shows: asPart,
      scalar: ofMoment((at) => Math.floor(timeOfDay(at) / 1000) % 60),
    },
    { name: 'Quarter', min: 1, max: 2, seen: 0, scalar: quarter },
    { name: 'WeekDay', min: 1, max: 2, seen: 47, scalar: weekDay },
    { name: 'Week', min: 1, max: 4, seen: 47, shows: asPart, scalar: ofWeek('week') },
    { name: 'WeekYear', min: 1, max: 4, seen: 12, shows: asPart, scalar: ofWeek('year') },
    { name: 'DayNumberOfYear', min: 1, max: 2, seen: 12, scalar: dayNumberOf(12) },
    { name: 'DayNumberOfQuarter', min: 1, max: 2, seen: 8, scalar: dayNumberOf(3) },
    { name: 'MakeDate', min: 1, max: 3, seen: 67, scalar: makeDate },
    { name: 'MakeTime', min: 1, max: 3, seen: 18, scalar: makeTime },
    { name: 'MakeWeekDate', min: 1, max: 6, seen: 0, scalar: makeWeekDate },
    { name: 'AddMonths', min: 2, max: 3, seen: 106, scalar: shifted(1) },
    { name: 'AddYears', min: 2, max: 2, seen: 3, scalar: shifted(12) },
    { name: 'SetDateYear', min: 2, max: 2, seen: 0, scalar: setDate },
    { name: 'SetDateYearMonth', min: 3, max: 3, seen: 0, scalar: setDate },
    { name: 'Age', min: 2, max: 2, seen: 0, scalar: age },
  ],
}

function ofMoment(apply: (at: number, context: EvaluationContext) => Value): Scalar {
  return (args, context) => {
    const at = moment(args, 0, context)
    return at === null ? null : apply(at, context)
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

function ofWeek(part: 'week' | 'year'): Scalar {
  return (args, context) => {
    const at = moment(args, 0, context)
    const rule = weekRule(args, 1, context)
    return at === null || rule === null ? null : weekNumber(dayOf(at), rule)[part]
  }
}

/** Quarter(date [, first month of the year]): 1 to 4; without a month the year starts in January. */
function quarter(args: Arguments, context: EvaluationContext): Value {
  const at = moment(args, 0, context)
  const firstMonth = numberOr(args, 1, context, 1)
  if (at === null || firstMonth === null) return null
  const monthsIn = civilDate(dayOf(at)).month - Math.trunc(firstMonth)
  return Math.floor((((monthsIn % 12) + 12) % 12) / 3) + 1
}

/** Every year counts 366 days, so that a day has the same number in all years (L15). */
function dayNumberOf(months: number): Scalar {
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

/** Returns NULL for a date that does not exist (L17). */
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
function shifted(months: number): Scalar {
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
