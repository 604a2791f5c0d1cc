/** Members of a space and their roles (contract 05, section 4). Roles are replaced as a whole list. */
import { type Static, Type } from 'typebox'
import { addMember, changeRoles, endMembership, memberOf } from '../../catalog/space-member.ts'
import type { SpaceAssignment } from '../../core/records.ts'
import { timeText } from '../../core/time-text.ts'
import { all, is } from '../../store/port/condition.ts'
import type { FieldOf } from '../../store/port/list-fields.ts'
import { positionOf } from '../../store/port/lists.ts'
import { callerOf } from '../http/authenticate.ts'
import type { ApiDeps, ApiServer } from '../http/deps.ts'
import { absoluteLink, Link, Links, pageLinks, pageParameters, readPage } from '../http/page.ts'
import { done, type Problem, type ProblemFacts, problems } from '../http/problem.ts'
import { spaceFor } from '../http/rights.ts'

const TAGS = ['spaces']
const ASSIGNMENTS_PATH = '/api/v1/spaces/:spaceId/assignments'
const ASSIGNEES = ['user', 'group', 'bot'] as const
const Roles = Type.Array(Type.String(), { minItems: 1, maxItems: 10 })

const AssignmentRecord = Type.Object(
  {
    id: Type.String(),
    type: Type.Enum(ASSIGNEES),
    assigneeId: Type.String(),
    roles: Type.Array(Type.String()),
    spaceId: Type.String(),
    tenantId: Type.String(),
    createdAt: Type.String({ format: 'date-time' }),
    createdBy: Type.String(),
    updatedAt: Type.String({ format: 'date-time' }),
    links: Type.Object({ self: Link, space: Link }, { title: 'SpaceAssignmentLinks' }),
  },
  { title: 'SpaceAssignment' },
)

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
        operationId: 'getSpaceAssignments',
        summary: 'Lists the assignments of a space',
        params: SpacePath,
        querystring: Type.Object({
          ...pageParameters(LIST),
          assigneeId: Type.Optional(Type.String({ maxLength: 64 })),
          type: Type.Optional(Type.Enum(ASSIGNEES)),
        }),
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
      const { assigneeId, type } = request.query
      const query = readPage(deps, request, request.query, LIST, { space: space.id, assigneeId, type })
      const where = all<FieldOf<'assignments'>>(
        is('spaceId', space.id),
        assigneeId === undefined ? undefined : is('assigneeId', assigneeId),
        type === undefined ? undefined : is('type', type),
      )
      const rows = { tenantId: caller.tenantId, where }
      const { sort, page } = query
      const listed = await deps.store.list('assignments', { ...rows, sort, page })
      return {
        data: listed.rows.map((row) => record(row, (to) => absoluteLink(deps, request, to))),
        links: pageLinks(deps, request, query, listed, (row) => positionOf('assignments', row, sort.field)),
        meta: { count: await deps.store.count('assignments', rows) },
      }
    },
  )
  registerNewAssignment(server, deps)
}

function registerNewAssignment(server: ApiServer, deps: ApiDeps): void {
  server.post(
    ASSIGNMENTS_PATH,
    {
      config: { problems: { names: {}, shape: conflictByName } },
      schema: {
        tags: TAGS,
        operationId: 'createSpaceAssignment',
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
      const made = await addMember(deps, callerOf(request), request.params.spaceId, request.body)
      const assignment = done(made)
      return reply.code(201).send(record(assignment, (to) => absoluteLink(deps, request, to)))
    },
  )
  registerSingle(server, deps, `${ASSIGNMENTS_PATH}/:assignmentId`)
}

/**
 * Scripts take a membership that is there already for success, by a code beside the list (contract 09, E3).
 */
function conflictByName(problem: Static<typeof Problem>, { status }: ProblemFacts): object {
  return status === 409
    ? { ...problem, code: 'AssignmentConflict', title: problem.errors[0]?.title }
    : problem
}

function registerSingle(server: ApiServer, deps: ApiDeps, path: string): void {
  server.get(
    path,
    {
      schema: {
        tags: TAGS,
        operationId: 'getSpaceAssignment',
        summary: 'Reads an assignment',
        params: AssignmentPath,
        response: { 200: AssignmentRecord, ...problems(404) },
      },
    },
    async (request) => {
      const caller = callerOf(request)
      const { space } = await spaceFor(deps, caller, request.params.spaceId, 'see')
      const members = await deps.store.assignments(caller.tenantId, space.id)
      const row = done(memberOf(members, request.params))
      return record(row, (to) => absoluteLink(deps, request, to))
    },
  )
  server.put(
    path,
    {
      schema: {
        tags: TAGS,
        operationId: 'updateSpaceAssignment',
        summary: 'Replaces the roles of an assignment',
        params: AssignmentPath,
        body: Type.Object({ roles: Roles }),
        response: { 200: AssignmentRecord, ...problems(400, 403, 404) },
      },
    },
    async (request) => {
      const after = done(await changeRoles(deps, callerOf(request), request.params, request.body.roles))
      return record(after, (to) => absoluteLink(deps, request, to))
    },
  )
  server.delete(
    path,
    {
      schema: {
        tags: TAGS,
        operationId: 'deleteSpaceAssignment',
        summary: 'Ends a membership',
        params: AssignmentPath,
        response: { 204: Type.Null(), ...problems(403, 404) },
      },
    },
    async (request, reply) => {
      done(await endMembership(deps, callerOf(request), request.params))
      return reply.code(204).send(null)
    },
  )
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
