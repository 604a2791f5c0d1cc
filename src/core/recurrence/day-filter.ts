/**
 * The days that the BY parts of a rule allow, each judged by itself: every part given must hold.
 */
import { civilDate, dayNumber, weekdayOf, weekOne, weekYear } from './calendar.ts'
import type { Effort } from './effort.ts'
import type { Rule, WeekdayPart } from './rule.ts'

/** A month while its days are looked at, and how its year lies. */
interface Month {
  readonly month: number
  readonly first: number
  readonly length: number
  readonly yearFirst: number
  readonly yearLength: number
}

export class DayFilter {
  readonly #rule: Rule
  readonly #allowsAll: boolean
  readonly #everyWeekday: ReadonlySet<number> | undefined
  readonly #ordinalWeekdays: readonly WeekdayPart[]

  /** @param rule with the days that it does not name itself (rule-search.ts) */
  constructor(rule: Rule) {
    this.#rule = rule
    const parts = [rule.byMonth, rule.byWeekNo, rule.byYearDay, rule.byMonthDay, rule.byDay]
    this.#allowsAll = parts.every((part) => part === undefined)
    this.#ordinalWeekdays = rule.byDay?.filter(({ ordinal }) => ordinal !== undefined) ?? []
    if (rule.byDay !== undefined) {
      const every = rule.byDay.filter(({ ordinal }) => ordinal === undefined)
      this.#everyWeekday = new Set(every.map(({ weekday }) => weekday))
    }
  }

  /** @returns the first allowed day from `from` to `last` */
  next(from: number, last: number, effort: Effort): number | undefined {
    let day = from
    if (this.#allowsAll) return day <= last ? day : undefined
    while (day <= last) {
      const month = monthOf(day)
      const end = Math.min(last, month.first + month.length - 1)
      if (this.#rule.byMonth?.includes(month.month) ?? true) {
        for (; day <= end; day++) {
          effort.days++
          if (this.#allows(day, month)) return day
        }
      }
      day = month.first + month.length
    }
    return undefined
  }

  #allows(day: number, month: Month): boolean {
    const { byMonthDay, byYearDay, byWeekNo } = this.#rule
    return (
      (byMonthDay === undefined || isAt(byMonthDay, day - month.first, month.length)) &&
      this.#allowsWeekday(day, month) &&
      (byYearDay === undefined || isAt(byYearDay, day - month.yearFirst, month.yearLength)) &&
      (byWeekNo === undefined || this.#allowsWeek(byWeekNo, day))
    )
  }

  #allowsWeekday(day: number, month: Month): boolean {
    if (this.#everyWeekday === undefined) return true
    const weekday = weekdayOf(day)
    if (this.#everyWeekday.has(weekday)) return true
    if (this.#ordinalWeekdays.length === 0) return false
    // A rule by the year counts in the year, unless it names months.
    const inYear = this.#rule.frequency === 'YEARLY' && this.#rule.byMonth === undefined
    const index = day - (inYear ? month.yearFirst : month.first)
    const length = inYear ? month.yearLength : month.length
    const fromStart = Math.floor(index / 7) + 1
    const fromEnd = -Math.floor((length - 1 - index) / 7) - 1
    return this.#ordinalWeekdays.some(
      (part) => part.weekday === weekday && (part.ordinal === fromStart || part.ordinal === fromEnd),
    )
  }

  #allowsWeek(byWeekNo: readonly number[], day: number): boolean {
    const { weekStart } = this.#rule
    const year = weekYear(day, weekStart)
    const first = weekOne(year, weekStart)
    const weeks = (weekOne(year + 1, weekStart) - first) / 7
    return isAt(byWeekNo, Math.floor((day - first) / 7), weeks)
  }
}

/** Whether the place with this index, from 0, is in a list that counts from 1, or from the end below 0. */
function isAt(list: readonly number[], index: number, length: number): boolean {
  return list.includes(index + 1) || list.includes(index - length)
}

function monthOf(day: number): Month {
  const { year, month, dayOfMonth } = civilDate(day)
  const first = day - dayOfMonth + 1
  const yearFirst = dayNumber(year, 1, 1)
  return {
    month,
    first,
    length: dayNumber(year, month + 1, 1) - first,
    yearFirst,
    yearLength: dayNumber(year + 1, 1, 1) - yearFirst,
  }
}
