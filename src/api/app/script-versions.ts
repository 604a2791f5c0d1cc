/**
 * Versions of an app's script: described and deleted (contract 05, section 2). Patches come in capital
 * letters from the official client, with values as JSON texts, and plain from others.
 */
import { type Static, Type } from 'typebox'
import { describeVersion, removeVersion } from '../../catalog/script.ts'
import { callerOf } from '../http/authenticate.ts'
import { Empty } from '../http/body-shape.ts'
import type { ApiDeps, ApiServer } from '../http/deps.ts'
import { type JsonPatch, replacedTexts } from '../http/json-patch.ts'
import { done, problems, refuse } from '../http/problem.ts'

const TAGS = ['apps']
export const VERSION_MESSAGE_MAX = 1024

const VersionPath = Type.Object({
  appId: Type.String(),
  id: Type.String({ description: 'Id of a version, or `current`' }),
})

const Value = Type.Optional(
  Type.Unknown({ description: 'A text, or its JSON in a text: `"nightly"` or `"\\"nightly\\""`' }),
)

const VersionPatch = Type.Array(
  Type.Object({
    Op: Type.Optional(Type.String({ maxLength: 16 })),
    Path: Type.Optional(Type.String({ maxLength: 256 })),
    Value,
    op: Type.Optional(Type.String({ maxLength: 16 })),
    path: Type.Optional(Type.String({ maxLength: 256 })),
    value: Value,
  }),
  { minItems: 1, maxItems: 20 },
)

export function registerScriptVersions(server: ApiServer, deps: ApiDeps): void {
  server.patch(
    '/api/v1/apps/:appId/scripts/:id',
    {
      schema: {
        tags: TAGS,
        operationId: 'patchAppScript',
        summary: 'Describes a version of an app’s script',
        description: 'Replaces `/versionMessage`; the script of a version never changes: set a new one.',
        params: VersionPath,
        body: VersionPatch,
        response: { 200: Empty, ...problems(400, 403, 404) },
      },
    },
    async (request, reply) => {
      const { versionMessage } = replacedTexts(plainPatch(request.body), {
        versionMessage: VERSION_MESSAGE_MAX,
      })
      done(await describeVersion(deps, callerOf(request), request.params, versionMessage!))
      return reply.code(200).send('')
    },
  )
  server.delete(
    '/api/v1/apps/:appId/scripts/:id',
    {
      schema: {
        tags: TAGS,
        operationId: 'deleteAppScript',
        summary: 'Deletes a version of an app’s script, but never the current one',
        params: VersionPath,
        response: { 200: Empty, ...problems(403, 404, 409) },
      },
    },
    async (request, reply) => {
      done(await removeVersion(deps, callerOf(request), request.params))
      return reply.code(200).send('')
    },
  )
}

/** @throws refusal 400 for operations without op or path */
function plainPatch(patch: Static<typeof VersionPatch>): Static<typeof JsonPatch> {
  return patch.map((operation, index) => {
    const { op = operation.Op, path = operation.Path } = operation
    if (op === undefined || path === undefined) {
      const missing = op === undefined ? 'op' : 'path'
      throw refuse('badRequest', { detail: `${missing} is required`, pointer: `/${index}/${missing}` })
    }
    const value = operation.value === undefined ? operation.Value : operation.value
    return { op, path, value: textOf(value) }
  })
}

/** The text that a JSON text in a text stands for; what is none stays as it is. */
function textOf(value: unknown): unknown {
  if (typeof value !== 'string' || !value.startsWith('"')) return value
  try {
    const inner: unknown = JSON.parse(value)
    return typeof inner === 'string' ? inner : value
  } catch {
    return value
  }
}
