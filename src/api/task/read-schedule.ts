/** The schedule of a task document (contract 03, sections 3 and 4). */
import type { Fault } from '../../catalog/refusal.ts'
import { defined } from '../../core/defined.ts'
import { addDuration } from '../../core/duration.ts'
import {
  type CheckedSchedule,
  checkInterval,
  checkSchedule,
  type ScheduleFault,
  type ScheduleTerms,
} from '../../core/recurrence/check-schedule.ts'
import type { ZoneOffsets } from '../../core/recurrence/local-clock.ts'
import type { Schedule } from '../../core/recurrence/schedule.ts'
import { DAY } from '../../core/units.ts'
import type { TaskBody } from './task-schema.ts'

export interface ScheduleWorld {
  readonly zones: ZoneOffsets
  /** Epoch ms. */
  readonly now: number
  readonly minimumGapMs: number
}

export interface ReadSchedule {
  readonly schedule?: Schedule
  readonly calendar?: string
  readonly catchUpWindowMs?: number
}

export type SentStart = NonNullable<TaskBody['start']>
type SentObject = Exclude<NonNullable<SentStart['schedule']>, string>

const CATCH_UP_MAX_MS = 30 * DAY

/** @param createdAt epoch ms of the task: its schedule begins there if it has no start */
export function readStart(
  start: SentStart | undefined,
  createdAt: number,
  world: ScheduleWorld,
  faults: Fault[],
): ReadSchedule {
  const schedule = start?.schedule
  if (schedule === undefined) return {}
  const terms = { ...world, createdAt, offsets: 'beside-zone' as const }
  if (typeof schedule === 'string') {
    return taken(checkInterval(schedule, terms, world.zones), faults, () => '/start/schedule')
  }
  for (const name of ['interval', 'cron'] as const) {
    if (schedule[name] === undefined) continue
    faults.push({ detail: `${name} is not taken: use recurrence`, pointer: `/start/schedule/${name}` })
  }
  const { schedule: found } = taken(checkObject(schedule, terms, world.zones), faults, placeOf)
  const { calendar } = schedule
  const catchUpWindowMs = readWindow(schedule.catchUpWindow, faults)
  return defined({ schedule: found, calendar, catchUpWindowMs })
}

export function checkObject(schedule: SentObject, terms: ScheduleTerms, zones: ZoneOffsets): CheckedSchedule {
  const { recurrence, startDateTime, endDateTime, timezone, dstGap } = schedule
  const sent = defined({
    recurrence: recurrence === undefined ? undefined : [recurrence],
    start: startDateTime,
    end: endDateTime,
    zone: timezone,
    dstGap,
  })
  const checked = checkSchedule(sent, terms, zones)
  if (checked.kind !== 'schedule' || checked.schedule.rules.length <= 1) return checked
  const detail = 'send one rule: a task of this kind has only one'
  return { kind: 'refused', faults: [{ field: 'recurrence', detail }] }
}

function taken(
  checked: CheckedSchedule,
  faults: Fault[],
  place: (field: ScheduleFault['field']) => string,
): { readonly schedule?: Schedule } {
  if (checked.kind === 'schedule') return { schedule: checked.schedule }
  if (checked.kind === 'refused') {
    faults.push(...checked.faults.map(({ field, detail }) => ({ detail, pointer: place(field) })))
  }
  return {}
}

const MEMBERS: Readonly<Record<ScheduleFault['field'], string>> = {
  recurrence: 'recurrence',
  start: 'startDateTime',
  end: 'endDateTime',
  zone: 'timezone',
  interval: 'interval',
}

function placeOf(field: ScheduleFault['field']): string {
  return `/start/schedule/${MEMBERS[field]}`
}

function readWindow(text: string | undefined, faults: Fault[]): number | undefined {
  if (text === undefined) return undefined
  const ms = addDuration(text, 0)
  if (ms !== undefined && ms <= CATCH_UP_MAX_MS) return ms
  const detail = 'catchUpWindow must be an ISO 8601 duration of at most 30 days, such as PT1H'
  faults.push({ detail, pointer: '/start/schedule/catchUpWindow' })
  return undefined
}
