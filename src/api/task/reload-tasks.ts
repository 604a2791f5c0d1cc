/**
 * Reload tasks (contract 03, section 1), the oldest generation: a schedule of any number of rules, and
 * perhaps a reload when data of the app changes, in one flat record. Deprecated, as its headers say.
 */

import type { FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import { type Fault, type Refused, refusedEach } from '../../catalog/refusal.ts'
import { createReloadTask, type ReloadTaskWish, replaceReloadTask } from '../../catalog/reload-task.ts'
import { findTask, visibleTasks } from '../../catalog/task-access.ts'
import { defined } from '../../core/defined.ts'
import type { AppId } from '../../core/ids.ts'
import { checkSchedule, type ScheduleFault } from '../../core/recurrence/check-schedule.ts'
import { DISABLED_CODES, dueAt, type Task } from '../../core/task/task.ts'
import { timeText } from '../../core/time-text.ts'
import { deleteWithReloads } from '../../intake/delete-task.ts'
import { all, is } from '../../store/port/condition.ts'
import { positionOf } from '../../store/port/lists.ts'
import { callerOf } from '../http/authenticate.ts'
import type { ApiDeps, ApiServer } from '../http/deps.ts'
import {
  absoluteLink,
  type PageRules,
  pageLinks,
  pageParameters,
  pageSchema,
  readPage,
  SelfLink,
} from '../http/page.ts'
import { done, problems } from '../http/problem.ts'
import { UUID } from './read-events.ts'
import { deprecated, forgive, scheduleWorld, taskDeps } from './task-mount.ts'

const RELOAD_TASKS_PATH = '/api/v1/reload-tasks'
const about = (operationId: string) => ({ operationId, tags: ['reload-tasks'], deprecated: true })

const PAGES: PageRules<'createdAt'> = {
  fields: ['createdAt'],
  defaultSort: { field: 'createdAt', descending: false },
  defaultLimit: 10,
  maxLimit: 100,
}

const STATES = ['Enabled', 'Disabled', 'Completed'] as const
const RULES_MAX = 20

const writable = {
  appId: Type.Optional(Type.String()),
  timeZone: Type.Optional(Type.String({ description: 'IANA name; start and end have no offset then' })),
  recurrence: Type.Optional(
    Type.Array(Type.String(), { maxItems: RULES_MAX, description: 'Rules (RECUR of RFC 5545)' }),
  ),
  startDateTime: Type.Optional(Type.String()),
  endDateTime: Type.Optional(Type.String()),
  partial: Type.Optional(Type.Boolean()),
  autoReload: Type.Optional(
    Type.Boolean({ description: 'Reload when data that the app reads was replaced' }),
  ),
  autoReloadPartial: Type.Optional(Type.Boolean()),
  state: Type.Optional(Type.Enum(STATES, { description: 'Completed is set by the service' })),
  type: Type.Optional(Type.String({ description: 'Ignored' })),
}
const Body = Type.Object(writable, { title: 'NewReloadTask' })
type Body = Static<typeof Body>

const { type: _ignored, ...shared } = writable
const ReloadTask = Type.Object(
  {
    ...shared,
    appId: Type.String(),
    timeZone: Type.String(),
    state: Type.Enum(STATES),
    id: Type.String(),
    userId: Type.String(),
    tenantId: Type.String(),
    jobId: Type.String(),
    spaceId: Type.Optional(Type.String()),
    migrated: Type.Boolean({ description: 'Newer tasks of its app took over' }),
    lastExecutionTime: Type.Optional(Type.String({ format: 'date-time' })),
    nextExecutionTime: Type.Optional(Type.String({ format: 'date-time' })),
    disabledCode: Type.Optional(Type.Enum(DISABLED_CODES)),
    log: Type.Optional(Type.String()),
    links: SelfLink,
  },
  { title: 'ReloadTask' },
)

const ByTaskId = Type.Object({ taskId: Type.String() })

export function registerReloadTasks(server: ApiServer, deps: ApiDeps): void {
  server.register(async (scope: ApiServer) => {
    scope.addHook('onRequest', deprecated)
    scope.addHook('preValidation', forgive)
    registerList(scope, deps)
    registerCreate(scope, deps)
    registerOne(scope, deps)
  })
}

function registerList(server: ApiServer, deps: ApiDeps): void {
  server.get(
    RELOAD_TASKS_PATH,
    {
      schema: {
        summary: 'List reload tasks',
        ...about('getReloadTasks'),
        querystring: Type.Object({
          ...pageParameters(PAGES),
          appId: Type.Optional(Type.String()),
          partial: Type.Optional(Type.Boolean()),
        }),
        response: { 200: pageSchema('ReloadTasks', ReloadTask), ...problems(400) },
      },
    },
    async (request) => {
      const { appId, partial } = request.query
      const query = readPage(deps, request, request.query, PAGES, { appId, partial })
      const { user, tenantId } = callerOf(request)
      const { sort, page } = query
      const listed = await deps.store.list('tasks', {
        tenantId,
        where: all(
          is('generation', 'reload-task'),
          await visibleTasks(deps.store, user),
          appId === undefined ? undefined : is('appId', appId),
          partial === undefined ? undefined : is('partial', partial ? 1 : 0),
        ),
        sort,
        page,
      })
      return {
        data: listed.rows.map((task) => record(deps, request, task)),
        links: pageLinks(deps, request, query, listed, (task) => positionOf('tasks', task, sort.field)),
      }
    },
  )
}

function registerCreate(server: ApiServer, deps: ApiDeps): void {
  server.post(
    RELOAD_TASKS_PATH,
    {
      schema: {
        summary: 'Create a reload task',
        description: 'It is on unless state is Disabled. Refused for an app that has newer tasks.',
        ...about('createReloadTask'),
        body: Body,
        response: { 201: ReloadTask, ...problems(400, 403, 404, 413, 415, 422) },
      },
    },
    async (request, reply) => {
      const wish = done(readReloadTask(deps, request.body, undefined))
      const task = done(await createReloadTask(taskDeps(deps), callerOf(request), wish))
      return reply.code(201).send(record(deps, request, task))
    },
  )
}

function registerOne(server: ApiServer, deps: ApiDeps): void {
  const path = `${RELOAD_TASKS_PATH}/:taskId`
  server.get(
    path,
    {
      schema: {
        summary: 'Get a reload task',
        ...about('getReloadTask'),
        params: ByTaskId,
        response: { 200: ReloadTask, ...problems(403, 404) },
      },
    },
    async (request) => {
      const { user } = callerOf(request)
      const { task } = done(await findTask(deps.store, user, request.params.taskId, 'reload-task'))
      return record(deps, request, task)
    },
  )
  server.put(
    path,
    {
      schema: {
        summary: 'Replace a reload task',
        description: 'You become its owner. Without state it stays on or off as it is.',
        ...about('updateReloadTask'),
        params: ByTaskId,
        body: Body,
        response: { 200: ReloadTask, ...problems(400, 403, 404, 413, 415, 422) },
      },
    },
    async (request) => {
      const caller = callerOf(request)
      const { body, params } = request
      const wishFor = (before: Task) => readReloadTask(deps, body, before)
      const { task } = done(await findTask(deps.store, caller.user, params.taskId, 'reload-task'))
      return record(deps, request, done(await replaceReloadTask(taskDeps(deps), caller, task.id, wishFor)))
    },
  )
  server.delete(
    path,
    {
      schema: {
        summary: 'Delete a reload task',
        ...about('deleteReloadTask'),
        params: ByTaskId,
        response: { 204: Type.Null(), ...problems(403, 404) },
      },
    },
    async (request, reply) => {
      const parts = { ...taskDeps(deps), store: deps.store, settleRules: deps.settleRules }
      done(await deleteWithReloads(parts, callerOf(request), request.params.taskId, 'reload-task'))
      return reply.code(204).send(null)
    },
  )
}

/** What a body wants, or everything that is wrong with it. */
function readReloadTask(deps: ApiDeps, body: Body, before: Task | undefined): ReloadTaskWish | Refused {
  const {
    appId = before?.appId,
    partial = false,
    autoReload = false,
    autoReloadPartial = false,
    state,
  } = body
  const faults: Fault[] = []
  if (appId === undefined || !UUID.test(appId)) {
    faults.push({ detail: 'appId must be the id of an app, a UUID', pointer: '/appId' })
  }
  const { timeZone, recurrence = [], startDateTime, endDateTime } = body
  const sent = {
    ...defined({ timeZone, startDateTime, endDateTime }),
    recurrence,
    autoReload,
    autoReloadPartial,
  }
  const isSame = before !== undefined && JSON.stringify(sent) === JSON.stringify(before.sent)
  const schedule = isSame ? before.triggers.schedule : readSchedule(deps, body, before, faults)
  if (faults.length > 0) return refusedEach('badRequest', faults)
  const data = autoReload ? { partial: autoReloadPartial } : undefined
  // Completed is said by the service alone.
  const enabled = state === undefined || state === 'Completed' ? undefined : state === 'Enabled'
  return {
    appId: appId as AppId,
    partial,
    triggers: defined({ schedule, data }),
    ...defined({ enabled }),
    sent,
  }
}

function readSchedule(deps: ApiDeps, body: Body, before: Task | undefined, faults: Fault[]) {
  const { timeZone, recurrence = [], startDateTime, endDateTime } = body
  const { zones, now, minimumGapMs } = scheduleWorld(deps)
  const isNone = recurrence.every((line) => line.trim() === '') && (startDateTime ?? '') === ''
  // Empty start with empty recurrence: no schedule.
  if (isNone) return undefined
  const checked = checkSchedule(
    { recurrence, ...defined({ zone: timeZone, start: startDateTime, end: endDateTime }) },
    { now, createdAt: before?.createdAt ?? now, minimumGapMs, offsets: 'instead-of-zone' },
    zones,
  )
  if (checked.kind === 'schedule') return checked.schedule
  if (checked.kind === 'refused') {
    faults.push(...checked.faults.map(({ field, detail }) => ({ detail, pointer: `/${MEMBERS[field]}` })))
  }
  return undefined
}

const MEMBERS: Readonly<Record<ScheduleFault['field'], string>> = {
  recurrence: 'recurrence',
  start: 'startDateTime',
  end: 'endDateTime',
  zone: 'timeZone',
  interval: 'recurrence',
}

function record(deps: ApiDeps, request: FastifyRequest, task: Task): Static<typeof ReloadTask> {
  const { id, tenantId, appId, spaceId, ownerId, partial, migrated, disabledCode, sent, state } = task
  const next = dueAt(task)
  const ended = disabledCode === 'CONSECUTIVE-FAILURES'
  const { timeZone = 'UTC', ...others } = sent as Body
  return {
    ...others,
    id,
    appId,
    tenantId,
    userId: ownerId,
    jobId: id,
    timeZone,
    partial,
    state: !task.enabled ? 'Disabled' : state.completed ? 'Completed' : 'Enabled',
    migrated,
    ...defined({ spaceId, disabledCode }),
    ...(state.lastRun === undefined ? {} : { lastExecutionTime: timeText(state.lastRun.startedAt) }),
    ...(next === undefined ? {} : { nextExecutionTime: timeText(next) }),
    ...(ended
      ? { log: `The schedule was switched off after ${state.failuresInRow} consecutive failures.` }
      : {}),
    links: { self: { href: absoluteLink(deps, request, `${RELOAD_TASKS_PATH}/${id}`) } },
  }
}
