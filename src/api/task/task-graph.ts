/**
 * Which tasks wake a task and which it wakes (contract 03, section 10). Tasks that the caller may not see are
 * vertices without a document; those that were deleted are marked as missing.
 */

import { setImmediate as turn } from 'node:timers/promises'
import { Type } from 'typebox'
import { seesTasks } from '../../catalog/task-access.ts'
import { defined } from '../../core/defined.ts'
import type { User } from '../../core/records.ts'
import { chainsOf, graphAround, type Vertex, type Way } from '../../core/task/graph.ts'
import type { Task } from '../../core/task/task.ts'
import { all } from '../../store/port/condition.ts'
import { type Page, positionOf } from '../../store/port/lists.ts'
import { callerOf } from '../http/authenticate.ts'
import type { ApiDeps } from '../http/deps.ts'
import { readNamedPage } from '../http/named-page.ts'
import { pageSchema } from '../http/page.ts'
import { ATTRIBUTES, readFilter } from './task-filter.ts'
import {
  amongVisible,
  FilterParameter,
  listParameters,
  PAGE_NAMES,
  SCHEDULING_PAGES,
  taskLinks,
} from './task-list.ts'
import { ById, type Mount, taskOf, taskProblems } from './task-mount.ts'
import { type TaskDocument, taskDocuments } from './task-record.ts'
import { TaskRecord } from './task-schema.ts'

const GRAPH_LEVELS_MAX = 20

const Graph = Type.Object(
  {
    taskId: Type.String(),
    vertices: Type.Array(
      Type.Object({
        taskId: Type.String(),
        task: Type.Optional(TaskRecord),
        attrs: Type.Object({
          depth: Type.Integer(),
          isParent: Type.Boolean(),
          isChild: Type.Boolean(),
          missing: Type.Optional(
            Type.Boolean({ description: 'Extension. The task was deleted: the chain is broken there' }),
          ),
        }),
      }),
    ),
    edges: Type.Array(
      Type.Object({
        source: Type.String({ description: 'The upstream task' }),
        target: Type.String(),
        attrs: Type.Object({ depth: Type.Integer() }),
      }),
    ),
  },
  { title: 'TaskGraph' },
)

export function registerGraphs(mount: Mount): void {
  registerNeighbours(mount, 'parents', 'getTaskGraphParents')
  registerNeighbours(mount, 'children', 'getTaskGraphChildren')
  registerGraph(mount, 'ancestors', 'getTaskGraphAncestors')
  registerGraph(mount, 'descendants', 'getTaskGraphDescendants')
  registerGraph(mount, 'subgraph', 'getTaskSubgraph')
}

function registerNeighbours(
  { server, deps, path, about }: Mount,
  which: 'parents' | 'children',
  name: string,
): void {
  server.get(
    `${path}/:id/graphs/${which}`,
    {
      schema: {
        summary: which === 'parents' ? 'List the tasks that wake a task' : 'List the tasks that a task wakes',
        ...about(name),
        params: ById,
        querystring: Type.Object({ ...listParameters(SCHEDULING_PAGES), filter: FilterParameter }),
        response: {
          200: pageSchema('Tasks', TaskRecord),
          ...taskProblems(400, 403, 404),
        },
      },
    },
    async (request) => {
      const { task } = await taskOf(deps, request)
      const { user, tenantId } = callerOf(request)
      const { filter } = request.query
      const binding = { id: task.id, filter }
      const query = readNamedPage(deps, request, request.query, SCHEDULING_PAGES, binding, PAGE_NAMES)
      const everyOne = await everyTask(deps, user)
      const chains = chainsOf(everyOne)
      const around = which === 'parents' ? chains.parentsOf(task) : chains.childrenOf(task)
      const ids = around.filter(({ generation }) => generation === 'task').map(({ id }) => id)
      const listed = await deps.store.list('tasks', {
        tenantId,
        where: all(
          await amongVisible(deps, user, ids),
          filter === undefined ? undefined : readFilter(filter),
        ),
        sort: { field: ATTRIBUTES[query.sort.field].field, descending: query.sort.descending },
        page: query.page,
      })
      return {
        data: await taskDocuments(deps, user, listed.rows),
        links: taskLinks(deps, request, query, listed),
      }
    },
  )
}

const SUMMARIES: Readonly<Record<Way, string>> = {
  ancestors: 'Show what leads to a task',
  descendants: 'Show what a task leads to',
  subgraph: 'Show what leads to a task, and what it leads to',
}

function registerGraph({ server, deps, path, about }: Mount, way: Way, name: string): void {
  server.get(
    `${path}/:id/graphs/${way}`,
    {
      schema: {
        summary: SUMMARIES[way],
        ...about(name),
        params: ById,
        querystring: Type.Object({
          level: Type.Optional(
            Type.Integer({ minimum: 1, maximum: GRAPH_LEVELS_MAX, description: 'How far; 1 by default' }),
          ),
          withTask: Type.Optional(Type.Boolean({ description: 'With the documents of the tasks' })),
        }),
        response: { 200: Graph, ...taskProblems(400, 403, 404) },
      },
    },
    async (request) => {
      const { task } = await taskOf(deps, request)
      const { user } = callerOf(request)
      const { level = 1, withTask = false } = request.query
      const everyOne = await everyTask(deps, user)
      const { vertices, edges } = graphAround(task, chainsOf(everyOne), way, level)
      const sees = await seesTasks(deps.store, user)
      const seen = vertices.flatMap((vertex): Task[] =>
        withTask && vertex.task !== undefined && sees(vertex.task) ? [vertex.task] : [],
      )
      const documents = new Map(
        (await taskDocuments(deps, user, seen)).map((document) => [document.id, document]),
      )
      return {
        taskId: task.id,
        vertices: vertices.map((vertex) => shownVertex(vertex, documents.get(vertex.taskId))),
        edges: edges.map(({ source, target, depth }) => ({ source, target, attrs: { depth } })),
      }
    },
  )
}

function shownVertex(vertex: Vertex, task: TaskDocument | undefined) {
  const { taskId, depth, isParent, isChild } = vertex
  return {
    taskId,
    ...defined({ task }),
    attrs: { depth, isParent, isChild, ...(vertex.task === undefined ? { missing: true } : {}) },
  }
}

const TASKS_READ_AT_ONCE = 200

/** All tasks of the tenant, in turns, so that very many hold up nobody else. */
async function everyTask({ store }: ApiDeps, { tenantId }: User): Promise<readonly Task[]> {
  const tasks: Task[] = []
  const sort = { field: 'createdAt', descending: false } as const
  let page: Page = { limit: TASKS_READ_AT_ONCE }
  for (;;) {
    const { rows, hasNext } = await store.list('tasks', { tenantId, sort, page })
    tasks.push(...rows)
    const last = rows.at(-1)
    if (!hasNext || last === undefined) return tasks
    page = { limit: TASKS_READ_AT_ONCE, after: positionOf('tasks', last, sort.field) }
    await turn()
  }
}
