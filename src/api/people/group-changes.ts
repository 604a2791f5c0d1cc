/** Groups are made, changed and deleted, by administrators. */
import { type Static, Type } from 'typebox'
import { changeGroup, createGroup, type GroupChange, removeGroup } from '../../catalog/group.ts'
import { defined } from '../../core/defined.ts'
import { callerOf } from '../http/authenticate.ts'
import type { ApiDeps, ApiServer } from '../http/deps.ts'
import { JsonPatch } from '../http/json-patch.ts'
import { absoluteLink } from '../http/page.ts'
import { done, problems, refuse } from '../http/problem.ts'
import { assertShape } from '../http/validate.ts'
import { GroupPath, GroupRecord, groupRecord } from './group-record.ts'
import { RoleReferences, rolesNamed } from './role-wire.ts'

const TAGS = ['groups']
const NAME_MAX = 256
const GROUP_DESCRIPTION_MAX = 1024

export function registerGroupChanges(server: ApiServer, deps: ApiDeps): void {
  server.post(
    '/api/v1/groups',
    {
      schema: {
        operationId: 'createGroup',
        tags: TAGS,
        summary: 'Makes a group',
        body: Type.Object({
          name: Type.String({ minLength: 1, maxLength: NAME_MAX }),
          description: Type.Optional(Type.String({ maxLength: GROUP_DESCRIPTION_MAX })),
          assignedRoles: Type.Optional(RoleReferences),
          providerType: Type.Optional(Type.Enum(['idp', 'custom'])),
          status: Type.Optional(Type.Literal('active')),
        }),
        response: { 201: GroupRecord, ...problems(400, 403, 409) },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request)
      const { name, description, assignedRoles = [], providerType: provider = 'idp' } = request.body
      const roles = rolesNamed(caller.tenantId, assignedRoles, '/assignedRoles')
      const group = done(
        await createGroup(deps, caller, { name, roles, provider, ...defined({ description }) }),
      )
      return reply.code(201).send(groupRecord(group, (path) => absoluteLink(deps, request, path)))
    },
  )
  server.patch(
    '/api/v1/groups/:groupId',
    {
      schema: {
        operationId: 'patchGroup',
        tags: TAGS,
        summary:
          'Changes the roles of a group, and name and description of a custom one, for all members at once',
        params: GroupPath,
        body: JsonPatch,
        response: { 204: Type.Null(), ...problems(400, 403, 404, 409) },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request)
      const isList = (value: unknown): value is Static<typeof RoleReferences> => {
        assertShape(request, RoleReferences, value)
        return true
      }
      const change = readChange(caller.tenantId, request.body, isList)
      done(await changeGroup(deps, caller, request.params.groupId, change))
      return reply.code(204).send(null)
    },
  )
  server.delete(
    '/api/v1/groups/:groupId',
    {
      schema: {
        operationId: 'deleteGroup',
        tags: TAGS,
        summary: 'Deletes a group; its members stay',
        params: GroupPath,
        response: { 204: Type.Null(), ...problems(403, 404, 409) },
      },
    },
    async (request, reply) => {
      done(await removeGroup(deps, callerOf(request), request.params.groupId))
      return reply.code(204).send(null)
    },
  )
}

/** The official client writes its paths without a slash. */
function readChange(
  tenantId: string,
  patch: Static<typeof JsonPatch>,
  isList: (value: unknown) => value is Static<typeof RoleReferences>,
): GroupChange {
  const change: { -readonly [Name in keyof GroupChange]: GroupChange[Name] } = {}
  patch.forEach(({ op, path, value }, index) => {
    const wrong = (member: string, detail: string) =>
      refuse('badRequest', { detail, pointer: `/${index}/${member}` })
    if (op.toLowerCase() !== 'replace') throw wrong('op', 'op must be replace')
    switch (path.replace(/^\//, '')) {
      case 'assignedRoles':
        if (isList(value)) change.roles = rolesNamed(tenantId, value, `/${index}/value`)
        break
      case 'name':
        if (!isText(value, NAME_MAX) || value === '') {
          throw wrong('value', `value must be a text of 1 to ${NAME_MAX} characters`)
        }
        change.name = value
        break
      case 'description':
        if (!isText(value, GROUP_DESCRIPTION_MAX)) {
          throw wrong('value', `value must be a text of at most ${GROUP_DESCRIPTION_MAX} characters`)
        }
        change.description = value
        break
      default:
        throw wrong('path', 'path must be /assignedRoles, /name or /description')
    }
  })
  return change
}

function isText(value: unknown, most: number): value is string {
  return typeof value === 'string' && value.length <= most
}
