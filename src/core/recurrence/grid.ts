/**
 * Where INTERVAL lets a rule run: every n-th year, month, week or day of the wall line, or every n-th hour or
 * minute of real time, counted from the start. A grid knows nothing of the BY parts but which of them are
 * there.
 */
import { DAY, HOUR, MINUTE, SECOND } from '../units.ts'
import { civilDate, dayNumber, modulo, weekOne, weekStart, weekYear } from './calendar.ts'
import type { Rule } from './rule.ts'

/** From `first` up to, not including, `end`; ms on the line of the grid. */
export interface Period {
  readonly first: number
  readonly end: number
}

export interface Grid {
  /** @returns the first time of the grid at or after `time` */
  next(time: number): number
  /** @returns the year, week, hour ... of a time */
  periodOf(time: number): Period
}

/**
 * Years, months, weeks or days of the wall line.
 * @param anchor wall time of the start
 */
export function wallGrid(rule: Rule, anchor: number): Grid {
  const { frequency, interval, weekStart: firstWeekday } = rule
  // A week belongs to the year that has most of its days, with all of them.
  const hasWeekYears = rule.byWeekNo !== undefined
  const indexOf = (wall: number): number => {
    const day = Math.floor(wall / DAY)
    if (frequency === 'DAILY') return day
    if (frequency === 'WEEKLY') return Math.floor((day - weekStart(0, firstWeekday)) / 7)
    if (hasWeekYears) return weekYear(day, firstWeekday)
    const { year, month } = civilDate(day)
    return frequency === 'YEARLY' ? year : (year - 1970) * 12 + month - 1
  }
  const firstOf = (index: number): number => {
    if (frequency === 'DAILY') return index * DAY
    if (frequency === 'WEEKLY') return (index * 7 + weekStart(0, firstWeekday)) * DAY
    if (hasWeekYears) return weekOne(index, firstWeekday) * DAY
    return (frequency === 'YEARLY' ? dayNumber(index, 1, 1) : dayNumber(1970, index + 1, 1)) * DAY
  }
  const anchorIndex = hasWeekYears ? civilDate(Math.floor(anchor / DAY)).year : indexOf(anchor)
  return {
    next(wall) {
      const index = indexOf(wall)
      const left = modulo(anchorIndex - index, interval)
      return left === 0 ? wall : firstOf(index + left)
    },
    periodOf(wall) {
      const index = indexOf(wall)
      return { first: firstOf(index), end: firstOf(index + 1) }
    },
  }
}

/**
 * Hours or minutes of real time. What the rule does not name below its frequency, minute or second, is that
 * of the start, kept in real time: where clocks change by half an hour, an hourly rule still runs every 60
 * minutes.
 * @param anchor instant of the start
 * @param wall wall time of the start, by which its first hour or minute begins
 */
export function realTimeGrid(rule: Rule, anchor: number, wall: number): Grid {
  const unit = rule.frequency === 'HOURLY' ? HOUR : MINUTE
  const namesMinutes = unit === HOUR && rule.byMinute !== undefined
  const namesSeconds = rule.bySecond !== undefined
  const seconds = modulo(wall, MINUTE)
  const minutes = modulo(wall, HOUR) - seconds
  // A unit of the grid has so many points, one step after the other.
  const first = anchor - (namesMinutes ? minutes : 0) - (namesSeconds ? seconds : 0)
  const step = namesSeconds ? SECOND : MINUTE
  const span = step * (namesMinutes ? 60 : 1) * (namesSeconds ? 60 : 1)
  const unitFirst = anchor - modulo(wall, unit)
  return {
    next(instant) {
      const since = modulo(instant - first, rule.interval * unit)
      const toStep = modulo(-since, step)
      return since + toStep < span ? instant + toStep : instant - since + rule.interval * unit
    },
    periodOf(instant) {
      const begin = instant - modulo(instant - unitFirst, unit)
      return { first: begin, end: begin + unit }
    },
  }
}
