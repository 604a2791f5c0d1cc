/**
 * Days of the Gregorian calendar as whole numbers: day 0 is 1970-01-01. Weekdays are numbers, Monday is 0.
 */
import { DAY } from '../units.ts'

export interface CivilDate {
  readonly year: number
  /** 1 to 12. */
  readonly month: number
  /** 1 to 31. */
  readonly dayOfMonth: number
}

/** A month outside of 1..12 and a day outside of its month carry over. */
export function dayNumber(year: number, month: number, dayOfMonth: number): number {
  return Date.UTC(year, month - 1, dayOfMonth) / DAY
}

export function civilDate(day: number): CivilDate {
  const date = new Date(day * DAY)
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, dayOfMonth: date.getUTCDate() }
}

export function weekdayOf(day: number): number {
  return modulo(day + 3, 7)
}

/** @returns the first day of the week of `day` */
export function weekStart(day: number, firstWeekday: number): number {
  return day - modulo(weekdayOf(day) - firstWeekday, 7)
}

/** @returns the first day of week 1: the first week with at least four days in the year (RFC 5545, 3.3.10) */
export function weekOne(year: number, firstWeekday: number): number {
  return weekStart(dayNumber(year, 1, 4), firstWeekday)
}

/** @returns the year that the week of `day` belongs to */
export function weekYear(day: number, firstWeekday: number): number {
  const { year } = civilDate(day)
  if (day < weekOne(year, firstWeekday)) return year - 1
  return day < weekOne(year + 1, firstWeekday) ? year : year + 1
}

/** The remainder that is never negative. */
export function modulo(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor
}
