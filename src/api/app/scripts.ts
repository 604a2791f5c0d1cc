/**
 * Load scripts of apps: every set makes a version, the newest is what the next attempt runs (contract 05,
 * section 2). Scripts are code and may hold what its writers did not mean for viewers, so reading them needs
 * more than seeing the app.
 */
import { Type } from 'typebox'
import { SCRIPT_VERSIONS_KEPT, setScript } from '../../catalog/script.ts'
import { matchesFilter } from '../../core/filter.ts'
import { parseFilter } from '../../core/filter-parse.ts'
import type { ScriptVersionId } from '../../core/ids.ts'
import { timeText } from '../../core/time-text.ts'
import { KIB } from '../../core/units.ts'
import type { ScriptSummary } from '../../store/port/apps.ts'
import { AppPath } from '../http/app-path.ts'
import { callerOf } from '../http/authenticate.ts'
import { scriptBodyBytes } from '../http/body-room.ts'
import { Empty } from '../http/body-shape.ts'
import type { ApiDeps, ApiServer } from '../http/deps.ts'
import { jsonInPieces } from '../http/long-answer.ts'
import { done, problems, refuse } from '../http/problem.ts'
import { appFor } from '../http/rights.ts'
import { VERSION_MESSAGE_MAX } from './script-versions.ts'

const TAGS = ['apps']

/** A longer one is answered in pieces. */
const LONG_SCRIPT_CHARACTERS = 64 * KIB

export function registerScripts(server: ApiServer, deps: ApiDeps): void {
  server.get(
    '/api/v1/apps/:appId/scripts',
    {
      schema: {
        tags: TAGS,
        operationId: 'getAppScriptHistory',
        summary: 'Lists the versions of an app’s script, newest first',
        params: AppPath,
        querystring: Type.Object({
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: SCRIPT_VERSIONS_KEPT })),
          filter: Type.Optional(Type.String({ description: 'SCIM on ScriptId, ModifiedTime, ModifierId' })),
        }),
        response: {
          200: Type.Object({
            scripts: Type.Array(
              Type.Object({
                scriptId: Type.String({ format: 'uuid' }),
                modifiedTime: Type.String({ format: 'date-time' }),
                modifierId: Type.String(),
                size: Type.Integer({ description: 'UTF-8 bytes' }),
                versionMessage: Type.String(),
              }),
            ),
          }),
          ...problems(400, 403, 404),
        },
      },
    },
    async (request) => {
      const caller = callerOf(request)
      const app = await appFor(deps, caller, request.params.appId, 'read-script')
      const { filter, limit = SCRIPT_VERSIONS_KEPT } = request.query
      const passes = filter === undefined ? () => true : versionFilter(filter)
      const versions = await deps.store.scripts(caller.tenantId, app.id)
      return {
        scripts: versions
          .filter(passes)
          .slice(0, limit)
          .map((version) => ({
            scriptId: version.id,
            modifiedTime: timeText(version.modifiedAt),
            modifierId: version.modifierId,
            size: version.bytes,
            versionMessage: version.message,
          })),
      }
    },
  )
  registerScriptSet(server, deps)
}

function registerScriptSet(server: ApiServer, deps: ApiDeps): void {
  server.post(
    '/api/v1/apps/:appId/scripts',
    {
      bodyLimit: scriptBodyBytes(deps.limits),
      config: { largeMembers: ['script', 'versionMessage'] },
      schema: {
        tags: TAGS,
        operationId: 'updateAppScript',
        summary: 'Sets the script of an app',
        description:
          'Makes a new current version, which the next attempt runs, and clears the app’s crash marks.',
        params: AppPath,
        body: Type.Object({
          script: Type.String(),
          versionMessage: Type.Optional(Type.String({ maxLength: VERSION_MESSAGE_MAX })),
        }),
        response: { 200: Empty, ...problems(400, 403, 404, 413, 422, 503) },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request)
      const { script, versionMessage: message = '' } = request.body
      done(await setScript(deps, caller, request.params.appId, { script, message }))
      return reply.code(200).send('')
    },
  )
  registerScriptRead(server, deps)
}

function registerScriptRead(server: ApiServer, deps: ApiDeps): void {
  server.get(
    '/api/v1/apps/:appId/scripts/:id',
    {
      schema: {
        tags: TAGS,
        operationId: 'getAppScript',
        summary: 'Reads a version of an app’s script',
        params: Type.Object({
          appId: Type.String(),
          id: Type.String({ description: 'Id of a version, or `current`' }),
        }),
        response: {
          200: Type.Object({ script: Type.String(), versionMessage: Type.Optional(Type.String()) }),
          ...problems(403, 404),
        },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request)
      const { appId, id } = request.params
      const app = await appFor(deps, caller, appId, 'read-script')
      const version = await deps.store.script(caller.tenantId, app.id, id as ScriptVersionId | 'current')
      // An app whose script was never set has an empty one.
      if (version === undefined && id === 'current') return { script: '' }
      if (version === undefined) {
        throw refuse('notFound', { detail: 'the script has no version with this id', parameter: 'id' })
      }
      const { script, message: versionMessage } = version
      if (script.length <= LONG_SCRIPT_CHARACTERS) return { script, versionMessage }
      return reply
        .type('application/json; charset=utf-8')
        .send(jsonInPieces({ script, versionMessage }) as never)
    },
  )
}

const FILTER = {
  attributes: { ScriptId: 'any', ModifiedTime: 'any', ModifierId: 'any' },
  operators: ['eq', 'ne'],
} as const

function versionFilter(text: string): (version: ScriptSummary) => boolean {
  const parsed = parseFilter(text, FILTER)
  if (parsed.kind === 'fault') throw refuse('badRequest', { detail: parsed.detail, parameter: 'filter' })
  return (version) =>
    matchesFilter(parsed.filter, (name) => {
      switch (name) {
        case 'ScriptId':
          return version.id
        case 'ModifiedTime':
          return timeText(version.modifiedAt)
        default:
          return version.modifierId
      }
    })
}
