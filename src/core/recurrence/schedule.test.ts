import { describe, expect, it } from 'vitest'
import { systemZones } from '../../main/zones.ts'
import { defined } from '../defined.ts'
import { checkSchedule, type SentSchedule } from './check-schedule.ts'
import { latestAtOrBefore, nextAfter, occurrencesAfter, type Schedule } from './schedule.ts'

const zones = systemZones()

/** The schedule that is sent, made at the beginning of 1970 so that no end lies in the past. */
function schedule(sent: SentSchedule): Schedule {
  const checked = checkSchedule(
    sent,
    { now: 0, createdAt: 0, offsets: 'beside-zone', minimumGapMs: 0 },
    zones,
  )
  if (checked.kind !== 'schedule') throw new Error(JSON.stringify(checked))
  return checked.schedule
}

function runs(sent: SentSchedule, count: number, after = '1969-01-01T00:00:00Z'): string[] {
  const found: string[] = []
  for (const { local } of occurrencesAfter(schedule(sent), Date.parse(after), zones)) {
    found.push(local)
    if (found.length === count) break
  }
  return found
}

function next(sent: SentSchedule, after: string): string | undefined {
  const at = nextAfter(schedule(sent), Date.parse(after), zones)
  return at === undefined ? undefined : new Date(at).toISOString().replace('.000Z', 'Z')
}

describe('local times around changes of clocks (contract 03, section 4.1)', () => {
  it.each([
    ['Europe/Berlin', '2026-03-29T02:30', '2026-03-29T01:30:00Z', 'gap'],
    ['Europe/Berlin', '2026-10-25T02:30', '2026-10-25T00:30:00Z', 'overlap'],
    ['America/New_York', '2026-03-08T02:30', '2026-03-08T07:30:00Z', 'gap'],
    ['America/New_York', '2026-11-01T01:30', '2026-11-01T05:30:00Z', 'overlap'],
    ['Australia/Lord_Howe', '2026-10-04T02:15', '2026-10-03T15:45:00Z', 'gap'],
    ['Australia/Lord_Howe', '2026-04-05T01:45', '2026-04-04T14:45:00Z', 'overlap'],
    ['Africa/Casablanca', '2026-02-15T02:30', '2026-02-15T01:30:00Z', 'overlap'],
    ['Europe/Berlin', '2026-06-01T02:30', '2026-06-01T00:30:00Z', undefined],
  ])('%s %s', (zone, local, instant, shifted) => {
    const time = local.slice('2026-03-29T'.length).split(':').map(Number)
    const recurrence = [`FREQ=DAILY;BYHOUR=${time[0]};BYMINUTE=${time[1]};BYSECOND=0`]
    const daily = schedule({ zone, recurrence, start: '2026-01-01T00:00:00' })
    const [first, second] = occurrencesAfter(daily, Date.parse(instant) - 1000, zones)
    expect(first).toMatchObject({ at: Date.parse(instant), ...defined({ shifted }) })
    expect('shifted' in first!).toBe(shifted !== undefined)
    expect(second!.local).toContain(local.slice('2026-03-29'.length))
    const [once, ...others] = occurrencesAfter(schedule({ zone, start: `${local}:00` }), 0, zones)
    expect(once).toEqual(first)
    expect(others).toEqual([])
  })

  it('skips times in a gap if asked to, and leaves overlaps as they are', () => {
    const recurrence = ['FREQ=DAILY;BYHOUR=2;BYMINUTE=30']
    const strict = {
      zone: 'Europe/Berlin',
      recurrence,
      start: '2026-01-01T00:00:00',
      dstGap: 'skip',
    } as const
    expect(runs(strict, 2, '2026-03-28T12:00:00Z')).toEqual([
      '2026-03-30T02:30:00+02:00',
      '2026-03-31T02:30:00+02:00',
    ])
    expect(runs(strict, 2, '2026-10-24T12:00:00Z')).toEqual([
      '2026-10-25T02:30:00+02:00',
      '2026-10-26T02:30:00+01:00',
    ])
  })

  it('orders runs that a gap moves past others, equal instants once', () => {
    const recurrence = ['FREQ=DAILY;BYHOUR=2,3;BYMINUTE=0,45', 'FREQ=DAILY;BYHOUR=3;BYMINUTE=15,45']
    const sent = { zone: 'Europe/Berlin', recurrence, start: '2026-01-01T00:00:00' }
    const texts = runs(sent, 4, '2026-03-28T12:00:00Z').map((local) => local.slice(0, 16))
    expect(texts).toEqual(['2026-03-29T03:00', '2026-03-29T03:15', '2026-03-29T03:45', '2026-03-30T02:00'])
  })

  it('keeps a day that a zone left out', () => {
    const sent = { zone: 'Pacific/Apia', recurrence: ['FREQ=DAILY;BYHOUR=10'], start: '2011-12-28T00:00:00' }
    expect(runs(sent, 4)).toEqual([
      '2011-12-28T10:00:00-10:00',
      '2011-12-29T10:00:00-10:00',
      '2011-12-31T10:00:00+14:00',
      '2012-01-01T10:00:00+14:00',
    ])
  })

  it('runs both hours of an overlap, and every 60 minutes where clocks change by 30', () => {
    const hourly = {
      zone: 'Europe/Berlin',
      recurrence: ['FREQ=HOURLY;BYHOUR=2'],
      start: '2026-10-25T00:00:00',
    }
    expect(runs(hourly, 3)).toEqual([
      '2026-10-25T02:00:00+02:00',
      '2026-10-25T02:00:00+01:00',
      '2026-10-26T02:00:00+01:00',
    ])
    const half = { zone: 'Australia/Lord_Howe', recurrence: ['FREQ=HOURLY'], start: '2026-10-04T01:00:00' }
    expect(runs(half, 3)).toEqual([
      '2026-10-04T01:00:00+10:30',
      '2026-10-04T02:30:00+11:00',
      '2026-10-04T03:30:00+11:00',
    ])
  })
})

describe('what a schedule means (contract 03, sections 1 and 4)', () => {
  it.each([
    [
      'FREQ=HOURLY;BYHOUR=10;BYMINUTE=20',
      '2025-04-17T06:00:00',
      '2025-04-17T05:00:00Z',
      '2025-04-17T10:20:00Z',
    ],
    [
      'RRULE:FREQ=DAILY;INTERVAL=1;BYHOUR=11;BYMINUTE=18;BYSECOND=0',
      '2025-04-17T12:00:00',
      '2025-04-17T12:00:00Z',
      '2025-04-18T11:18:00Z',
    ],
    [
      'RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TU;BYHOUR=13;BYMINUTE=17;BYSECOND=0',
      '2025-04-16T00:00:00',
      '2025-04-16T00:00:00Z',
      '2025-04-28T13:17:00Z',
    ],
  ])('the samples: %s', (rule, start, after, instant) => {
    expect(next({ zone: 'UTC', recurrence: [rule], start }, after)).toBe(instant)
  })

  it('takes seconds from the start, and does not run at a start that does not fit', () => {
    const sent = { recurrence: ['FREQ=HOURLY;BYMINUTE=20'], start: '2025-04-17T06:00:07' }
    expect(runs(sent, 2)).toEqual(['2025-04-17T06:20:07+00:00', '2025-04-17T07:20:07+00:00'])
    expect(runs({ recurrence: ['FREQ=DAILY;BYHOUR=3'], start: '2025-04-17T06:00:07' }, 1)).toEqual([
      '2025-04-18T03:00:07+00:00',
    ])
  })

  it('counts INTERVAL from the creation, cut to the second, if there is no start', () => {
    const terms = {
      now: 0,
      createdAt: Date.parse('2026-05-05T10:11:12.999Z'),
      offsets: 'beside-zone',
    } as const
    const checked = checkSchedule({ recurrence: ['FREQ=HOURLY;INTERVAL=5'] }, terms, zones)
    const at = nextAfter((checked as { schedule: Schedule }).schedule, terms.createdAt, zones)
    expect(new Date(at!).toISOString()).toBe('2026-05-05T15:11:12.000Z')
  })

  it('ends with end and UNTIL, inclusive; UNTIL without Z is local', () => {
    const base = { zone: 'America/New_York', start: '2026-01-01T09:00:00' }
    const last = (rule: string, end?: string) =>
      runs({ ...base, recurrence: [rule], ...defined({ end }) }, 1000).at(-1)
    expect(last('FREQ=DAILY', '2026-01-05T09:00:00')).toBe('2026-01-05T09:00:00-05:00')
    expect(last('FREQ=DAILY', '2026-01-05T13:59:59Z')).toBe('2026-01-04T09:00:00-05:00')
    expect(last('FREQ=DAILY;UNTIL=20260105T090000')).toBe('2026-01-05T09:00:00-05:00')
    expect(last('FREQ=DAILY;UNTIL=20260105T090000Z')).toBe('2026-01-04T09:00:00-05:00')
    expect(last('FREQ=DAILY;UNTIL=20260105T140000Z')).toBe('2026-01-05T09:00:00-05:00')
    expect(last('FREQ=DAILY;UNTIL=20260105')).toBe('2026-01-05T09:00:00-05:00')
  })

  it('counts the runs of COUNT from the start, each rule for itself', () => {
    const start = '2026-10-23T02:30:00'
    const recurrence = ['FREQ=DAILY;COUNT=4', 'FREQ=HOURLY;INTERVAL=24;COUNT=4']
    expect(runs({ zone: 'Europe/Berlin', recurrence, start }, 100)).toEqual([
      '2026-10-23T02:30:00+02:00',
      '2026-10-24T02:30:00+02:00',
      '2026-10-25T02:30:00+02:00',
      '2026-10-26T01:30:00+01:00',
      '2026-10-26T02:30:00+01:00',
    ])
    expect(
      runs({ zone: 'Europe/Berlin', recurrence: ['FREQ=DAILY;COUNT=3'], start: '2026-03-27T02:30:00' }, 100),
    ).toEqual(['2026-03-27T02:30:00+01:00', '2026-03-28T02:30:00+01:00', '2026-03-29T03:30:00+02:00'])
  })

  it('runs once at its start without a rule', () => {
    const sent = { zone: 'Europe/Berlin', start: '2026-06-01T02:30:00' }
    expect(next(sent, '2026-06-01T00:29:59Z')).toBe('2026-06-01T00:30:00Z')
    expect(next(sent, '2026-06-01T00:30:00Z')).toBeUndefined()
    expect(latestAtOrBefore(schedule(sent), Date.parse('2030-01-01T00:00:00Z'), zones)).toBe(
      Date.parse('2026-06-01T00:30:00Z'),
    )
    expect(latestAtOrBefore(schedule(sent), Date.parse('2026-06-01T00:29:59Z'), zones)).toBeUndefined()
  })

  it('survives JSON', () => {
    const made = schedule({
      zone: 'Europe/Berlin',
      recurrence: ['FREQ=MONTHLY;BYDAY=-1FR;COUNT=5'],
      start: '2026-01-01T00:00:00',
    })
    expect(JSON.parse(JSON.stringify(made))).toEqual(made)
  })
})
