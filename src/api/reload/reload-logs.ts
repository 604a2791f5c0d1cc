/**
 * What an app's reloads left behind: full script logs, their metadata, and the tables of its data (contract
 * 05, section 2; 02, section 6.2). A running reload has no full log yet: its live text is in the reload
 * record.
 */

import { type Static, Type } from 'typebox'
import { RAN_STATEMENTS_MAX } from '../../core/attempt.ts'
import { defined } from '../../core/defined.ts'
import type { FilterNode } from '../../core/filter.ts'
import type { ReloadId } from '../../core/ids.ts'
import { isOutcome, OUTCOMES } from '../../core/outcome.ts'
import type { App } from '../../core/records.ts'
import type { Reload } from '../../core/reload.ts'
import { timeText } from '../../core/time-text.ts'
import { AppPath } from '../http/app-path.ts'
import { callerOf } from '../http/authenticate.ts'
import type { ApiDeps, ApiServer } from '../http/deps.ts'
import { absoluteLink } from '../http/page.ts'
import { problems, refuse } from '../http/problem.ts'
import { appFor } from '../http/rights.ts'

const TAGS = ['apps']

/** The ten newest, as the contract has it. */
const LOGS_LISTED = 10
const METADATA_MAX = 100

const ReloadMeta = Type.Object(
  {
    reloadId: Type.String(),
    duration: Type.Integer({ description: 'Milliseconds' }),
    endTime: Type.String({ format: 'date-time' }),
    success: Type.Boolean(),
    isPartialReload: Type.Boolean(),
    skipStore: Type.Boolean(),
    peakMemoryBytes: Type.Optional(Type.Integer({ description: 'Extension. Of the deciding attempt' })),
    statements: Type.Array(
      Type.Object({
        type: Type.Enum(['load', 'store']),
        tableName: Type.String({ description: 'The table that got the rows, or that was stored' }),
        nbrOfRows: Type.Integer(),
        nbrOfFields: Type.Integer(),
        duration: Type.Integer({ description: 'Milliseconds' }),
        line: Type.Integer({ description: 'Extension. Line of the script' }),
      }),
      { description: `LOADs and STOREs of the latest attempt, at most the first ${RAN_STATEMENTS_MAX}` },
    ),
  },
  { title: 'ReloadMetadata' },
)

const LogPath = Type.Object({ appId: Type.String(), reloadId: Type.String() })

const LogsQuery = Type.Object({
  limit: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 100, description: `Never more than ${LOGS_LISTED} are told` }),
  ),
})

export function registerReloadLogs(server: ApiServer, deps: ApiDeps): void {
  server.get(
    '/api/v1/apps/:appId/reloads/logs',
    {
      schema: {
        tags: TAGS,
        operationId: 'getAppReloadLogs',
        summary: `Lists the script logs of the ${LOGS_LISTED} newest ended reloads of an app`,
        params: AppPath,
        querystring: LogsQuery,
        response: {
          200: Type.Object({
            data: Type.Array(
              Type.Object({
                reloadId: Type.String(),
                duration: Type.Integer({ description: 'Milliseconds' }),
                endTime: Type.String({ format: 'date-time' }),
                success: Type.Boolean(),
                links: Type.Object({ log: Type.String({ format: 'uri' }) }),
              }),
            ),
          }),
          ...problems(400, 403, 404),
        },
      },
    },
    async (request) => {
      const app = await appFor(deps, callerOf(request), request.params.appId, 'read-script')
      const { limit = LOGS_LISTED } = request.query
      const ended = await endedReloads(deps, app, Math.min(limit, LOGS_LISTED))
      return {
        data: ended.map((reload) => {
          const path = `/api/v1/apps/${app.id}/reloads/logs/${reload.id}`
          return { ...summaryOf(reload), links: { log: absoluteLink(deps, request, path) } }
        }),
      }
    },
  )
  server.get(
    '/api/v1/apps/:appId/reloads/logs/:reloadId',
    {
      schema: {
        tags: TAGS,
        operationId: 'getAppReloadLog',
        summary: 'Reads the full script log of an ended reload',
        params: LogPath,
        response: {
          200: { content: { 'text/plain': { schema: Type.String() } } },
          ...problems(403, 404),
        },
      },
    },
    async (request, reply) => {
      const { appId, reloadId } = request.params
      const app = await appFor(deps, callerOf(request), appId, 'read-script')
      const reload = await endedReload(deps, app, reloadId)
      const log = await deps.store.scriptLog(reload.id)
      if (log === undefined) throw noLog('the reload ended before its script began: it has no script log')
      return reply.type('text/plain; charset=UTF-8').send(log)
    },
  )
  registerReloadMetadata(server, deps)
}

function registerReloadMetadata(server: ApiServer, deps: ApiDeps): void {
  for (const [path, hide] of [
    ['/api/v1/apps/:appId/reloads/metadata', false],
    ['/api/v1/apps/:appId/reloads/metadata/', true],
  ] as const) {
    server.get(
      path,
      {
        schema: {
          tags: TAGS,
          operationId: 'getAppReloadMetadataList',
          hide,
          summary: 'Lists metadata of ended reloads of an app, newest first',
          params: AppPath,
          querystring: Type.Object({
            limit: Type.Optional(Type.Integer({ minimum: 1, maximum: METADATA_MAX })),
          }),
          response: { 200: Type.Object({ data: Type.Array(ReloadMeta) }), ...problems(400, 403, 404) },
        },
      },
      async (request) => {
        const app = await appFor(deps, callerOf(request), request.params.appId, 'read')
        const ended = await endedReloads(deps, app, request.query.limit ?? METADATA_MAX)
        return { data: await Promise.all(ended.map((reload) => metadataOf(deps, reload))) }
      },
    )
  }
  server.get(
    '/api/v1/apps/:appId/reloads/metadata/:reloadId',
    {
      schema: {
        tags: TAGS,
        operationId: 'getAppReloadMetadata',
        summary: 'Reads metadata of one ended reload',
        params: LogPath,
        response: { 200: Type.Object({ data: Type.Array(ReloadMeta) }), ...problems(403, 404) },
      },
    },
    async (request) => {
      const { appId, reloadId } = request.params
      const app = await appFor(deps, callerOf(request), appId, 'read')
      return { data: [await metadataOf(deps, await endedReload(deps, app, reloadId))] }
    },
  )
}

/** An ended reload of this app, or 404. */
async function endedReload(deps: ApiDeps, app: App, reloadId: string): Promise<Reload> {
  const reload = await deps.store.reload(app.tenantId, reloadId as ReloadId)
  if (reload?.appId !== app.id) throw noLog('the app has no reload with this id')
  if (!isOutcome(reload.state)) throw noLog('the reload has not ended; its record shows its progress')
  return reload
}

function noLog(detail: string): Error {
  return refuse('notFound', { detail, parameter: 'reloadId' })
}

const ENDED: FilterNode = OUTCOMES.map(
  (outcome): FilterNode => ({ kind: 'compare', attribute: 'status', operator: 'eq', value: outcome }),
).reduce((left, right) => ({ kind: 'or', left, right }))

async function endedReloads(deps: ApiDeps, app: App, limit: number): Promise<readonly Reload[]> {
  const listed = await deps.store.reloads({
    tenantId: app.tenantId,
    appId: app.id,
    filter: ENDED,
    sort: { field: 'endTime', descending: true },
    page: { limit },
  })
  return listed.rows
}

/** `duration` is the engine time of the deciding attempt; 0 when no engine ever began. */
function summaryOf({ id, engine, endedAt, state }: Reload) {
  return {
    reloadId: id,
    duration: Math.round(engine.durationMs ?? 0),
    endTime: timeText(endedAt!),
    success: state === 'SUCCEEDED',
  }
}

async function metadataOf({ store }: ApiDeps, reload: Reload): Promise<Static<typeof ReloadMeta>> {
  const peakMemoryBytes = (await store.attempts(reload.id)).at(-1)?.closed?.peakMemoryBytes
  const statements = await store.ranStatements(reload.id)
  return {
    ...summaryOf(reload),
    isPartialReload: reload.partial,
    skipStore: false,
    ...defined({ peakMemoryBytes }),
    statements: statements.map(({ type, table, rows, fields, durationMs, line }) => ({
      type,
      tableName: table,
      nbrOfRows: rows,
      nbrOfFields: fields,
      duration: durationMs,
      line,
    })),
  }
}
