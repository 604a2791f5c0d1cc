/**
 * Room `api/data-file`: routes about data files and their connections. Decoding, one use case and encoding
 * enter; content stands in `files`.
 *
 * Data files and folders: list, read, upload, replace, rename, move, delete (contract 05, section 3). What an
 * upload does with its content is in catalog/data-file.ts; where files may lie, in data-file-place.ts.
 */
import multipart from '@fastify/multipart'
import { type Static, Type } from 'typebox'

import { addDataFile, changeDataFile, removeDataFile } from '../../catalog/data-file.ts'
import {
  findDataFile,
  inPlace,
  mayUsePlace,
  placeInSpace,
  placeOf,
  samePlace,
} from '../../catalog/file-place.ts'
import type { Caller } from '../../core/caller.ts'
import { checkFolderPath, isFolderName } from '../../core/file-name.ts'
import type { DataFileId, UserId } from '../../core/ids.ts'
import type { DataFile, FilePlace } from '../../core/records.ts'
import { all, any, type Condition, is, NONE, not } from '../../store/port/condition.ts'
import type { FieldOf } from '../../store/port/list-fields.ts'
import { positionOf } from '../../store/port/lists.ts'
import { callerOf } from '../http/authenticate.ts'
import type { ApiDeps, ApiServer } from '../http/deps.ts'
import { CursorPage, namedLinks, readNamedPage } from '../http/named-page.ts'

import { pageSchema } from '../http/page.ts'
import { done, problems, refuse } from '../http/problem.ts'
import { connectionsOf, personalConnection, placeNamed } from './data-file-place.ts'

import { DataFileRecord, dataFileRecord, folderStats } from './data-file-record.ts'
import { FileChange, NewFile, readUpload, uploadBody, wishedPlace } from './data-file-upload.ts'

const TAGS = ['data-files']
const FilePath = Type.Object({ id: Type.String() })

const LIST = {
  fields: ['name', 'size', 'modifiedDate', 'folder', 'baseName'],
  defaultSort: { field: 'name', descending: false },
  defaultLimit: 20,
  maxLimit: 1000,
} as const

const SORT_FIELDS: Readonly<Record<(typeof LIST.fields)[number], FieldOf<'dataFiles'>>> = {
  name: 'name',
  size: 'bytes',
  modifiedDate: 'modifiedAt',
  folder: 'folder',
  baseName: 'baseName',
}

const ListQuery = Type.Object({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: LIST.maxLimit })),
  page: Type.Optional(CursorPage),
  sort: Type.Optional(
    Type.String({ description: `${LIST.fields.join(', ')}, with + or -; +name by default` }),
  ),
  connectionId: Type.Optional(Type.String({ description: 'The place to list; personal files by default' })),
  spaceId: Type.Optional(Type.String({ maxLength: 64, description: 'The same by the id of its space' })),
  appId: Type.Optional(
    Type.String({ maxLength: 64, description: 'Files bound to an app: there are none, so it lists nothing' }),
  ),
  allowInternalFiles: Type.Optional(Type.Boolean({ description: 'There are none: changes nothing' })),
  includeAllSpaces: Type.Optional(Type.Boolean({ description: 'All places that the caller may read' })),
  folderId: Type.Optional(Type.String()),
  folderPath: Type.Optional(Type.String()),
  name: Type.Optional(Type.String({ description: 'Full name' })),
  baseNameWildcard: Type.Optional(
    Type.String({ maxLength: 256, description: '* and ? stand for characters' }),
  ),
  ownerId: Type.Optional(Type.String()),
  notOwnerId: Type.Optional(Type.String()),
  excludeFiles: Type.Optional(Type.Boolean()),
  excludeSubFolders: Type.Optional(Type.Boolean()),
  includeFolders: Type.Optional(Type.Boolean()),
  includeFolderStats: Type.Optional(Type.Boolean()),
})

export function registerDataFiles(server: ApiServer, deps: ApiDeps): void {
  server.get(
    '/api/v1/data-files',
    {
      schema: {
        tags: TAGS,
        operationId: 'getDataFiles',
        summary: 'Lists data files',
        querystring: ListQuery,
        response: {
          200: pageSchema('DataFiles', DataFileRecord),
          ...problems(400, 403, 404),
        },
      },
    },
    async (request) => {
      const caller = callerOf(request)
      const { limit: _limit, page: _page, sort: _sort, ...selection } = request.query
      const query = readNamedPage(deps, request, request.query, LIST, selection, {
        next: 'page',
        prev: 'page',
        badCursor: 'dataFileCursor',
        badSort: 'dataFileSort',
      })
      const field = SORT_FIELDS[query.sort.field]
      const listed = await deps.store.list('dataFiles', {
        tenantId: caller.tenantId,
        where: await selected(deps, caller, request.query),
        sort: { field, descending: query.sort.descending },
        page: query.page,
      })
      const writable = await writablePlaces(deps, caller, listed.rows)
      return {
        data: await Promise.all(
          listed.rows.map(async (file) => {
            const stats = request.query.includeFolderStats === true && isFolderName(file.name)
            return {
              ...(await dataFileRecord(deps, file, { write: writable(file) })),
              ...(stats ? { folderStats: await folderStats(deps, file) } : {}),
            }
          }),
        ),
        links: namedLinks(deps, request, query, listed, (file) => positionOf('dataFiles', file, field)),
      }
    },
  )
  registerSingleFiles(server, deps)
  server.register(async (uploads: ApiServer) => registerUploads(uploads, deps))
}

function registerSingleFiles(server: ApiServer, deps: ApiDeps): void {
  server.get(
    '/api/v1/data-files/:id',
    {
      schema: {
        tags: TAGS,
        operationId: 'getDataFile',
        summary: 'Reads the record of a data file',
        params: FilePath,
        response: { 200: DataFileRecord, ...problems(403, 404) },
      },
    },
    async (request) => {
      const caller = callerOf(request)
      const file = done(await findDataFile(deps.store, caller.user, request.params.id, 'read-files'))
      return shown(deps, caller, file)
    },
  )
  server.delete(
    '/api/v1/data-files/:id',
    {
      schema: {
        tags: TAGS,
        operationId: 'deleteDataFile',
        summary: 'Deletes a data file, or a folder with all it holds',
        params: FilePath,
        response: { 204: Type.Null(), ...problems(403, 404) },
      },
    },
    async (request, reply) => {
      done(await removeDataFile(deps, callerOf(request), request.params.id))
      return reply.code(204).send(null)
    },
  )
  registerQuotas(server, deps)
}

function registerQuotas(server: ApiServer, deps: ApiDeps): void {
  server.get(
    '/api/v1/data-files/quotas',
    {
      schema: {
        tags: TAGS,
        operationId: 'getDataFilesQuotas',
        summary: 'Tells the limits for data files and what the caller’s personal files use',
        response: {
          200: Type.Object({
            allowedExtensions: Type.Array(Type.String(), { description: '"*": any' }),
            allowedInternalExtensions: Type.Array(Type.String()),
            maxFileSize: Type.Integer({ description: 'Bytes' }),
            maxLargeFileSize: Type.Integer({ description: 'Bytes' }),
            maxSize: Type.Integer({ description: 'Bytes; -1: no limit' }),
            size: Type.Integer({ description: 'Bytes' }),
          }),
          ...problems(500),
        },
      },
    },
    async (request) => {
      const { tenantId } = callerOf(request)
      const where = inPlace(personalConnection(callerOf(request)).place)
      return {
        allowedExtensions: ['*'],
        allowedInternalExtensions: [],
        maxFileSize: deps.limits.dataFileBytes,
        maxLargeFileSize: deps.limits.dataFileBytes,
        maxSize: -1,
        size: await deps.store.sum('dataFiles', 'bytes', { tenantId, where }),
      }
    },
  )
}

function registerUploads(server: ApiServer, deps: ApiDeps): void {
  server.register(multipart)
  server.post(
    '/api/v1/data-files',
    {
      config: { uploads: uploadBody(NewFile) },
      schema: {
        tags: TAGS,
        operationId: 'uploadDataFile',
        summary: 'Uploads a data file or makes a folder',
        description: 'The parts come in any order. A folder has no `File`.',
        consumes: ['multipart/form-data'],
        response: { 201: DataFileRecord, ...problems(400, 403, 404, 409, 413, 415) },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request)
      const upload = await readUpload(deps, request, NewFile)
      const place = wishedPlace(deps, caller, upload.wish)
      const file = done(await addDataFile(deps, caller, { ...upload, place }))
      return reply.code(201).send(await shown(deps, caller, file))
    },
  )
  server.put(
    '/api/v1/data-files/:id',
    {
      config: { uploads: uploadBody(FileChange) },
      schema: {
        tags: TAGS,
        operationId: 'reuploadDataFile',
        summary: 'Replaces the content of a data file, renames or moves a file or folder',
        description: 'What is left out stays. `connectionId: null` is personal files.',
        consumes: ['multipart/form-data'],
        params: FilePath,
        response: { 201: DataFileRecord, ...problems(400, 403, 404, 409, 413, 415) },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request)
      const { id } = request.params
      done(await findDataFile(deps.store, caller.user, id, 'write-files'))
      const upload = await readUpload(deps, request, FileChange)
      const place = wishedPlace(deps, caller, upload.wish)
      const file = done(await changeDataFile(deps, caller, id, { ...upload, place }))
      return reply.code(201).send(await shown(deps, caller, file))
    },
  )
}

/** The place of a list: personal files where none is named. */
async function placeAsked(
  deps: ApiDeps,
  caller: Caller,
  { connectionId, spaceId }: Selection,
): Promise<FilePlace> {
  if (spaceId !== undefined && connectionId === undefined) {
    return done(await placeInSpace(deps.store, caller.user, spaceId, 'read-files', { parameter: 'spaceId' }))
  }
  const named = await placeNamed(deps, caller, connectionId, 'read-files', { parameter: 'connectionId' })
  const place = done(named) ?? personalConnection(caller).place
  if (spaceId === undefined || ('spaceId' in place && place.spaceId === spaceId)) return place
  throw refuse('badRequest', { detail: 'spaceId and connectionId name two places', parameter: 'spaceId' })
}

function mayWrite({ store }: ApiDeps, { user }: Caller, file: DataFile): Promise<boolean> {
  return mayUsePlace(store, user, placeOf(file), 'write-files')
}

async function shown(deps: ApiDeps, caller: Caller, file: DataFile): Promise<Static<typeof DataFileRecord>> {
  return dataFileRecord(deps, file, { write: await mayWrite(deps, caller, file) })
}

type Selection = Static<typeof ListQuery>

/** The files that a list shows. */
async function selected(
  deps: ApiDeps,
  caller: Caller,
  asked: Selection,
): Promise<Condition<FieldOf<'dataFiles'>>> {
  const places =
    asked.includeAllSpaces === true
      ? (await connectionsOf(deps, caller)).map(({ place }) => place)
      : [await placeAsked(deps, caller, asked)]
  const { name, baseNameWildcard: pattern, ownerId, notOwnerId } = asked
  if (ownerId !== undefined) await requireOwner(deps, caller, ownerId)
  const folder = await folderAsked(deps, caller, asked, places)
  return all(
    any(...places.map(inPlace)),
    asked.appId === undefined ? undefined : NONE,
    asked.includeFolders === true ? undefined : is('folder', 0),
    asked.excludeFiles === true ? is('folder', 1) : undefined,
    folder === '' ? undefined : { kind: 'begins', field: 'name', text: folder },
    folder === '' ? undefined : not(is('name', folder)),
    asked.excludeSubFolders === true ? is('parent', folder) : undefined,
    name === undefined ? undefined : is('name', name, `${name}/`),
    pattern === undefined ? undefined : { kind: 'wildcard', field: 'baseName', pattern },
    ownerId === undefined ? undefined : is('ownerId', ownerId),
    notOwnerId === undefined ? undefined : not(is('ownerId', notOwnerId)),
  )
}

/** Record name of the folder that folderId or folderPath names; "" is the top. */
async function folderAsked(
  deps: ApiDeps,
  { tenantId }: Caller,
  { folderId, folderPath }: Selection,
  places: readonly FilePlace[],
): Promise<string> {
  if (folderId !== undefined && folderPath !== undefined) {
    throw refuse('dataFileTwoFolders', { detail: 'send folderId or folderPath', parameter: 'folderPath' })
  }
  if (folderPath !== undefined) {
    const refusal = checkFolderPath(folderPath)
    if (refusal !== undefined) {
      throw refuse(refusal.refused, { detail: refusal.detail, parameter: 'folderPath' })
    }
    return `${folderPath}/`
  }
  if (folderId === undefined) return ''
  const folder = await deps.store.dataFile(tenantId, folderId as DataFileId)
  if (folder === undefined || !places.some((place) => samePlace(place, placeOf(folder)))) {
    throw refuse('dataFileFolderNotFound', {
      detail: 'there is no folder with this id here',
      parameter: 'folderId',
    })
  }
  if (!isFolderName(folder.name)) {
    throw refuse('dataFileFolderExpected', { detail: 'the id names a file', parameter: 'folderId' })
  }
  return folder.name
}

async function requireOwner(deps: ApiDeps, caller: Caller, ownerId: string): Promise<void> {
  if ((await deps.store.user(caller.tenantId, ownerId as UserId)) !== undefined) return
  throw refuse('dataFileOwnerNotFound', { detail: 'there is no user with this id', parameter: 'ownerId' })
}

async function writablePlaces(
  deps: ApiDeps,
  caller: Caller,
  files: readonly DataFile[],
): Promise<(file: DataFile) => boolean> {
  const answers = new Map<string | undefined, boolean>()
  for (const file of files) {
    if (answers.has(file.spaceId)) continue
    answers.set(file.spaceId, await mayWrite(deps, caller, file))
  }
  return (file) => answers.get(file.spaceId) ?? false
}
