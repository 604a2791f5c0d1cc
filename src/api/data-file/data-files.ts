/**
 * Data files and folders: list, read, upload, replace, rename, move, delete (contract 05, section 3). What an
 * upload does with its content is in data-file-changes.ts; where files may lie, in data-file-place.ts.
 */
import multipart from '@fastify/multipart'
import { type Static, Type } from 'typebox'
import { baseNameOf, checkFolderPath, isFolderName, parentOf } from '../../catalog/file-name.ts'
import type { Caller, DataFile } from '../../catalog/records.ts'
import type { DataFileId, UserId } from '../../core/ids.ts'
import { callerOf } from '../http/authenticate.ts'
import type { ApiDeps, ApiServer } from '../http/deps.ts'
import { CursorPage, namedLinks, readNamedPage } from '../http/named-page.ts'
import { Links, pageOfRows } from '../http/page.ts'
import { problems, refuse } from '../http/problem.ts'
import { addDataFile, changeDataFile, removeDataFile } from './data-file-changes.ts'
import {
  connectionsOf,
  dataFileFor,
  mayUsePlace,
  personalConnection,
  placeFor,
  placeOf,
} from './data-file-place.ts'
import { DataFileRecord, dataFileRecord, folderStats } from './data-file-record.ts'
import { FileChange, NewFile, readUpload, uploadBody } from './data-file-upload.ts'

const TAGS = ['data-files']
const FilePath = Type.Object({ id: Type.String() })

const LIST = {
  fields: ['name', 'size', 'modifiedDate', 'folder', 'baseName'],
  defaultSort: { field: 'name', descending: false },
  defaultLimit: 20,
  maxLimit: 1000,
} as const

const ListQuery = Type.Object({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: LIST.maxLimit })),
  page: Type.Optional(CursorPage),
  sort: Type.Optional(
    Type.String({ description: `${LIST.fields.join(', ')}, with + or -; +name by default` }),
  ),
  connectionId: Type.Optional(Type.String({ description: 'The place to list; personal files by default' })),
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
        summary: 'Lists data files',
        querystring: ListQuery,
        response: {
          200: Type.Object({ data: Type.Array(DataFileRecord), links: Links }),
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
      const { rows, peers } = await selectFiles(deps, caller, request.query)
      const position = (file: DataFile) => ({ value: sortValue(file, query.sort.field), id: file.id })
      const page = pageOfRows(rows, query, position)
      const writable = await writablePlaces(deps, caller, page.rows)
      return {
        data: await Promise.all(
          page.rows.map(async (file) => {
            const near = peers.filter((row) => row.spaceId === file.spaceId)
            const stats = request.query.includeFolderStats === true && isFolderName(file.name)
            return {
              ...(await dataFileRecord(deps, file, { write: writable(file) }, near)),
              ...(stats ? { folderStats: folderStats(file, near) } : {}),
            }
          }),
        ),
        links: namedLinks(deps, request, query, page, position),
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
        summary: 'Reads the record of a data file',
        params: FilePath,
        response: { 200: DataFileRecord, ...problems(403, 404) },
      },
    },
    async (request) => {
      const caller = callerOf(request)
      const file = await dataFileFor(deps, caller, request.params.id, 'read-files')
      return shown(deps, caller, file)
    },
  )
  server.delete(
    '/api/v1/data-files/:id',
    {
      schema: {
        tags: TAGS,
        summary: 'Deletes a data file, or a folder with all it holds',
        params: FilePath,
        response: { 204: Type.Null(), ...problems(403, 404) },
      },
    },
    async (request, reply) => {
      const file = await dataFileFor(deps, callerOf(request), request.params.id, 'write-files')
      await removeDataFile(deps, file)
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
      const { place } = personalConnection(callerOf(request))
      const own = await deps.store.dataFiles(callerOf(request).tenantId, place)
      return {
        allowedExtensions: ['*'],
        allowedInternalExtensions: [],
        maxFileSize: deps.limits.dataFileBytes,
        maxLargeFileSize: deps.limits.dataFileBytes,
        maxSize: -1,
        size: own.reduce((sum, file) => sum + file.bytes, 0),
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
        summary: 'Uploads a data file or makes a folder',
        description: 'The parts come in any order. A folder has no `File`.',
        consumes: ['multipart/form-data'],
        response: { 201: DataFileRecord, ...problems(400, 403, 404, 409, 413, 415) },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request)
      const upload = await readUpload(deps, request, NewFile)
      const file = await addDataFile(deps, caller, upload)
      return reply.code(201).send(await shown(deps, caller, file))
    },
  )
  server.put(
    '/api/v1/data-files/:id',
    {
      config: { uploads: uploadBody(FileChange) },
      schema: {
        tags: TAGS,
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
      await dataFileFor(deps, caller, id, 'write-files')
      const upload = await readUpload(deps, request, FileChange)
      const file = await changeDataFile(deps, caller, id, upload)
      return reply.code(201).send(await shown(deps, caller, file))
    },
  )
}

async function shown(deps: ApiDeps, caller: Caller, file: DataFile): Promise<Static<typeof DataFileRecord>> {
  return dataFileRecord(deps, file, { write: await mayUsePlace(deps, caller, placeOf(file), 'write-files') })
}

type Selection = Static<typeof ListQuery>

/** The files that a list shows, and all rows of their places (for parents and folder counts). */
async function selectFiles(
  deps: ApiDeps,
  caller: Caller,
  asked: Selection,
): Promise<{ readonly rows: DataFile[]; readonly peers: DataFile[] }> {
  const places =
    asked.includeAllSpaces === true
      ? (await connectionsOf(deps, caller)).map(({ place }) => place)
      : [await placeFor(deps, caller, asked.connectionId, 'read-files', { parameter: 'connectionId' })]
  const peers = (
    await Promise.all(places.map((place) => deps.store.dataFiles(caller.tenantId, place)))
  ).flat()
  if (asked.ownerId !== undefined) await requireOwner(deps, caller, asked.ownerId)
  const folder = folderAsked(asked, peers)
  const wildcard = asked.baseNameWildcard === undefined ? undefined : wildcardPattern(asked.baseNameWildcard)
  const rows = peers.filter(
    (file) =>
      (isFolderName(file.name) ? asked.includeFolders === true : asked.excludeFiles !== true) &&
      file.name !== folder &&
      file.name.startsWith(folder) &&
      (asked.excludeSubFolders !== true || parentOf(file.name) === folder) &&
      (asked.name === undefined || file.name === asked.name || file.name === `${asked.name}/`) &&
      (wildcard === undefined || wildcard.test(baseNameOf(file.name))) &&
      (asked.ownerId === undefined || file.ownerId === asked.ownerId) &&
      (asked.notOwnerId === undefined || file.ownerId !== asked.notOwnerId),
  )
  return { rows, peers }
}

/** Record name of the folder that folderId or folderPath names; "" is the top. */
function folderAsked({ folderId, folderPath }: Selection, peers: readonly DataFile[]): string {
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
  const folder = peers.find((row) => row.id === (folderId as DataFileId))
  if (folder === undefined) {
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
    answers.set(file.spaceId, await mayUsePlace(deps, caller, placeOf(file), 'write-files'))
  }
  return (file) => answers.get(file.spaceId) ?? false
}

/** In any case, as file names are searched for. Runs of * are one, so that matching stays fast. */
function wildcardPattern(text: string): RegExp {
  const source = text
    .replace(/\*+/g, '*')
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${source}$`, 'isu')
}

function sortValue(file: DataFile, field: (typeof LIST.fields)[number]): string | number {
  switch (field) {
    case 'name':
      return file.name
    case 'size':
      return file.bytes
    case 'modifiedDate':
      return file.modifiedAt
    case 'folder':
      return isFolderName(file.name) ? 1 : 0
    case 'baseName':
      return baseNameOf(file.name)
  }
}
