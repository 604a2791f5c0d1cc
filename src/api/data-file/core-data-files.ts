/** Data files under the newer path of the official client: the same files, some fields by other names. */
import { type Static, Type } from 'typebox'
import { removeDataFile } from '../../catalog/data-file.ts'
import { findDataFile, mayUsePlace, placeOf } from '../../catalog/file-place.ts'
import { isFolderName } from '../../core/file-name.ts'
import { callerOf } from '../http/authenticate.ts'
import type { ApiDeps, ApiServer } from '../http/deps.ts'
import { done, problems, refuse } from '../http/problem.ts'
import { DataFileRecord, dataFileRecord, FolderStats, folderStats } from './data-file-record.ts'
import { FileId } from './multi-status.ts'

const TAGS = ['data-files']
const CORE_PATH = '/api/core/data-files/:id'
const FilePath = Type.Object({ id: FileId })

const { createdDate: _created, modifiedDate: _modified, ...SAME } = DataFileRecord.properties

const CoreRecord = Type.Object({
  ...SAME,
  createdAt: Type.String({ format: 'date-time' }),
  updatedAt: Type.String({ format: 'date-time' }),
})

export function registerCoreDataFiles(server: ApiServer, deps: ApiDeps): void {
  server.get(
    CORE_PATH,
    {
      schema: {
        tags: TAGS,
        operationId: 'getCoreDataFile',
        summary: 'Reads the record of a data file',
        params: FilePath,
        response: { 200: CoreRecord, ...problems(403, 404) },
      },
    },
    async (request) => {
      const { user } = callerOf(request)
      const file = done(await findDataFile(deps.store, user, request.params.id, 'read-files'))
      const write = await mayUsePlace(deps.store, user, placeOf(file), 'write-files')
      return coreRecord(await dataFileRecord(deps, file, { write }))
    },
  )
  server.delete(
    CORE_PATH,
    {
      schema: {
        tags: TAGS,
        operationId: 'deleteCoreDataFile',
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
  server.get(
    `${CORE_PATH}/folder-stats`,
    {
      schema: {
        tags: TAGS,
        operationId: 'getDataFileFolderStats',
        summary: 'Counts what a folder holds',
        params: FilePath,
        response: { 200: FolderStats, ...problems(400, 403, 404) },
      },
    },
    async (request) => {
      const { user } = callerOf(request)
      const folder = done(await findDataFile(deps.store, user, request.params.id, 'read-files'))
      if (isFolderName(folder.name)) return folderStats(deps, folder)
      throw refuse('dataFileFolderExpected', { detail: 'the id names a file', parameter: 'id' })
    },
  )
}

function coreRecord(record: Static<typeof DataFileRecord>): Static<typeof CoreRecord> {
  const { createdDate: createdAt, modifiedDate: updatedAt, ...same } = record
  return { ...same, createdAt, updatedAt }
}
