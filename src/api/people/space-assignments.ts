/** Members of a space and their roles (contract 05, section 4). Roles are replaced as a whole list. */
import { type Static, Type } from 'typebox'
import type { Caller, Space, SpaceAssignment } from '../../catalog/records.ts'
import { SPACE_ROLES } from '../../catalog/rights.ts'
import { newHexId, type UserId } from '../../core/ids.ts'
import { timeText } from '../../core/time-text.ts'
import { callerOf } from '../http/authenticate.ts'
import type { ApiDeps, ApiServer } from '../http/deps.ts'
import { absoluteLink, Links, pageLinks, pageOfRows, pageParameters, readPage } from '../http/page.ts'
import { problems, refuse } from '../http/problem.ts'
import { spaceFor } from '../http/rights.ts'

const TAGS = ['spaces']
const ASSIGNMENTS_PATH = '/api/v1/spaces/:spaceId/assignments'
const ASSIGNEES = ['user', 'group', 'bot'] as const
const Link = Type.Object({ href: Type.String({ format: 'uri' }) })
const Roles = Type.Array(Type.String(), { minItems: 1, maxItems: 10 })

const AssignmentRecord = Type.Object({
  id: Type.String(),
  type: Type.Enum(ASSIGNEES),
  assigneeId: Type.String(),
  roles: Type.Array(Type.String()),
  spaceId: Type.String(),
  tenantId: Type.String(),
  createdAt: Type.String({ format: 'date-time' }),
  createdBy: Type.String(),
  updatedAt: Type.String({ format: 'date-time' }),
  links: Type.Object({ self: Link, space: Link }),
})

const SpacePath = Type.Object({ spaceId: Type.String() })
const AssignmentPath = Type.Object({ spaceId: Type.String(), assignmentId: Type.String() })

const LIST = {
  fields: ['createdAt'],
  defaultSort: { field: 'createdAt', descending: false },
  defaultLimit: 10,
  maxLimit: 100,
} as const

export function registerSpaceAssignments(server: ApiServer, deps: ApiDeps): void {
  server.get(
    ASSIGNMENTS_PATH,
    {
      schema: {
        tags: TAGS,
        summary: 'Lists the assignments of a space',
        params: SpacePath,
        querystring: Type.Object(pageParameters(LIST)),
        response: {
          200: Type.Object({
            data: Type.Array(AssignmentRecord),
            links: Links,
            meta: Type.Object({ count: Type.Integer() }),
          }),
          ...problems(400, 404),
        },
      },
    },
    async (request) => {
      const caller = callerOf(request)
      const { space } = await spaceFor(deps, caller, request.params.spaceId, 'see')
      const query = readPage(deps, request, request.query, LIST, { space: space.id })
      const all = await deps.store.assignments(caller.tenantId, space.id)
      const position = (row: SpaceAssignment) => ({ value: row.createdAt, id: row.id })
      const page = pageOfRows(all, query, position)
      return {
        data: page.rows.map((row) => record(row, (to) => absoluteLink(deps, request, to))),
        links: pageLinks(deps, request, query, page, position),
        meta: { count: all.length },
      }
    },
  )
  registerNewAssignment(server, deps)
}

function registerNewAssignment(server: ApiServer, deps: ApiDeps): void {
  server.post(
    ASSIGNMENTS_PATH,
    {
      schema: {
        tags: TAGS,
        summary: 'Makes somebody a member of a space',
        params: SpacePath,
        body: Type.Object({
          type: Type.Enum(ASSIGNEES),
          assigneeId: Type.String({ minLength: 1, maxLength: 64 }),
          roles: Roles,
        }),
        response: { 201: AssignmentRecord, ...problems(400, 403, 404, 409) },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request)
      const { space } = await spaceFor(deps, caller, request.params.spaceId, 'manage')
      const { type, assigneeId, roles } = request.body
      checkRoles(space, roles)
      await checkAssignee(deps, caller, type, assigneeId)
      const now = deps.world.clock.now()
      const assignment: SpaceAssignment = {
        id: newHexId(deps.world.random, now),
        tenantId: caller.tenantId,
        spaceId: space.id,
        type,
        assigneeId,
        roles: [...new Set(roles)],
        createdAt: now,
        createdBy: caller.user.id,
        updatedAt: now,
      }
      if ((await deps.store.saveAssignment(assignment)) === 'taken') {
        throw refuse('conflict', { detail: 'the assignee has an assignment in this space already' })
      }
      return reply.code(201).send(record(assignment, (to) => absoluteLink(deps, request, to)))
    },
  )
  registerSingle(server, deps, `${ASSIGNMENTS_PATH}/:assignmentId`)
}

function registerSingle(server: ApiServer, deps: ApiDeps, path: string): void {
  server.get(
    path,
    {
      schema: {
        tags: TAGS,
        summary: 'Reads an assignment',
        params: AssignmentPath,
        response: { 200: AssignmentRecord, ...problems(404) },
      },
    },
    async (request) => {
      const caller = callerOf(request)
      const { space } = await spaceFor(deps, caller, request.params.spaceId, 'see')
      const row = await assignmentIn(deps, space, request.params.assignmentId)
      return record(row, (to) => absoluteLink(deps, request, to))
    },
  )
  server.put(
    path,
    {
      schema: {
        tags: TAGS,
        summary: 'Replaces the roles of an assignment',
        params: AssignmentPath,
        body: Type.Object({ roles: Roles }),
        response: { 200: AssignmentRecord, ...problems(400, 403, 404) },
      },
    },
    async (request) => {
      const caller = callerOf(request)
      const { space } = await spaceFor(deps, caller, request.params.spaceId, 'manage')
      const before = await assignmentIn(deps, space, request.params.assignmentId)
      checkRoles(space, request.body.roles)
      const after = {
        ...before,
        roles: [...new Set(request.body.roles)],
        updatedAt: deps.world.clock.now(),
      }
      await deps.store.saveAssignment(after)
      return record(after, (to) => absoluteLink(deps, request, to))
    },
  )
  server.delete(
    path,
    {
      schema: {
        tags: TAGS,
        summary: 'Ends a membership',
        params: AssignmentPath,
        response: { 204: Type.Null(), ...problems(403, 404) },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request)
      const { space } = await spaceFor(deps, caller, request.params.spaceId, 'manage')
      const row = await assignmentIn(deps, space, request.params.assignmentId)
      await deps.store.removeAssignment(caller.tenantId, row.id)
      return reply.code(204).send(null)
    },
  )
}

async function assignmentIn(deps: ApiDeps, space: Space, id: string): Promise<SpaceAssignment> {
  const all = await deps.store.assignments(space.tenantId, space.id)
  const found = all.find((row) => row.id === id)
  if (found !== undefined) return found
  throw refuse('notFound', { detail: 'the space has no assignment with this id', parameter: 'assignmentId' })
}

function checkRoles(space: Space, roles: readonly string[]): void {
  const known = SPACE_ROLES[space.type]
  const index = roles.findIndex((role) => !known.includes(role))
  if (index === -1) return
  throw refuse('badRequest', {
    detail: `a ${space.type} space has the roles ${known.join(', ')}`,
    pointer: `/roles/${index}`,
  })
}

/**
 * Users are known here; groups and bots are not, and give no rights until an identity provider names them.
 */
async function checkAssignee(
  deps: ApiDeps,
  caller: Caller,
  type: SpaceAssignment['type'],
  assigneeId: string,
): Promise<void> {
  if (type !== 'user') return
  if ((await deps.store.user(caller.tenantId, assigneeId as UserId)) === undefined) {
    throw refuse('badRequest', { detail: 'there is no user with this id', pointer: '/assigneeId' })
  }
}

function record(row: SpaceAssignment, link: (path: string) => string): Static<typeof AssignmentRecord> {
  const space = `/api/v1/spaces/${row.spaceId}`
  return {
    id: row.id,
    type: row.type,
    assigneeId: row.assigneeId,
    roles: [...row.roles],
    spaceId: row.spaceId,
    tenantId: row.tenantId,
    createdAt: timeText(row.createdAt),
    createdBy: row.createdBy,
    updatedAt: timeText(row.updatedAt),
    links: { self: { href: link(`${space}/assignments/${row.id}`) }, space: { href: link(space) } },
  }
}
