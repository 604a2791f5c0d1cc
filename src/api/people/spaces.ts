/**
 * Spaces: who may do what with the apps and files in them follows from them and their assignments (contract
 * 05, section 4). A caller sees the spaces it owns or is a member of; a tenant admin sees all.
 */
import { type Static, Type } from 'typebox'
import { changeSpace, createSpace, removeSpace } from '../../catalog/space.ts'
import { visibleSpaces } from '../../catalog/standing.ts'
import type { Caller } from '../../core/caller.ts'
import { SPACE_TYPES } from '../../core/records.ts'
import { mayUseSpace, SPACE_ROLES, type SpaceStanding, standingOf } from '../../core/rights.ts'
import { timeText } from '../../core/time-text.ts'
import { all, contains, is } from '../../store/port/condition.ts'
import { positionOf } from '../../store/port/lists.ts'
import { callerOf } from '../http/authenticate.ts'
import type { ApiDeps, ApiServer } from '../http/deps.ts'
import { JsonPatch, replacedTexts } from '../http/json-patch.ts'
import { absoluteLink, Links, pageLinks, pageParameters, readPage } from '../http/page.ts'
import { done, problems, refuse } from '../http/problem.ts'
import { spaceFor } from '../http/rights.ts'

const TAGS = ['spaces']

const NAME_MAX = 256
const DESCRIPTION_MAX = 4096
const NAME_PATTERN = '^[^"*?<>/\\\\:|\\u0000-\\u001f]+$'
const NAME_EXPECTED = `a name of 1 to ${NAME_MAX} characters without " * ? < > / \\ : | and control characters`
const Name = Type.String({ maxLength: NAME_MAX, pattern: NAME_PATTERN, 'x-expected': NAME_EXPECTED })
const Description = Type.String({ maxLength: DESCRIPTION_MAX })
const Link = Type.Object({ href: Type.String({ format: 'uri' }) })

const SpaceRecord = Type.Object({
  id: Type.String(),
  name: Type.String(),
  description: Type.String(),
  type: Type.Enum(SPACE_TYPES),
  ownerId: Type.String(),
  tenantId: Type.String(),
  createdAt: Type.String({ format: 'date-time' }),
  createdBy: Type.String(),
  updatedAt: Type.String({ format: 'date-time' }),
  links: Type.Object({ self: Link, assignments: Link }),
  meta: Type.Object({
    actions: Type.Array(Type.String()),
    roles: Type.Array(Type.String({ description: 'Roles of the caller in the space' })),
    assignableRoles: Type.Array(Type.String()),
  }),
})

const SpacePath = Type.Object({ spaceId: Type.String() })

const LIST = {
  fields: ['name', 'type', 'createdAt'],
  defaultSort: { field: 'name', descending: false },
  defaultLimit: 10,
  maxLimit: 100,
} as const

export function registerSpaces(server: ApiServer, deps: ApiDeps): void {
  server.get(
    '/api/v1/spaces',
    {
      schema: {
        tags: TAGS,
        operationId: 'getSpaces',
        summary: 'Lists the spaces that the caller sees',
        querystring: Type.Object({
          ...pageParameters(LIST),
          name: Type.Optional(Type.String({ description: 'Part of the name, in any case' })),
          ownerId: Type.Optional(Type.String()),
          type: Type.Optional(Type.Enum(SPACE_TYPES)),
          roles: Type.Optional(Type.String({ description: 'Comma list: the caller has one of them' })),
        }),
        response: {
          200: Type.Object({
            data: Type.Array(SpaceRecord),
            links: Links,
            meta: Type.Object({
              count: Type.Integer(),
              personalSpace: Type.Object({ actions: Type.Array(Type.String()), resourceType: Type.String() }),
            }),
          }),
          ...problems(400),
        },
      },
    },
    async (request) => {
      const caller = callerOf(request)
      const { name, ownerId, type, roles } = request.query
      const query = readPage(deps, request, request.query, LIST, { name, ownerId, type, roles })
      const { tenantId, user } = caller
      const assignments = await deps.store.assignmentsOf(user)
      const wanted = roles?.split(',')
      const withRole = assignments.filter((one) => wanted === undefined || holds(one.roles, wanted))
      const where = all(
        visibleSpaces(user, assignments),
        wanted && is('id', ...withRole.map(({ spaceId }) => spaceId)),
        name === undefined ? undefined : contains('name', name),
        ownerId === undefined ? undefined : is('ownerId', ownerId),
        type === undefined ? undefined : is('type', type),
      )
      const listed = await deps.store.list('spaces', { tenantId, where, sort: query.sort, page: query.page })
      const link = (path: string) => absoluteLink(deps, request, path)
      return {
        data: listed.rows.map((space) => spaceRecord(caller, standingOf(user, space, assignments), link)),
        links: pageLinks(deps, request, query, listed, (space) =>
          positionOf('spaces', space, query.sort.field),
        ),
        meta: {
          count: await deps.store.count('spaces', { tenantId, where }),
          personalSpace: { actions: ['create'], resourceType: 'app' },
        },
      }
    },
  )
  registerSpaceBasics(server, deps)
}

function registerSpaceBasics(server: ApiServer, deps: ApiDeps): void {
  server.post(
    '/api/v1/spaces',
    {
      schema: {
        tags: TAGS,
        operationId: 'createSpace',
        summary: 'Creates a space',
        body: Type.Object({
          name: Name,
          type: Type.Enum(SPACE_TYPES),
          description: Type.Optional(Description),
        }),
        response: { 201: SpaceRecord, ...problems(400, 403, 409) },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request)
      const { name, type, description = '' } = request.body
      const standing = done(await createSpace(deps, caller, { name, type, description }))
      const link = (path: string) => absoluteLink(deps, request, path)
      return reply.code(201).send(spaceRecord(caller, standing, link))
    },
  )
  server.get(
    '/api/v1/spaces/types',
    {
      schema: {
        tags: TAGS,
        operationId: 'getSpaceTypes',
        summary: 'Lists the types of spaces',
        response: { 200: Type.Object({ data: Type.Array(Type.String()) }), ...problems(500) },
      },
    },
    async () => ({ data: ['data', 'shared', 'managed'] }),
  )
  server.get(
    '/api/v1/spaces/:spaceId',
    {
      schema: {
        tags: TAGS,
        operationId: 'getSpace',
        summary: 'Reads a space',
        params: SpacePath,
        response: { 200: SpaceRecord, ...problems(404) },
      },
    },
    async (request) => {
      const caller = callerOf(request)
      const standing = await spaceFor(deps, caller, request.params.spaceId, 'see')
      return spaceRecord(caller, standing, (path) => absoluteLink(deps, request, path))
    },
  )
  registerChanges(server, deps)
}

function registerChanges(server: ApiServer, deps: ApiDeps): void {
  const answers = { 200: SpaceRecord, ...problems(400, 403, 404, 409) }
  server.put(
    '/api/v1/spaces/:spaceId',
    {
      schema: {
        tags: TAGS,
        operationId: 'updateSpace',
        summary: 'Changes name, description or owner of a space',
        params: SpacePath,
        body: Type.Object({
          name: Type.Optional(Name),
          description: Type.Optional(Description),
          ownerId: Type.Optional(Type.String()),
        }),
        response: answers,
      },
    },
    async (request) => {
      const caller = callerOf(request)
      const standing = done(await changeSpace(deps, caller, request.params.spaceId, request.body))
      return spaceRecord(caller, standing, (path) => absoluteLink(deps, request, path))
    },
  )
  server.patch(
    '/api/v1/spaces/:spaceId',
    {
      schema: {
        tags: TAGS,
        operationId: 'patchSpace',
        summary: 'Changes name, description or owner of a space by JSON Patch',
        params: SpacePath,
        body: JsonPatch,
        response: answers,
      },
    },
    async (request) => {
      const caller = callerOf(request)
      const given = replacedTexts(request.body, { name: NAME_MAX, description: DESCRIPTION_MAX, ownerId: 64 })
      if (given.name !== undefined && !new RegExp(NAME_PATTERN, 'u').test(given.name)) {
        throw refuse('badRequest', { detail: `/name must be ${NAME_EXPECTED}` })
      }
      const standing = done(await changeSpace(deps, caller, request.params.spaceId, given))
      return spaceRecord(caller, standing, (path) => absoluteLink(deps, request, path))
    },
  )
  registerSpaceEnd(server, deps)
}

function registerSpaceEnd(server: ApiServer, deps: ApiDeps): void {
  server.delete(
    '/api/v1/spaces/:spaceId',
    {
      schema: {
        tags: TAGS,
        operationId: 'deleteSpace',
        summary: 'Deletes an empty space',
        params: SpacePath,
        response: { 204: Type.Null(), ...problems(403, 404, 412) },
      },
    },
    async (request, reply) => {
      done(await removeSpace(deps, callerOf(request), request.params.spaceId))
      return reply.code(204).send(null)
    },
  )
}

function holds(roles: readonly string[], wanted: readonly string[]): boolean {
  return roles.some((role) => wanted.includes(role))
}

function spaceRecord(
  { user }: Caller,
  standing: SpaceStanding,
  link: (path: string) => string,
): Static<typeof SpaceRecord> {
  const { space, roles } = standing
  const self = `/api/v1/spaces/${space.id}`
  return {
    id: space.id,
    name: space.name,
    description: space.description,
    type: space.type,
    ownerId: space.ownerId,
    tenantId: space.tenantId,
    createdAt: timeText(space.createdAt),
    createdBy: space.createdBy,
    updatedAt: timeText(space.updatedAt),
    links: { self: { href: link(self) }, assignments: { href: link(`${self}/assignments`) } },
    meta: {
      actions: [
        'read',
        ...(mayUseSpace(user, standing, 'manage') ? ['update', 'delete'] : []),
        ...(mayUseSpace(user, standing, 'add-app') ? ['create'] : []),
      ],
      roles: [...roles],
      assignableRoles: [...SPACE_ROLES[space.type]],
    },
  }
}
