/**
 * Random rules against two libraries that others wrote. Where they are known to answer otherwise, the table
 * says why ours is right; a row that a new version of its library no longer needs fails.
 */
import fc from 'fast-check'
import { RRuleSet } from 'rrule-rust'
import { RRuleTemporal } from 'rrule-temporal'
import { Temporal } from 'temporal-polyfill'
import { describe, expect, it } from 'vitest'
import { systemZones } from '../../main/zones.ts'
import { checkSchedule } from './check-schedule.ts'
import { occurrencesAfter } from './schedule.ts'

const RULES = Number(process.env.RECURRENCE_RULES ?? 200)
const RUNS = 6
const START = '2026-01-31T05:20:10'

const zones = systemZones()

interface Sent {
  readonly rule: string
  readonly zone: string
}

type Library = (sent: Sent) => string[]

const LIBRARIES: Readonly<Record<'rrule-temporal' | 'rrule-rust', Library>> = {
  'rrule-temporal': ({ rule, zone }) => {
    const dtstart = Temporal.ZonedDateTime.from(`${START}[${zone}]`)
    const found = new RRuleTemporal({ rruleString: rule, dtstart }).all((_, index) => index < RUNS)
    return found.map((run) => run.toString().slice(0, START.length))
  },
  'rrule-rust': ({ rule, zone }) => {
    const start = START.replace(/[-:]/g, '')
    const set = RRuleSet.fromString(`DTSTART;TZID=${zone}:${start}\nRRULE:${rule}`)
    return set
      .all(RUNS)
      .map((run) =>
        run.toString().replace(/^.*?(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d).*$/s, '$1-$2-$3T$4:$5:$6'),
      )
  },
}

function own({ rule, zone }: Sent): string[] | undefined {
  const terms = { now: 0, createdAt: 0, offsets: 'beside-zone', minimumGapMs: 0 } as const
  const checked = checkSchedule({ recurrence: [rule], start: START, zone, dstGap: 'skip' }, terms, zones)
  if (checked.kind !== 'schedule') return undefined
  const found: string[] = []
  for (const { local } of occurrencesAfter(checked.schedule, 0, zones)) {
    found.push(local.slice(0, START.length))
    if (found.length === RUNS) break
  }
  return found
}

const has = (rule: string, part: string) => rule.includes(`;${part}=`)
const isOf = (rule: string, ...frequencies: string[]) =>
  frequencies.some((each) => rule.startsWith(`FREQ=${each}`))
const numbersWeekdays = (rule: string) => /;BYDAY=[^;]*\d/.test(rule)
const mixesWeekdays = (rule: string) => numbersWeekdays(rule) && /;BYDAY=([^;]*,)?[A-Z]/.test(rule)

interface Disagreement {
  readonly library: keyof typeof LIBRARIES
  readonly why: string
  readonly covers: (rule: string) => boolean
  readonly example: string
}

const DISAGREEMENTS: readonly Disagreement[] = [
  {
    library: 'rrule-temporal',
    why: 'adds the days of BY parts that limit each other (RFC 5545, 3.3.10: the table and its note 2)',
    covers: (rule) =>
      isOf(rule, 'YEARLY') &&
      ((has(rule, 'BYYEARDAY') && has(rule, 'BYDAY')) ||
        ['BYMONTHDAY', 'BYYEARDAY', 'BYWEEKNO'].filter((part) => has(rule, part)).length +
          (numbersWeekdays(rule) ? 1 : 0) >
          1),
    example: 'FREQ=YEARLY;BYYEARDAY=16;BYDAY=SU',
  },
  {
    library: 'rrule-temporal',
    why: 'forgets the weekdays without a number beside those with one',
    covers: (rule) => isOf(rule, 'YEARLY') && mixesWeekdays(rule),
    example: 'FREQ=YEARLY;BYDAY=FR,2WE',
  },
  {
    library: 'rrule-rust',
    why: 'finds only days that are a weekday with a number and one without',
    covers: mixesWeekdays,
    example: 'FREQ=MONTHLY;BYDAY=1FR,SU',
  },
  {
    library: 'rrule-rust',
    why: 'has all days of a week for BYWEEKNO alone; what a rule does not name is that of the start (RFC 5545, 3.3.10)',
    covers: (rule) =>
      has(rule, 'BYWEEKNO') && !['BYDAY', 'BYYEARDAY', 'BYMONTHDAY'].some((part) => has(rule, part)),
    example: 'FREQ=YEARLY;BYWEEKNO=20',
  },
  {
    library: 'rrule-rust',
    why: 'gives the days of a week that lie in another year to that year, or to none',
    covers: (rule) => /;BYWEEKNO=([^;]*,)?(1|-1|-?5[23])\b/.test(rule),
    example: 'FREQ=YEARLY;INTERVAL=2;BYWEEKNO=1;BYDAY=MO',
  },
  {
    library: 'rrule-rust',
    why: 'loses its step, and so whole days, where MINUTELY jumps over hours or days',
    covers: (rule) => isOf(rule, 'MINUTELY') && (has(rule, 'BYHOUR') || has(rule, 'BYMINUTE')),
    example: 'FREQ=MINUTELY;INTERVAL=7;BYMONTHDAY=12;BYHOUR=21',
  },
]

describe.each(['rrule-temporal', 'rrule-rust'] as const)('%s', (library) => {
  const known = DISAGREEMENTS.filter((each) => each.library === library)

  it('has the runs of random rules, strictly by section 3.3.10', () => {
    let compared = 0
    fc.assert(
      fc.property(sentRules(), (sent) => {
        const expected = known.some(({ covers }) => covers(sent.rule)) ? undefined : own(sent)
        if (expected === undefined || isRare(expected)) return
        compared++
        expect(LIBRARIES[library](sent)).toEqual(expected)
      }),
      { numRuns: RULES },
    )
    expect(compared).toBeGreaterThan(RULES / 3)
  })

  it.each(known)('$why', ({ example, covers }) => {
    expect(covers(example)).toBe(true)
    const sent = { rule: example, zone: 'UTC' }
    expect(LIBRARIES[library](sent)).not.toEqual(own(sent))
  })
})

/** Both libraries give up, or take seconds, when runs are decades apart. */
function isRare(runs: readonly string[]): boolean {
  return runs.length < RUNS || Number(runs.at(-1)!.slice(0, 4)) > 2060
}

function sentRules(): fc.Arbitrary<Sent> {
  const list = <T>(value: fc.Arbitrary<T>, freq = 2) =>
    fc.option(fc.uniqueArray(value, { minLength: 1, maxLength: 3 }), { freq, nil: undefined })
  const signed = (most: number) => fc.integer({ min: 1, max: most }).chain((n) => fc.constantFrom(n, n, -n))
  const weekday = fc.constantFrom('MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU')
  const parts = fc.record({
    WKST: fc.option(weekday, { freq: 2 }),
    INTERVAL: fc.constantFrom(null, null, null, 2, 3, 4, 7, 13),
    BYMONTH: list(fc.integer({ min: 1, max: 12 })),
    BYWEEKNO: list(signed(53)),
    BYYEARDAY: list(signed(366)),
    BYMONTHDAY: list(signed(31)),
    BYDAY: list(
      fc.tuple(fc.constantFrom('', '', '1', '2', '-1', '-2', '5'), weekday).map((pair) => pair.join('')),
    ),
    // Not the hours that clocks skip: libraries leave those runs out, move them, or both.
    BYHOUR: list(fc.oneof(fc.nat(1), fc.integer({ min: 4, max: 23 }))),
    BYMINUTE: list(fc.nat(59)),
    BYSECOND: list(fc.constantFrom(0, 30), 1),
    BYSETPOS: list(fc.constantFrom(1, 2, 3, -1, -2), 1),
  })
  const frequency = fc.constantFrom('YEARLY', 'MONTHLY', 'WEEKLY', 'DAILY', 'HOURLY', 'MINUTELY')
  const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York')
  return fc.tuple(frequency, parts, zone).map(([frequency, parts, zone]) => {
    const isLong = frequency === 'YEARLY' || frequency === 'MONTHLY'
    const texts = Object.entries(parts).flatMap(([name, value]) => {
      if (value === null || value === undefined) return []
      if (name === 'BYWEEKNO' && frequency !== 'YEARLY') return []
      if (name === 'BYYEARDAY' && ['MONTHLY', 'WEEKLY', 'DAILY'].includes(frequency)) return []
      if (name === 'BYMONTHDAY' && frequency === 'WEEKLY') return []
      const text = [value].flat().join()
      const isPlain = name !== 'BYDAY' || (isLong && parts.BYWEEKNO === undefined)
      return [`;${name}=${isPlain ? text : text.replaceAll(/-?\d/g, '')}`]
    })
    // Libraries have their own ideas of hours in zones; minute-by-minute.test.ts has those.
    const isReal = frequency === 'HOURLY' || frequency === 'MINUTELY'
    return { rule: `FREQ=${frequency}${texts.join('')}`, zone: isReal ? 'UTC' : zone }
  })
}
