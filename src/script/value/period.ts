/**
 * The periods of the calendar functions: the start of a moment's period, the start of the next one, and a
 * moment shifted by periods. The Start, End, Name and In functions are built on these three.
 */
import { addMonths, civilDate, dayNumber, dayOf, weekStart } from './calendar.ts'

export interface Period {
  /**
   * @param shift whole periods forward or back
   * @param option first month of the year, first day of the week or start of the day, depending on the period
   */
  readonly start: (moment: number, shift: number, option: number) => number
  readonly next: (moment: number, shift: number, option: number) => number
  readonly moved: (moment: number, shift: number) => number
}

/** Periods of 1, 2, 3, 4, 6 or 12 months, counted from the first month of the year. */
export function monthPeriod(months: number): Period {
  const start = (moment: number, shift: number, firstMonth: number) => {
    const { year, month } = civilDate(dayOf(moment))
    const first = firstMonth - 1
    const index = year * 12 + month - 1 - first
    return dayNumber(0, (Math.floor(index / months) + shift) * months + first + 1, 1)
  }
  return {
    start,
    next: (moment, shift, firstMonth) => start(moment, shift + 1, firstMonth),
    moved: (moment, shift) => {
      const day = dayOf(moment)
      return addMonths(day, shift * months, false) + (moment - day)
    },
  }
}

export const WEEK: Period = {
  start: (moment, shift, firstWeekDay) => weekStart(dayOf(moment), firstWeekDay) + 7 * shift,
  next: (moment, shift, firstWeekDay) => weekStart(dayOf(moment), firstWeekDay) + 7 * (shift + 1),
  moved: (moment, shift) => moment + 7 * shift,
}

/** Weeks counted from 1 January; the last one of a year ends with the year. */
export const LUNAR_WEEK: Period = {
  start: lunarWeekStart,
  next: (moment, shift, offset) => {
    const start = lunarWeekStart(moment, shift, offset)
    return Math.min(start + 7, nextNewYear(start - offset) + offset)
  },
  moved: (moment, shift) => moment + 7 * shift,
}

function lunarWeekStart(moment: number, shift: number, offset: number): number {
  const day = dayOf(moment) + 7 * shift - offset
  const first = newYear(day)
  return first + Math.floor((day - first) / 7) * 7 + offset
}

function newYear(day: number): number {
  return dayNumber(civilDate(Math.floor(day)).year, 1, 1)
}

function nextNewYear(day: number): number {
  return dayNumber(civilDate(Math.floor(day)).year + 1, 1, 1)
}

/** Days that start at a fraction of the calendar day. */
export const DAY: Period = {
  start: (moment, shift, dayStart) => dayOf(moment - dayStart) + dayStart + shift,
  next: (moment, shift, dayStart) => dayOf(moment - dayStart) + dayStart + shift + 1,
  moved: (moment, shift) => moment + shift,
}
