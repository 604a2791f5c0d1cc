/**
 * Runs of automations: start, read, stop, repeat; and the trigger address, which asks for a token and no API
 * key, within a rate of its own.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import {
  findRun,
  type RunUseDeps,
  retryRun,
  runByCall,
  runByHand,
  stopRun,
} from '../../automation/ask-run.ts'
import type { Json } from '../../core/automation/automation.ts'
import { INPUT_MAX_BYTES } from '../../core/automation/limits.ts'
import { callerOf } from '../http/authenticate.ts'
import { bodyMayBeMissing } from '../http/body-shape.ts'
import { clientAddress } from '../http/client-address.ts'
import type { ApiDeps, ApiServer } from '../http/deps.ts'
import { done, problems, refuse } from '../http/problem.ts'
import { RateWindows } from '../http/rate-limit.ts'
import {
  AUTOMATIONS_PATH,
  ById,
  ByRunId,
  RunRecord,
  RunRow,
  runRecord,
  runRow,
  TAGS,
} from './automation-wire.ts'

const KEY = /^[\x21-\x7e]{1,255}$/
const TOKEN = 'x-execution-token'
/** Over five minutes: calls of one automation's address, and of one client whatever it calls. */
const CALLS_PER_AUTOMATION = 300
const CALLS_PER_CLIENT = 500
const PARTIES_MAX = 10_000

const NewRun = Type.Object(
  {
    context: Type.Optional(Type.String({ description: 'Taken and not used' })),
    id: Type.Optional(
      Type.String({
        pattern: KEY.source,
        description: 'Asked again with the same id, the answer is the same run',
      }),
    ),
    inputs: Type.Optional(Type.Unknown({ description: 'Extension. What steps find under `input`' })),
  },
  { title: 'NewAutomationRun' },
)

const KeyHeader = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      description: 'Asked again under the same key, the answer is the same run; with other inputs it is 422',
    }),
  ),
})

export function registerAutomationRuns(server: ApiServer, deps: ApiDeps): void {
  const uses: RunUseDeps = { ...deps, isHashOf }
  registerStart(server, uses)
  registerRun(server, uses)
}

function registerStart(server: ApiServer, deps: RunUseDeps): void {
  for (const [path, operationId, summary] of [
    [`${AUTOMATIONS_PATH}/:id/runs`, 'queueAutomationRun', 'Start a run'],
    [`${AUTOMATIONS_PATH}/:id/actions/run`, 'runAutomation', 'Start a run, as some clients ask for it'],
  ] as const) {
    server.post(
      path,
      {
        config: { tier: 'reload' },
        preValidation: bodyMayBeMissing,
        schema: {
          operationId,
          summary,
          description: 'The run is queued when it is answered, and goes on whatever happens to the service.',
          tags: TAGS,
          params: ById,
          headers: KeyHeader,
          body: NewRun,
          response: { 201: RunRecord, ...problems(400, 403, 404, 409, 413, 422) },
        },
      },
      async (request, reply) => {
        const { id, inputs = {} } = request.body as Static<typeof NewRun>
        const key = id ?? readKey(request)
        const { run } = done(await runByHand(deps, callerOf(request), request.params.id, inputs as Json, key))
        return reply.code(201).send(runRecord(run))
      },
    )
  }
}

function registerRun(server: ApiServer, deps: RunUseDeps): void {
  server.get(
    `${AUTOMATIONS_PATH}/:id/runs/:runId`,
    {
      schema: {
        operationId: 'getAutomationRun',
        summary: 'Get a run with what became of each step',
        description: 'Only for the owner of the automation.',
        tags: TAGS,
        params: ByRunId,
        response: { 200: RunRecord, ...problems(403, 404) },
      },
    },
    async (request) => {
      const { id, runId } = request.params
      return runRecord(done(await findRun(deps, callerOf(request), id, runId)).run)
    },
  )
  server.post(
    `${AUTOMATIONS_PATH}/:id/runs/:runId/actions/stop`,
    {
      schema: {
        operationId: 'stopAutomationRun',
        summary: 'Stop a run',
        description:
          'A queued one ends at once; of a running one the reload is canceled, or the call awaited. Harmless when repeated.',
        tags: TAGS,
        params: ByRunId,
        response: { 204: Type.Null(), ...problems(403, 404) },
      },
    },
    async (request, reply) => {
      const { id, runId } = request.params
      done(await stopRun(deps, callerOf(request), id, runId))
      return reply.code(204).send(null)
    },
  )
  server.post(
    `${AUTOMATIONS_PATH}/:id/runs/:runId/actions/retry`,
    {
      config: { tier: 'reload' },
      schema: {
        operationId: 'retryAutomationRun',
        summary: 'Run again with the same inputs',
        description: 'A new run, of the automation as it is now; it is the newest of the list.',
        tags: TAGS,
        params: ByRunId,
        response: { 204: Type.Null(), ...problems(403, 404, 409) },
      },
    },
    async (request, reply) => {
      const { id, runId } = request.params
      done(await retryRun(deps, callerOf(request), id, runId))
      return reply.code(204).send(null)
    },
  )
}

/** Stands outside of authentication: whoever has the token may call. */
export function registerTriggerAddress(server: ApiServer, deps: ApiDeps): void {
  const uses: RunUseDeps = { ...deps, isHashOf }
  const windows = new RateWindows(PARTIES_MAX)
  server.post(
    `${AUTOMATIONS_PATH}/:id/actions/execute`,
    {
      bodyLimit: INPUT_MAX_BYTES,
      schema: {
        operationId: 'executeAutomation',
        summary: 'The trigger address of an automation',
        description:
          'Needs no API key but the token of the automation, as header or parameter `X-Execution-Token`. The body is the input of the run.',
        tags: TAGS,
        security: [],
        params: ById,
        headers: Type.Object({ ...KeyHeader.properties, [TOKEN]: Type.Optional(Type.String()) }),
        querystring: Type.Object({ 'X-Execution-Token': Type.Optional(Type.String()) }),
        body: Type.Optional(Type.Unknown()),
        response: { 201: RunRow, ...problems(400, 401, 409, 413, 422) },
      },
    },
    async (request, reply) => {
      const { id } = request.params
      const client = clientAddress(request) ?? ''
      if (deps.rateLimits) {
        takeRoom(deps, windows, [{ party: `client ${client}`, limit: CALLS_PER_CLIENT }])
      }
      const token = (request.headers[TOKEN] as string | undefined) ?? request.query['X-Execution-Token']
      if (token === undefined) {
        throw refuse('unauthorized', { detail: 'send the token of the automation as X-Execution-Token' })
      }
      const input = (request.body ?? {}) as Json
      const asked = done(
        await runByCall(uses, id, token, input, readKey(request), () => {
          if (deps.rateLimits)
            takeRoom(deps, windows, [{ party: `automation ${id}`, limit: CALLS_PER_AUTOMATION }])
        }),
      )
      return reply.code(201).send(runRow(asked.run))
    },
  )
}

/** @throws refusal 429 when a party has used up its room */
function takeRoom(deps: ApiDeps, windows: RateWindows, parties: Parameters<RateWindows['take']>[0]): void {
  const waitMs = windows.take(parties, deps.world.clock.monotonic())
  if (waitMs === 0) return
  const seconds = Math.ceil(waitMs / 1000)
  throw refuse('rateLimited', {
    detail: `too many calls of the trigger address over 5 minutes; wait ${seconds} s`,
    headers: { 'retry-after': String(seconds) },
  })
}

function readKey(request: FastifyRequest): string | undefined {
  const key = request.headers['idempotency-key']
  if (key === undefined || (typeof key === 'string' && KEY.test(key))) return key
  throw refuse('badRequest', {
    detail: 'Idempotency-Key must be 1 to 255 visible ASCII characters',
    parameter: 'Idempotency-Key',
  })
}

/** Compares digests of one length: how long it takes tells nothing of the token. */
function isHashOf(token: string, hash: string): boolean {
  const given = createHash('sha256').update(token, 'utf8').digest()
  const wanted = Buffer.alloc(given.length)
  Buffer.from(hash, 'hex').copy(wanted)
  return timingSafeEqual(given, wanted)
}
