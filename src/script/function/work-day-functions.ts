/**
 * Working days, Monday to Friday without holidays (SEMANTICS L18). Holidays are given as pairs of first and
 * last day; a single day is a pair of equal dates.
 */

import { dayOf, weekdayOf } from '../value/calendar.ts'
import type { Value } from '../value/value.ts'
import { type Arguments, moment, number } from './argument.ts'
import { asDate } from './formatted-value.ts'
import type { EvaluationContext } from './site/binding.ts'
import { ANY, type FunctionGroups, type Scalar } from './site/function-row.ts'

/** More than a working life; a longer search would only waste time. */
const WORK_DAYS_MAX = 100_000

export const WORK_DAY_FUNCTIONS: FunctionGroups = {
  'Date and time': [
    { name: 'NetWorkDays', min: 2, max: ANY, seen: 0, scalar: netWorkDays },
    { name: 'LastWorkDate', min: 2, max: ANY, seen: 0, scalar: workDate(1) },
    { name: 'FirstWorkDate', min: 2, max: ANY, seen: 0, scalar: workDate(-1) },
  ],
}

type DayRange = readonly [first: number, last: number]

function holidaysOf(args: Arguments, context: EvaluationContext): readonly DayRange[] {
  const ranges: DayRange[] = []
  for (let index = 2; index < args.length; index += 2) {
    const first = moment(args, index, context)
    const last = index + 1 < args.length ? moment(args, index + 1, context) : first
    if (first !== null && last !== null) ranges.push([dayOf(first), dayOf(last)])
  }
  return ranges
}

/** Both ends count. */
function netWorkDays(args: Arguments, context: EvaluationContext): Value {
  const from = moment(args, 0, context)
  const to = moment(args, 1, context)
  if (from === null || to === null) return null
  const [start, end] = [dayOf(from), dayOf(to)]
  if (start > end) return 0
  let days = workDaysBefore(end + 1) - workDaysBefore(start)
  for (const [first, last] of disjoint(holidaysOf(args, context))) {
    const [cutFirst, cutLast] = [Math.max(first, start), Math.min(last, end)]
    if (cutFirst <= cutLast) days -= workDaysBefore(cutLast + 1) - workDaysBefore(cutFirst)
  }
  return days
}

/** Working days from a fixed Monday up to a day, the day not counted. */
function workDaysBefore(day: number): number {
  const sinceMonday = day - FIRST_MONDAY
  const weeks = Math.floor(sinceMonday / 7)
  return weeks * 5 + Math.min(5, sinceMonday - weeks * 7)
}

/** 1900-01-01. */
const FIRST_MONDAY = 2

function disjoint(ranges: readonly DayRange[]): readonly DayRange[] {
  const merged: DayRange[] = []
  for (const [first, last] of ranges.toSorted((a, b) => a[0] - b[0])) {
    const before = merged.at(-1)
    if (before === undefined || first > before[1]) merged.push([first, last])
    else merged[merged.length - 1] = [before[0], Math.max(before[1], last)]
  }
  return merged
}

/** The n-th working day from a day on, which counts itself. */
function workDate(direction: 1 | -1): Scalar {
  return (args, context) => {
    const from = moment(args, 0, context)
    const count = number(args, 1, context)
    if (from === null || count === null || count < 1 || count > WORK_DAYS_MAX) return null
    const holidays = holidaysOf(args, context)
    let day = dayOf(from)
    for (let left = Math.trunc(count); ; day += direction) {
      if (weekdayOf(day) < 5 && !holidays.some(([first, last]) => day >= first && day <= last)) left--
      if (left <= 0) return asDate(day, context)
    }
  }
}
