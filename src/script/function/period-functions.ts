/**
 * Starts, ends and names of periods, and tests whether a moment lies in one (SEMANTICS L12 to L14).
 */

import {
  civilDate,
  dayNumber,
  dayOf,
  isInCalendar,
  lastMillisecondBefore,
  weekNumber,
} from '../value/calendar.ts'
import { truth } from '../value/convert.ts'
import { padded } from '../value/date-format.ts'
import { DAY, LUNAR_WEEK, monthPeriod, type Period, WEEK } from '../value/period.ts'
import type { Settings } from '../value/settings.ts'
import type { Value } from '../value/value.ts'
import { type Arguments, moment, number, numberOr } from './argument.ts'
import { asDate, asTimestamp } from './formatted-value.ts'
import type { EvaluationContext } from './site/binding.ts'
import type { FunctionGroups, Scalar } from './site/function-row.ts'
import { weekRule } from './week-rule.ts'

const MONTH_PERIODS: ReadonlyMap<number, Period> = new Map(
  [1, 2, 3, 4, 6, 12].map((months) => [months, monthPeriod(months)]),
)
const YEAR = monthPeriod(12)

interface Periods {
  /** Undefined: the first argument is the number of months of a period. */
  readonly period: Period | undefined
  readonly option: (settings: Settings) => number
  readonly show: (serial: number, context: EvaluationContext) => Value
}

interface NamedPeriods extends Periods {
  readonly name: (start: number, next: number, context: EvaluationContext) => Value
}

const months = { option: ({ firstMonthOfYear }: Settings) => firstMonthOfYear, show: asDate }
const fixed = { option: () => 0 }

const YEARS: NamedPeriods = { period: YEAR, ...months, name: titled(yearTitle) }
const QUARTERS: NamedPeriods = { period: monthPeriod(3), ...months, name: titled(monthsTitle) }
const MONTHS: NamedPeriods = { period: monthPeriod(1), ...months, name: titled(monthsTitle) }
const MONTHS_OF_CALL: NamedPeriods = { period: undefined, ...months, name: titled(monthsTitle) }
const WEEKS: Periods = {
  period: WEEK,
  option: ({ firstWeekDay }) => firstWeekDay,
  show: asDate,
}
const LUNAR_WEEKS: NamedPeriods = { period: LUNAR_WEEK, ...fixed, show: asDate, name: titled(lunarWeekTitle) }
const DAYS: NamedPeriods = {
  period: DAY,
  ...fixed,
  show: asTimestamp,
  name: (start, _, context) => asDate(start, context),
}

export const PERIOD_FUNCTIONS: FunctionGroups = {
  'Date and time': [
    { name: 'YearStart', min: 1, max: 3, seen: 21, scalar: startOf(YEARS) },
    { name: 'YearEnd', min: 1, max: 3, seen: 1, scalar: endOf(YEARS) },
    { name: 'YearName', min: 1, max: 3, seen: 0, scalar: nameOf(YEARS) },
    { name: 'InYear', min: 3, max: 4, seen: 0, scalar: isIn(YEARS) },
    { name: 'InYearToDate', min: 3, max: 4, seen: 0, scalar: isInToDate(YEARS) },
    { name: 'QuarterStart', min: 1, max: 3, seen: 25, scalar: startOf(QUARTERS) },
    { name: 'QuarterEnd', min: 1, max: 3, seen: 0, scalar: endOf(QUARTERS) },
    { name: 'QuarterName', min: 1, max: 3, seen: 1, scalar: nameOf(QUARTERS) },
    { name: 'InQuarter', min: 3, max: 4, seen: 0, scalar: isIn(QUARTERS) },
    { name: 'InQuarterToDate', min: 3, max: 4, seen: 0, scalar: isInToDate(QUARTERS) },
    { name: 'MonthStart', min: 1, max: 2, seen: 58, scalar: startOf(MONTHS) },
    { name: 'MonthEnd', min: 1, max: 2, seen: 30, scalar: endOf(MONTHS) },
    { name: 'MonthName', min: 1, max: 2, seen: 18, scalar: nameOf(MONTHS) },
    { name: 'InMonth', min: 3, max: 4, seen: 2, scalar: isIn(MONTHS) },
    { name: 'InMonthToDate', min: 3, max: 4, seen: 0, scalar: isInToDate(MONTHS) },
    { name: 'MonthsStart', min: 2, max: 4, seen: 0, scalar: startOf(MONTHS_OF_CALL) },
    { name: 'MonthsEnd', min: 2, max: 4, seen: 0, scalar: endOf(MONTHS_OF_CALL) },
    { name: 'MonthsName', min: 2, max: 4, seen: 0, scalar: nameOf(MONTHS_OF_CALL) },
    { name: 'InMonths', min: 4, max: 5, seen: 0, scalar: isIn(MONTHS_OF_CALL) },
    { name: 'InMonthsToDate', min: 4, max: 5, seen: 0, scalar: isInToDate(MONTHS_OF_CALL) },
    { name: 'WeekStart', min: 1, max: 3, seen: 36, scalar: startOf(WEEKS) },
    { name: 'WeekEnd', min: 1, max: 3, seen: 6, scalar: endOf(WEEKS) },
    { name: 'WeekName', min: 1, max: 5, seen: 5, scalar: weekName },
    { name: 'InWeek', min: 3, max: 4, seen: 0, scalar: isIn(WEEKS) },
    { name: 'InWeekToDate', min: 3, max: 4, seen: 0, scalar: isInToDate(WEEKS) },
    { name: 'LunarWeekStart', min: 1, max: 3, seen: 0, scalar: startOf(LUNAR_WEEKS) },
    { name: 'LunarWeekEnd', min: 1, max: 3, seen: 0, scalar: endOf(LUNAR_WEEKS) },
    { name: 'LunarWeekName', min: 1, max: 3, seen: 0, scalar: nameOf(LUNAR_WEEKS) },
    { name: 'InLunarWeek', min: 3, max: 4, seen: 0, scalar: isIn(LUNAR_WEEKS) },
    { name: 'InLunarWeekToDate', min: 3, max: 4, seen: 0, scalar: isInToDate(LUNAR_WEEKS) },
    { name: 'DayStart', min: 1, max: 3, seen: 29, scalar: startOf(DAYS) },
    { name: 'DayEnd', min: 1, max: 3, seen: 3, scalar: endOf(DAYS) },
    { name: 'DayName', min: 1, max: 3, seen: 0, scalar: nameOf(DAYS) },
    { name: 'InDay', min: 3, max: 4, seen: 0, scalar: isIn(DAYS) },
    { name: 'InDayToTime', min: 3, max: 4, seen: 0, scalar: inside(DAYS, afterBase) },
    { name: 'YearToDate', min: 1, max: 4, seen: 14, scalar: yearToDate },
    { name: 'Year2Date', min: 1, max: 4, seen: 12, scalar: yearToDate },
  ],
}

function startOf(periods: Periods): Scalar {
  return bounded(periods, (start, _, context) => periods.show(start, context))
}

function endOf(periods: Periods): Scalar {
  return bounded(periods, (_, next, context) => periods.show(lastMillisecondBefore(next), context))
}

function nameOf(periods: NamedPeriods): Scalar {
  return bounded(periods, periods.name)
}

function isIn(periods: Periods): Scalar {
  return inside(periods, (_, next) => next)
}

/** Up to and with the base time. */
function afterBase(base: number): number {
  return base + 1 / 86_400_000
}

/** Up to the end of the base day. */
function isInToDate(periods: Periods): Scalar {
  return inside(periods, (base, next) => Math.min(next, dayOf(base) + 1))
}

function titled(title: (start: number, next: number, settings: Settings) => string): NamedPeriods['name'] {
  return (start, next, { settings }) => ({ text: title(start, next, settings), number: start })
}

/**
 * The period of a call, its other arguments read from `lead` on; undefined if the months are none of 1, 2,
 * 3, 4, 6, 12.
 */
function periodOf(periods: Periods, args: Arguments, context: EvaluationContext): Period | undefined {
  return periods.period ?? MONTH_PERIODS.get(number(args, 0, context) ?? 0)
}

function bounded(
  periods: Periods,
  give: (start: number, next: number, context: EvaluationContext) => Value,
): Scalar {
  const lead = periods.period === undefined ? 1 : 0
  return (args, context) => {
    const period = periodOf(periods, args, context)
    const at = moment(args, lead, context)
    const shift = numberOr(args, lead + 1, context, 0)
    const option = numberOr(args, lead + 2, context, periods.option(context.settings))
    if (period === undefined || at === null || shift === null || option === null) return null
    const whole = Math.trunc(shift)
    const start = period.start(at, whole, option)
    const next = period.next(at, whole, option)
    return isInCalendar(start) && isInCalendar(next) ? give(start, next, context) : null
  }
}

/**
 * In...(timestamp, base, shift [, option]): from the start of the shifted period of the base up to before
 * `end`.
 */
function inside(periods: Periods, end: (base: number, next: number) => number): Scalar {
  const lead = periods.period === undefined ? 1 : 0
  return (args, context) => {
    const period = periodOf(periods, args, context)
    const at = moment(args, lead, context)
    const base = moment(args, lead + 1, context)
    const shift = number(args, lead + 2, context)
    const option = numberOr(args, lead + 3, context, periods.option(context.settings))
    if (period === undefined || at === null || base === null) return null
    if (shift === null || option === null) return null
    const whole = Math.trunc(shift)
    const limit = end(period.moved(base, whole), period.next(base, whole, option))
    return truth(at >= period.start(base, whole, option) && at < limit)
  }
}

/** `2001`, or `2001-2002` if the year does not start in January. */
function yearTitle(start: number, next: number): string {
  const first = civilDate(start)
  return first.month === 1
    ? padded(first.year, 4)
    : `${padded(first.year, 4)}-${padded(civilDate(next).year, 4)}`
}

/** `Oct 2013` or `Oct-Dec 2013`, with the year of the first month. */
function monthsTitle(start: number, next: number, { monthNames }: Settings): string {
  const first = civilDate(start)
  const last = civilDate(next - 1)
  const names = first.month === last.month ? [first.month] : [first.month, last.month]
  return `${names.map((month) => monthNames[month - 1] ?? '').join('-')} ${padded(last.year, 4)}`
}

function lunarWeekTitle(start: number): string {
  const { year } = civilDate(start)
  return `${padded(year, 4)}/${padded(Math.floor((start - dayNumber(year, 1, 1)) / 7) + 1, 2)}`
}

/**
 * WeekName(timestamp [, shift [, first week day [, broken weeks [, reference day]]]]), with the number of its
 * first day. New Year divides a broken week into two: its two names are two values (FACTS, week names).
 */
function weekName(args: Arguments, context: EvaluationContext): Value {
  const at = moment(args, 0, context)
  const shift = numberOr(args, 1, context, 0)
  const rule = weekRule(args, 2, context)
  if (at === null || shift === null || rule === null) return null
  const day = dayOf(at) + 7 * Math.trunc(shift)
  const start = WEEK.start(day, 0, rule.firstWeekDay)
  if (!isInCalendar(start)) return null
  const { year, week } = weekNumber(day, rule)
  const first = rule.brokenWeeks ? Math.max(start, dayNumber(year, 1, 1)) : start
  return { text: `${padded(year, 4)}/${padded(week, 2)}`, number: first }
}

/**
 * YearToDate(timestamp [, year offset [, first month [, today]]]): from the start of the year up to the same
 * day.
 */
function yearToDate(args: Arguments, context: EvaluationContext): Value {
  const at = moment(args, 0, context)
  const offset = numberOr(args, 1, context, 0)
  const first = numberOr(args, 2, context, context.settings.firstMonthOfYear)
  const today = args.length > 3 ? moment(args, 3, context) : context.clock.reloadStart
  if (at === null || offset === null || first === null || today === null) return null
  const shift = Math.trunc(offset)
  const day = dayOf(today)
  return truth(at >= YEAR.start(day, shift, first) && at < YEAR.moved(day, shift) + 1)
}
