/**
 * Starts, ends and names of periods, and tests whether a moment lies in one (SEMANTICS L12 to L14). One row
 * of PERIODS gives all functions of a period: `QuarterStart`, `QuarterEnd`, `QuarterName`, `InQuarter`,
 * `InQuarterToDate`.
 */

import type { EvaluationContext } from '../evaluate/evaluate.ts'
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
import { asDate, asTimestamp } from '../value/formatted-value.ts'
import { DAY, LUNAR_WEEK, monthPeriod, type Period, WEEK } from '../value/period.ts'
import type { Settings } from '../value/settings.ts'
import type { Value } from '../value/value.ts'
import { weekRule } from '../value/week-rule.ts'
import { type Arguments, moment, number, numberOr } from './argument.ts'
import type { ScalarFunction } from './scalar-function.ts'

const MONTH_PERIODS: ReadonlyMap<number, Period> = new Map(
  [1, 2, 3, 4, 6, 12].map((months) => [months, monthPeriod(months)]),
)
const MONTH = monthPeriod(1)
const QUARTER = monthPeriod(3)
const YEAR = monthPeriod(12)

interface Named {
  readonly name: string
  /** Undefined: the first argument says how many months it has. */
  readonly period: Period | undefined
  /** Most arguments of Start, End and Name. */
  readonly max: number
  readonly option: (settings: Settings) => number
  readonly show: (serial: number, context: EvaluationContext) => Value
  readonly title: (start: number, next: number, settings: Settings) => string
}

const firstMonth = ({ firstMonthOfYear }: Settings) => firstMonthOfYear
const none = () => 0
const months = { option: firstMonth, show: asDate, title: monthsTitle }

const PERIODS: readonly Named[] = [
  { name: 'Year', period: YEAR, max: 3, ...months, title: yearTitle },
  { name: 'Quarter', period: QUARTER, max: 3, ...months },
  { name: 'Month', period: MONTH, max: 2, ...months },
  { name: 'Months', period: undefined, max: 3, ...months },
  {
    name: 'Week',
    period: WEEK,
    max: 3,
    option: ({ firstWeekDay }) => firstWeekDay,
    show: asDate,
    title: weekTitle,
  },
  { name: 'LunarWeek', period: LUNAR_WEEK, max: 3, option: none, show: asDate, title: lunarWeekTitle },
  { name: 'Day', period: DAY, max: 3, option: none, show: asTimestamp, title: () => '' },
]

export const PERIOD_FUNCTIONS: readonly ScalarFunction[] = [
  ...PERIODS.flatMap(periodFunctions),
  { name: 'YearToDate', min: 1, max: 4, evaluate: yearToDate },
  { name: 'Year2Date', min: 1, max: 4, evaluate: yearToDate },
]

function periodFunctions(named: Named): readonly ScalarFunction[] {
  const { name, show, title } = named
  const lead = named.period === undefined ? 1 : 0
  const [min, max] = [1 + lead, named.max + lead]
  return [
    { name: `${name}Start`, min, max, evaluate: bounded(named, (start, _, context) => show(start, context)) },
    {
      name: `${name}End`,
      min,
      max,
      evaluate: bounded(named, (_, next, context) => show(lastMillisecondBefore(next), context)),
    },
    {
      name: `${name}Name`,
      min,
      max: name === 'Week' ? 5 : max,
      evaluate:
        name === 'Week'
          ? weekName
          : bounded(named, (start, next, context) =>
              name === 'Day'
                ? asDate(start, context)
                : { text: title(start, next, context.settings), number: start },
            ),
    },
    { name: `In${name}`, min: min + 2, max: min + 3, evaluate: inside(named, (_, next) => next) },
    {
      name: name === 'Day' ? 'InDayToTime' : `In${name}ToDate`,
      min: min + 2,
      max: min + 3,
      // Up to and with the base time of a day, the whole base day of any longer period.
      evaluate: inside(named, (base, next) =>
        name === 'Day' ? base + 1 / 86_400_000 : Math.min(next, dayOf(base) + 1),
      ),
    },
  ]
}

/**
 * The period of a call, its other arguments read from `lead` on; undefined when the months are none of 1, 2,
 * 3, 4, 6, 12.
 */
function periodOf(named: Named, args: Arguments, context: EvaluationContext): Period | undefined {
  return named.period ?? MONTH_PERIODS.get(number(args, 0, context) ?? 0)
}

function bounded(
  named: Named,
  give: (start: number, next: number, context: EvaluationContext) => Value,
): ScalarFunction['evaluate'] {
  const lead = named.period === undefined ? 1 : 0
  return (args, context) => {
    const period = periodOf(named, args, context)
    const at = moment(args, lead, context)
    const shift = numberOr(args, lead + 1, context, 0)
    const option = numberOr(args, lead + 2, context, named.option(context.settings))
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
function inside(named: Named, end: (base: number, next: number) => number): ScalarFunction['evaluate'] {
  const lead = named.period === undefined ? 1 : 0
  return (args, context) => {
    const period = periodOf(named, args, context)
    const at = moment(args, lead, context)
    const base = moment(args, lead + 1, context)
    const shift = number(args, lead + 2, context)
    const option = numberOr(args, lead + 3, context, named.option(context.settings))
    if (period === undefined || at === null || base === null) return null
    if (shift === null || option === null) return null
    const whole = Math.trunc(shift)
    const limit = end(period.moved(base, whole), period.next(base, whole, option))
    return truth(at >= period.start(base, whole, option) && at < limit)
  }
}

/** `2001`, or `2001-2002` when the year does not start in January. */
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

function weekTitle(start: number, _next: number, settings: Settings): string {
  const { year, week } = weekNumber(start, settings)
  return `${padded(year, 4)}/${padded(week, 2)}`
}

function lunarWeekTitle(start: number): string {
  const { year } = civilDate(start)
  return `${padded(year, 4)}/${padded(Math.floor((start - dayNumber(year, 1, 1)) / 7) + 1, 2)}`
}

/** WeekName(timestamp [, shift [, first week day [, broken weeks [, reference day]]]]) */
function weekName(args: Arguments, context: EvaluationContext): Value {
  const at = moment(args, 0, context)
  const shift = numberOr(args, 1, context, 0)
  const rule = weekRule(args, 2, context)
  if (at === null || shift === null || rule === null) return null
  const day = dayOf(at) + 7 * Math.trunc(shift)
  const start = WEEK.start(day, 0, rule.firstWeekDay)
  if (!isInCalendar(start)) return null
  const { year, week } = weekNumber(day, rule)
  return { text: `${padded(year, 4)}/${padded(week, 2)}`, number: start }
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
