/**
 * What a schedule means, told the slow way: every minute of a few days is looked at. Written from the texts
 * (contract 03, section 4; RFC 5545, section 3.3.10) and not from the product's search, whose oracle it is.
 * Seconds are those of the start, or one BYSECOND.
 */
import type { Rule, WeekdayPart } from '../../src/core/recurrence/rule.ts'
import { DAY, HOUR, MINUTE } from '../../src/core/units.ts'

/** The minutes of a stretch of time, with what clocks of a zone show at each. */
export interface ZoneMinutes {
  readonly zone: string
  readonly first: number
  readonly end: number
  readonly walls: readonly number[]
}

export function zoneMinutes(zone: string, first: number, end: number): ZoneMinutes {
  const names = ['year', 'month', 'day', 'hour', 'minute'] as const
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    ...Object.fromEntries(names.map((name) => [name, 'numeric'])),
  })
  const walls: number[] = []
  for (let at = first; at < end; at += MINUTE) {
    const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]))
    const [year, month, day, hour, minute] = names.map((name) => parts.get(name)!)
    walls.push(Date.UTC(year!, month! - 1, day!, hour!, minute!))
  }
  return { zone, first, end, walls }
}

export interface StartOfRule {
  readonly at: number
  readonly wallMs: number
}

/** All runs of one rule within the minutes, in their order. */
export function runsOf(rule: Rule, start: StartOfRule, minutes: ZoneMinutes, skipsGaps: boolean): number[] {
  const isReal = rule.frequency === 'HOURLY' || rule.frequency === 'MINUTELY'
  const found = isReal ? realTimeRuns(rule, start, minutes) : wallRuns(rule, start, minutes, skipsGaps)
  const inside = found.filter((at) => at >= start.at && at >= minutes.first && at < minutes.end)
  return [...new Set(inside)].sort((a, b) => a - b)
}

function wallRuns(rule: Rule, start: StartOfRule, minutes: ZoneMinutes, skipsGaps: boolean): number[] {
  const instants = new Map<number, number>()
  for (const [index, wall] of minutes.walls.entries()) {
    if (!instants.has(wall)) instants.set(wall, minutes.first + index * MINUTE)
  }
  const lowest = Math.floor(Math.min(...minutes.walls) / DAY)
  const highest = Math.floor(Math.max(...minutes.walls) / DAY)
  const second = rule.bySecond?.[0] ?? (start.wallMs % MINUTE) / 1000
  const runs: number[] = []
  for (const wall of wallsOf(rule, start.wallMs, lowest, highest)) {
    const instant = instants.get(wall)
    if (instant !== undefined) {
      runs.push(instant + second * 1000)
      continue
    }
    const gap = minutes.walls.findIndex((each, index) => each < wall && minutes.walls[index + 1]! > wall)
    if (gap < 0 || skipsGaps) continue
    runs.push(wall - (minutes.walls[gap]! - (minutes.first + gap * MINUTE)) + second * 1000)
  }
  return runs
}

/** Wall times in whole minutes that the rule has on these days, BYSETPOS and INTERVAL included. */
function wallsOf(rule: Rule, startWall: number, lowest: number, highest: number): number[] {
  const periods = new Set<number>()
  for (let day = lowest; day <= highest; day++) periods.add(periodOf(rule, day))
  const startDay = Math.floor(startWall / DAY)
  const startPeriod =
    rule.byWeekNo === undefined ? periodOf(rule, startDay) : new Date(startWall).getUTCFullYear()
  const walls: number[] = []
  for (const period of periods) {
    if (Math.abs(period - startPeriod) % rule.interval !== 0) continue
    const all: number[] = []
    // No period is longer than a year, and none of them begins earlier than a year before one of its days.
    for (let day = lowest - 366; day <= highest + 366; day++) {
      if (periodOf(rule, day) !== period || !hasDay(rule, day, startWall)) continue
      for (let minute = 0; minute < DAY; minute += MINUTE) {
        if (hasMinute(rule, minute, startWall)) all.push(day * DAY + minute)
      }
    }
    walls.push(...chosenOf(rule, all))
  }
  return walls.filter((wall) => wall >= lowest * DAY && wall < (highest + 1) * DAY)
}

function chosenOf({ bySetPos }: Rule, all: readonly number[]): number[] {
  if (bySetPos === undefined) return [...all]
  return all.filter((_, index) => bySetPos.includes(index + 1) || bySetPos.includes(index - all.length))
}

function periodOf({ frequency, weekStart, byWeekNo }: Rule, day: number): number {
  const date = new Date(day * DAY)
  switch (frequency) {
    case 'YEARLY':
      if (byWeekNo !== undefined) return new Date((weekOf(day, weekStart) + 3) * DAY).getUTCFullYear()
      return date.getUTCFullYear()
    case 'MONTHLY':
      return date.getUTCFullYear() * 12 + date.getUTCMonth()
    case 'WEEKLY':
      return Math.round((weekOf(day, weekStart) - (weekStart - 3)) / 7)
    default:
      return day
  }
}

/** The first day of a week. */
function weekOf(day: number, weekStart: number): number {
  let first = day
  while (weekday(first) !== weekStart) first--
  return first
}

/** Monday is 0. */
function weekday(day: number): number {
  return (new Date(day * DAY).getUTCDay() + 6) % 7
}

function hasMinute({ byHour, byMinute }: Rule, minute: number, startWall: number): boolean {
  const start = new Date(startWall)
  const hours = byHour ?? [start.getUTCHours()]
  const minutes = byMinute ?? [start.getUTCMinutes()]
  return hours.includes(Math.floor(minute / HOUR)) && minutes.includes((minute % HOUR) / MINUTE)
}

function hasDay(rule: Rule, day: number, startWall: number): boolean {
  if (!isAllowed(rule, day)) return false
  const { frequency, byDay, byMonthDay, byYearDay, byWeekNo, byMonth } = rule
  if (byDay !== undefined || byMonthDay !== undefined || byYearDay !== undefined) return true
  const start = new Date(Math.floor(startWall / DAY) * DAY)
  const date = new Date(day * DAY)
  switch (frequency) {
    case 'WEEKLY':
      return date.getUTCDay() === start.getUTCDay()
    case 'MONTHLY':
      return date.getUTCDate() === start.getUTCDate()
    case 'YEARLY':
      if (byWeekNo !== undefined) return date.getUTCDay() === start.getUTCDay()
      if (byMonth === undefined && date.getUTCMonth() !== start.getUTCMonth()) return false
      return date.getUTCDate() === start.getUTCDate()
    default:
      return true
  }
}

function isAllowed(rule: Rule, day: number): boolean {
  const date = new Date(day * DAY)
  if (rule.byMonth?.includes(date.getUTCMonth() + 1) === false) return false
  const inMonth = daysBetween(firstOf(date, 0), firstOf(date, 1))
  const inYear = yearOf(day)
  const has = (list: readonly number[] | undefined, days: readonly number[]) =>
    list === undefined || list.some((place) => days.at(place > 0 ? place - 1 : place) === day)
  const countsInYear = rule.frequency === 'YEARLY' && rule.byMonth === undefined
  const isWeekday = ({ weekday: wanted, ordinal }: WeekdayPart) => {
    if (weekday(day) !== wanted) return false
    const same = (countsInYear ? inYear : inMonth).filter((each) => weekday(each) === wanted)
    return ordinal === undefined || same.at(ordinal > 0 ? ordinal - 1 : ordinal) === day
  }
  return (
    has(rule.byMonthDay, inMonth) &&
    has(rule.byYearDay, inYear) &&
    (rule.byDay?.some(isWeekday) ?? true) &&
    (rule.byWeekNo === undefined || hasWeek(rule.byWeekNo, rule.weekStart, day))
  )
}

function yearOf(day: number): number[] {
  const year = new Date(day * DAY).getUTCFullYear()
  return daysBetween(Date.UTC(year, 0, 1) / DAY, Date.UTC(year + 1, 0, 1) / DAY)
}

/** The first day of the month so many months later. */
function firstOf(date: Date, months: number): number {
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, 1) / DAY
}

function daysBetween(first: number, end: number): number[] {
  return Array.from({ length: end - first }, (_, index) => first + index)
}

/** Numbers the weeks of a year by their fourth days, which lie in it. */
function hasWeek(byWeekNo: readonly number[], weekStart: number, day: number): boolean {
  const first = weekOf(day, weekStart)
  const fourths = yearOf(first + 3).filter((each) => weekday(each) === (weekStart + 3) % 7)
  return byWeekNo.some((place) => fourths.at(place > 0 ? place - 1 : place) === first + 3)
}

function realTimeRuns(rule: Rule, start: StartOfRule, minutes: ZoneMinutes): number[] {
  const isHourly = rule.frequency === 'HOURLY'
  const unit = isHourly ? HOUR : MINUTE
  const startMinute = start.at - (start.wallMs % MINUTE)
  const unitFirst = start.at - (start.wallMs % unit)
  const second = rule.bySecond?.[0] ?? (start.wallMs % MINUTE) / 1000
  const units = new Map<number, number[]>()
  const days = new Map<number, boolean>()
  for (const [index, wall] of minutes.walls.entries()) {
    const at = minutes.first + index * MINUTE
    const unitIndex = Math.floor((at - unitFirst) / unit)
    if (unitIndex % rule.interval !== 0) continue
    const isMinute =
      rule.byMinute?.includes((wall / MINUTE) % 60) ?? (!isHourly || (at - startMinute) % HOUR === 0)
    const isHour = rule.byHour?.includes(((wall / HOUR) % 24) | 0) ?? true
    if (!isMinute || !isHour) continue
    const day = Math.floor(wall / DAY)
    if (!days.has(day)) days.set(day, isAllowed(rule, day))
    if (days.get(day) !== true) continue
    units.set(unitIndex, [...(units.get(unitIndex) ?? []), at + second * 1000])
  }
  return [...units.values()].flatMap((all) => chosenOf(rule, all))
}
