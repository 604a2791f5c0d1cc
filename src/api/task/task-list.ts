/** Lists of tasks: which the caller sees, filtered, sorted, page by page under one cursor name, `page`. */

import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { visibleTasks } from '../../catalog/task-access.ts'
import type { User } from '../../core/records.ts'
import type { Task } from '../../core/task/task.ts'
import { all, type Condition, is } from '../../store/port/condition.ts'
import type { FieldOf } from '../../store/port/list-fields.ts'
import { type Listed, positionOf } from '../../store/port/lists.ts'
import { callerOf } from '../http/authenticate.ts'
import type { ApiDeps } from '../http/deps.ts'
import { CursorPage, type NamedPageQuery, namedLinks, readNamedPage } from '../http/named-page.ts'
import { type PageLinks, type PageRules, pageParameters, pageSchema } from '../http/page.ts'
import { ATTRIBUTES, type AttributeName, readFilter } from './task-filter.ts'
import type { Mount, Prefix } from './task-mount.ts'
import { taskProblems } from './task-mount.ts'
import { taskDocuments } from './task-record.ts'
import { TaskRecord } from './task-schema.ts'

export const PAGE_NAMES = { next: 'page', prev: 'page' } as const

const NEWEST_FIRST = { field: 'updatedAt', descending: true } as const
const SIZES = { defaultLimit: 20, maxLimit: 100 } as const

export const SCHEDULING_PAGES: PageRules<AttributeName> = {
  fields: Object.keys(ATTRIBUTES) as AttributeName[],
  defaultSort: NEWEST_FIRST,
  ...SIZES,
}
const PAGES: Readonly<Record<Prefix, PageRules<AttributeName>>> = {
  v1: { fields: ['createdAt', 'updatedAt'], defaultSort: NEWEST_FIRST, ...SIZES },
  scheduling: SCHEDULING_PAGES,
}

/** The parameters of a list whose cursors have one name. */
export function listParameters(rules: PageRules<string>) {
  const { limit, sort } = pageParameters(rules)
  return { limit, sort, page: Type.Optional(CursorPage) }
}

export const FilterParameter = Type.Optional(
  Type.String({
    description: `SCIM filter (RFC 7644, section 3.4.2.2) on ${Object.keys(ATTRIBUTES).join(', ')}; eq, ne, co, sw, ew, gt, ge, lt, le, and, or, not, ( )`,
    examples: ['lastStatus eq "FAILED" and enabled eq true'],
  }),
)

export function registerTaskList({ server, deps, prefix, path, about }: Mount): void {
  const rules = PAGES[prefix]
  server.get(
    path,
    {
      schema: {
        summary: 'List tasks',
        description: 'Those of apps that you may reload; a TenantAdmin lists all of the tenant.',
        ...about('getTasks'),
        querystring: Type.Object({
          ...listParameters(rules),
          resourceId: Type.Optional(Type.String({ description: 'Id of the app' })),
          ...(prefix === 'scheduling' ? { filter: FilterParameter } : {}),
        }),
        response: { 200: pageSchema('Tasks', TaskRecord), ...taskProblems(400) },
      },
    },
    async (request) => {
      const { resourceId, filter } = request.query as { resourceId?: string; filter?: string }
      const query = readNamedPage(deps, request, request.query, rules, { resourceId, filter }, PAGE_NAMES)
      const { user, tenantId } = callerOf(request)
      const listed = await deps.store.list('tasks', {
        tenantId,
        where: all(
          is('generation', 'task'),
          await visibleTasks(deps.store, user),
          resourceId === undefined ? undefined : is('appId', resourceId),
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

export function taskLinks(
  deps: ApiDeps,
  request: FastifyRequest,
  query: NamedPageQuery<AttributeName>,
  listed: Listed<Task>,
): PageLinks {
  const { field } = ATTRIBUTES[query.sort.field]
  return namedLinks(deps, request, query, listed, (task) => positionOf('tasks', task, field))
}

/** Of tasks by id, those that the caller sees. */
export async function amongVisible(
  deps: ApiDeps,
  user: User,
  ids: readonly string[],
): Promise<Condition<FieldOf<'tasks'>>> {
  return all(is('id', ...ids), await visibleTasks(deps.store, user))
}
