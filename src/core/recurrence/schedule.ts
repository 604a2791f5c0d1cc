/**
 * Room `core/recurrence`: schedules of reload tasks: which instants their rules mean in their zone. Pure
 * rules over plain data; time zones come in by the port ZoneOffsets.
 *
 * A schedule is kept as it was understood (check-schedule.ts makes it), so a later reading needs no text. Its
 * runs are whole seconds. Each question is answered by seeking from the asked time, never by counting from
 * the start (rule-search.ts).
 */
import { DAY, SECOND } from '../units.ts'
import { type Effort, noEffort } from './effort.ts'
import { LocalClock, type Reading, type Shift, type ZoneOffsets } from './local-clock.ts'
import type { Rule, WrittenTime } from './rule.ts'
import { type Anchor, type DstGap, type RuleSearch, searchOf } from './rule-search.ts'

/** Plain data that JSON keeps. */
export interface Schedule {
  /** IANA name as it was sent. */
  readonly zone: string
  /** Runs are those of all rules, equal instants once; without a rule the start is the one run. */
  readonly rules: readonly Rule[]
  /** No run before it; INTERVAL counts from it, and rules take from it what they do not name. */
  readonly start: WrittenTime
  /** Inclusive. */
  readonly end?: WrittenTime
  readonly dstGap: DstGap
}

export interface Occurrence {
  /** Epoch ms, whole seconds. */
  readonly at: number
  /** What clocks of the zone show then, with their offset: `2026-03-29T03:30:00+02:00`. */
  readonly local: string
  /** Absent: clocks show the time of the rule, and only once. */
  readonly shifted?: Shift
}

/** Searches go no further: after so long the calendar repeats itself; and texts of times have four digits. */
const HORIZON_MS = 146_097 * DAY
const LAST_MS = Date.UTC(9999, 11, 31)

/**
 * @param instantMs epoch ms
 * @returns the first run after it, epoch ms; undefined: the schedule is over
 */
export function nextAfter(
  schedule: Schedule,
  instantMs: number,
  zones: ZoneOffsets,
  effort: Effort = noEffort(),
): number | undefined {
  return openSchedule(schedule, zones)(firstSecondAfter(instantMs), LAST_MS, effort)?.at
}

/**
 * @param instantMs epoch ms
 * @returns the last run at or before it, epoch ms; undefined: there was none yet
 */
export function latestAtOrBefore(
  schedule: Schedule,
  instantMs: number,
  zones: ZoneOffsets,
  effort: Effort = noEffort(),
): number | undefined {
  const next = openSchedule(schedule, zones)
  const first = next(Number.NEGATIVE_INFINITY, instantMs, effort)?.at
  if (first === undefined) return undefined
  let latest = first
  // Halves the time in which a later run may be; whatever is found also moves its lower end.
  let end = instantMs
  while (end - latest >= SECOND) {
    const middle = latest + Math.floor((end - latest) / 2 / SECOND) * SECOND
    const run = next(middle + SECOND, end, effort)
    if (run === undefined) end = middle
    else latest = run.at
  }
  return latest
}

/**
 * The runs after an instant, one after the other, for as long as somebody takes them.
 * @param instantMs epoch ms
 */
export function* occurrencesAfter(
  schedule: Schedule,
  instantMs: number,
  zones: ZoneOffsets,
  effort: Effort = noEffort(),
): Generator<Occurrence, void, undefined> {
  const clock = new LocalClock(schedule.zone, zones)
  const next = openSchedule(schedule, zones)
  let from = firstSecondAfter(instantMs)
  for (;;) {
    const run = next(from, LAST_MS, effort)
    if (run === undefined) return
    yield { ...run, local: localText(run.at, clock) }
    from = run.at + SECOND
  }
}

/** @returns epoch ms; the reading of the zone's clocks if the time was written by them */
export function instantOf(time: WrittenTime, clock: LocalClock): number {
  return time.kind === 'instant' ? time.instantMs : clock.readingOf(time.wallMs).at
}

/** @returns finds the first run from an instant in whole seconds to a last one */
function openSchedule(
  schedule: Schedule,
  zones: ZoneOffsets,
): (from: number, last: number, effort: Effort) => Reading | undefined {
  const clock = new LocalClock(schedule.zone, zones)
  const anchor = anchorOf(schedule.start, clock)
  const end = schedule.end === undefined ? LAST_MS : instantOf(schedule.end, clock)
  if (schedule.rules.length === 0) {
    const once = schedule.start.kind === 'local' ? clock.readingOf(schedule.start.wallMs) : { at: anchor.at }
    return (from, last) => (once.at >= from && once.at <= Math.min(last, end) ? once : undefined)
  }
  const searches = schedule.rules.map((rule) => {
    const until = rule.until === undefined ? end : Math.min(end, instantOf(rule.until, clock))
    return { until, search: remembering(searchOf(rule, anchor, clock, schedule.dstGap)) }
  })
  return (asked, last, effort) => {
    const from = Math.max(asked, anchor.at)
    let first: Reading | undefined
    for (const { until, search } of searches) {
      const run = search.next(from, Math.min(until, last, first?.at ?? from + HORIZON_MS), effort)
      if (run !== undefined && (first === undefined || run.at < first.at)) first = run
    }
    return first
  }
}

/** Answers from what was found last for as long as that run is still ahead: of many rules one moves on. */
function remembering(search: RuleSearch): RuleSearch {
  let askedFrom = Number.POSITIVE_INFINITY
  let askedLast = Number.NEGATIVE_INFINITY
  let found: Reading | undefined
  return {
    next(from, last, effort) {
      const holds = from >= askedFrom && (found === undefined ? last <= askedLast : from <= found.at)
      if (!holds) {
        found = search.next(from, last, effort)
        askedFrom = from
        askedLast = last
      }
      return found !== undefined && found.at <= last ? found : undefined
    },
  }
}

function anchorOf(start: WrittenTime, clock: LocalClock): Anchor {
  const at = instantOf(start, clock)
  return { at, wallMs: start.kind === 'local' ? start.wallMs : clock.wallAt(at) }
}

function firstSecondAfter(instantMs: number): number {
  return (Math.floor(instantMs / SECOND) + 1) * SECOND
}

function localText(at: number, clock: LocalClock): string {
  const offset = clock.offsetAt(at)
  const wall = new Date(at + offset).toISOString().slice(0, 'yyyy-mm-ddThh:mm:ss'.length)
  const minutes = Math.abs(Math.round(offset / 60_000))
  const two = (value: number) => String(value).padStart(2, '0')
  return `${wall}${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
}
