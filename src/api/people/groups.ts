/** Groups of people: listed for everybody of the tenant, made and changed by administrators. */
import type { FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import { noGroup } from '../../catalog/group.ts'
import { defined } from '../../core/defined.ts'
import type { Comparison } from '../../core/filter.ts'
import { FILTER_MAX_CHARACTERS, parseFilter } from '../../core/filter-parse.ts'
import type { GroupId } from '../../core/ids.ts'
import { roleOf } from '../../core/role.ts'
import { all, type Condition, conditionOf, contains, NONE } from '../../store/port/condition.ts'
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
import { done, problems, refuse } from '../http/problem.ts'
import { registerGroupChanges } from './group-changes.ts'
import { GroupPath, GroupRecord, groupRecord } from './group-record.ts'
import { registerGroupSettings } from './group-settings.ts'

const TAGS = ['groups']

const LIST = {
  fields: ['name', 'id', 'createdAt'],
  defaultSort: { field: 'name', descending: false },
  defaultLimit: 20,
  maxLimit: 100,
} as const

const FILTER = {
  attributes: {
    id: 'any',
    name: 'any',
    status: ['active', 'disabled'],
    providerType: ['idp', 'custom'],
    'assignedRoles.id': 'any',
    'assignedRoles.name': 'any',
  },
  operators: ['eq'],
  searchable: ['name'],
} as const

const FilterText = Type.Optional(
  Type.String({
    maxLength: FILTER_MAX_CHARACTERS,
    description: `SCIM: eq on ${Object.keys(FILTER.attributes).join(', ')}; co on name; in any case`,
  }),
)
const ListQuery = Type.Object({
  ...pageParameters(LIST),
  filter: FilterText,
  totalResults: Type.Optional(Type.Boolean({ description: 'Adds the number of all matching groups' })),
})
const GroupList = Type.Object(
  {
    data: Type.Array(GroupRecord),
    links: Links,
    totalResults: Type.Optional(Type.Integer()),
  },
  { title: 'Groups' },
)

type Where = Condition<FieldOf<'groups'>>

export function registerGroups(server: ApiServer, deps: ApiDeps): void {
  server.get(
    '/api/v1/groups',
    {
      schema: {
        operationId: 'getGroups',
        tags: TAGS,
        summary: 'Lists groups',
        querystring: ListQuery,
        response: { 200: GroupList, ...problems(400) },
      },
    },
    (request) => listed(deps, request, request.query, request.query.filter),
  )
  server.post(
    '/api/v1/groups/actions/filter',
    {
      preValidation: bodyMayBeMissing,
      schema: {
        operationId: 'filterGroups',
        tags: TAGS,
        summary: 'Lists groups by a filter in the body',
        querystring: ListQuery,
        body: Type.Object({ filter: FilterText }),
        response: { 200: GroupList, ...problems(400) },
      },
    },
    (request) => listed(deps, request, request.query, request.body.filter ?? request.query.filter),
  )
  registerGroupSettings(server, deps)
  server.get(
    '/api/v1/groups/:groupId',
    {
      schema: {
        operationId: 'getGroup',
        tags: TAGS,
        summary: 'Reads a group',
        params: GroupPath,
        response: { 200: GroupRecord, ...problems(404) },
      },
    },
    async (request) => {
      const { tenantId } = callerOf(request)
      const group = done((await deps.store.group(tenantId, request.params.groupId as GroupId)) ?? noGroup())
      return groupRecord(group, (path) => absoluteLink(deps, request, path))
    },
  )
  registerGroupChanges(server, deps)
}

async function listed(
  deps: ApiDeps,
  request: FastifyRequest,
  shown: PageParameters & { readonly totalResults?: boolean },
  filter: string | undefined,
): Promise<Static<typeof GroupList>> {
  const { tenantId } = callerOf(request)
  const rows = {
    tenantId,
    where: filter === undefined ? all<FieldOf<'groups'>>() : readFilter(filter, tenantId),
  }
  const query = readPage(deps, request, shown, LIST, defined({ filter }))
  const { sort, page } = query
  const found = await deps.store.list('groups', { ...rows, sort, page })
  const link = (path: string) => absoluteLink(deps, request, path)
  return {
    data: found.rows.map((group) => groupRecord(group, link)),
    links: pageLinks(deps, request, query, found, (group) => positionOf('groups', group, sort.field)),
    ...(shown.totalResults === true ? { totalResults: await deps.store.count('groups', rows) } : {}),
  }
}

function readFilter(text: string, tenantId: string): Where {
  const parsed = parseFilter(text, FILTER)
  if (parsed.kind === 'filter') return conditionOf(parsed.filter, (one) => compared(one, tenantId))
  throw refuse('badRequest', { detail: `filter: ${parsed.detail}`, parameter: 'filter' })
}

function compared({ attribute, operator, value }: Comparison, tenantId: string): Where {
  switch (attribute) {
    // Every group is active.
    case 'status':
      return value === 'active' ? all() : NONE
    case 'assignedRoles.id':
      return ofRole(roleOf(tenantId, { id: value }))
    case 'assignedRoles.name':
      return ofRole(roleOf(tenantId, { name: value }))
    default: {
      const field = attribute === 'providerType' ? 'provider' : (attribute as 'id' | 'name')
      if (operator === 'co') return contains(field, value)
      return { kind: 'among', field, values: [value], anyCase: true }
    }
  }
}

function ofRole(role: string | undefined): Where {
  return role === undefined ? NONE : { kind: 'has', field: 'roles', value: role }
}
