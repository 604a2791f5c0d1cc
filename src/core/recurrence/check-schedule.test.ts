import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { systemZones } from '../../main/zones.ts'
import { checkInterval, checkSchedule, type ScheduleTerms, type SentSchedule } from './check-schedule.ts'
import { parseRule } from './parse-rule.ts'
import { occurrencesAfter } from './schedule.ts'

const zones = systemZones()
const now = Date.parse('2026-06-01T12:00:00Z')
const terms: ScheduleTerms = { now, createdAt: now, offsets: 'beside-zone' }

/** Faults as `field: detail`; what else came of it by its kind. */
function faults(sent: SentSchedule, others: Partial<ScheduleTerms> = {}): string[] | string {
  const checked = checkSchedule(sent, { ...terms, ...others }, zones)
  if (checked.kind !== 'refused') return checked.kind
  return checked.faults.map(({ field, detail }) => `${field}: ${detail}`)
}

const rule = (text: string) => faults({ recurrence: [text] })

describe('rules that are refused', () => {
  it.each([
    ['FREQ=SECONDLY', 'FREQ=SECONDLY is not supported: use one of YEARLY, MONTHLY'],
    ['INTERVAL=2', 'FREQ is missing'],
    ['FREQ=DAILY;BYEASTER=1', 'BYEASTER is no part of a rule'],
    ['FREQ=DAILY;', 'an empty text is no part of a rule'],
    ['FREQ=DAILY;FREQ=WEEKLY', 'FREQ is there twice'],
    ['FREQ=DAILY;BYHOUR', 'BYHOUR needs one value'],
    ['FREQ=DAILY;BYHOUR=', 'BYHOUR needs one value'],
    ['FREQ=DAILY;BYHOUR=1=2', 'BYHOUR needs one value'],
    ['FREQ=DAILY;BYHOUR=24', 'BYHOUR has 24: send numbers from 0 to 23'],
    ['FREQ=DAILY;BYHOUR=1,,2', 'BYHOUR has : send numbers'],
    ['FREQ=DAILY;BYMINUTE=-1', 'BYMINUTE has -1'],
    ['FREQ=DAILY;BYMONTHDAY=0', 'BYMONTHDAY has 0'],
    ['FREQ=DAILY;BYMONTHDAY=32', 'BYMONTHDAY has 32'],
    ['FREQ=DAILY;BYDAY=XX', 'BYDAY has XX: send MO, TU'],
    ['FREQ=MONTHLY;BYDAY=0MO', 'BYDAY has 0MO'],
    ['FREQ=MONTHLY;BYDAY=54MO', 'BYDAY has 54MO'],
    ['FREQ=WEEKLY;WKST=1MO', 'WKST has 1MO'],
    ['FREQ=DAILY;INTERVAL=0', 'INTERVAL=0: send a whole number from 1'],
    ['FREQ=DAILY;INTERVAL=1.5', 'INTERVAL=1.5: send a whole number'],
    ['FREQ=DAILY;COUNT=10001', 'COUNT=10001: send a whole number from 1 to 10000'],
    ['FREQ=DAILY;COUNT=3;UNTIL=20300101', 'COUNT and UNTIL do not go together'],
    ['FREQ=DAILY;UNTIL=2030-01-01', 'UNTIL=2030-01-01 is no time'],
    ['FREQ=DAILY;UNTIL=20300230', 'UNTIL=20300230 is no time'],
    ['FREQ=DAILY;BYDAY=1MO', 'BYDAY with a number does not go with FREQ=DAILY'],
    ['FREQ=YEARLY;BYWEEKNO=3;BYDAY=1MO', 'BYDAY with a number does not go with BYWEEKNO'],
    ['FREQ=MONTHLY;BYWEEKNO=3', 'BYWEEKNO does not go with FREQ=MONTHLY'],
    ['FREQ=DAILY;BYYEARDAY=3', 'BYYEARDAY does not go with FREQ=DAILY'],
    ['FREQ=WEEKLY;BYMONTHDAY=3', 'BYMONTHDAY does not go with FREQ=WEEKLY'],
    ['FREQ=DAILY;BYSETPOS=1', 'BYSETPOS chooses among the times of another BY part'],
    ['EXDATE:20260101T000000Z', 'a line EXDATE is not supported'],
    ['RDATE;TZID=UTC:20260101T000000', 'a line RDATE is not supported'],
    [
      'DTSTART;TZID=Europe/Berlin:20260101T000000',
      'a DTSTART line is not taken: send its time as the schedule',
    ],
    [`FREQ=DAILY;BYHOUR=${'1,'.repeat(1000)}1`, 'a rule has at most 2000 characters'],
  ])('%s', (text, detail) => {
    expect(rule(text)).toEqual([expect.stringContaining(`recurrence: ${detail}`)])
  })

  it.each([
    'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30',
    'FREQ=DAILY;BYMONTHDAY=31;BYMONTH=2,4,6,9,11',
    'FREQ=DAILY;INTERVAL=7;BYDAY=TU',
    'FREQ=YEARLY;BYWEEKNO=53;BYMONTH=3',
    'FREQ=MONTHLY;BYDAY=MO;BYSETPOS=6',
    'FREQ=YEARLY;BYYEARDAY=1;BYMONTH=2',
    'FREQ=HOURLY;INTERVAL=24;BYHOUR=3',
    'FREQ=HOURLY;BYMONTHDAY=30;BYMONTH=2',
    'FREQ=MINUTELY;INTERVAL=60;BYMINUTE=1',
    'FREQ=MINUTELY;BYSETPOS=2;BYHOUR=1',
  ])('%s never runs', (text) => {
    // Created on a Monday.
    expect(rule(text)).toEqual([expect.stringContaining('recurrence: the rule never runs')])
  })

  it('names the line of several', () => {
    expect(
      faults({ recurrence: ['FREQ=DAILY', 'FREQ=DAILY;BYHOUR=99\nFREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30'] }),
    ).toEqual([expect.stringContaining('recurrence: line 2: BYHOUR has 99')])
    expect(faults({ recurrence: ['FREQ=DAILY', 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30'] })).toEqual([
      expect.stringContaining('recurrence: line 2: the rule never runs'),
    ])
    expect(faults({ recurrence: Array.from({ length: 21 }, () => 'FREQ=DAILY') })).toEqual([
      expect.stringContaining('21 rules are too many'),
    ])
  })

  it('refuses runs closer than the least gap, also those of several rules', () => {
    expect(rule('FREQ=MINUTELY;BYSECOND=0,30')).toEqual([expect.stringContaining('two runs are 30 s apart')])
    expect(rule('FREQ=MINUTELY')).toBe('schedule')
    const half = ['FREQ=HOURLY;BYMINUTE=0;BYSECOND=0', 'FREQ=HOURLY;BYMINUTE=0;BYSECOND=30']
    expect(faults({ recurrence: half })).toEqual([expect.stringContaining('two runs are 30 s apart')])
    expect(faults({ recurrence: ['FREQ=MINUTELY;INTERVAL=4'] }, { minimumGapMs: 300_000 })).toEqual([
      expect.stringContaining('300 s are the least'),
    ])
    expect(faults({ recurrence: ['FREQ=MINUTELY;INTERVAL=5'] }, { minimumGapMs: 300_000 })).toBe('schedule')
  })
})

describe('times and zones that are refused', () => {
  it.each([
    [
      { end: '2026-06-01T11:59:59Z', start: '2026-05-01T00:00:00Z' },
      'end: the end is 2026-06-01T11:59:59.000Z, in the past',
    ],
    [
      { end: '2026-07-01T00:00:00Z', start: '2026-07-01T00:00:00Z' },
      'end: the end is 2026-07-01T00:00:00.000Z, not after the start',
    ],
    [{ start: '2026-02-30T00:00:00' }, 'start: 2026-02-30T00:00:00 is no time'],
    [{ start: '1969-12-31T23:59:59Z' }, 'start: 1969-12-31T23:59:59Z is no time from 1970 on'],
    [{ start: '1970-01-01T00:00:00+01:00' }, 'start: 1970-01-01T00:00:00+01:00 is no time from 1970 on'],
    [{ start: '2026-07-01' }, 'start: 2026-07-01 is no time'],
    [{ start: '2026-07-01T24:00:00' }, 'start: 2026-07-01T24:00:00 is no time'],
    [{ zone: '+02:00' }, 'zone: +02:00 is no time zone that this server knows: send an IANA name'],
    [{ zone: 'Europe/Atlantis' }, 'zone: Europe/Atlantis is no time zone'],
  ])('%o', (sent, detail) => {
    expect(faults({ recurrence: ['FREQ=DAILY'], ...sent })).toEqual([expect.stringContaining(detail)])
  })

  it('refuses UNTIL in the past or not after the start', () => {
    expect(rule('FREQ=DAILY;UNTIL=20260531')).toEqual([
      expect.stringContaining('UNTIL is 2026-05-31T23:59:59.000Z'),
    ])
    const before = { recurrence: ['FREQ=DAILY;UNTIL=20260701'], start: '2026-08-01T00:00:00' }
    expect(faults(before)).toEqual([expect.stringContaining('not after the start')])
  })

  it('tells all that is wrong at once', () => {
    expect(faults({ recurrence: ['FREQ=HEY'], zone: 'Nowhere', start: 'soon', end: 'late' })).toHaveLength(4)
  })

  it('reload tasks have a zone or offsets', () => {
    const sent = { recurrence: ['FREQ=DAILY'], start: '2026-07-01T00:00:00' }
    const withOffset = { ...sent, start: '2026-07-01T00:00:00+02:00' }
    const reload = { offsets: 'instead-of-zone' } as const
    expect(faults({ ...sent, zone: 'Europe/Berlin' }, reload)).toBe('schedule')
    expect(faults(withOffset, reload)).toBe('schedule')
    expect(faults(sent, reload)).toEqual([
      expect.stringContaining('start: 2026-07-01T00:00:00 has no offset'),
    ])
    expect(faults({ ...withOffset, zone: 'Europe/Berlin' }, reload)).toEqual([
      expect.stringContaining('start: 2026-07-01T00:00:00+02:00 has an offset'),
    ])
  })

  it('of scheduling tasks an offset wins for its field, and a zone is UTC if none is sent', () => {
    const checked = checkSchedule(
      { recurrence: ['FREQ=DAILY'], start: '2026-07-01T00:00:00Z', zone: 'europe/berlin' },
      terms,
      zones,
    )
    expect(checked).toMatchObject({ schedule: { zone: 'europe/berlin', start: { kind: 'instant' } } })
    expect(checkSchedule({ start: '2026-07-01T00:00:00' }, terms, zones)).toMatchObject({
      schedule: { zone: 'UTC' },
    })
  })

  it('nothing is no schedule', () => {
    expect(faults({})).toBe('none')
    expect(faults({ recurrence: [''], start: '', end: '', zone: 'Europe/Berlin' })).toBe('none')
    expect(faults({ recurrence: [], zone: 'Nowhere' })).toHaveLength(1)
  })

  it('what takes long to count or to find is refused', () => {
    expect(faults({ recurrence: Array.from({ length: 20 }, () => 'FREQ=DAILY;COUNT=10000') })).toEqual([
      expect.stringMatching(/recurrence: line \d+: this takes too long to work out/),
    ])
    expect(rule('FREQ=MINUTELY;INTERVAL=1439;BYHOUR=12;BYMINUTE=1')).toBe('schedule')
    expect(rule('FREQ=WEEKLY;COUNT=3000')).toEqual([
      expect.stringContaining('recurrence: COUNT has runs in more than 50 years'),
    ])
  })

  it('every text is a rule or a fault', () => {
    const words = [
      'FREQ',
      '=',
      ';',
      ',',
      ':',
      'DAILY',
      'BYDAY',
      '1MO',
      '-1',
      'COUNT',
      'UNTIL',
      '20300101',
      'RRULE',
    ]
    const texts = fc.oneof(
      fc.string(),
      fc.array(fc.constantFrom(...words)).map((all) => all.join('')),
    )
    fc.assert(
      fc.property(texts, texts, texts, (rule, time, zone) => {
        expect(parseRule(rule).kind).toMatch(/rule|fault/)
        expect(checkInterval(rule, terms, zones).kind).toMatch(/schedule|refused/)
        faults({ recurrence: [rule], start: time, zone })
      }),
    )
  })
})

describe('repeating intervals of ISO 8601', () => {
  const first = (text: string, count: number) => {
    const checked = checkInterval(text, terms, zones)
    if (checked.kind !== 'schedule') return checked
    const found: string[] = []
    for (const { at } of occurrencesAfter(checked.schedule, now, zones)) {
      found.push(new Date(at).toISOString().slice(0, 19))
      if (found.length === count) break
    }
    return found
  }

  it.each([
    ['R/2026-01-01T00:00:00Z/PT1H', ['2026-06-01T13:00:00', '2026-06-01T14:00:00']],
    ['R/2026-01-01T00:00:30Z/P1DT12H', ['2026-06-01T12:00:30', '2026-06-03T00:00:30']],
    ['R/2026-01-01T00:00:00Z/2026-01-03T00:00:00Z', ['2026-06-02T00:00:00', '2026-06-04T00:00:00']],
    ['R/2026-01-15T08:00:00+02:00/P1M', ['2026-06-15T06:00:00', '2026-07-15T06:00:00']],
    ['R/2024-01-15T08:00:00Z/P1Y6M', ['2027-01-15T08:00:00', '2028-07-15T08:00:00']],
    ['R/PT90M', ['2026-06-01T13:30:00', '2026-06-01T15:00:00']],
    ['R2/2026-06-02T00:00:00Z/PT1H', ['2026-06-02T00:00:00', '2026-06-02T01:00:00']],
  ])('%s', (text, expected) => {
    expect(first(text, 2)).toEqual(expected)
  })

  it('ends after its number of runs', () => {
    expect(first('R2/2026-06-02T00:00:00Z/PT1H', 9)).toHaveLength(2)
  })

  it.each([
    ['PT1H', 'this is no repeating interval'],
    ['R0/2026-01-01T00:00:00Z/PT1H', 'R0: send R alone'],
    ['R/PT1H/2026-01-01T00:00:00Z', 'PT1H is no time'],
    ['R/2026-01-01T00:00:00Z/PT30S', 'an interval lasts whole minutes'],
    ['R/2026-01-01T00:00:00Z/PT0M', 'an interval lasts whole minutes'],
    ['R/2026-01-01T00:00:00Z/2025-01-01T00:00:00Z', 'an interval lasts whole minutes'],
    ['R/2026-01-01T00:00:00Z/P1M2D', 'P1M2D mixes months'],
    ['R/2026-01-31T00:00:00Z/P1M', 'not every month has that day'],
    ['R/2026-01-01T00:00:00Z/daily', 'daily is no duration'],
    ['R/2026-01-01T00:00:00Z/PT1H/PT1H', 'this is no repeating interval'],
  ])('%s is refused', (text, detail) => {
    expect(first(text, 1)).toEqual({
      kind: 'refused',
      faults: [{ field: 'interval', detail: expect.stringContaining(detail) }],
    })
  })
})
