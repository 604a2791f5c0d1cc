/**
 * Makes a schedule of what somebody sent, or says what is wrong with it, field by field (contract 03,
 * sections 1 and 4; CHO-017). Every check is bounded: a schedule that passes answers each later question at
 * once.
 */
import { defined } from '../defined.ts'
import { timeText } from '../time-text.ts'
import { DAY, MINUTE, SECOND } from '../units.ts'
import { type Effort, noEffort } from './effort.ts'
import { LocalClock, type ZoneOffsets } from './local-clock.ts'
import { parseRule } from './parse-rule.ts'
import { parseRepeatingInterval } from './repeating-interval.ts'
import { type CountedRule, followsRealTime, type Rule, type WrittenTime } from './rule.ts'
import type { DstGap } from './rule-search.ts'
import { instantOf, nextAfter, occurrencesAfter, type Schedule } from './schedule.ts'
import { parseDateTime } from './written-time.ts'

/** As it was sent; an empty text is as good as none. */
export interface SentSchedule {
  /** Rules; several in one text stand in lines of their own. */
  readonly recurrence?: readonly string[]
  readonly start?: string
  readonly end?: string
  readonly zone?: string
  readonly dstGap?: DstGap
}

export interface ScheduleTerms {
  /** Epoch ms. */
  readonly now: number
  /** When the schedule was first made, epoch ms: its start if none is sent. */
  readonly createdAt: number
  /**
   * Reload tasks have either a zone, or start and end with an offset each. In scheduling tasks a zone is UTC
   * if none is sent, and an offset wins for its field.
   */
  readonly offsets: 'instead-of-zone' | 'beside-zone'
  readonly minimumGapMs?: number
}

export interface ScheduleFault {
  readonly field: 'recurrence' | 'start' | 'end' | 'zone' | 'interval'
  /** What is wrong, and the remedy. */
  readonly detail: string
}

export type CheckedSchedule =
  | { readonly kind: 'schedule'; readonly schedule: Schedule }
  /** Nothing was sent that makes runs. */
  | { readonly kind: 'none' }
  | { readonly kind: 'refused'; readonly faults: readonly ScheduleFault[] }

export const MINIMUM_GAP_MS = MINUTE
/** So many runs are looked at for the gaps between them. */
const RUNS_CHECKED = 50
const RULES_MOST = 20
/** What searching and counting may take in all, so that nobody else waits: some tens of milliseconds. */
const CHECK_JUMPS_MOST = 30_000
const CHECK_DAYS_MOST = 500_000
/**
 * Runs are not counted further than this from the start: time zones of each of those days would be asked for.
 */
const COUNT_SPAN_MS = 50 * 366 * DAY
const COUNT_TOO_FAR = 'COUNT has runs in more than 50 years: send UNTIL, or leave it out'
const TOO_MUCH = 'this takes too long to work out: send fewer or simpler rules, or UNTIL instead of COUNT'

export function checkSchedule(sent: SentSchedule, terms: ScheduleTerms, zones: ZoneOffsets): CheckedSchedule {
  const faults: ScheduleFault[] = []
  const lines = (sent.recurrence ?? [])
    .flatMap((text) => text.split(/\r?\n/))
    .filter((line) => line.trim() !== '')
  const rules = rulesOf(lines, faults)
  const zone = sent.zone || 'UTC'
  if (!zones.knows(zone)) faults.push({ field: 'zone', detail: noZone(zone) })
  const start = timeOf('start', sent, terms, faults)
  const end = timeOf('end', sent, terms, faults)
  if (faults.length > 0) return { kind: 'refused', faults }
  if (rules.length === 0 && start === undefined) return { kind: 'none' }
  const begin: WrittenTime = start ?? { kind: 'instant', instantMs: wholeSecond(terms.createdAt) }
  return settled(
    { zone, rules, start: begin, ...defined({ end }), dstGap: sent.dstGap ?? 'shift' },
    terms,
    zones,
  )
}

/** The short form of a schedule: a repeating interval of ISO 8601, in UTC. */
export function checkInterval(
  text: string,
  terms: Pick<ScheduleTerms, 'now' | 'createdAt' | 'minimumGapMs'>,
  zones: ZoneOffsets,
): CheckedSchedule {
  const parsed = parseRepeatingInterval(text, wholeSecond(terms.createdAt))
  if (parsed.kind === 'fault') return refused('interval', parsed.detail)
  const schedule: Uncounted = { zone: 'UTC', rules: [parsed.rule], start: parsed.start, dstGap: 'shift' }
  const checked = settled(schedule, terms, zones)
  if (checked.kind !== 'refused') return checked
  return { kind: 'refused', faults: checked.faults.map(({ detail }) => ({ field: 'interval', detail })) }
}

function rulesOf(lines: readonly string[], faults: ScheduleFault[]): CountedRule[] {
  if (lines.length > RULES_MOST) {
    faults.push({
      field: 'recurrence',
      detail: `${lines.length} rules are too many: send ${RULES_MOST} at most`,
    })
    return []
  }
  return lines.flatMap((line, index) => {
    const parsed = parseRule(line)
    if (parsed.kind === 'rule') return [parsed.rule]
    faults.push({ field: 'recurrence', detail: inLine(parsed.detail, index, lines.length) })
    return []
  })
}

function timeOf(
  field: 'start' | 'end',
  sent: SentSchedule,
  { offsets }: ScheduleTerms,
  faults: ScheduleFault[],
): WrittenTime | undefined {
  const text = sent[field]
  if (!text) return undefined
  const time = parseDateTime(text)
  if (time === undefined) {
    const detail = `${text} is no time from 1970 on: send it as 2026-12-31T23:59:00, or with an offset`
    faults.push({ field, detail })
  } else if (offsets === 'instead-of-zone' && time.kind === 'instant' && sent.zone) {
    faults.push({
      field,
      detail: `${text} has an offset, which does not go with a time zone: leave one of both out`,
    })
  } else if (offsets === 'instead-of-zone' && time.kind === 'local' && !sent.zone) {
    faults.push({ field, detail: `${text} has no offset: send one (2026-12-31T23:59:00Z), or a time zone` })
  }
  return time
}

/** A schedule whose COUNT rules are not counted yet. */
interface Uncounted extends Schedule {
  readonly rules: readonly CountedRule[]
}

/** Counts what COUNT rules say, and checks that the schedule runs and does not run too often. */
function settled(
  sent: Uncounted,
  { now, minimumGapMs = MINIMUM_GAP_MS }: Pick<ScheduleTerms, 'now' | 'minimumGapMs'>,
  zones: ZoneOffsets,
): CheckedSchedule {
  const clock = new LocalClock(sent.zone, zones)
  const start = instantOf(sent.start, clock)
  const endFault = sent.end === undefined ? undefined : faultOfEnd(instantOf(sent.end, clock), start, now)
  if (endFault !== undefined) return refused('end', `the end ${endFault}`)
  const effort = noEffort()
  const rules: Rule[] = []
  for (const [index, { count, ...rule }] of sent.rules.entries()) {
    const alone = { ...sent, rules: [rule] }
    const detail = faultOfRule(alone, rule, start, now, zones, effort)
    if (detail !== undefined) return refused('recurrence', inLine(detail, index, sent.rules.length))
    const counted = count === undefined ? rule : withLastRun(alone, rule, count, zones, effort)
    if (counted === undefined || isTooMuch(effort)) {
      const tooMuch = isTooMuch(effort) ? TOO_MUCH : COUNT_TOO_FAR
      return refused('recurrence', inLine(tooMuch, index, sent.rules.length))
    }
    rules.push(counted)
  }
  const schedule = { ...sent, rules }
  const close = closeRuns(schedule, now, minimumGapMs, zones)
  return close === undefined ? { kind: 'schedule', schedule } : refused('recurrence', close)
}

function faultOfRule(
  alone: Schedule,
  rule: Rule,
  start: number,
  now: number,
  zones: ZoneOffsets,
  effort: Effort,
): string | undefined {
  if (rule.until !== undefined) {
    const fault = faultOfEnd(instantOf(rule.until, new LocalClock(alone.zone, zones)), start, now)
    if (fault !== undefined) return `UNTIL ${fault}`
  }
  if (nextAfter(alone, start - SECOND, zones, effort) !== undefined) return undefined
  return 'the rule never runs: no time between start and end fits all its parts; leave some out'
}

function faultOfEnd(end: number, start: number, now: number): string | undefined {
  if (end <= start) return `is ${timeText(end)}, not after the start ${timeText(start)}: send a later one`
  return end < now ? `is ${timeText(end)}, in the past: send a later one, or leave it out` : undefined
}

/**
 * Puts the last run in the place of COUNT, as UNTIL: by the clocks for rules that follow clocks, so that it
 * stays the last one when a zone changes its rules. Undefined: it is too far away.
 */
function withLastRun(
  alone: Schedule,
  rule: Rule,
  count: number,
  zones: ZoneOffsets,
  effort: Effort,
): Rule | undefined {
  const clock = new LocalClock(alone.zone, zones)
  const beforeStart = instantOf(alone.start, clock) - SECOND
  let last = beforeStart
  let runs = 0
  for (const { at } of occurrencesAfter(alone, beforeStart, zones, effort)) {
    if (at - beforeStart > COUNT_SPAN_MS || isTooMuch(effort)) return undefined
    last = at
    if (++runs === count) break
  }
  const until: WrittenTime = followsRealTime(rule)
    ? { kind: 'instant', instantMs: last }
    : { kind: 'local', wallMs: clock.wallAt(last) }
  return { ...rule, until }
}

function closeRuns(schedule: Schedule, now: number, gapMs: number, zones: ZoneOffsets): string | undefined {
  let before: number | undefined
  let runs = 0
  const effort = noEffort()
  for (const { at, local } of occurrencesAfter(schedule, now, zones, effort)) {
    if (before !== undefined && at - before < gapMs) {
      const seconds = (at - before) / SECOND
      const least = `${gapMs / SECOND} s are the least; make the rule run less often`
      return `two runs are ${seconds} s apart, the second at ${local}: ${least}`
    }
    before = at
    // Runs that are found so slowly are rare, and none of the others is close.
    if (++runs === RUNS_CHECKED || isTooMuch(effort)) break
  }
  return undefined
}

function isTooMuch({ jumps, days }: Effort): boolean {
  return jumps > CHECK_JUMPS_MOST || days > CHECK_DAYS_MOST
}

function noZone(zone: string): string {
  return `${zone} is no time zone that this server knows: send an IANA name, such as Europe/Berlin`
}

function inLine(detail: string, index: number, lines: number): string {
  return lines === 1 ? detail : `line ${index + 1}: ${detail}`
}

function wholeSecond(ms: number): number {
  return Math.floor(ms / SECOND) * SECOND
}

function refused(field: ScheduleFault['field'], detail: string): CheckedSchedule {
  return { kind: 'refused', faults: [{ field, detail }] }
}
