/**
 * Runs of tasks with their logs (contract 03, section 6). Lists show runs that began; what waits, what was
 * skipped and what was missed stands in a list of its own, an extension.
 */

import type { FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import { findApp } from '../../catalog/access.ts'
import { defined } from '../../core/defined.ts'
import type { AppId, RunId } from '../../core/ids.ts'
import { isTenantAdmin } from '../../core/rights.ts'
import { NO_RUN_REASONS, type TaskRun } from '../../core/task/run.ts'
import { RUN_ENDS } from '../../core/task/task.ts'
import { timeText } from '../../core/time-text.ts'
import { TASK_STARTS } from '../../core/trigger.ts'
import { all, type Condition, is } from '../../store/port/condition.ts'
import type { FieldOf } from '../../store/port/list-fields.ts'
import { positionOf } from '../../store/port/lists.ts'
import { callerOf } from '../http/authenticate.ts'
import type { ApiDeps } from '../http/deps.ts'
import { namedLinks, readNamedPage } from '../http/named-page.ts'
import { type PageRules, pageSchema } from '../http/page.ts'
import { done, refuse } from '../http/problem.ts'
import { may } from '../http/rights.ts'
import { listParameters, PAGE_NAMES } from './task-list.ts'
import { ById, type Mount, taskOf, taskProblems } from './task-mount.ts'
import { runRecord } from './task-record.ts'
import { RunRecord } from './task-schema.ts'

type RunField = FieldOf<'taskRuns'>

const FIELDS = {
  startedAt: 'startedAt',
  endedAt: 'endedAt',
  status: 'state',
  taskId: 'taskId',
  /** A task has one action. */
  actionId: 'taskId',
} as const satisfies Readonly<Record<string, RunField>>

type SortName = keyof typeof FIELDS

const PAGES: PageRules<SortName> = {
  fields: Object.keys(FIELDS) as SortName[],
  defaultSort: { field: 'startedAt', descending: true },
  defaultLimit: 20,
  maxLimit: 100,
}

const TICK_PAGES: PageRules<'createdAt'> = {
  fields: ['createdAt'],
  defaultSort: { field: 'createdAt', descending: true },
  defaultLimit: 20,
  maxLimit: 100,
}

const BEGAN = is<RunField>('state', 'running', ...RUN_ENDS)
const NOT_BEGUN = is<RunField>('state', 'waiting', 'skipped', 'missed')

const Runs = pageSchema('TaskRuns', RunRecord)
const RunPath = Type.Object({ id: Type.String(), runId: Type.String() })

const Time = Type.String({ format: 'date-time' })
const Tick = Type.Object(
  {
    id: Type.String(),
    taskId: Type.String(),
    status: Type.Enum(['WAITING', 'SKIPPED', 'MISSED']),
    trigger: Type.Enum(TASK_STARTS),
    reason: Type.Optional(Type.Enum(NO_RUN_REASONS)),
    createdAt: Time,
    dueAt: Type.Optional(Time),
    firstDueAt: Type.Optional(Time),
    count: Type.Optional(Type.Integer({ description: 'Instants that it stands for' })),
    notBefore: Type.Optional(Time),
    pendingReloadId: Type.Optional(
      Type.String({ description: 'The reload because of which it was skipped' }),
    ),
    heard: Type.Optional(Type.Array(Type.Object({ taskId: Type.String(), runId: Type.String() }))),
  },
  { title: 'TaskTick' },
)

export function registerRuns(mount: Mount): void {
  registerRunLists(mount)
  registerOneRun(mount)
  if (mount.prefix === 'scheduling') registerTicks(mount)
}

function registerRunLists({ server, deps, path, about }: Mount): void {
  server.get(
    `${path}/:id/runs`,
    {
      schema: {
        summary: 'List the runs of a task',
        ...about('getTaskRuns'),
        params: ById,
        querystring: Type.Object(listParameters(PAGES)),
        response: { 200: Runs, ...taskProblems(400, 403, 404) },
      },
    },
    async (request) => {
      const { task } = await taskOf(deps, request)
      return listRuns(deps, request, is('taskId', task.id))
    },
  )
  server.get(
    `${path}/resources/:id/runs`,
    {
      schema: {
        summary: 'List the runs of all tasks of an app',
        ...about('getTaskResourceRuns'),
        params: ById,
        querystring: Type.Object(listParameters(PAGES)),
        response: { 200: Runs, ...taskProblems(400, 403, 404) },
      },
    },
    async (request) => {
      const { user } = callerOf(request)
      const app = done(await findApp(deps.store, user, request.params.id, 'read'))
      if (!isTenantAdmin(user) && !(await may(deps, callerOf(request), app, 'reload'))) {
        throw refuse('taskForbidden', { detail: 'the right to reload the app is missing' })
      }
      return listRuns(deps, request, is('appId', app.id as AppId))
    },
  )
}

function registerOneRun({ server, deps, path, about }: Mount): void {
  server.get(
    `${path}/:id/runs/last`,
    {
      schema: {
        summary: 'Get the last run of a task',
        ...about('getTaskLastRun'),
        params: ById,
        response: { 200: RunRecord, ...taskProblems(403, 404) },
      },
    },
    async (request) => {
      const { task } = await taskOf(deps, request)
      const { rows } = await deps.store.list('taskRuns', {
        tenantId: task.tenantId,
        where: all(is<RunField>('taskId', task.id), BEGAN),
        sort: { field: 'startedAt', descending: true },
        page: { limit: 1 },
      })
      const [run] = rows
      if (run === undefined) throw refuse('taskNotFound', { detail: 'the task never ran', parameter: 'id' })
      return shown(deps, run)
    },
  )
  server.get(
    `${path}/:id/runs/:runId`,
    {
      schema: {
        summary: 'Get a run of a task',
        description: 'Extension.',
        ...about('getTaskRun'),
        params: RunPath,
        response: { 200: RunRecord, ...taskProblems(403, 404) },
      },
    },
    async (request) => shown(deps, await runOf(deps, request)),
  )
  server.get(
    `${path}/:id/runs/:runId/log`,
    {
      schema: {
        summary: 'Read the log of a run',
        description: 'With Accept: text/plain the bare text, else a JSON object.',
        ...about('getTaskRunLog'),
        params: RunPath,
        response: {
          200: {
            content: {
              'application/json': { schema: Type.Object({ logContent: Type.String() }) },
              'text/plain': { schema: Type.String() },
            },
          },
          ...taskProblems(403, 404),
        },
      },
    },
    async (request, reply) => {
      const log = await logOf(deps, await runOf(deps, request))
      const isText = /\btext\/plain\b/.test(request.headers.accept ?? '')
      if (isText)
        return reply
          .type('text/plain; charset=UTF-8')
          .serializer(String)
          .send(log as never)
      return reply.send({ logContent: log } as never)
    },
  )
}

function registerTicks({ server, deps, path, about }: Mount): void {
  server.get(
    `${path}/:id/ticks`,
    {
      schema: {
        summary: 'List what waits, was skipped or was missed',
        description:
          'Extension. Triggers of the task that led to no reload, or not yet, each with its reason.',
        ...about('getTaskTicks'),
        params: ById,
        querystring: Type.Object(listParameters(TICK_PAGES)),
        response: {
          200: pageSchema('TaskTicks', Tick),
          ...taskProblems(400, 403, 404),
        },
      },
    },
    async (request) => {
      const { task } = await taskOf(deps, request)
      const query = readNamedPage(deps, request, request.query, TICK_PAGES, {}, PAGE_NAMES)
      const { sort, page } = query
      const where = all(is<RunField>('taskId', task.id), NOT_BEGUN)
      const listed = await deps.store.list('taskRuns', { tenantId: task.tenantId, where, sort, page })
      return {
        data: listed.rows.map(tick),
        links: namedLinks(deps, request, query, listed, (run) => positionOf('taskRuns', run, sort.field)),
      }
    },
  )
}

async function listRuns(deps: ApiDeps, request: FastifyRequest, of: Condition<RunField>) {
  const { tenantId } = callerOf(request)
  const parameters = request.query as Readonly<Record<string, unknown>>
  const query = readNamedPage(
    deps,
    request,
    parameters,
    PAGES,
    request.params as object as Record<string, unknown>,
    PAGE_NAMES,
  )
  const field = FIELDS[query.sort.field]
  const sort = { field, descending: query.sort.descending }
  const where = all(of, BEGAN)
  const listed = await deps.store.list('taskRuns', { tenantId, where, sort, page: query.page })
  return {
    data: await Promise.all(listed.rows.map((run) => shown(deps, run))),
    links: namedLinks(deps, request, query, listed, (run) => positionOf('taskRuns', run, field)),
  }
}

async function shown({ store }: ApiDeps, run: TaskRun): Promise<RunRecord> {
  const isNamed = run.state === 'failed' && run.reloadId !== undefined
  return runRecord(run, isNamed ? await store.reload(run.tenantId, run.reloadId!) : undefined)
}

/** The run of the path, of the task of the path. */
async function runOf(deps: ApiDeps, request: FastifyRequest): Promise<TaskRun> {
  const { task } = await taskOf(deps, request)
  const { runId } = request.params as Static<typeof RunPath>
  const run = await deps.store.taskRun(task.tenantId, runId as RunId)
  if (run?.taskId !== task.id || run.startedAt === undefined) {
    throw refuse('taskNotFound', { detail: 'the task has no run with this id', parameter: 'runId' })
  }
  return run
}

/** The script log of its reload, else what the reload told of its progress, else why there is none. */
async function logOf({ store }: ApiDeps, run: TaskRun): Promise<string> {
  const { reloadId, refusal, tenantId } = run
  if (reloadId === undefined) return refusal ?? ''
  return (await store.scriptLog(reloadId)) ?? (await store.reload(tenantId, reloadId))?.log ?? ''
}

function tick({
  id,
  taskId,
  state,
  cause,
  reason,
  createdAt,
  notBefore,
  pendingReloadId,
}: TaskRun): Static<typeof Tick> {
  return {
    id,
    taskId,
    status: state.toUpperCase() as Static<typeof Tick>['status'],
    trigger: cause.kind,
    ...defined({ reason }),
    createdAt: timeText(createdAt),
    ...(cause.kind === 'schedule' ? { dueAt: timeText(cause.instant) } : {}),
    ...(cause.kind === 'schedule' && cause.missed !== undefined
      ? { firstDueAt: timeText(cause.missed.from), count: cause.missed.count }
      : {}),
    ...(state === 'waiting' ? { notBefore: timeText(notBefore) } : {}),
    ...defined({ pendingReloadId }),
    ...(cause.kind === 'ends'
      ? { heard: cause.of.map((end) => ({ taskId: end.taskId, runId: end.runId })) }
      : {}),
  }
}
