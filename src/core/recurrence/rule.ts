/**
 * A recurrence rule (RECUR of RFC 5545, section 3.3.10) as plain data that JSON keeps. Lists are sorted and
 * without doubles, and never empty.
 */

export const FREQUENCIES = ['YEARLY', 'MONTHLY', 'WEEKLY', 'DAILY', 'HOURLY', 'MINUTELY'] as const

export type Frequency = (typeof FREQUENCIES)[number]

/** A time as somebody wrote it: by the clocks of the schedule's zone, or as an instant. */
export type WrittenTime =
  | { readonly kind: 'local'; readonly wallMs: number }
  | { readonly kind: 'instant'; readonly instantMs: number }

export interface WeekdayPart {
  /** 0 is Monday. */
  readonly weekday: number
  /** The n-th of the month or year, from its end when negative; absent: each of them. */
  readonly ordinal?: number
}

export interface Rule {
  readonly frequency: Frequency
  readonly interval: number
  /** Inclusive. */
  readonly until?: WrittenTime
  readonly byMonth?: readonly number[]
  readonly byWeekNo?: readonly number[]
  readonly byYearDay?: readonly number[]
  readonly byMonthDay?: readonly number[]
  readonly byDay?: readonly WeekdayPart[]
  readonly byHour?: readonly number[]
  readonly byMinute?: readonly number[]
  readonly bySecond?: readonly number[]
  readonly bySetPos?: readonly number[]
  /** The day a week begins with; 0 is Monday. */
  readonly weekStart: number
}

/** A rule as somebody wrote it; a schedule keeps its last run as `until` instead (check-schedule.ts). */
export interface CountedRule extends Rule {
  /** Number of runs from the start on. */
  readonly count?: number
}

/** Rules by the hour and minute follow real time, the others follow clocks (contract 03, section 4.1). */
export function followsRealTime(rule: Rule): boolean {
  return rule.frequency === 'HOURLY' || rule.frequency === 'MINUTELY'
}
