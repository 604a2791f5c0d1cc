/** The schedule of an automation, in the shape in which clients of the API send it (@qlik/api). */
import { defined } from '../defined.ts'
import { checkSchedule, type ScheduleFault } from '../recurrence/check-schedule.ts'
import type { ZoneOffsets } from '../recurrence/local-clock.ts'
import type { Schedule } from '../recurrence/schedule.ts'
import type { SentSchedule } from './automation.ts'
import type { Members, Reading } from './reading.ts'

export interface ScheduleRules {
  /** Epoch ms. */
  readonly now: number
  readonly zones: ZoneOffsets
}

const RECURRENCE_MAX_CHARACTERS = 4096
const TIME_MAX_CHARACTERS = 64
const INTERVAL_MAX_SECONDS = 366 * 24 * 3600
/** Members that answers have; sent back they mean nothing. */
const READ_ONLY = ['id', 'lastStartedAt', 'nextRunAt']

/** Undefined when there is none, or a fault was told. */
export function readSchedules(
  reading: Reading,
  sent: unknown,
  pointer: string,
  rules: ScheduleRules,
): { readonly sent: SentSchedule; readonly schedule: Schedule } | undefined {
  if (sent === undefined || sent === null) return undefined
  if (!Array.isArray(sent) || sent.length > 1) {
    return reading.fault(
      pointer,
      'must be a list of at most one schedule, whose recurrence may have several rules',
    )
  }
  if (sent.length === 0) return undefined
  const members = reading.object(sent[0], `${pointer}/0`, [
    'interval',
    'recurrence',
    'startAt',
    'stopAt',
    'timezone',
    ...READ_ONLY,
  ])
  if (members === undefined) return undefined
  const schedule: SentSchedule = defined({
    interval: members.integer('interval', 30, INTERVAL_MAX_SECONDS),
    recurrence: members.text('recurrence', RECURRENCE_MAX_CHARACTERS),
    startAt: members.text('startAt', TIME_MAX_CHARACTERS),
    stopAt: members.text('stopAt', TIME_MAX_CHARACTERS),
    timezone: members.text('timezone', TIME_MAX_CHARACTERS),
  })
  const understood = understand(members, schedule, rules)
  return understood && { sent: schedule, schedule: understood }
}

/** A recurrence wins over an interval; without either it runs once, at its start. */
function understand(
  members: Members,
  sent: SentSchedule,
  { now, zones }: ScheduleRules,
): Schedule | undefined {
  const { interval, startAt, stopAt, timezone } = sent
  const minutes = interval === undefined ? undefined : Math.max(1, Math.round(interval / 60))
  const recurrence = sent.recurrence ?? (minutes && `FREQ=MINUTELY;INTERVAL=${minutes}`)
  const checked = checkSchedule(
    defined({
      recurrence: recurrence ? [recurrence] : undefined,
      start: startAt,
      end: stopAt,
      zone: timezone,
    }),
    { now, createdAt: now, offsets: 'beside-zone' },
    zones,
  )
  switch (checked.kind) {
    case 'schedule':
      return checked.schedule
    case 'none':
      return members.fault('recurrence', 'is needed: send a recurrence, an interval or startAt')
    case 'refused':
      for (const { field, detail } of checked.faults) members.fault(FIELDS[field], detail)
      return undefined
  }
}

const FIELDS: Readonly<Record<ScheduleFault['field'], string>> = {
  recurrence: 'recurrence',
  interval: 'interval',
  start: 'startAt',
  end: 'stopAt',
  zone: 'timezone',
}
