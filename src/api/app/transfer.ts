/** Apps leave as archives and come in from them (contract 05, section 2; docs/reference/app-archive.md). */
import type { FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import {
  exportApp,
  IMPORT_MODES,
  type ImportWish,
  importApp,
  type TransferDeps,
} from '../../catalog/app-transfer.ts'
import { isRefused, type Refused } from '../../catalog/refusal.ts'
import { findTempContent, keepTempContent, type TempContent } from '../../catalog/temp-contents.ts'
import type { Caller } from '../../core/caller.ts'
import { defined } from '../../core/defined.ts'
import { deleteApp } from '../../intake/cancel.ts'
import { AppPath } from '../http/app-path.ts'
import { callerOf } from '../http/authenticate.ts'
import { Empty } from '../http/body-shape.ts'
import type { ApiDeps, ApiServer } from '../http/deps.ts'
import { done, problems, refuse } from '../http/problem.ts'
import { type RawBody, withRawBodies } from '../http/raw-body.ts'
import { hasShape } from '../http/validate.ts'
import { taskArchive } from '../task/task-archive.ts'
import { scheduleWorld } from '../task/task-mount.ts'
import { TaskBody } from '../task/task-schema.ts'
import { AppName, NxApp, nxApp } from './nx-app.ts'
import { TEMP_PATH } from './temp-contents.ts'

const TAGS = ['apps']
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
/** For the time of one request. */
const UPLOAD_MS = 10 * 60_000

const ImportQuery = Type.Object({
  mode: Type.Optional(
    Type.Array(Type.String({ maxLength: 64 }), {
      maxItems: 4,
      description: `${IMPORT_MODES.join(', ')}; new by default. An id of an app counts as appId`,
    }),
  ),
  name: Type.Optional(AppName),
  fallbackName: Type.Optional(AppName),
  spaceId: Type.Optional(Type.String({ maxLength: 64 })),
  fileId: Type.Optional(
    Type.String({ maxLength: 64, description: 'A temporary content, in the place of a body' }),
  ),
  appId: Type.Optional(Type.String({ maxLength: 64, description: 'The app that is replaced' })),
  NoData: Type.Optional(
    Type.Boolean({ description: 'true: data of the archive is left away. false by default' }),
  ),
})

export function registerTransfer(server: ApiServer, deps: ApiDeps): void {
  server.post(
    '/api/v1/apps/:appId/export',
    {
      schema: {
        tags: TAGS,
        operationId: 'exportApp',
        summary: 'Exports an app as an archive, whose address stands in `Location`',
        description:
          'The archive has the script, what describes the app, its tasks, and its data as Parquet.',
        params: AppPath,
        querystring: Type.Object({
          NoData: Type.Optional(Type.Boolean({ description: 'true: without data. false by default' })),
        }),
        response: { 201: Empty, ...problems(403, 404, 409, 413, 422, 503) },
      },
    },
    async (request, reply) => {
      const parts = transferDeps(deps, request)
      const { NoData: noData = false } = request.query
      const { appId } = request.params
      const { id } = done(await exportApp(parts, callerOf(request), appId, { noData }))
      return reply.code(201).header('location', `${TEMP_PATH}/${id}`).send('')
    },
  )
  withRawBodies(server, (raw) => registerImport(raw, deps))
}

function registerImport(server: ApiServer, deps: ApiDeps): void {
  server.post(
    '/api/v1/apps/import',
    {
      config: { uploads: Type.Unsafe<Uint8Array>({ contentMediaType: 'application/octet-stream' }) },
      schema: {
        tags: TAGS,
        operationId: 'importApp',
        summary: 'Makes an app of an exported one, or replaces the script of one',
        description:
          'Takes the archive as the body, or a temporary content by `fileId`. Tasks are made with a new app, switched off.',
        consumes: ['application/octet-stream'],
        querystring: ImportQuery,
        response: { 200: NxApp, ...problems(400, 403, 404, 409, 410, 413, 415, 422, 503) },
      },
    },
    async (request) => {
      const caller = callerOf(request)
      const { fileId } = request.query
      const wish = wishOf(request.query)
      const parts = transferDeps(deps, request)
      const body = request.body as RawBody
      const content = done(await archiveOf(deps, caller, fileId, body))
      try {
        return await nxApp(deps, caller, done(await importApp(parts, caller, content, wish)))
      } finally {
        if (fileId === undefined) await deps.tempContents.discard(content)
      }
    },
  )
}

function transferDeps(deps: ApiDeps, request: FastifyRequest): TransferDeps {
  return {
    ...deps,
    taskDocuments: taskArchive(
      () => scheduleWorld(deps),
      (value) => hasShape(request, TaskBody, value),
    ),
    async deleteApp({ tenantId, id }) {
      await deleteApp({ ...deps, ...deps.settleRules, log: deps.world.log }, tenantId, id)
    },
  }
}

async function archiveOf(
  { tempContents, limits }: ApiDeps,
  caller: Caller,
  fileId: string | undefined,
  body: RawBody,
): Promise<TempContent | Refused> {
  if (fileId !== undefined) {
    const found = await findTempContent(tempContents, caller, fileId)
    if (!isRefused(found)) return found
    return { ...found, faults: found.faults.map(({ detail }) => ({ detail, parameter: 'fileId' })) }
  }
  if (body === undefined) throw refuse('badRequest', { detail: 'send the archive as the body, or fileId' })
  const about = { name: 'import.zip', ttlMs: UPLOAD_MS }
  return keepTempContent(tempContents, caller, about, body, limits.dataFileBytes)
}

/** One client names the mode and the app that is replaced in two parameters of one name (contract 09, S6). */
function wishOf({
  mode: sent = [],
  name,
  fallbackName,
  spaceId,
  appId,
  NoData: noData = false,
}: Static<typeof ImportQuery>): ImportWish {
  const named = appId ?? sent.find((one) => UUID.test(one))
  const modes = sent.filter((one) => !UUID.test(one)).map((one) => one.toLowerCase())
  const wanted = modes.at(-1) ?? (named === undefined ? 'new' : 'replace')
  const mode = IMPORT_MODES.find((one) => one === wanted)
  if (mode === undefined) {
    throw refuse('badRequest', { detail: `mode is one of ${IMPORT_MODES.join(', ')}`, parameter: 'mode' })
  }
  return { mode, noData, ...defined({ name, fallbackName, spaceId, appId: named }) }
}
