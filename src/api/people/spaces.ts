/**
 * Spaces: who may do what with the apps and files in them follows from them and their assignments (contract
 * 05, section 4). Their list stands in space-list.ts.
 */
import { Type } from 'typebox'
import { changeSpace, createSpace, removeSpace } from '../../catalog/space.ts'
import { defined } from '../../core/defined.ts'
import { SPACE_TYPES } from '../../core/records.ts'
import { callerOf } from '../http/authenticate.ts'
import type { ApiDeps, ApiServer } from '../http/deps.ts'
import { JsonPatch, replacedTexts } from '../http/json-patch.ts'
import { absoluteLink } from '../http/page.ts'
import { done, problems, refuse } from '../http/problem.ts'
import { spaceFor } from '../http/rights.ts'
import { registerSpaceList } from './space-list.ts'
import {
  SPACE_DESCRIPTION_MAX,
  SPACE_NAME_EXPECTED,
  SPACE_NAME_MAX,
  SPACE_NAME_PATTERN,
  SpaceDescription,
  SpaceName,
  SpaceRecord,
  spaceRecord,
} from './space-record.ts'

const TAGS = ['spaces']

const SpacePath = Type.Object({ spaceId: Type.String() })

export function registerSpaces(server: ApiServer, deps: ApiDeps): void {
  registerSpaceList(server, deps)
  server.post(
    '/api/v1/spaces',
    {
      schema: {
        tags: TAGS,
        operationId: 'createSpace',
        summary: 'Creates a space',
        body: Type.Object({
          name: SpaceName,
          type: Type.Enum(SPACE_TYPES),
          description: Type.Optional(SpaceDescription),
          ownerId: Type.Optional(
            Type.String({ maxLength: 64, description: 'Another owner than the caller; for tenant admins' }),
          ),
        }),
        response: { 201: SpaceRecord, ...problems(400, 403, 404, 409) },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request)
      const { name, type, description = '', ownerId } = request.body
      const wish = { name, type, description, ...defined({ ownerId }) }
      const standing = done(await createSpace(deps, caller, wish))
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
          name: Type.Optional(SpaceName),
          description: Type.Optional(SpaceDescription),
          ownerId: Type.Optional(Type.String({ maxLength: 64 })),
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
      const given = replacedTexts(request.body, {
        name: SPACE_NAME_MAX,
        description: SPACE_DESCRIPTION_MAX,
        ownerId: 64,
      })
      if (given.name !== undefined && !new RegExp(SPACE_NAME_PATTERN, 'u').test(given.name)) {
        throw refuse('badRequest', { detail: `/name must be ${SPACE_NAME_EXPECTED}` })
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
