/** The roles of the tenant: those of the table (core/role.ts), and no others. */
import { type Static, Type } from 'typebox'
import { type FilterNode, matchesFilter } from '../../core/filter.ts'
import { FILTER_MAX_CHARACTERS, parseFilter } from '../../core/filter-parse.ts'
import { ROLE_ABOUT, ROLES, type Role, roleIdOf, roleLevel, roleOf } from '../../core/role.ts'
import { timeText } from '../../core/time-text.ts'
import { callerOf } from '../http/authenticate.ts'
import type { ApiDeps, ApiServer } from '../http/deps.ts'
import { JsonPatch } from '../http/json-patch.ts'
import {
  absoluteLink,
  Links,
  pageLinks,
  pageOfRows,
  pageParameters,
  readPage,
  SelfLink,
} from '../http/page.ts'
import { problems, refuse } from '../http/problem.ts'

const TAGS = ['roles']
const NO_CUSTOM = 'the roles of a tenant are fixed: GET /api/v1/roles lists them'

const RoleRecord = Type.Object(
  {
    id: Type.String(),
    tenantId: Type.String(),
    name: Type.Enum(ROLES),
    description: Type.String(),
    type: Type.Literal('default'),
    level: Type.Enum(['admin', 'user']),
    assignedScopes: Type.Array(Type.String()),
    permissions: Type.Array(Type.String()),
    canEdit: Type.Boolean(),
    canDelete: Type.Boolean(),
    createdAt: Type.String({ format: 'date-time' }),
    lastUpdatedAt: Type.String({ format: 'date-time' }),
    links: SelfLink,
  },
  { title: 'Role' },
)
const RolePath = Type.Object({ id: Type.String() })

const LIST = {
  fields: ['name', 'level', 'type'],
  defaultSort: { field: 'name', descending: false },
  defaultLimit: 20,
  maxLimit: 100,
} as const

const FILTER = {
  attributes: { id: 'any', name: 'any', type: 'any', level: 'any', description: 'any' },
  operators: ['eq', 'ne'],
  searchable: ['name', 'description'],
} as const

export function registerRoles(server: ApiServer, deps: ApiDeps): void {
  server.get(
    '/api/v1/roles',
    {
      schema: {
        operationId: 'getRoles',
        tags: TAGS,
        summary: 'Lists the roles of the tenant',
        querystring: Type.Object({
          ...pageParameters(LIST),
          filter: Type.Optional(
            Type.String({
              maxLength: FILTER_MAX_CHARACTERS,
              description: 'SCIM: eq and ne on id, name, type, level, description; co on name, description',
            }),
          ),
          totalResults: Type.Optional(Type.Boolean({ description: 'Adds the number of all matching roles' })),
        }),
        response: {
          200: Type.Object({
            data: Type.Array(RoleRecord),
            links: Links,
            totalResults: Type.Optional(Type.Integer()),
          }),
          ...problems(400),
        },
      },
    },
    async (request) => {
      const { filter, totalResults } = request.query
      const { tenantId } = callerOf(request)
      const tenant = await deps.store.tenant(tenantId)
      const link = (path: string) => absoluteLink(deps, request, path)
      const records = ROLES.map((role) => roleRecord(tenantId, tenant?.createdAt ?? 0, role, link))
      const node = filter === undefined ? undefined : readFilter(filter)
      const rows = records.filter((record) => node === undefined || matches(node, record))
      const query = readPage(deps, request, request.query, LIST, { filter })
      const position = (row: Static<typeof RoleRecord>) => ({ value: row[query.sort.field], id: row.id })
      const page = pageOfRows(rows, query, position)
      return {
        data: [...page.rows],
        links: pageLinks(deps, request, query, page, position),
        ...(totalResults === true ? { totalResults: rows.length } : {}),
      }
    },
  )
  server.get(
    '/api/v1/roles/:id',
    {
      schema: {
        operationId: 'getRole',
        tags: TAGS,
        summary: 'Reads a role',
        params: RolePath,
        response: { 200: RoleRecord, ...problems(404) },
      },
    },
    async (request) => {
      const { tenantId } = callerOf(request)
      const role = knownRole(tenantId, request.params.id)
      const tenant = await deps.store.tenant(tenantId)
      return roleRecord(tenantId, tenant?.createdAt ?? 0, role, (path) => absoluteLink(deps, request, path))
    },
  )
  registerCustomRoles(server)
}

/** Clients that make roles of their own hear why they cannot. */
function registerCustomRoles(server: ApiServer): void {
  server.post(
    '/api/v1/roles',
    {
      schema: {
        operationId: 'createRole',
        tags: TAGS,
        summary: 'Refused: there are no custom roles',
        body: Type.Object({ name: Type.String({ maxLength: 256 }) }),
        response: { ...problems(400, 403) },
      },
    },
    async () => {
      throw refuse('forbidden', { detail: NO_CUSTOM })
    },
  )
  const fixed = (tenantId: string, id: string): never => {
    knownRole(tenantId, id)
    throw refuse('forbidden', { detail: NO_CUSTOM })
  }
  server.patch(
    '/api/v1/roles/:id',
    {
      schema: {
        operationId: 'patchRole',
        tags: TAGS,
        summary: 'Refused: roles do not change',
        params: RolePath,
        body: JsonPatch,
        response: { ...problems(400, 403, 404) },
      },
    },
    async (request) => fixed(callerOf(request).tenantId, request.params.id),
  )
  server.delete(
    '/api/v1/roles/:id',
    {
      schema: {
        operationId: 'deleteRole',
        tags: TAGS,
        summary: 'Refused: roles stay',
        params: RolePath,
        response: { ...problems(403, 404) },
      },
    },
    async (request) => fixed(callerOf(request).tenantId, request.params.id),
  )
}

function knownRole(tenantId: string, id: string): Role {
  const role = roleOf(tenantId, { id })
  if (role !== undefined) return role
  throw refuse('notFound', { detail: 'there is no role with this id', parameter: 'id' })
}

function readFilter(text: string): FilterNode {
  const parsed = parseFilter(text, FILTER)
  if (parsed.kind === 'filter') return parsed.filter
  throw refuse('badRequest', { detail: `filter: ${parsed.detail}`, parameter: 'filter' })
}

/** In any case. */
function matches(node: FilterNode, record: Static<typeof RoleRecord>): boolean {
  const lowered = (one: FilterNode): FilterNode => {
    if (one.kind === 'compare') return { ...one, value: one.value.toLowerCase() }
    if (one.kind === 'not') return { ...one, of: lowered(one.of) }
    return { ...one, left: lowered(one.left), right: lowered(one.right) }
  }
  const texts: Readonly<Record<string, unknown>> = record
  return matchesFilter(lowered(node), (name) => String(texts[name]).toLowerCase())
}

function roleRecord(
  tenantId: string,
  createdAt: number,
  role: Role,
  link: (path: string) => string,
): Static<typeof RoleRecord> {
  const id = roleIdOf(tenantId, role)
  const time = timeText(createdAt)
  return {
    id,
    tenantId,
    name: role,
    description: ROLE_ABOUT[role],
    type: 'default',
    level: roleLevel(role),
    assignedScopes: [],
    permissions: [],
    canEdit: false,
    canDelete: false,
    createdAt: time,
    lastUpdatedAt: time,
    links: { self: { href: link(`/api/v1/roles/${id}`) } },
  }
}
