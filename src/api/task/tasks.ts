/**
 * Room `api/task`: routes about tasks, what makes reloads, in three generations over one store. Decoding, one
 * use case and encoding enter, never a rule.
 *
 * Tasks (contract 03, sections 2 and 3) under their current prefix and under the one before, which says so in
 * its headers. Both show the same documents.
 */
import { Type } from 'typebox'
import { refused } from '../../catalog/refusal.ts'
import { changeTask, createTask } from '../../catalog/task.ts'
import type { TaskId } from '../../core/ids.ts'
import { applyPatch, PATCH_OPERATIONS, type PatchOperation } from '../../core/json-patch.ts'
import type { Task } from '../../core/task/task.ts'
import { timeText } from '../../core/time-text.ts'
import { deleteWithReloads } from '../../intake/delete-task.ts'
import { callerOf } from '../http/authenticate.ts'
import type { ApiDeps, ApiServer } from '../http/deps.ts'
import { done } from '../http/problem.ts'
import { assertShape } from '../http/validate.ts'
import { registerOneCall } from './one-call.ts'
import { readTask } from './task-document.ts'
import { registerGraphs } from './task-graph.ts'
import { registerTaskList } from './task-list.ts'
import {
  assertShallow,
  ById,
  type Mount,
  mounted,
  scheduleWorld,
  taskDeps,
  taskOf,
  taskProblems,
  withoutNulls,
} from './task-mount.ts'
import { registerPreview } from './task-preview.ts'
import { taskDocument } from './task-record.ts'
import { registerRuns } from './task-runs.ts'
import { TaskBody, TaskRecord } from './task-schema.ts'
import { registerTaskStart } from './task-start.ts'

const OPERATIONS_MAX = 100

const Patch = Type.Array(
  Type.Object({
    op: Type.Enum(PATCH_OPERATIONS),
    path: Type.String(),
    from: Type.Optional(Type.String()),
    value: Type.Optional(Type.Unknown()),
  }),
  { title: 'TaskPatch', minItems: 1, maxItems: OPERATIONS_MAX },
)

export function registerTasks(server: ApiServer, deps: ApiDeps): void {
  const both = [registerTaskList, registerCreate, registerRead, registerReplace, registerRemove]
  mounted(server, deps, 'v1', [...both, registerTaskStart, registerRuns])
  mounted(server, deps, 'scheduling', [
    ...both,
    registerTaskStart,
    registerRuns,
    registerPatch,
    registerGraphs,
    registerOneCall,
    registerPreview,
  ])
}

function registerCreate({ server, deps, path, about }: Mount): void {
  server.post(
    path,
    {
      schema: {
        summary: 'Create a task',
        description:
          'It is off unless enabled is true, and it does not start by being created. Reload tasks of its app are switched off.',
        ...about('createTask'),
        querystring: Type.Object({
          migrateFrom: Type.Optional(Type.String({ description: 'Id of a reload task of the same app' })),
        }),
        body: TaskBody,
        response: { 201: TaskRecord, ...taskProblems(400, 403, 404, 409, 413, 415, 422) },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request)
      const { migrateFrom } = request.query
      const world = scheduleWorld(deps)
      const old = migrateFrom && (await deps.store.task(caller.tenantId, migrateFrom as TaskId))
      // A schedule that was good once may be taken over when it has ended.
      const terms = old ? { ...world, now: Math.min(world.now, old.createdAt) } : world
      const wish = done(readTask(request.body, undefined, terms))
      const task = done(await createTask(taskDeps(deps), caller, wish, migrateFrom))
      return reply.code(201).send(await taskDocument(deps, caller.user, task))
    },
  )
}

function registerRead({ server, deps, path, about }: Mount): void {
  server.get(
    `${path}/:id`,
    {
      schema: {
        summary: 'Get a task',
        ...about('getTask'),
        params: ById,
        response: { 200: TaskRecord, ...taskProblems(403, 404) },
      },
    },
    async (request) => {
      const { task } = await taskOf(deps, request)
      return taskDocument(deps, callerOf(request).user, task)
    },
  )
}

function registerReplace({ server, deps, prefix, path, about }: Mount): void {
  server.put(
    `${path}/:id`,
    {
      schema: {
        summary: 'Replace a task',
        description:
          'You become its owner. What is left out gets its default: enabled becomes false. With metadata.updatedAt, as a task was read, 409 tells that it was changed since.',
        ...about('updateTask'),
        params: ById,
        body: TaskBody,
        response: { 200: TaskRecord, ...taskProblems(400, 403, 404, 409, 413, 415, 422) },
      },
    },
    async (request) => {
      const caller = callerOf(request)
      const { body, params } = request
      await taskOf(deps, request)
      const seenAt = prefix === 'scheduling' ? body.metadata?.updatedAt : undefined
      const isStale = ({ updatedAt }: Task) => seenAt !== undefined && seenAt !== timeText(updatedAt)
      const wishFor = (before: Task) => readTask(body, before, scheduleWorld(deps))
      const task = done(await changeTask(taskDeps(deps), caller, params.id, wishFor, isStale))
      return taskDocument(deps, caller.user, task)
    },
  )
}

function registerPatch({ server, deps, path, about }: Mount): void {
  server.patch(
    `${path}/:id`,
    {
      schema: {
        summary: 'Change a task',
        description:
          'JSON Patch (RFC 6902), all or nothing. You become its owner. Operations on what the service sets (id, resourceId, metadata) have no effect.',
        ...about('patchTask'),
        params: ById,
        body: Patch,
        response: { 200: TaskRecord, ...taskProblems(400, 403, 404, 409, 413, 415, 422) },
      },
    },
    async (request) => {
      const caller = callerOf(request)
      const { body, params } = request
      await taskOf(deps, request)
      const checkShape: (document: unknown) => asserts document is TaskBody = (document) =>
        assertShape(request, TaskBody, document)
      const wishFor = (before: Task) => patchedWish(deps, before, body, checkShape)
      const task = done(await changeTask(taskDeps(deps), caller, params.id, wishFor))
      return taskDocument(deps, caller.user, task)
    },
  )
}

function registerRemove({ server, deps, path, about }: Mount): void {
  server.delete(
    `${path}/:id`,
    {
      schema: {
        summary: 'Delete a task',
        description:
          'Runs that wait go with it, and a reload that it made and that waits is canceled. A TenantAdmin and the owner need no right on the app.',
        ...about('deleteTask'),
        params: ById,
        response: { 204: Type.Null(), ...taskProblems(403, 404) },
      },
    },
    async (request, reply) => {
      const parts = { ...taskDeps(deps), store: deps.store, settleRules: deps.settleRules }
      done(await deleteWithReloads(parts, callerOf(request), request.params.id, 'task'))
      return reply.code(204).send(null)
    },
  )
}

/** @param checkShape throws when what the patch made is no task document */
function patchedWish(
  deps: ApiDeps,
  before: Task,
  operations: readonly PatchOperation[],
  checkShape: (document: unknown) => asserts document is TaskBody,
): ReturnType<typeof readTask> {
  const { name, description, enabled, sent } = before
  const patched = applyPatch(
    { ...sent, name, description, enabled, resourceId: before.appId, metadata: {} },
    operations,
  )
  if (patched.kind === 'fault') {
    const { detail, pointer } = patched
    return refused('taskMalformed', detail, { pointer })
  }
  assertShallow(patched.document)
  const document = withoutNulls(patched.document)
  checkShape(document)
  return readTask(document, before, scheduleWorld(deps))
}
