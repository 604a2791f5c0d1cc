/**
 * Room `api/people`: routes about tenants, users, keys, spaces and quotas, and those of the operator.
 * Decoding, one use case and encoding enter.
 *
 * Users of the caller's tenant: resolve the ids of events and records (contract 05, section 5). Read only;
 * the first user comes with the installation.
 */

import { type Static, Type } from 'typebox'
import { defined } from '../../core/defined.ts'
import type { FilterNode } from '../../core/filter.ts'
import { parseFilter } from '../../core/filter-parse.ts'
import type { UserId } from '../../core/ids.ts'
import { USER_STATUSES, type User } from '../../core/records.ts'
import { ROLES } from '../../core/role.ts'
import { timeText } from '../../core/time-text.ts'
import { all, filtered } from '../../store/port/condition.ts'
import type { FieldOf } from '../../store/port/list-fields.ts'
import { positionOf } from '../../store/port/lists.ts'
import { callerOf } from '../http/authenticate.ts'
import type { ApiDeps, ApiServer } from '../http/deps.ts'
import { absoluteLink, Links, pageLinks, pageParameters, readPage } from '../http/page.ts'
import { problems, refuse } from '../http/problem.ts'

const TAGS = ['users']

const UserRecord = Type.Object({
  id: Type.String(),
  tenantId: Type.String(),
  subject: Type.String(),
  name: Type.String(),
  email: Type.Optional(Type.String()),
  status: Type.Enum(USER_STATUSES),
  assignedRoles: Type.Array(
    Type.Object({
      id: Type.String(),
      name: Type.Enum(ROLES),
      type: Type.Literal('default'),
      level: Type.Enum(['admin', 'user']),
    }),
  ),
  createdAt: Type.String({ format: 'date-time' }),
  lastUpdatedAt: Type.String({ format: 'date-time' }),
  links: Type.Object({ self: Type.Object({ href: Type.String({ format: 'uri' }) }) }),
})
const SomeFields = Type.Partial(UserRecord)

const Fields = Type.Optional(Type.String({ description: 'Comma list of the fields to show; all by default' }))

const LIST = {
  fields: ['name', 'id'],
  defaultSort: { field: 'name', descending: false },
  defaultLimit: 20,
  maxLimit: 100,
} as const

const FILTER = {
  attributes: {
    id: 'any',
    subject: 'any',
    name: 'any',
    email: 'any',
    // Users are never invited or provisioned here; asking for them is no fault.
    status: ['active', 'invited', 'disabled', 'deleted', 'provisioned'],
  },
  operators: ['eq'],
  searchable: ['name', 'email', 'subject'],
} as const

type UserField = FieldOf<'users'>

/** Values compare in any case (contract 05, section 5). */
const ATTRIBUTES: Readonly<Record<string, UserField>> = {
  id: 'id',
  subject: 'subject',
  name: 'name',
  email: 'email',
  status: 'status',
}

export function registerUsers(server: ApiServer, deps: ApiDeps): void {
  server.get(
    '/api/v1/users/me',
    {
      schema: {
        tags: TAGS,
        operationId: 'getMyUser',
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
        tags: TAGS,
        operationId: 'getUser',
        summary: 'Reads a user',
        params: Type.Object({ userId: Type.String() }),
        querystring: Type.Object({ fields: Fields }),
        response: { 200: SomeFields, ...problems(404) },
      },
    },
    async (request) => {
      const { tenantId } = callerOf(request)
      const user = await deps.store.user(tenantId, request.params.userId as UserId)
      if (user === undefined) {
        throw refuse('userNotFound', { detail: 'there is no user with this id', parameter: 'userId' })
      }
      const record = userRecord(user, (path) => absoluteLink(deps, request, path))
      return picked(record, request.query.fields)
    },
  )
  registerUserList(server, deps)
}

function registerUserList(server: ApiServer, deps: ApiDeps): void {
  server.get(
    '/api/v1/users',
    {
      schema: {
        tags: TAGS,
        operationId: 'getUsers',
        summary: 'Lists users',
        querystring: Type.Object({
          ...pageParameters(LIST),
          fields: Fields,
          filter: Type.Optional(
            Type.String({
              description:
                'SCIM with eq on id, subject, name, email, status, co on name, email, subject; in any case',
            }),
          ),
          totalResults: Type.Optional(Type.Boolean({ description: 'Adds the number of all matching users' })),
        }),
        response: {
          200: Type.Object({
            data: Type.Array(SomeFields),
            links: Links,
            totalResults: Type.Optional(Type.Integer()),
          }),
          ...problems(400),
        },
      },
    },
    async (request) => {
      const { tenantId } = callerOf(request)
      const { filter: text, fields, totalResults } = request.query
      const filter = text === undefined ? undefined : readFilter(text)
      const query = readPage(deps, request, request.query, LIST, { filter: text })
      const rows = { tenantId, where: filter === undefined ? all<UserField>() : filtered(filter, ATTRIBUTES) }
      const { sort, page } = query
      const listed = await deps.store.list('users', { ...rows, sort, page })
      const link = (path: string) => absoluteLink(deps, request, path)
      return {
        data: listed.rows.map((user) => picked(userRecord(user, link), fields)),
        links: pageLinks(deps, request, query, listed, (user) => positionOf('users', user, sort.field)),
        ...(totalResults === true ? { totalResults: await deps.store.count('users', rows) } : {}),
      }
    },
  )
  server.get(
    '/api/v1/users/actions/count',
    {
      schema: {
        tags: TAGS,
        operationId: 'countUsers',
        summary: 'Counts users',
        response: { 200: Type.Object({ total: Type.Integer() }), ...problems(500) },
      },
    },
    async (request) => ({ total: await deps.store.count('users', { tenantId: callerOf(request).tenantId }) }),
  )
}

function readFilter(text: string): FilterNode {
  const parsed = parseFilter(text, FILTER)
  if (parsed.kind === 'filter') return parsed.filter
  throw refuse('badRequest', { detail: `filter: ${parsed.detail}`, parameter: 'filter' })
}

function userRecord(user: User, link: (path: string) => string): Static<typeof UserRecord> {
  return {
    id: user.id,
    tenantId: user.tenantId,
    subject: user.subject,
    name: user.name,
    ...defined({ email: user.email }),
    status: user.status,
    assignedRoles: user.roles.map((role) => ({
      id: role,
      name: role,
      type: 'default',
      level: role === 'Developer' ? 'user' : 'admin',
    })),
    createdAt: timeText(user.createdAt),
    lastUpdatedAt: timeText(user.updatedAt),
    links: { self: { href: link(`/api/v1/users/${user.id}`) } },
  }
}

function picked(record: Static<typeof UserRecord>, fields: string | undefined): Static<typeof SomeFields> {
  if (fields === undefined) return record
  const wanted = new Set(fields.split(',').map((field) => field.trim()))
  return Object.fromEntries(Object.entries(record).filter(([field]) => wanted.has(field)))
}
