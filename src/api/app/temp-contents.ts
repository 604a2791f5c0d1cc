/** Temporary contents: uploads that something is made of later, and exports (contract 05, section 3). */
import { Readable } from 'node:stream'
import { Type } from 'typebox'
import { findTempContent, keepTempContent } from '../../catalog/temp-contents.ts'
import { timeText } from '../../core/time-text.ts'
import { callerOf } from '../http/authenticate.ts'
import { Empty } from '../http/body-shape.ts'
import type { ApiDeps, ApiServer } from '../http/deps.ts'
import { done, problems } from '../http/problem.ts'
import { type RawBody, withRawBodies } from '../http/raw-body.ts'

const TAGS = ['temp-contents']
export const TEMP_PATH = '/api/v1/temp-contents'
const TTL_SECONDS = 3600
const TTL_MAX_SECONDS = 3 * 24 * 3600
const Id = Type.Object({ id: Type.String({ maxLength: 64 }) })

const Details = Type.Object(
  {
    ID: Type.String({ format: 'uuid' }),
    Name: Type.String(),
    CreatorID: Type.String(),
    Size: Type.String({ description: 'Bytes' }),
    CreatedAt: Type.String({ format: 'date-time' }),
    UpdatedAt: Type.String({ format: 'date-time' }),
    Expires: Type.String({ format: 'date-time' }),
    TTLSeconds: Type.Integer({ description: 'From its making on' }),
  },
  { title: 'TempContentDetails' },
)

export function registerTempContents(server: ApiServer, deps: ApiDeps): void {
  withRawBodies(server, (raw) => registerUpload(raw, deps))
  server.get(
    `${TEMP_PATH}/:id`,
    {
      schema: {
        tags: TAGS,
        operationId: 'downloadTempFile',
        summary: 'Downloads a temporary content',
        description: 'Only for who made it; always as an attachment.',
        params: Id,
        response: {
          200: Type.Unsafe<Uint8Array>({ contentMediaType: 'application/octet-stream' }),
          ...problems(404, 410),
        },
      },
    },
    async (request, reply) => {
      const content = done(await findTempContent(deps.tempContents, callerOf(request), request.params.id))
      return reply
        .type('application/octet-stream')
        .header('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(content.name)}`)
        .header('content-length', content.bytes)
        .header('x-content-type-options', 'nosniff')
        .send(Readable.from(deps.tempContents.read(content)) as never)
    },
  )
  server.get(
    `${TEMP_PATH}/:id/details`,
    {
      schema: {
        tags: TAGS,
        operationId: 'getTempFileDetails',
        summary: 'Tells size and end of a temporary content',
        params: Id,
        response: { 200: Details, ...problems(404, 410) },
      },
    },
    async (request) => {
      const content = done(await findTempContent(deps.tempContents, callerOf(request), request.params.id))
      const { id, name, creatorId, bytes, createdAt, expiresAt } = content
      return {
        ID: id,
        Name: name,
        CreatorID: creatorId,
        Size: String(bytes),
        CreatedAt: timeText(createdAt),
        UpdatedAt: timeText(createdAt),
        Expires: timeText(expiresAt),
        TTLSeconds: Math.round((expiresAt - createdAt) / 1000),
      }
    },
  )
}

function registerUpload(server: ApiServer, deps: ApiDeps): void {
  server.post(
    TEMP_PATH,
    {
      config: { uploads: Type.Unsafe<Uint8Array>({ contentMediaType: 'application/octet-stream' }) },
      schema: {
        tags: TAGS,
        operationId: 'uploadTempFile',
        summary: 'Keeps a content for a while',
        description: 'Its address stands in `Location`.',
        consumes: ['application/octet-stream'],
        querystring: Type.Object({
          filename: Type.String({ minLength: 1, maxLength: 256 }),
          ttl: Type.Optional(
            Type.Integer({
              minimum: 1,
              maximum: TTL_MAX_SECONDS,
              description: `Seconds that it is kept; ${TTL_SECONDS} by default`,
            }),
          ),
        }),
        response: { 201: Empty, ...problems(400, 413, 415) },
      },
    },
    async (request, reply) => {
      const { filename: name, ttl = TTL_SECONDS } = request.query
      const body = (request.body as RawBody) ?? Readable.from([])
      const { tempContents, limits } = deps
      const about = { name, ttlMs: ttl * 1000 }
      const caller = callerOf(request)
      const kept = done(await keepTempContent(tempContents, caller, about, body, limits.dataFileBytes))
      return reply.code(201).header('location', `${TEMP_PATH}/${kept.id}`).send('')
    },
  )
}
