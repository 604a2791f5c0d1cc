/**
 * Calendar arithmetic on serial days: day 0 is 1899-12-30, the fraction is the time of day (SEMANTICS L1).
 * Proleptic Gregorian, no time zones, no clock. Weeks follow FirstWeekDay, BrokenWeeks and ReferenceDay (L9,
 * L10).
 */
export const DAY_MS = 86_400_000
/** Serial day of 1970-01-01. */
export const UNIX_EPOCH_DAY = 25_569

export interface CivilDate {
  readonly year: number
  /** 1 to 12. */
  readonly month: number
  /** 1 to 31. */
  readonly day: number
}

/** Serial day of a date; a month outside 1..12 or a day outside the month carries over. */
export function dayNumber(year: number, month: number, day: number): number {
  const carried = year + Math.floor((month - 1) / 12)
  const inYear = (((month - 1) % 12) + 12) % 12
  const shifted = inYear < 2 ? carried - 1 : carried
  const era = Math.floor(shifted / 400)
  const yearOfEra = shifted - era * 400
  const dayOfYear = Math.floor((153 * (inYear < 2 ? inYear + 10 : inYear - 2) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146_097 + dayOfEra - 719_468 + UNIX_EPOCH_DAY
}

/** Returns the date of a whole serial day. */
export function civilDate(serialDay: number): CivilDate {
  const shifted = serialDay - UNIX_EPOCH_DAY + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153)
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1,
  }
}

/** Returns true from 0000-01-01 to 9999-12-31; a number beyond is no date. */
export function isInCalendar(serial: number): boolean {
  return serial >= FIRST_DAY && serial < LAST_DAY + 1
}

const FIRST_DAY = -693_959
const LAST_DAY = 2_958_465

/**
 * Returns whole milliseconds since day 0, the resolution of all texts and parts of a time, so that float
 * noise never shows.
 */
export function milliseconds(serial: number): number {
  return Math.round(serial * DAY_MS)
}

/** Returns the day of a moment. */
export function dayOf(serial: number): number {
  return Math.floor(milliseconds(serial) / DAY_MS)
}

/** Milliseconds since midnight. */
export function timeOfDay(serial: number): number {
  const total = milliseconds(serial)
  return total - Math.floor(total / DAY_MS) * DAY_MS
}

/** Returns the last millisecond before the next period (L12). */
export function lastMillisecondBefore(nextStart: number): number {
  return nextStart - 1 / DAY_MS
}

export function daysInMonth(year: number, month: number): number {
  return dayNumber(year, month + 1, 1) - dayNumber(year, month, 1)
}

/** 0 = Monday. */
export function weekdayOf(serialDay: number): number {
  return (((serialDay + 5) % 7) + 7) % 7
}

export interface WeekRule {
  /** 0 = Monday. */
  readonly firstWeekDay: number
  readonly brokenWeeks: boolean
  /** The January day that is always in week 1 of unbroken weeks. */
  readonly referenceDay: number
}

/** The reference day that a number stands for: 4 for all that is not 1 to 7, such as 0 (FACTS, L11). */
export const referenceDayOf = (given: number): number => {
  const day = Math.trunc(given)
  return day >= 1 && day <= 7 ? day : 4
}

/** Returns the first day of the week; broken weeks do not matter here. */
export function weekStart(serialDay: number, firstWeekDay: number): number {
  return serialDay - ((weekdayOf(serialDay) - firstWeekDay + 7) % 7)
}

export interface WeekNumber {
  /** Returns the year of the week. */
  readonly year: number
  readonly week: number
}

export function weekNumber(serialDay: number, rule: WeekRule): WeekNumber {
  const { year } = civilDate(serialDay)
  if (rule.brokenWeeks) {
    const first = weekStart(dayNumber(year, 1, 1), rule.firstWeekDay)
    return { year, week: Math.floor((serialDay - first) / 7) + 1 }
  }
  const start = weekStart(serialDay, rule.firstWeekDay)
  const next = firstWeekStart(year + 1, rule)
  if (start >= next) return { year: year + 1, week: 1 }
  const first = firstWeekStart(year, rule)
  if (start >= first) return { year, week: (start - first) / 7 + 1 }
  return { year: year - 1, week: (start - firstWeekStart(year - 1, rule)) / 7 + 1 }
}

/** Returns the start of week 1 of unbroken weeks; of the week of 1 January for broken ones. */
export function firstWeekStart(year: number, rule: WeekRule): number {
  return weekStart(dayNumber(year, 1, rule.brokenWeeks ? 1 : rule.referenceDay), rule.firstWeekDay)
}

/** Moves a day by months; a day that the target month lacks becomes its last (L16). */
export function addMonths(serialDay: number, months: number, fromMonthEnd: boolean): number {
  const { year, month, day } = civilDate(serialDay)
  const length = daysInMonth(year, month + months)
  const fromEnd = daysInMonth(year, month) - day
  const kept = fromMonthEnd ? Math.max(1, length - fromEnd) : Math.min(day, length)
  return dayNumber(year, month + months, kept)
}
