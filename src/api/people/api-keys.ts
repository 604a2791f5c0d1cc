/**
 * API keys (contract 05, section 5). The token is shown once, in the answer that makes it; only its hash is
 * kept. A caller sees and changes its own keys, a tenant admin those of the tenant. Deleting one's own key
 * removes it; an admin who deletes another's revokes it, so that it stays visible.
 */
import { type Static, Type } from 'typebox'
import { describeKey, endKey, makeKey, seenKey, visibleKeys } from '../../catalog/api-key.ts'
import { type KeyStatus, keyStatus } from '../../core/key-status.ts'
import type { ApiKey } from '../../core/records.ts'
import { timeText } from '../../core/time-text.ts'
import { tokenHash } from '../../sign-in/token-hash.ts'
import { all, type Condition, is, not } from '../../store/port/condition.ts'
import type { FieldOf } from '../../store/port/list-fields.ts'
import { firstOf, positionOf } from '../../store/port/lists.ts'
import { callerOf } from '../http/authenticate.ts'
import type { ApiDeps, ApiServer } from '../http/deps.ts'
import { JsonPatch, replacedTexts } from '../http/json-patch.ts'
import { CursorPage, namedLinks, readNamedPage } from '../http/named-page.ts'
import { pageSchema } from '../http/page.ts'
import { done, problems, refuse } from '../http/problem.ts'

const TAGS = ['api-keys']
const STATUSES = ['active', 'expired', 'revoked'] as const
const KEY_DESCRIPTION_MAX = 512

const KEY = {
  id: Type.String({ format: 'uuid' }),
  tenantId: Type.String(),
  description: Type.String(),
  status: Type.Enum(STATUSES),
  sub: Type.String({ description: 'The user that the key speaks for' }),
  subType: Type.Literal('user'),
  expiry: Type.Optional(Type.String({ format: 'date-time', description: 'Absent: never' })),
  created: Type.String({ format: 'date-time' }),
  createdByUser: Type.String(),
  lastUsed: Type.Optional(
    Type.String({ format: 'date-time', description: 'An hour exact; absent: never used' }),
  ),
}
const KeyRecord = Type.Object(KEY, { title: 'ApiKey' })
const KeyWithToken = Type.Object(
  { ...KEY, token: Type.String({ description: 'Shown only now' }) },
  { title: 'NewApiKey' },
)
const KeyPath = Type.Object({ id: Type.String() })

const LIST = {
  fields: ['created', 'description', 'sub'],
  defaultSort: { field: 'created', descending: true },
  defaultLimit: 20,
  maxLimit: 100,
} as const

const SORT_FIELDS: Readonly<Record<(typeof LIST.fields)[number], FieldOf<'keys'>>> = {
  created: 'createdAt',
  description: 'description',
  sub: 'userId',
}

export function registerApiKeys(server: ApiServer, deps: ApiDeps): void {
  server.get(
    '/api/v1/api-keys',
    {
      schema: {
        tags: TAGS,
        operationId: 'getApiKeys',
        summary: 'Lists API keys',
        querystring: Type.Object({
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: LIST.maxLimit })),
          startingAfter: Type.Optional(CursorPage),
          endingBefore: Type.Optional(CursorPage),
          sort: Type.Optional(
            Type.String({ description: `${LIST.fields.join(', ')}, with + or -; -created by default` }),
          ),
          createdByUser: Type.Optional(Type.String()),
          sub: Type.Optional(Type.String()),
          status: Type.Optional(Type.Enum(STATUSES)),
        }),
        response: { 200: pageSchema('ApiKeys', KeyRecord), ...problems(400) },
      },
    },
    async (request) => {
      const caller = callerOf(request)
      const { createdByUser, sub, status } = request.query
      const query = readNamedPage(
        deps,
        request,
        request.query,
        LIST,
        { createdByUser, sub, status },
        { next: 'startingAfter', prev: 'endingBefore' },
      )
      const now = deps.world.clock.now()
      const field = SORT_FIELDS[query.sort.field]
      const listed = await deps.store.list('keys', {
        tenantId: caller.tenantId,
        where: all(
          visibleKeys(caller),
          createdByUser === undefined ? undefined : is('createdBy', createdByUser),
          sub === undefined ? undefined : is('userId', sub),
          status === undefined ? undefined : ofStatus(status, now),
        ),
        sort: { field, descending: query.sort.descending },
        page: query.page,
      })
      return {
        data: listed.rows.map((key) => keyRecord(key, now)),
        links: namedLinks(deps, request, query, listed, (key) => positionOf('keys', key, field)),
      }
    },
  )
  registerKeyChanges(server, deps)
}

function registerKeyChanges(server: ApiServer, deps: ApiDeps): void {
  server.post(
    '/api/v1/api-keys',
    {
      schema: {
        tags: TAGS,
        operationId: 'createApiKey',
        summary: 'Makes an API key; its token is shown only in this answer',
        body: Type.Object({
          description: Type.String({ minLength: 1, maxLength: KEY_DESCRIPTION_MAX }),
          expiry: Type.Optional(
            Type.String({
              maxLength: 64,
              description: 'ISO 8601 duration from now; by default as long as the tenant allows',
            }),
          ),
          sub: Type.Optional(Type.String({ description: 'Another user; only for tenant admins' })),
          subType: Type.Optional(Type.Enum(['user'])),
        }),
        response: { 201: KeyWithToken, ...problems(400, 403, 404) },
      },
    },
    async (request, reply) => {
      const { key, token } = done(await makeKey(deps, callerOf(request), request.body, tokenHash))
      const record = { ...keyRecord(key, deps.world.clock.now()), token }
      return reply.code(201).header('cache-control', 'no-store').send(record)
    },
  )
  server.get(
    '/api/v1/api-keys/:id',
    {
      schema: {
        tags: TAGS,
        operationId: 'getApiKey',
        summary: 'Reads an API key, without its token',
        params: KeyPath,
        response: { 200: KeyRecord, ...problems(404) },
      },
    },
    async (request) => {
      const caller = callerOf(request)
      const where = is<FieldOf<'keys'>>('id', request.params.id)
      const key = await firstOf(deps.store, 'keys', { tenantId: caller.tenantId, where })
      return keyRecord(done(seenKey(caller, key)), deps.world.clock.now())
    },
  )
  server.patch(
    '/api/v1/api-keys/:id',
    {
      schema: {
        tags: TAGS,
        operationId: 'patchApiKey',
        summary: 'Changes the description of an API key',
        params: KeyPath,
        body: JsonPatch,
        response: { 204: Type.Null(), ...problems(400, 404) },
      },
    },
    async (request, reply) => {
      const { description } = replacedTexts(request.body, { description: KEY_DESCRIPTION_MAX })
      if (description === '') {
        throw refuse('badRequest', { detail: 'the description must not be empty', pointer: '/0/value' })
      }
      done(await describeKey(deps, callerOf(request), request.params.id, description))
      return reply.code(204).send(null)
    },
  )
  registerKeyEnd(server, deps)
}

function registerKeyEnd(server: ApiServer, deps: ApiDeps): void {
  server.delete(
    '/api/v1/api-keys/:id',
    {
      schema: {
        tags: TAGS,
        operationId: 'deleteApiKey',
        summary: 'Removes one’s own API key, or revokes another’s',
        params: KeyPath,
        response: { 204: Type.Null(), ...problems(404) },
      },
    },
    async (request, reply) => {
      done(await endKey(deps, callerOf(request), request.params.id))
      return reply.code(204).send(null)
    },
  )
}

/** `keyStatus` as a condition of the list. */
function ofStatus(status: KeyStatus, nowMs: number): Condition<FieldOf<'keys'>> {
  const isRevoked = not(is('revokedAt', null))
  const isOver = { kind: 'at-most', field: 'expiresAt', value: nowMs } as const
  if (status === 'revoked') return isRevoked
  return all(not(isRevoked), status === 'expired' ? isOver : not(isOver))
}

function keyRecord(key: ApiKey, nowMs: number): Static<typeof KeyRecord> {
  return {
    id: key.id,
    tenantId: key.tenantId,
    description: key.description,
    status: keyStatus(key, nowMs),
    sub: key.userId,
    subType: 'user',
    ...(key.expiresAt === undefined ? {} : { expiry: timeText(key.expiresAt) }),
    created: timeText(key.createdAt),
    createdByUser: key.createdBy,
    ...(key.lastUsedAt === undefined ? {} : { lastUsed: timeText(key.lastUsedAt) }),
  }
}
