/**
 * Repeating intervals of ISO 8601 (`R/2026-01-01T00:00:00Z/PT1H`), the short form of a schedule, in UTC: a
 * run at the start of each interval. Exact durations become rules by the minute, months and years rules by
 * the month.
 */
import { defined } from '../defined.ts'
import { addDuration } from '../duration.ts'
import { MINUTE } from '../units.ts'
import { COUNT_MOST } from './parse-rule.ts'
import type { CountedRule, Rule, WrittenTime } from './rule.ts'
import { parseDateTime } from './written-time.ts'

export type ParsedInterval =
  | { readonly kind: 'interval'; readonly rule: CountedRule; readonly start: WrittenTime }
  | { readonly kind: 'fault'; readonly detail: string }

const FORMS = 'send R/start/duration, such as R/2026-01-01T00:00:00Z/PT1H, R/start/end or R/duration'

/**
 * `Rn` has n runs.
 * @param begin start of the intervals if the text has none, epoch ms
 */
export function parseRepeatingInterval(text: string, begin: number): ParsedInterval {
  const [repeat = '', first = '', second, ...rest] = text.trim().split('/')
  const count = /^R(\d{0,6})$/i.exec(repeat)?.[1]
  if (count === undefined || rest.length > 0) return fault(`this is no repeating interval: ${FORMS}`)
  if (count !== '' && (Number(count) < 1 || Number(count) > COUNT_MOST)) {
    return fault(`${repeat}: send R alone, or with a number of runs from 1 to ${COUNT_MOST}`)
  }
  const start = second === undefined ? begin : instantIn(first)
  if (start === undefined) return fault(`${first} is no time from 1970 on: ${FORMS}`)
  const every = stepOf(second ?? first, start)
  if (typeof every === 'string') return fault(every)
  const rule = { ...every, weekStart: 0, ...defined({ count: count === '' ? undefined : Number(count) }) }
  return { kind: 'interval', rule, start: { kind: 'instant', instantMs: start } }
}

/** @returns what a rule has of the duration, or what is wrong with it */
function stepOf(text: string, start: number): Pick<Rule, 'frequency' | 'interval'> | string {
  const calendar = /^P(?:(\d{1,4})Y)?(?:(\d{1,5})M)?$/i.exec(text)
  const months = Number(calendar?.[1] ?? 0) * 12 + Number(calendar?.[2] ?? 0)
  if (months > 0) {
    if (new Date(start).getUTCDate() <= 28) return { frequency: 'MONTHLY', interval: months }
    return 'not every month has that day: send a rule with BYMONTHDAY=-1 for the last day of months'
  }
  if (/^P[^T]*[YM]/i.test(text)) return `${text} mixes months with shorter times: send a rule instead`
  const end = instantIn(text) ?? addDuration(text.toUpperCase(), start)
  if (end === undefined) return `${text} is no duration and no end: ${FORMS}`
  const ms = end - start
  if (ms < MINUTE || ms % MINUTE !== 0)
    return `an interval lasts whole minutes, at least one; ${text} does not`
  return { frequency: 'MINUTELY', interval: ms / MINUTE }
}

function instantIn(text: string): number | undefined {
  const time = parseDateTime(text)
  return time?.kind === 'local' ? time.wallMs : time?.instantMs
}

function fault(detail: string): ParsedInterval {
  return { kind: 'fault', detail }
}
