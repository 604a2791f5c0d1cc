/**
 * Reads a recurrence rule: RECUR of RFC 5545, section 3.3.10, with or without `RRULE:`, in any case. Total:
 * every text yields a rule or a fault that names the part and the remedy. What the RFC forbids is a fault,
 * and so is what is not done here: SECONDLY and the lines EXDATE, RDATE and EXRULE (contract 03, section 4).
 */
import { defined } from '../defined.ts'
import { type CountedRule, FREQUENCIES, type Frequency, type Rule, type WeekdayPart } from './rule.ts'
import { parseUntil } from './written-time.ts'

const TEXT_MOST = 2000
/** Runs are counted one by one when the schedule is made. */
export const COUNT_MOST = 10_000
const WEEKDAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU']

export type ParsedRule =
  | { readonly kind: 'rule'; readonly rule: CountedRule }
  | { readonly kind: 'fault'; readonly detail: string }

export function parseRule(line: string): ParsedRule {
  try {
    return { kind: 'rule', rule: ruleOf(partsOf(line.trim())) }
  } catch (caught) {
    if (caught instanceof Misread) return { kind: 'fault', detail: caught.message }
    throw caught
  }
}

/** Ends reading from any depth; never leaves this file. */
class Misread extends Error {}

type Parts = ReadonlyMap<string, string>

const PARTS = new Set([
  ...['FREQ', 'INTERVAL', 'COUNT', 'UNTIL', 'WKST', 'BYMONTH', 'BYWEEKNO', 'BYYEARDAY', 'BYMONTHDAY'],
  ...['BYDAY', 'BYHOUR', 'BYMINUTE', 'BYSECOND', 'BYSETPOS'],
])

function partsOf(line: string): Parts {
  if (line.length > TEXT_MOST) throw new Misread(`a rule has at most ${TEXT_MOST} characters`)
  const [, property, text = ''] = /^(?:([A-Za-z-]+)[:;])?(.*)$/s.exec(line) ?? []
  const isRule = property === undefined || property.toUpperCase() === 'RRULE' || property.includes('=')
  if (!isRule) throw new Misread(foreignLine(property.toUpperCase()))
  const parts = new Map<string, string>()
  for (const part of text.toUpperCase().split(';')) {
    const [name = '', value, ...rest] = part.split('=')
    if (!PARTS.has(name))
      throw new Misread(`${name || 'an empty text'} is no part of a rule; there are ${[...PARTS].join(', ')}`)
    if (parts.has(name)) throw new Misread(`${name} is there twice: send it once`)
    if (value === undefined || value === '' || rest.length > 0)
      throw new Misread(`${name} needs one value: ${name}=...`)
    parts.set(name, value)
  }
  return parts
}

function foreignLine(property: string): string {
  if (property === 'DTSTART' || property === 'DTEND') {
    return `a ${property} line is not taken: send its time as the schedule's own start or end`
  }
  return `a line ${property} is not supported: send rules only (FREQ=...)`
}

function ruleOf(parts: Parts): CountedRule {
  const frequency = frequencyOf(parts.get('FREQ'))
  const count = wholeNumber(parts, 'COUNT', COUNT_MOST)
  const until = parts.get('UNTIL')
  if (count !== undefined && until !== undefined) {
    throw new Misread('COUNT and UNTIL do not go together: send one of them')
  }
  const rule: CountedRule = {
    frequency,
    interval: wholeNumber(parts, 'INTERVAL', 999_999) ?? 1,
    weekStart: parts.has('WKST') ? weekdayPart('WKST', parts.get('WKST')!).weekday : 0,
    ...defined({
      count,
      until: until === undefined ? undefined : untilOf(until),
      byMonth: numbers(parts, 'BYMONTH', 1, 12),
      byWeekNo: signedNumbers(parts, 'BYWEEKNO', 53),
      byYearDay: signedNumbers(parts, 'BYYEARDAY', 366),
      byMonthDay: signedNumbers(parts, 'BYMONTHDAY', 31),
      byDay: weekdays(parts),
      byHour: numbers(parts, 'BYHOUR', 0, 23),
      byMinute: numbers(parts, 'BYMINUTE', 0, 59),
      // A leap second is taken for the one before it (RFC 5545, section 3.3.12).
      bySecond: distinct(numbers(parts, 'BYSECOND', 0, 60)?.map((second) => Math.min(second, 59))),
      bySetPos: signedNumbers(parts, 'BYSETPOS', 366),
    }),
  }
  refuseCombinations(rule, parts)
  return rule
}

/** What RFC 5545, section 3.3.10, forbids. */
function refuseCombinations(
  { frequency, byDay, byWeekNo, byYearDay, byMonthDay, bySetPos }: Rule,
  parts: Parts,
): void {
  const refuse = (part: string, with_: string, remedy: string) => {
    throw new Misread(`${part} does not go with ${with_}: ${remedy}`)
  }
  const freq = `FREQ=${frequency}`
  if (byWeekNo !== undefined && frequency !== 'YEARLY') refuse('BYWEEKNO', freq, 'use FREQ=YEARLY')
  if (byYearDay !== undefined && ['DAILY', 'WEEKLY', 'MONTHLY'].includes(frequency)) {
    refuse('BYYEARDAY', freq, 'use FREQ=YEARLY')
  }
  if (byMonthDay !== undefined && frequency === 'WEEKLY') refuse('BYMONTHDAY', freq, 'use FREQ=MONTHLY')
  if (byDay?.some(({ ordinal }) => ordinal !== undefined)) {
    const remedy = 'leave out the numbers before the weekdays, or use FREQ=MONTHLY'
    if (frequency !== 'MONTHLY' && frequency !== 'YEARLY') refuse('BYDAY with a number', freq, remedy)
    if (byWeekNo !== undefined) refuse('BYDAY with a number', 'BYWEEKNO', 'leave out the numbers')
  }
  const others = [...parts.keys()].filter((name) => name.startsWith('BY') && name !== 'BYSETPOS')
  if (bySetPos !== undefined && others.length === 0) {
    throw new Misread('BYSETPOS chooses among the times of another BY part: send one, such as BYDAY')
  }
}

function frequencyOf(text: string | undefined): Frequency {
  const known = FREQUENCIES.find((frequency) => frequency === text)
  if (known !== undefined) return known
  if (text === undefined) throw new Misread(`FREQ is missing: send one of ${FREQUENCIES.join(', ')}`)
  throw new Misread(`FREQ=${text} is not supported: use one of ${FREQUENCIES.join(', ')}`)
}

function untilOf(text: string): Rule['until'] {
  const until = parseUntil(text)
  if (until === undefined) {
    throw new Misread(
      `UNTIL=${text} is no time from 1970 on: send it as 20261231, 20261231T235900 or 20261231T235900Z`,
    )
  }
  return until
}

function wholeNumber(parts: Parts, name: string, most: number): number | undefined {
  const text = parts.get(name)
  if (text === undefined) return undefined
  const value = /^\d{1,9}$/.test(text) ? Number(text) : 0
  if (value < 1 || value > most) throw new Misread(`${name}=${text}: send a whole number from 1 to ${most}`)
  return value
}

function numbers(parts: Parts, name: string, least: number, most: number): readonly number[] | undefined {
  return listOf(parts, name, (text) => {
    const value = /^\d{1,3}$/.test(text) ? Number(text) : -1
    if (value < least || value > most)
      throw new Misread(`${name} has ${text}: send numbers from ${least} to ${most}`)
    return value
  })
}

function signedNumbers(parts: Parts, name: string, most: number): readonly number[] | undefined {
  return listOf(parts, name, (text) => {
    const value = /^[+-]?\d{1,3}$/.test(text) ? Number(text) : 0
    if (value === 0 || Math.abs(value) > most) {
      throw new Misread(`${name} has ${text}: send numbers from 1 to ${most}, or -1 to -${most} from the end`)
    }
    return value
  })
}

function weekdays(parts: Parts): readonly WeekdayPart[] | undefined {
  return parts
    .get('BYDAY')
    ?.split(',')
    .map((text) => weekdayPart('BYDAY', text))
}

function weekdayPart(name: string, text: string): WeekdayPart {
  const [, ordinalText, weekdayText = ''] = /^([+-]?\d{1,2})?([A-Z]{2})$/.exec(text) ?? []
  const weekday = WEEKDAYS.indexOf(weekdayText)
  const ordinal = ordinalText === undefined ? undefined : Number(ordinalText)
  if (
    weekday < 0 ||
    ordinal === 0 ||
    Math.abs(ordinal ?? 0) > 53 ||
    (ordinal !== undefined && name === 'WKST')
  ) {
    throw new Misread(
      `${name} has ${text}: send ${WEEKDAYS.join(', ')}${name === 'BYDAY' ? ', or such as 1MO, -1FR' : ''}`,
    )
  }
  return { weekday, ...defined({ ordinal }) }
}

function listOf(parts: Parts, name: string, read: (text: string) => number): readonly number[] | undefined {
  return distinct(parts.get(name)?.split(',').map(read))
}

function distinct(values: readonly number[] | undefined): readonly number[] | undefined {
  return values === undefined ? undefined : [...new Set(values)].sort((a, b) => a - b)
}
