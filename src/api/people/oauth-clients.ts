/**
 * OAuth clients of the tenant, for its admins: programs that get access tokens for a secret of theirs. Shapes
 * after Qlik's public API of the same name; `roles` and `userId` are ours. A secret is shown once.
 */
import { type Static, Type } from 'typebox'
import {
  addSecret,
  deleteClient,
  makeClient,
  removeSecret,
  renameClient,
  seenClient,
} from '../../catalog/oauth-client.ts'
import { refuseWaysIn } from '../../catalog/ways-in.ts'
import { defined } from '../../core/defined.ts'
import type { ClientId } from '../../core/ids.ts'
import type { OAuthClient } from '../../core/people/oauth-client.ts'
import type { User } from '../../core/records.ts'
import { ROLES } from '../../core/role.ts'
import { timeText } from '../../core/time-text.ts'
import { tokenHash } from '../../sign-in/token-hash.ts'
import type { FieldOf } from '../../store/port/list-fields.ts'
import { positionOf } from '../../store/port/lists.ts'
import { callerOf } from '../http/authenticate.ts'
import type { ApiDeps, ApiServer } from '../http/deps.ts'
import { JsonPatch, replacedTexts } from '../http/json-patch.ts'
import { pageLinks, pageParameters, pageSchema, readPage } from '../http/page.ts'
import { done, problems, refuse } from '../http/problem.ts'

const TAGS = ['oauth-clients']
const CLIENTS = '/api/v1/oauth-clients'
const CLIENT_NAME_MAX = 256
const CLIENT_DESCRIPTION_MAX = 1024
const Moment = Type.String({ format: 'date-time' })

const CLIENT = {
  clientId: Type.String(),
  clientName: Type.String(),
  description: Type.String(),
  appType: Type.Literal('web'),
  allowedGrantTypes: Type.Array(Type.Literal('client_credentials')),
  clientSecrets: Type.Array(
    Type.Object({ hint: Type.String(), createdAt: Moment }, { title: 'OAuthClientSecret' }),
  ),
  tenantId: Type.String(),
  userId: Type.String({ description: 'The user that the client acts as' }),
  createdAt: Moment,
  createdByUser: Type.String(),
  updatedAt: Moment,
}
const ClientRecord = Type.Object(CLIENT, { title: 'OAuthClient' })
const NewClientRecord = Type.Object(
  {
    ...CLIENT,
    roles: Type.Array(Type.Enum(ROLES)),
    clientSecret: Type.String({ description: 'Shown only now' }),
  },
  { title: 'NewOAuthClient' },
)
const ClientPath = Type.Object({ id: Type.String() })

const LIST = {
  fields: ['clientId', 'clientName', 'createdAt', 'updatedAt'],
  defaultSort: { field: 'createdAt', descending: true },
  defaultLimit: 20,
  maxLimit: 100,
} as const

const SORT_FIELDS: Readonly<Record<(typeof LIST.fields)[number], FieldOf<'oauthClients'>>> = {
  clientId: 'id',
  clientName: 'name',
  createdAt: 'createdAt',
  updatedAt: 'updatedAt',
}

export function registerOAuthClients(server: ApiServer, deps: ApiDeps): void {
  server.get(
    CLIENTS,
    {
      schema: {
        tags: TAGS,
        operationId: 'getOAuthClients',
        summary: 'Lists the OAuth clients of the tenant',
        querystring: Type.Object(pageParameters(LIST)),
        response: {
          200: pageSchema('OAuthClients', ClientRecord),
          ...problems(400, 403),
        },
      },
    },
    async (request) => {
      const caller = callerOf(request)
      done(refuseWaysIn(caller))
      const { tenantId } = caller
      const query = readPage(deps, request, request.query, LIST)
      const field = SORT_FIELDS[query.sort.field]
      const sort = { field, descending: query.sort.descending }
      const listed = await deps.store.list('oauthClients', { tenantId, sort, page: query.page })
      return {
        data: listed.rows.map(clientRecord),
        links: pageLinks(deps, request, query, listed, (row) => positionOf('oauthClients', row, field)),
      }
    },
  )
  server.post(
    CLIENTS,
    {
      schema: {
        tags: TAGS,
        operationId: 'createOAuthClient',
        summary: 'Makes an OAuth client; its secret is shown only in this answer',
        body: Type.Object({
          clientName: Type.String({ minLength: 1, maxLength: CLIENT_NAME_MAX }),
          description: Type.Optional(Type.String({ maxLength: CLIENT_DESCRIPTION_MAX })),
          appType: Type.Literal('web'),
          allowedGrantTypes: Type.Optional(Type.Array(Type.Literal('client_credentials'), { maxItems: 1 })),
          roles: Type.Optional(
            Type.Array(Type.Enum(ROLES), {
              maxItems: ROLES.length,
              uniqueItems: true,
              description: 'Of the user that the client acts as; none by default',
            }),
          ),
        }),
        response: { 201: NewClientRecord, ...problems(400, 403) },
      },
    },
    async (request, reply) => {
      const { clientName: name, description = '', roles = [] } = request.body
      const made = done(await makeClient(deps, callerOf(request), { name, description, roles }, tokenHash))
      const record = newClientRecord(made.client, made.user, made.secret)
      return reply.code(201).header('cache-control', 'no-store').send(record)
    },
  )
  registerClient(server, deps)
  registerSecrets(server, deps)
}

function registerClient(server: ApiServer, deps: ApiDeps): void {
  server.get(
    `${CLIENTS}/:id`,
    {
      schema: {
        tags: TAGS,
        operationId: 'getOAuthClient',
        summary: 'Reads an OAuth client',
        params: ClientPath,
        response: { 200: ClientRecord, ...problems(403, 404) },
      },
    },
    async (request) => {
      const found = await deps.store.oauthClient(request.params.id as ClientId)
      return clientRecord(done(seenClient(callerOf(request), found?.client)))
    },
  )
  server.patch(
    `${CLIENTS}/:id`,
    {
      schema: {
        tags: TAGS,
        operationId: 'patchOAuthClient',
        summary: 'Changes the name and description of an OAuth client',
        params: ClientPath,
        body: JsonPatch,
        response: { 204: Type.Null(), ...problems(400, 403, 404) },
      },
    },
    async (request, reply) => {
      const { clientName: name, description } = replacedTexts(request.body, {
        clientName: CLIENT_NAME_MAX,
        description: CLIENT_DESCRIPTION_MAX,
      })
      if (name === '')
        throw refuse('badRequest', { detail: 'the name must not be empty', pointer: '/0/value' })
      const change = defined({ name, description })
      done(await renameClient(deps, callerOf(request), request.params.id, change))
      return reply.code(204).send(null)
    },
  )
  server.delete(
    `${CLIENTS}/:id`,
    {
      schema: {
        tags: TAGS,
        operationId: 'deleteOAuthClient',
        summary: 'Deletes an OAuth client with its user; its access tokens end at once',
        params: ClientPath,
        response: { 204: Type.Null(), ...problems(403, 404) },
      },
    },
    async (request, reply) => {
      done(await deleteClient(deps, callerOf(request), request.params.id))
      return reply.code(204).send(null)
    },
  )
}

function registerSecrets(server: ApiServer, deps: ApiDeps): void {
  server.post(
    `${CLIENTS}/:id/client-secrets`,
    {
      schema: {
        tags: TAGS,
        operationId: 'createOAuthClientSecret',
        summary: 'Adds a secret to an OAuth client; it is shown only in this answer',
        params: ClientPath,
        response: {
          201: Type.Object({
            clientId: Type.String(),
            clientSecret: Type.String({ description: 'Shown only now' }),
            hint: Type.String(),
            createdAt: Moment,
          }),
          ...problems(403, 404, 409),
        },
      },
    },
    async (request, reply) => {
      const made = done(await addSecret(deps, callerOf(request), request.params.id, tokenHash))
      const record = {
        clientId: made.client.id,
        clientSecret: made.secret,
        hint: made.hint,
        createdAt: timeText(made.client.updatedAt),
      }
      return reply.code(201).header('cache-control', 'no-store').send(record)
    },
  )
  server.delete(
    `${CLIENTS}/:id/client-secrets/:hint`,
    {
      schema: {
        tags: TAGS,
        operationId: 'deleteOAuthClientSecret',
        summary: 'Removes a secret of an OAuth client; what was got with it ends at once',
        params: Type.Object({ id: Type.String(), hint: Type.String() }),
        response: { 204: Type.Null(), ...problems(403, 404) },
      },
    },
    async (request, reply) => {
      const { id, hint } = request.params
      done(await removeSecret(deps, callerOf(request), id, hint))
      return reply.code(204).send(null)
    },
  )
}

function clientRecord(client: OAuthClient): Static<typeof ClientRecord> {
  return {
    clientId: client.id,
    clientName: client.name,
    description: client.description,
    appType: 'web',
    allowedGrantTypes: ['client_credentials'],
    clientSecrets: client.secrets.map(({ hint, createdAt }) => ({ hint, createdAt: timeText(createdAt) })),
    tenantId: client.tenantId,
    userId: client.userId,
    createdAt: timeText(client.createdAt),
    createdByUser: client.createdBy,
    updatedAt: timeText(client.updatedAt),
  }
}

function newClientRecord(client: OAuthClient, { roles }: User, clientSecret: string) {
  return { ...clientRecord(client), roles: [...roles], clientSecret }
}
