/**
 * Room `api/people`: routes about tenants, users, groups, roles, keys, spaces and quotas, and those of the
 * operator. Decoding, one use case and encoding enter.
 *
 * Users of the caller's tenant, for everybody of it: resolve the ids of events and records (contract 05,
 * section 5).
 */

import type { FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import { noUser } from '../../catalog/user.ts'
import { defined } from '../../core/defined.ts'
import type { UserId } from '../../core/ids.ts'
import { is, not } from '../../store/port/condition.ts'
import type { FieldOf } from '../../store/port/list-fields.ts'
import { positionOf } from '../../store/port/lists.ts'
import { callerOf } from '../http/authenticate.ts'
import { bodyMayBeMissing } from '../http/body-shape.ts'
import type { ApiDeps, ApiServer } from '../http/deps.ts'
import {
  absoluteLink,
  Links,
  type PageParameters,
  pageLinks,
  pageParameters,
  readPage,
} from '../http/page.ts'
import { done, problems } from '../http/problem.ts'
import { registerUserChanges } from './user-changes.ts'
import { FILTER_ABOUT, FILTER_MAX, type UserQuery, usersWhere } from './user-filter.ts'
import { Fields, picked, SomeFields, UserRecord, userRecord } from './user-record.ts'

const TAGS = ['users']

const SORT_FIELDS = {
  name: 'name',
  id: 'id',
  _id: 'id',
  clientId: 'clientId',
  status: 'status',
  subject: 'subject',
  email: 'email',
  createdAt: 'createdAt',
} as const satisfies Readonly<Record<string, FieldOf<'users'>>>

const LIST = {
  fields: Object.keys(SORT_FIELDS) as (keyof typeof SORT_FIELDS)[],
  defaultSort: { field: 'name', descending: false },
  defaultLimit: 20,
  maxLimit: 100,
} as const

const text = (description: string) => Type.Optional(Type.String({ maxLength: 512, description }))
const ListQuery = Type.Object({
  ...pageParameters(LIST),
  fields: Fields,
  filter: Type.Optional(Type.String({ maxLength: FILTER_MAX, description: FILTER_ABOUT })),
  email: text('The whole address, in any case'),
  subject: text('The whole subject, in any case'),
  name: text('The whole name, in any case'),
  status: text('active, invited, disabled or deleted'),
  totalResults: Type.Optional(Type.Boolean({ description: 'Adds the number of all matching users' })),
})

const UserList = Type.Object(
  {
    data: Type.Array(SomeFields),
    links: Links,
    totalResults: Type.Optional(Type.Integer()),
  },
  { title: 'Users' },
)

export function registerUsers(server: ApiServer, deps: ApiDeps): void {
  server.get(
    '/api/v1/users/me',
    {
      schema: {
        operationId: 'getMyUser',
        tags: TAGS,
        summary: 'Reads the user of the request',
        response: { 200: UserRecord, ...problems(500) },
      },
    },
    async (request) => userRecord(callerOf(request).user, (path) => absoluteLink(deps, request, path)),
  )
  server.get(
    '/api/v1/users/:userId',
    {
      schema: {
        operationId: 'getUser',
        tags: TAGS,
        summary: 'Reads a user, also a deleted one',
        params: Type.Object({ userId: Type.String() }),
        querystring: Type.Object({ fields: Fields }),
        response: { 200: SomeFields, ...problems(404) },
      },
    },
    async (request) => {
      const { tenantId } = callerOf(request)
      const user = done((await deps.store.user(tenantId, request.params.userId as UserId)) ?? noUser())
      const record = userRecord(user, (path) => absoluteLink(deps, request, path))
      return picked(record, request.query.fields)
    },
  )
  registerUserLists(server, deps)
  registerUserChanges(server, deps)
}

function registerUserLists(server: ApiServer, deps: ApiDeps): void {
  server.get(
    '/api/v1/users',
    {
      schema: {
        operationId: 'getUsers',
        tags: TAGS,
        summary: 'Lists users',
        querystring: ListQuery,
        response: { 200: UserList, ...problems(400) },
      },
    },
    (request) => listed(deps, request, request.query, request.query),
  )
  server.post(
    '/api/v1/users/actions/filter',
    {
      preValidation: bodyMayBeMissing,
      schema: {
        operationId: 'filterUsers',
        tags: TAGS,
        summary: 'Lists users by a filter in the body',
        querystring: ListQuery,
        body: Type.Object({
          filter: Type.Optional(Type.String({ maxLength: FILTER_MAX, description: FILTER_ABOUT })),
        }),
        response: { 200: UserList, ...problems(400) },
      },
    },
    (request) => listed(deps, request, request.query, { ...request.query, ...request.body }),
  )
  server.get(
    '/api/v1/users/actions/count',
    {
      schema: {
        operationId: 'countUsers',
        tags: TAGS,
        summary: 'Counts the users that are not deleted',
        response: { 200: Type.Object({ total: Type.Integer() }), ...problems(500) },
      },
    },
    async (request) => {
      const { tenantId } = callerOf(request)
      const where = not(is<FieldOf<'users'>>('status', 'deleted'))
      return { total: await deps.store.count('users', { tenantId, where }) }
    },
  )
}

interface Shown extends PageParameters {
  readonly fields?: string
  readonly totalResults?: boolean
}

async function listed(
  deps: ApiDeps,
  request: FastifyRequest,
  shown: Shown,
  { filter, email, subject, name, status }: UserQuery,
): Promise<Static<typeof UserList>> {
  const { tenantId } = callerOf(request)
  const asked = defined({ filter, email, subject, name, status })
  const rows = { tenantId, where: usersWhere(tenantId, asked) }
  const query = readPage(deps, request, shown, LIST, asked)
  const sort = { ...query.sort, field: SORT_FIELDS[query.sort.field] }
  const found = await deps.store.list('users', { ...rows, sort, page: query.page })
  const link = (path: string) => absoluteLink(deps, request, path)
  return {
    data: found.rows.map((user) => picked(userRecord(user, link), shown.fields)),
    links: pageLinks(deps, request, query, found, (user) => positionOf('users', user, sort.field)),
    ...(shown.totalResults === true ? { totalResults: await deps.store.count('users', rows) } : {}),
  }
}
