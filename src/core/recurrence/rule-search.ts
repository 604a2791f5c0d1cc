/**
 * When one rule runs next. A search seeks: it goes from a time to the next that the grid of INTERVAL has,
 * from there to the next that the BY parts allow, and so on until both agree; nothing is counted from the
 * start. Rules by day or longer search on the wall line and then read their zone's clocks; rules by hour and
 * minute search on the line of real time and look at the clocks on the way (contract 03, section 4.1).
 */
import { DAY, MINUTE, SECOND } from '../units.ts'
import { civilDate, modulo, weekdayOf } from './calendar.ts'
import { DayFilter } from './day-filter.ts'
import { type Effort, JUMPS_MOST } from './effort.ts'
import { type Grid, type Period, realTimeGrid, wallGrid } from './grid.ts'
import type { LocalClock, Reading } from './local-clock.ts'
import { followsRealTime, type Rule } from './rule.ts'
import { TimesOfDay } from './times-of-day.ts'

/** The start of a schedule, from which INTERVAL counts and what a rule does not name is taken. */
export interface Anchor {
  /** Epoch ms. */
  readonly at: number
  readonly wallMs: number
}

/** What a rule does with wall times of days or longer that clocks skip. */
export type DstGap = 'shift' | 'skip'

export interface RuleSearch {
  /** @returns the first run from `from` to `last`, epoch ms in whole seconds */
  next(from: number, last: number, effort: Effort): Reading | undefined
}

export function searchOf(rule: Rule, anchor: Anchor, clock: LocalClock, dstGap: DstGap): RuleSearch {
  if (followsRealTime(rule)) {
    const line = realTimeLine(rule, anchor, clock)
    return {
      next(from, last, effort) {
        const at = line(from, last, effort)
        return at === undefined ? undefined : { at }
      },
    }
  }
  const line = wallLine(completed(rule, anchor.wallMs), anchor)
  return { next: (from, last, effort) => nextReading(line, clock, dstGap, from, last, effort) }
}

/** @returns the first time from `from` to `last` on some line that it stands for */
type Next = (from: number, last: number, effort: Effort) => number | undefined

/** The times of one period in their order. */
interface PeriodTimes {
  readonly length: number
  at(index: number): number | undefined
}

function wallLine(rule: Rule, anchor: Anchor): Next {
  const days = new DayFilter(rule)
  const times = new TimesOfDay(rule.byHour, rule.byMinute, rule.bySecond)
  return picked(rule, wallGrid(rule, anchor.wallMs), allowedWalls(days, times), (period, effort) => {
    const all: number[] = []
    const last = period.end / DAY - 1
    let day = days.next(period.first / DAY, last, effort)
    for (; day !== undefined; day = days.next(day + 1, last, effort)) all.push(day)
    return {
      length: all.length * times.count,
      at: (index) => {
        const time = index % times.count
        const day = all[(index - time) / times.count]
        return day === undefined ? undefined : day * DAY + times.at(time)
      },
    }
  })
}

function realTimeLine(rule: Rule, anchor: Anchor, clock: LocalClock): Next {
  const walls = allowedWalls(new DayFilter(rule), new TimesOfDay(rule.byHour, rule.byMinute, rule.bySecond))
  const allowed = allowedInstants(walls, clock)
  const grid = realTimeGrid(rule, anchor.at, anchor.wallMs)
  return picked(rule, grid, allowed, (period, effort) => {
    const all: number[] = []
    const last = period.end - SECOND
    let at = agreed(grid, allowed, period.first, last, effort)
    for (; at !== undefined; at = agreed(grid, allowed, at + SECOND, last, effort)) all.push(at)
    return { length: all.length, at: (index) => all[index] }
  })
}

/** Applies BYSETPOS: of the times of each period only those with the positions of the rule. */
function picked(
  { bySetPos }: Rule,
  grid: Grid,
  allowed: Next,
  timesIn: (period: Period, effort: Effort) => PeriodTimes,
): Next {
  if (bySetPos === undefined) return (from, last, effort) => agreed(grid, allowed, from, last, effort)
  let listed: { readonly first: number; readonly times: PeriodTimes } | undefined
  return (from, last, effort) => {
    const jumpsMost = effort.jumps + JUMPS_MOST
    let time = from
    while (effort.jumps < jumpsMost) {
      const found = agreed(grid, allowed, time, last, effort)
      if (found === undefined) return undefined
      const period = grid.periodOf(found)
      if (listed?.first !== period.first) listed = { first: period.first, times: timesIn(period, effort) }
      const { times } = listed
      const chosen = bySetPos.flatMap((position) => {
        const at = times.at(position > 0 ? position - 1 : times.length + position)
        return at === undefined || at < from || at > last ? [] : [at]
      })
      if (chosen.length > 0) return Math.min(...chosen)
      time = period.end
    }
    return undefined
  }
}

/** The first time that both the grid and the BY parts have. */
function agreed(grid: Grid, allowed: Next, from: number, last: number, effort: Effort): number | undefined {
  let time = from
  for (let jumps = 0; jumps < JUMPS_MOST; jumps++) {
    effort.jumps++
    time = grid.next(time)
    const next = time > last ? undefined : allowed(time, last, effort)
    if (next === undefined || next === time) return next
    time = next
  }
  return undefined
}

/** Wall times whose day and time of day are allowed. */
function allowedWalls(days: DayFilter, times: TimesOfDay): Next {
  return (from, last, effort) => {
    const today = Math.floor(from / DAY)
    const lastDay = Math.floor(last / DAY)
    const time = times.next(from - today * DAY)
    const day = days.next(time === undefined ? today + 1 : today, lastDay, effort)
    if (day === undefined) return undefined
    return day * DAY + (day === today ? time! : times.at(0))
  }
}

/**
 * Instants at which clocks show an allowed wall time. One that is answered may prove not to be allowed; none
 * before it is.
 */
function allowedInstants(walls: Next, clock: LocalClock): Next {
  return (from, last, effort) => {
    const offset = clock.offsetAt(from)
    const wall = walls(from + offset, last + DAY, effort)
    if (wall === from + offset) return from
    const ahead = wall === undefined ? undefined : clock.showsFrom(wall, from + SECOND)
    const offsetAhead = clock.offsetAt(from + DAY)
    if (offsetAhead >= offset) return ahead
    // Clocks are about to go back: wall times before this one come again.
    const again = walls(from + offsetAhead + SECOND, last + DAY, effort)
    if (again === undefined) return ahead
    return Math.min(ahead ?? again - offsetAhead, again - offsetAhead)
  }
}

/**
 * The first run of a rule by day or longer. A wall time in a gap moves behind the gap, perhaps past later
 * wall times, so the search goes on to the first that is not in a gap.
 */
function nextReading(
  line: Next,
  clock: LocalClock,
  dstGap: DstGap,
  from: number,
  last: number,
  effort: Effort,
): Reading | undefined {
  let best: Reading | undefined
  let wall = line(clock.lowestWallFrom(from), last + DAY, effort)
  while (wall !== undefined) {
    const reading = clock.readingOf(wall)
    const isRun = reading.at >= from && !(dstGap === 'skip' && reading.shifted === 'gap')
    if (isRun && (best === undefined || reading.at <= best.at)) best = reading
    if (isRun && reading.shifted !== 'gap') break
    wall = line(wall + SECOND, last + DAY, effort)
  }
  return best === undefined || best.at > last ? undefined : best
}

/** Names what the rule leaves to its start: days, hour, minute and second (RFC 5545, section 3.3.10). */
function completed(rule: Rule, wallMs: number): Rule {
  const day = Math.floor(wallMs / DAY)
  const ms = modulo(wallMs, DAY)
  return {
    ...rule,
    ...daysOf(rule, day),
    byHour: rule.byHour ?? [Math.floor(ms / (60 * MINUTE))],
    byMinute: rule.byMinute ?? [Math.floor(ms / MINUTE) % 60],
    bySecond: rule.bySecond ?? [Math.floor(ms / SECOND) % 60],
  }
}

function daysOf(rule: Rule, start: number): Partial<Rule> {
  const { month, dayOfMonth } = civilDate(start)
  const namesDays = rule.byDay ?? rule.byMonthDay ?? rule.byYearDay
  if (namesDays !== undefined || rule.frequency === 'DAILY') return {}
  if (rule.frequency === 'WEEKLY' || rule.byWeekNo !== undefined)
    return { byDay: [{ weekday: weekdayOf(start) }] }
  if (rule.frequency === 'MONTHLY') return { byMonthDay: [dayOfMonth] }
  return { byMonth: rule.byMonth ?? [month], byMonthDay: [dayOfMonth] }
}
