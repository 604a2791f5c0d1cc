/**
 * What finding a run of a schedule costs, rule by rule: the next run after many moments of some years, and
 * the latest one before them. Each moment counts with its best round, for the machine has others to serve;
 * the dearest next run is to stay below 1 ms. Then what making a schedule costs, with its runs counted or
 * refused.
 *
 * node bench/recurrence.ts [--keep]
 */
import { checkSchedule, type SentSchedule } from '../src/core/recurrence/check-schedule.ts'
import { latestAtOrBefore, nextAfter, type Schedule } from '../src/core/recurrence/schedule.ts'
import { HOUR } from '../src/core/units.ts'
import { systemZones } from '../src/main/zones.ts'
import { tell } from './long-queue.ts'

const ROUNDS = 5
const MOMENTS = 200
const STEP_MS = 37 * HOUR + 11_000

const RULES = [
  'FREQ=DAILY;BYHOUR=2;BYMINUTE=30;BYSECOND=0',
  'FREQ=DAILY;INTERVAL=3;BYHOUR=2',
  'FREQ=DAILY;INTERVAL=5;BYMONTH=2;BYMONTHDAY=29',
  'FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TU;BYHOUR=13;BYMINUTE=17;BYSECOND=0',
  'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1',
  'FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13',
  'FREQ=YEARLY',
  'FREQ=YEARLY;BYDAY=20MO',
  'FREQ=YEARLY;BYWEEKNO=53;BYDAY=SA',
  'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO',
  'FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=100,-100;BYHOUR=1,2,3;BYMINUTE=0,30',
  'FREQ=HOURLY;BYHOUR=10;BYMINUTE=20',
  'FREQ=HOURLY;INTERVAL=5;BYDAY=MO;BYHOUR=3',
  'FREQ=HOURLY;INTERVAL=25;BYHOUR=3',
  'FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO;BYHOUR=3;BYMINUTE=7;BYSECOND=9',
  'FREQ=HOURLY;BYMINUTE=0,15,30,45;BYSETPOS=-1',
  'FREQ=MINUTELY',
  'FREQ=MINUTELY;INTERVAL=7;BYHOUR=8,9;BYDAY=MO,TU,WE,TH,FR',
  'FREQ=MINUTELY;INTERVAL=1439;BYHOUR=3;BYMINUTE=7',
]

const NEVER = [
  'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30',
  'FREQ=DAILY;INTERVAL=7;BYDAY=TU',
  'FREQ=MONTHLY;BYDAY=MO;BYSETPOS=6',
  'FREQ=YEARLY;BYWEEKNO=53;BYMONTH=3',
  'FREQ=HOURLY;INTERVAL=24;BYHOUR=3',
  'FREQ=MINUTELY;INTERVAL=60;BYMINUTE=1',
]

const COUNTS = ['FREQ=DAILY;COUNT=10000', 'FREQ=MINUTELY;COUNT=10000', 'FREQ=HOURLY;BYHOUR=3;COUNT=10000']

const zones = systemZones()
const lines: string[] = []
const start = '2026-06-01T12:00:00'
const now = Date.parse(`${start}Z`)
const terms = { now, createdAt: now, offsets: 'beside-zone', minimumGapMs: 0 } as const

for (const zone of ['UTC', 'Europe/Berlin']) {
  for (const rule of RULES) {
    const schedule = made({ zone, recurrence: [rule], start })
    measure(zone, rule, [
      ['next', (at) => nextAfter(schedule, at, zones)],
      ['latest', (at) => latestAtOrBefore(schedule, at, zones)],
    ])
  }
}
for (const rule of [...NEVER, ...COUNTS]) {
  const sent = { zone: 'Europe/Berlin', recurrence: [rule], start }
  let ms = 0
  for (let round = 0; round < ROUNDS; round++) {
    const begin = performance.now()
    checkSchedule(sent, terms, zones)
    ms = performance.now() - begin
  }
  lines.push(`making   ${rule.padEnd(100)} ${ms.toFixed(1).padStart(8)} ms`)
}
tell('recurrence', lines)

function made(sent: SentSchedule): Schedule {
  const checked = checkSchedule(sent, terms, zones)
  if (checked.kind !== 'schedule') throw new Error(`${sent.recurrence}: ${JSON.stringify(checked)}`)
  return checked.schedule
}

/** Measures the middle and the dearest moment of each question. */
function measure(
  zone: string,
  rule: string,
  questions: readonly (readonly [string, (at: number) => unknown])[],
) {
  for (const [name, ask] of questions) {
    const best = new Array<number>(MOMENTS).fill(Number.POSITIVE_INFINITY)
    for (let round = 0; round < ROUNDS; round++) {
      for (let i = 0; i < MOMENTS; i++) {
        const begin = performance.now()
        ask(now + i * STEP_MS)
        best[i] = Math.min(best[i]!, (performance.now() - begin) * 1000)
      }
    }
    best.sort((a, b) => a - b)
    const [middle, dearest] = [best[MOMENTS / 2]!, best.at(-1)!].map((us) => us.toFixed(1).padStart(8))
    lines.push(`${name.padEnd(8)} ${`${zone} ${rule}`.padEnd(100)} ${middle} us, at most ${dearest} us`)
  }
}
