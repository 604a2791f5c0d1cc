/**
 * What is done with data files beside their content: into another space, to another owner, and several at
 * once (contract 05, section 3), under both paths of the official client.
 */
import { type Static, Type } from 'typebox'
import { addDataFile, removeDataFile } from '../../catalog/data-file.ts'
import { emptyPlace, handOverDataFile, moveToSpace } from '../../catalog/data-file-moves.ts'
import { placeInSpace } from '../../catalog/file-place.ts'
import { isRefused } from '../../catalog/refusal.ts'
import { callerOf } from '../http/authenticate.ts'
import type { ApiDeps, ApiServer } from '../http/deps.ts'
import { done, problems } from '../http/problem.ts'
import { personalConnection } from './data-file-place.ts'
import { NewFile, wishedPlace } from './data-file-upload.ts'
import { BATCH_MAX, FileId, MultiStatus, statusOf } from './multi-status.ts'

const TAGS = ['data-files']
const FilePath = Type.Object({ id: FileId })
const SpaceOrNull = Type.Optional(
  Type.Union([Type.String({ maxLength: 64 }), Type.Null()], {
    description: 'null: the personal files of the caller',
  }),
)
const Moves = Type.Array(Type.Object({ id: FileId, spaceId: SpaceOrNull }, { title: 'FileMove' }), {
  maxItems: BATCH_MAX,
})

/** The older path and its twin: names of operations are unique over both. */
const MOUNTS = [
  { prefix: '/api/v1/data-files', move: 'moveDataFile', owner: 'changeDataFileOwner' },
  { prefix: '/api/core/data-files', move: 'changeSpaceDataFile', owner: 'changeOwnerDataFile' },
] as const

export function registerDataFileActions(server: ApiServer, deps: ApiDeps): void {
  for (const mount of MOUNTS) registerMoves(server, deps, mount)
  registerBatchMoves(server, deps)
  registerBatchDelete(server, deps)
  registerBatchPost(server, deps)
}

function registerMoves(
  server: ApiServer,
  deps: ApiDeps,
  { prefix, move, owner }: (typeof MOUNTS)[number],
): void {
  const answers = { 204: Type.Null(), ...problems(400, 403, 404, 409) }
  server.post(
    `${prefix}/:id/actions/change-space`,
    {
      schema: {
        tags: TAGS,
        operationId: move,
        summary: 'Moves a data file or folder into another space',
        params: FilePath,
        body: Type.Object({ spaceId: SpaceOrNull }),
        response: answers,
      },
    },
    async (request, reply) => {
      const { spaceId = null } = request.body
      const where = { pointer: '/spaceId' }
      done(await moveToSpace(deps, callerOf(request), request.params.id, spaceId, where))
      return reply.code(204).send(null)
    },
  )
  server.post(
    `${prefix}/:id/actions/change-owner`,
    {
      schema: {
        tags: TAGS,
        operationId: owner,
        summary: 'Hands a data file or folder to another owner',
        description: 'A file of a space stays there. A personal file moves: this needs TenantAdmin.',
        params: FilePath,
        body: Type.Object({ ownerId: Type.String({ maxLength: 64 }) }),
        response: answers,
      },
    },
    async (request, reply) => {
      const { ownerId } = request.body
      done(await handOverDataFile(deps, callerOf(request), request.params.id, ownerId))
      return reply.code(204).send(null)
    },
  )
}

function registerBatchMoves(server: ApiServer, deps: ApiDeps): void {
  const schema = {
    tags: TAGS,
    summary: 'Moves data files into other spaces, each by itself',
    response: { 207: MultiStatus, ...problems(400) },
  }
  server.post(
    '/api/v1/data-files/actions/change-space',
    { schema: { ...schema, operationId: 'moveDataFiles', body: Type.Object({ 'change-space': Moves }) } },
    async (request, reply) => {
      const data = await moveEach(deps, callerOf(request), request.body['change-space'])
      return reply.code(207).send({ data })
    },
  )
  server.post(
    '/api/core/data-files/actions/change-space',
    { schema: { ...schema, operationId: 'changeSpaceDataFiles', body: Type.Object({ changeSpace: Moves }) } },
    async (request, reply) => {
      const data = await moveEach(deps, callerOf(request), request.body.changeSpace)
      return reply.code(207).send({ data })
    },
  )
}

async function moveEach(
  deps: ApiDeps,
  caller: ReturnType<typeof callerOf>,
  moves: Static<typeof Moves>,
): Promise<Static<typeof MultiStatus>['data']> {
  const data: Static<typeof MultiStatus>['data'] = []
  for (const [index, { id, spaceId = null }] of moves.entries()) {
    const where = { pointer: `/change-space/${index}/spaceId` }
    data.push(statusOf(id, await moveToSpace(deps, caller, id, spaceId, where), 204))
  }
  return data
}

function registerBatchDelete(server: ApiServer, deps: ApiDeps): void {
  server.post(
    '/api/v1/data-files/actions/delete',
    {
      schema: {
        tags: TAGS,
        operationId: 'deleteDataFiles',
        summary: 'Deletes data files, each by itself, or all of a place',
        description: 'All files of a space are answered under its id, all personal ones under `personal`.',
        body: Type.Object({
          delete: Type.Array(Type.Object({ id: FileId }), { maxItems: BATCH_MAX }),
          deleteAllBySpace: Type.Optional(Type.Array(Type.Object({ id: FileId }), { maxItems: BATCH_MAX })),
          deleteAllFromPersonalSpace: Type.Optional(Type.Boolean()),
        }),
        response: { 207: MultiStatus, ...problems(400) },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request)
      const { delete: files, deleteAllBySpace = [], deleteAllFromPersonalSpace } = request.body
      const data: Static<typeof MultiStatus>['data'] = []
      for (const { id } of files) data.push(statusOf(id, await removeDataFile(deps, caller, id), 204))
      for (const [index, { id }] of deleteAllBySpace.entries()) {
        const where = { pointer: `/deleteAllBySpace/${index}/id` }
        const place = await placeInSpace(deps.store, caller.user, id, 'write-files', where)
        const answer = isRefused(place) ? place : await emptyPlace(deps, caller, place)
        data.push(statusOf(id, answer, 204))
      }
      if (deleteAllFromPersonalSpace === true) {
        const answer = await emptyPlace(deps, caller, personalConnection(caller).place)
        data.push(statusOf('personal', answer, 204))
      }
      return reply.code(207).send({ data })
    },
  )
}

function registerBatchPost(server: ApiServer, deps: ApiDeps): void {
  server.post(
    '/api/core/data-files/actions/post',
    {
      schema: {
        tags: TAGS,
        operationId: 'postDataFiles',
        summary: 'Makes data files of others or of temporary contents, and folders, each by itself',
        description: 'What was made is answered under its id, what was refused under an empty one.',
        body: Type.Object({
          post: Type.Array(Type.Object({ request: NewFile }), { maxItems: BATCH_MAX }),
        }),
        response: { 207: MultiStatus, ...problems(400) },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request)
      const data: Static<typeof MultiStatus>['data'] = []
      for (const { request: wish } of request.body.post) {
        const made = await addDataFile(deps, caller, { wish, place: wishedPlace(deps, caller, wish) })
        data.push(statusOf(isRefused(made) ? '' : made.id, made, 201))
      }
      return reply.code(207).send({ data })
    },
  )
}
