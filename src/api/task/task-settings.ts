/**
 * What holds for all tasks of the tenant (an extension): paused or not, and calendars of days without runs.
 * Everybody of the tenant sees it, a TenantAdmin changes it.
 */

import type { FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import { DAYS_MAX, pauseTasks, putCalendar, removeCalendar } from '../../catalog/task-settings.ts'
import { unknownTenant } from '../../catalog/tenant.ts'
import type { Tenant } from '../../core/records.ts'
import { isTenantAdmin } from '../../core/rights.ts'
import { timeText } from '../../core/time-text.ts'
import { callerOf } from '../http/authenticate.ts'
import type { ApiDeps, ApiServer } from '../http/deps.ts'
import { done, problems, refuse } from '../http/problem.ts'

const SETTINGS_PATH = '/api/scheduling/settings'
const about = (operationId: string) => ({ operationId, tags: ['tasks'] })

const Settings = Type.Object(
  {
    paused: Type.Boolean({ description: 'No task makes a reload; what becomes due is recorded as missed' }),
    pausedAt: Type.Optional(Type.String({ format: 'date-time' })),
    calendars: Type.Record(Type.String(), Type.Array(Type.String({ format: 'date' }))),
  },
  { title: 'TaskSettings' },
)

const ByName = Type.Object({ name: Type.String() })

export function registerTaskSettings(server: ApiServer, deps: ApiDeps): void {
  server.get(
    SETTINGS_PATH,
    {
      schema: {
        summary: 'Show what holds for all tasks of the tenant',
        description: 'Extension.',
        ...about('getTaskSettings'),
        response: { 200: Settings, ...problems() },
      },
    },
    async (request) =>
      settings(done((await deps.store.tenant(callerOf(request).tenantId)) ?? unknownTenant())),
  )
  server.patch(
    SETTINGS_PATH,
    {
      schema: {
        summary: 'Pause the tasks of the tenant, or let them run again',
        description: 'Extension. Needs TenantAdmin.',
        ...about('patchTaskSettings'),
        body: Type.Object({ paused: Type.Boolean() }),
        response: { 200: Settings, ...problems(400, 403) },
      },
    },
    async (request) => {
      assertAdmin(request)
      const parts = { store: deps.store, clock: deps.world.clock }
      return settings(done(await pauseTasks(parts, callerOf(request).tenantId, request.body.paused)))
    },
  )
  registerCalendars(server, deps)
}

function registerCalendars(server: ApiServer, deps: ApiDeps): void {
  server.put(
    `${SETTINGS_PATH}/calendars/:name`,
    {
      schema: {
        summary: 'Set a calendar of days without runs',
        description: 'Extension. Needs TenantAdmin. A task names it in start.schedule.calendar.',
        ...about('putTaskCalendar'),
        params: ByName,
        body: Type.Object({
          days: Type.Array(Type.String(), {
            maxItems: DAYS_MAX,
            description: 'Local dates in the zone of the task, such as 2026-12-25',
          }),
        }),
        response: { 200: Settings, ...problems(400, 403) },
      },
    },
    async (request) => {
      assertAdmin(request)
      const { params, body } = request
      return settings(done(await putCalendar(deps.store, callerOf(request).tenantId, params.name, body.days)))
    },
  )
  server.delete(
    `${SETTINGS_PATH}/calendars/:name`,
    {
      schema: {
        summary: 'Delete a calendar',
        description: 'Extension. Needs TenantAdmin. Tasks that name it run on all days.',
        ...about('deleteTaskCalendar'),
        params: ByName,
        response: { 200: Settings, ...problems(403, 404) },
      },
    },
    async (request) => {
      assertAdmin(request)
      return settings(done(await removeCalendar(deps.store, callerOf(request).tenantId, request.params.name)))
    },
  )
}

function assertAdmin(request: FastifyRequest): void {
  if (isTenantAdmin(callerOf(request).user)) return
  throw refuse('forbidden', { detail: 'the role TenantAdmin is missing' })
}

function settings({ tasksPausedAt, calendars = {} }: Tenant): Static<typeof Settings> {
  return {
    paused: tasksPausedAt !== undefined,
    ...(tasksPausedAt === undefined ? {} : { pausedAt: timeText(tasksPausedAt) }),
    calendars: Object.fromEntries(Object.entries(calendars).map(([name, days]) => [name, [...days]])),
  }
}
