/**
 * Every "no" of the API as the one envelope of contract 02, section 3:
 * `{errors: [{code, title, detail?, source?, meta?}], traceId}`. Expected refusals are thrown with `refuse`;
 * what the framework refuses (malformed JSON, wrong type, unknown route) is mapped to the same table;
 * everything else is an opaque 500 whose cause is only in the log, found by traceId. Never tells values a
 * caller sent, tokens or stacks.
 */

import type { Socket } from 'node:net'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import { isRefused, type Refused } from '../../catalog/refusal.ts'
import { defined } from '../../core/defined.ts'
import { ERRORS, type ErrorName } from '../../core/errors.ts'
import type { ApiDeps, ApiServer } from './deps.ts'
import { isWord, type RoutePaths } from './paths.ts'
import { type SchemaFault, schemaFault } from './validate.ts'

const ErrorSource = Type.Object(
  {
    pointer: Type.Optional(Type.String({ description: 'JSON Pointer (RFC 6901) into the body' })),
    parameter: Type.Optional(Type.String({ description: 'Name of the query or path parameter, or header' })),
  },
  { title: 'ErrorSource' },
)

const OneError = Type.Object(
  {
    code: Type.String(),
    title: Type.String(),
    detail: Type.Optional(Type.String()),
    source: Type.Optional(ErrorSource),
    meta: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  },
  { title: 'Error' },
)

export const Problem = Type.Object(
  {
    errors: Type.Array(OneError),
    traceId: Type.Optional(Type.String()),
    code: Type.Optional(
      Type.String({ description: 'Of refusals for which clients look here: the code once more' }),
    ),
  },
  { title: 'Errors', description: 'Refused: what is wrong, by code' },
)

/**
 * Response schemas of a route's refusals: `response: { 200: Thing, ...problems(400, 404) }`. 401, 429, 500
 * are added.
 */
export function problems<Status extends number>(
  ...statuses: readonly Status[]
): Record<Status | 401 | 429 | 500, typeof Problem> {
  const all = [...statuses, 401, 429, 500] as const
  return Object.fromEntries(all.map((status) => [status, Problem])) as Record<
    Status | 401 | 429 | 500,
    typeof Problem
  >
}

/** What a shape of its own may tell beside the refusal. */
export interface ProblemFacts {
  readonly operationId: string
  readonly status: number
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Of routes whose refusals have another envelope. */
    problems?: {
      /** Codes of their own in the place of others. */
      readonly names: Readonly<Partial<Record<ErrorName, ErrorName>>>
      readonly shape: (problem: Static<typeof Problem>, facts: ProblemFacts) => object
    }
  }
}

export interface RefusalDetail {
  /** What is wrong and the remedy, in words. */
  readonly detail?: string
  /** JSON Pointer into the body. */
  readonly pointer?: string
  /** Name of the parameter or header. */
  readonly parameter?: string
  readonly meta?: Readonly<Record<string, unknown>>
  readonly headers?: Readonly<Record<string, string>>
}

/** A refusal on its way to the error handler. */
export class ApiRefusal extends Error {
  readonly errorName: ErrorName
  readonly told: readonly RefusalDetail[]

  constructor(errorName: ErrorName, told: readonly RefusalDetail[]) {
    super(told[0]?.detail ?? ERRORS[errorName].title)
    this.errorName = errorName
    this.told = told
  }
}

/** `throw refuse('badRequest', { detail, pointer: '/weight' })` */
export function refuse(errorName: ErrorName, told: RefusalDetail = {}): ApiRefusal {
  return new ApiRefusal(errorName, [told])
}

/** One refusal that names several faults, such as all wrong fields of a body. */
export function refuseEach(errorName: ErrorName, told: readonly RefusalDetail[]): ApiRefusal {
  return new ApiRefusal(errorName, told)
}

/**
 * What a use case answered when it did what was asked.
 * @param within where in the body the use case's own part stands
 * @throws its refusal, with the code of its reason
 */
export function done<Answer>(answer: Answer, within = ''): Exclude<Answer, Refused> {
  if (!isRefused(answer)) return answer as Exclude<Answer, Refused>
  const told = answer.faults.map(({ pointer, ...fault }) =>
    pointer === undefined ? fault : { ...fault, pointer: within + pointer },
  )
  throw refuseEach(answer.reason, told)
}

export function installProblems(server: ApiServer, deps: ApiDeps, paths: RoutePaths): void {
  server.setErrorHandler((error: FastifyError, request, reply) => answerError(deps, error, request, reply))
  server.setNotFoundHandler((request, reply) => {
    const methods = paths.offered(pathOf(request))
    if (methods.length === 0) return answer(request, reply, refuse('notFound', { detail: NO_RESOURCE }))
    const allow = methods.join(', ')
    return answer(
      request,
      reply,
      refuse('methodNotAllowed', { detail: `this path offers ${allow}`, headers: { allow } }),
    )
  })
}

/** Answers what the framework refuses before any route is found (a path that cannot be decoded). */
export function answerFrameworkError(
  error: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  answer(
    request,
    reply,
    refuse('badRequest', { detail: mappedDetail(error) ?? 'the path cannot be decoded' }),
  )
}

/** Answers bytes that are no HTTP request: there is no request and no reply then, only the connection. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') answerSlowClient(socket)
  else answerBare(socket, 'badRequest', 'this is no HTTP request, or its headers are too large')
}

/** How long a client that still sends has to read its refusal. */
const ANSWER_TAKEN_MS = 1000

/** Answers a request that does not come to its end, and ends its connection. */
export function answerSlowClient(socket: Socket): void {
  answerBare(socket, 'requestTimeout', 'the request came too slowly')
  // A connection that is closed on a client that still sends takes the answer away from it.
  setTimeout(() => socket.destroy(), ANSWER_TAKEN_MS).unref()
}

function answerBare(socket: Socket, errorName: ErrorName, detail: string): void {
  if (!socket.writable) return
  const { status, title } = ERRORS[errorName]
  const body = JSON.stringify({ errors: [errorItem(errorName, { detail })] })
  socket.end(
    `HTTP/1.1 ${status} ${title}\r\ncontent-type: application/json; charset=utf-8\r\n` +
      `content-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
  )
}

function answerError(
  deps: ApiDeps,
  error: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const refusal = asRefusal(error, request)
  if (refusal !== undefined) return answer(request, reply, refusal)
  deps.world.log.error('request failed', {
    traceId: request.trace?.traceId,
    method: request.method,
    route: request.routeOptions.url,
    error: error instanceof Error ? (error.stack ?? error.message) : String(error),
  })
  return answer(request, reply, refuse('internal'))
}

function asRefusal(error: FastifyError, request: FastifyRequest): ApiRefusal | undefined {
  if (error instanceof ApiRefusal) return error
  if (error.validation !== undefined) return validationRefusal(schemaFault(error))
  switch (error.statusCode) {
    case 400:
      return refuse('badRequest', { detail: mappedDetail(error) ?? 'the request cannot be read' })
    case 404:
      return refuse('notFound')
    case 413:
      return refuse('tooLarge', {
        detail: `the body is larger than this path takes: at most ${request.routeOptions.bodyLimit} bytes`,
      })
    case 415:
      return refuse('unsupportedMediaType', {
        detail: 'send application/json, or multipart/form-data where files are taken',
        parameter: 'Content-Type',
      })
    default:
      return undefined
  }
}

function validationRefusal(fault: SchemaFault): ApiRefusal {
  return refuse('badRequest', fault)
}

const FRAMEWORK_DETAILS: Readonly<Record<string, string>> = {
  FST_ERR_CTP_INVALID_JSON_BODY: 'the body is not valid JSON',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'the body is empty, a JSON value is expected',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'Content-Length does not fit the body',
  FST_ERR_BAD_URL: 'the path cannot be decoded',
  FST_ERR_MAX_PARAM_LENGTH: 'a part of the path is longer than any id',
}

function mappedDetail(error: FastifyError): string | undefined {
  return (
    FRAMEWORK_DETAILS[error.code] ?? (error instanceof SyntaxError ? 'the body is not valid JSON' : undefined)
  )
}

/** @qlik/api fetches a new token and asks again only when it finds this code on top. */
const TOLD_ON_TOP: readonly ErrorName[] = ['csrfToken']

function answer(request: FastifyRequest, reply: FastifyReply, refusal: ApiRefusal): FastifyReply {
  const traceId = request.trace?.traceId
  const { problems: own } = request.routeOptions.config ?? {}
  const errorName = own?.names[refusal.errorName] ?? refusal.errorName
  const { status } = ERRORS[errorName]
  const body: Static<typeof Problem> = {
    errors: refusal.told.map((told) => errorItem(errorName, namedByWord(request, status, told))),
    ...defined({ traceId }),
    ...(TOLD_ON_TOP.includes(errorName) ? { code: ERRORS[errorName].code } : {}),
  }
  for (const { headers } of refusal.told) if (headers !== undefined) reply.headers(headers)
  const { operationId = '' } = request.routeOptions.schema ?? {}
  return reply
    .code(status)
    .type('application/json; charset=utf-8')
    .serializer(JSON.stringify)
    .send(own?.shape(body, { operationId, status }) ?? body)
}

const NO_RESOURCE = 'there is no such resource'

/** Of a path such as `/items/settings`, where no id can be, it is the resource that there is not. */
function namedByWord(request: FastifyRequest, status: number, told: RefusalDetail): RefusalDetail {
  const { url = '' } = request.routeOptions
  if (status !== 404 || told.pointer !== undefined) return told
  const last = /.*\/:(\w+)/.exec(url)?.[1]
  const value = last && (request.params as Readonly<Record<string, string>> | undefined)?.[last]
  return value !== undefined && isWord(value) ? { detail: NO_RESOURCE } : told
}

function errorItem(errorName: ErrorName, told: RefusalDetail): Static<typeof Problem>['errors'][number] {
  const { code, title } = ERRORS[errorName]
  const { detail, pointer, parameter, meta } = told
  const source = defined({ pointer, parameter })
  return {
    code,
    title,
    ...defined({ detail }),
    ...(Object.keys(source).length === 0 ? {} : { source }),
    ...defined({ meta }),
  }
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0]!
}
