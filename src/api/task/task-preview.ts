/**
 * What a schedule means: its next instants with their local times, those that a change of clocks moves
 * marked, and days without runs told (an extension).
 */
import { Type } from 'typebox'
import { defined } from '../../core/defined.ts'
import { checkInterval, checkSchedule } from '../../core/recurrence/check-schedule.ts'
import type { ZoneOffsets } from '../../core/recurrence/local-clock.ts'
import { occurrencesAfter, type Schedule } from '../../core/recurrence/schedule.ts'
import { timeText } from '../../core/time-text.ts'
import { callerOf } from '../http/authenticate.ts'
import type { ApiDeps } from '../http/deps.ts'
import { refuse, refuseEach } from '../http/problem.ts'
import { ById, type Mount, scheduleWorld, taskOf, taskProblems } from './task-mount.ts'

const COUNT_DEFAULT = 20
const COUNT_MAX = 100

const count = Type.Optional(
  Type.Integer({ minimum: 1, maximum: COUNT_MAX, description: `${COUNT_DEFAULT} by default` }),
)

const Instants = Type.Object(
  {
    data: Type.Array(
      Type.Object({
        at: Type.String({ format: 'date-time' }),
        local: Type.String({ description: 'What clocks of the zone show then, with their offset' }),
        shifted: Type.Optional(
          Type.Enum(['gap', 'overlap'], {
            description: 'gap: clocks leave out the time of the rule; overlap: they show it twice',
          }),
        ),
        noRun: Type.Optional(Type.Boolean({ description: 'The calendar has this day as one without runs' })),
      }),
    ),
    enabled: Type.Optional(Type.Boolean({ description: 'false: the task is off and will not run' })),
  },
  { title: 'TaskInstants' },
)

const Unsaved = Type.Object(
  {
    recurrence: Type.Optional(
      Type.Union([Type.String(), Type.Array(Type.String(), { maxItems: 20 })], {
        description: 'Rules (RECUR of RFC 5545)',
      }),
    ),
    interval: Type.Optional(Type.String({ description: 'Repeating interval of ISO 8601, instead of rules' })),
    startDateTime: Type.Optional(Type.String()),
    endDateTime: Type.Optional(Type.String()),
    timezone: Type.Optional(Type.String()),
    dstGap: Type.Optional(Type.Enum(['shift', 'skip'])),
    calendar: Type.Optional(Type.String()),
    count,
  },
  { title: 'UnsavedSchedule' },
)

export function registerPreview({ server, deps, path, about }: Mount): void {
  server.get(
    `${path}/:id/next`,
    {
      schema: {
        summary: 'Show the next instants of a task',
        description: 'Extension. As its schedule has them; jitter, if the service adds some, comes on top.',
        ...about('getTaskNext'),
        params: ById,
        querystring: Type.Object({ count }),
        response: { 200: Instants, ...taskProblems(400, 403, 404) },
      },
    },
    async (request) => {
      const { task } = await taskOf(deps, request)
      const { schedule } = task.triggers
      if (schedule === undefined) return { data: [], enabled: task.enabled }
      const isOff = await daysOff(deps, task.tenantId, task.calendar)
      return { data: instants(deps, schedule, isOff, request.query.count), enabled: task.enabled }
    },
  )
  server.post(
    `${path}/actions/preview`,
    {
      config: { tier: 'read' },
      schema: {
        summary: 'Show the instants of a schedule that is not saved',
        description: 'Extension. Refused as a task with this schedule would be.',
        ...about('previewSchedule'),
        body: Unsaved,
        response: { 200: Instants, ...taskProblems(400, 413, 415) },
      },
    },
    async (request) => {
      const { body } = request
      const { calendar } = body
      const { zones, now, minimumGapMs } = scheduleWorld(deps)
      const terms = { now, createdAt: now, minimumGapMs, offsets: 'beside-zone' as const }
      const checked =
        body.interval === undefined
          ? checkSchedule(sentOf(body), terms, zones)
          : checkInterval(body.interval, terms, zones)
      if (checked.kind === 'refused') {
        throw refuseEach(
          'taskSchedule',
          checked.faults.map(({ field, detail }) => ({ detail, pointer: `/${MEMBERS[field]}` })),
        )
      }
      const { tenantId } = callerOf(request)
      if (calendar !== undefined && (await calendarsOf(deps, tenantId))[calendar] === undefined) {
        throw refuse('taskSchedule', {
          detail: `the tenant has no calendar ${calendar}`,
          pointer: '/calendar',
        })
      }
      if (checked.kind === 'none') return { data: [] }
      return { data: instants(deps, checked.schedule, await daysOff(deps, tenantId, calendar), body.count) }
    },
  )
}

const MEMBERS = {
  recurrence: 'recurrence',
  start: 'startDateTime',
  end: 'endDateTime',
  zone: 'timezone',
  interval: 'interval',
} as const

type SentPreview = {
  readonly recurrence?: string | readonly string[]
  readonly startDateTime?: string
  readonly endDateTime?: string
  readonly timezone?: string
  readonly dstGap?: 'shift' | 'skip'
}

function sentOf({ recurrence, startDateTime, endDateTime, timezone, dstGap }: SentPreview) {
  return defined({
    recurrence: recurrence === undefined ? undefined : [recurrence].flat(),
    start: startDateTime,
    end: endDateTime,
    zone: timezone,
    dstGap,
  })
}

async function calendarsOf({ store }: ApiDeps, tenantId: Parameters<ApiDeps['store']['tenant']>[0]) {
  return (await store.tenant(tenantId))?.calendars ?? {}
}

/** @returns whether the local day of an instant is one without runs */
async function daysOff(
  deps: ApiDeps,
  tenantId: Parameters<ApiDeps['store']['tenant']>[0],
  calendar: string | undefined,
): Promise<(local: string) => boolean> {
  const days = calendar === undefined ? undefined : (await calendarsOf(deps, tenantId))[calendar]
  const off = new Set(days ?? [])
  return (local) => off.has(local.slice(0, '2026-12-25'.length))
}

function instants(
  { zones, world }: { readonly zones: ZoneOffsets; readonly world: ApiDeps['world'] },
  schedule: Schedule,
  isOff: (local: string) => boolean,
  most = COUNT_DEFAULT,
) {
  const shown = []
  for (const { at, local, shifted } of occurrencesAfter(schedule, world.clock.now(), zones)) {
    shown.push({ at: timeText(at), local, ...defined({ shifted }), ...(isOff(local) ? { noRun: true } : {}) })
    if (shown.length === most) break
  }
  return shown
}
