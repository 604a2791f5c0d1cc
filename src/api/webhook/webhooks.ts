/**
 * Room `api/webhook`: routes about webhooks and their deliveries. Decoding, one use case and encoding enter;
 * sending stands in `delivery`.
 *
 * Webhooks (contract 04): who wants which events at which address, and the history of what was sent. One set
 * of handlers under the current prefix and under the deprecated one, which says so in its headers. A caller
 * sees its own webhooks, a TenantAdmin all of the tenant; somebody else's is not found.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import { createWebhook, patchWebhook, removeWebhook, replaceWebhook } from '../../delivery/webhook.ts'
import type { Prefix } from '../../delivery/webhook-settings.ts'
import { EVENT_TYPES } from '../../event/event-types.ts'
import { all, type Condition, contains, is } from '../../store/port/condition.ts'
import type { FieldOf } from '../../store/port/list-fields.ts'
import { positionOf } from '../../store/port/lists.ts'
import { callerOf } from '../http/authenticate.ts'
import type { ApiDeps, ApiServer } from '../http/deps.ts'
import { type PageRules, pageLinks, pageParameters, pageSchema, readPage } from '../http/page.ts'
import { done, problems, refuse } from '../http/problem.ts'
import { assertShape } from '../http/validate.ts'
import { registerActions } from './webhook-actions.ts'
import { registerDeliveries } from './webhook-deliveries.ts'
import { ById, findSubscription, type Mount, visibleWebhooks } from './webhook-mount.ts'
import {
  EVENT_TYPES_MAX,
  LEVELS,
  NewWebhook,
  ORIGINS,
  Patch,
  Webhook,
  WebhookBody,
  webhookRecord,
} from './webhook-wire.ts'

const PATHS: Readonly<Record<Prefix, string>> = { v1: '/api/v1/webhooks', core: '/api/core/webhooks' }

/** Deprecated since 2026-11-03 (RFC 9745: seconds of the epoch), gone on or after 2027-11-01 (RFC 8594). */
const DEPRECATION = {
  deprecation: '@1793664000',
  sunset: 'Mon, 01 Nov 2027 00:00:00 GMT',
  link: `<${PATHS.core}>; rel="successor-version"`,
}

const PAGES: PageRules<'name' | 'url' | 'createdAt' | 'updatedAt'> = {
  fields: ['name', 'url', 'createdAt', 'updatedAt'],
  defaultSort: { field: 'createdAt', descending: true },
  defaultLimit: 20,
  maxLimit: 100,
}

const Selection = {
  name: Type.Optional(Type.String({ description: 'Part of the name, in any case' })),
  url: Type.Optional(Type.String({ description: 'Part of the url, in any case' })),
  eventTypes: Type.Optional(Type.String({ description: 'Comma list: the webhook has all of them' })),
  origins: Type.Optional(Type.String({ description: `Comma list of ${ORIGINS.join(', ')}: any of them` })),
  level: Type.Optional(Type.Enum(LEVELS)),
  enabled: Type.Optional(Type.Boolean()),
  ownerId: Type.Optional(Type.String()),
  createdByUserId: Type.Optional(Type.String()),
  updatedByUserId: Type.Optional(Type.String()),
}
const SelectionQuery = Type.Object(Selection)

export function registerWebhooks(server: ApiServer, deps: ApiDeps): void {
  for (const prefix of ['core', 'v1'] as const) {
    server.register(async (mounted: ApiServer) => {
      const about = (name: string) => ({
        operationId: prefix === 'v1' ? `${name}V1` : name,
        tags: ['webhooks'],
        deprecated: prefix === 'v1',
      })
      const mount: Mount = { server: mounted, deps, prefix, path: PATHS[prefix], about }
      if (prefix === 'v1') {
        mounted.addHook('onRequest', async (_request: FastifyRequest, reply: FastifyReply) => {
          reply.headers(DEPRECATION)
        })
      }
      registerList(mount)
      registerCreate(mount)
      registerEventTypes(mount)
      registerRead(mount)
      registerChange(mount)
      registerRemove(mount)
      registerDeliveries(mount)
      if (prefix === 'core') registerActions(mount)
    })
  }
}

function registerList({ server, deps, path, about }: Mount): void {
  server.get(
    path,
    {
      schema: {
        summary: 'List webhooks',
        ...about('getWebhooks'),
        querystring: Type.Object({ ...pageParameters(PAGES), ...Selection }),
        response: { 200: pageSchema('Webhooks', Webhook), ...problems(400) },
      },
    },
    async (request) => {
      const { limit, next, prev, sort, ...selection } = request.query
      const page = readPage(deps, request, request.query, PAGES, selection)
      const caller = callerOf(request)
      const listed = await deps.store.list('subscriptions', {
        tenantId: caller.tenantId,
        where: all(visibleWebhooks(caller), chosen(selection)),
        sort: page.sort,
        page: page.page,
      })
      return {
        data: listed.rows.map(webhookRecord),
        links: pageLinks(deps, request, page, listed, (row) =>
          positionOf('subscriptions', row, page.sort.field),
        ),
      }
    },
  )
}

function registerCreate({ server, deps, path, about }: Mount): void {
  server.post(
    path,
    {
      schema: {
        summary: 'Create a webhook',
        ...about('createWebhook'),
        body: NewWebhook,
        response: { 201: Webhook, ...problems(400, 403, 413, 415) },
      },
    },
    async (request, reply) => {
      const made = done(await createWebhook(deps, callerOf(request), request.body))
      return reply.code(201).send(webhookRecord(made))
    },
  )
}

function registerEventTypes({ server, path, about }: Mount): void {
  const EventType = Type.Object(
    {
      name: Type.String(),
      title: Type.String(),
      description: Type.String(),
      category: Type.String(),
      levels: Type.Array(Type.Enum(LEVELS)),
    },
    { title: 'WebhookEventType' },
  )
  server.get(
    `${path}/event-types`,
    {
      schema: {
        summary: 'List the event types a webhook can have',
        ...about('getWebhookEventTypes'),
        response: { 200: Type.Object({ data: Type.Array(EventType) }), ...problems() },
      },
    },
    async () => ({ data: EVENT_TYPES.map((entry) => ({ ...entry, levels: [...entry.levels] })) }),
  )
}

function registerRead({ server, deps, path, about }: Mount): void {
  server.get(
    `${path}/:id`,
    {
      schema: {
        summary: 'Get a webhook',
        ...about('getWebhook'),
        params: ById,
        response: { 200: Webhook, ...problems(404) },
      },
    },
    async (request) => webhookRecord(await findSubscription(deps, request)),
  )
}

function registerChange({ server, deps, prefix, path, about }: Mount): void {
  server.put(
    `${path}/:id`,
    {
      schema: {
        summary: 'Replace a webhook',
        description:
          'What is left out is cleared: secret, headers, encryptedHeaders, filter; enabled becomes false.',
        ...about('updateWebhook'),
        params: ById,
        body: WebhookBody,
        response: { 200: Webhook, ...problems(400, 403, 404, 409, 413, 415) },
      },
    },
    async (request) => {
      const { params, body } = request
      return webhookRecord(done(await replaceWebhook(deps, callerOf(request), params.id, body, prefix)))
    },
  )
  server.patch(
    `${path}/:id`,
    {
      schema: {
        summary: 'Change a webhook',
        description: 'JSON Patch (RFC 6902) with add, remove and replace, all or nothing.',
        ...about('patchWebhook'),
        params: ById,
        body: Patch,
        response: { 204: Type.Null(), ...problems(400, 403, 404, 409, 413, 415) },
      },
    },
    async (request, reply) => {
      const checkShape: (document: unknown) => asserts document is WebhookBody = (document) =>
        assertShape(request, WebhookBody, document)
      const { params, body } = request
      done(await patchWebhook(deps, callerOf(request), params.id, body, prefix, checkShape))
      return reply.code(204).send(null)
    },
  )
}

function registerRemove({ server, deps, path, about }: Mount): void {
  server.delete(
    `${path}/:id`,
    {
      schema: {
        summary: 'Delete a webhook',
        description: 'Deliveries still open are given up.',
        ...about('deleteWebhook'),
        params: ById,
        response: { 204: Type.Null(), ...problems(404) },
      },
    },
    async (request, reply) => {
      done(await removeWebhook(deps, callerOf(request), request.params.id))
      return reply.code(204).send(null)
    },
  )
}

function chosen(selection: Static<typeof SelectionQuery>): Condition<FieldOf<'subscriptions'>> {
  const { level, enabled, ownerId, createdByUserId, updatedByUserId } = selection
  const types = [...new Set(commaList(selection.eventTypes))]
  if (types.length > EVENT_TYPES_MAX) {
    throw refuse('badRequest', {
      detail: `eventTypes must name at most ${EVENT_TYPES_MAX}, as a webhook has no more`,
      parameter: 'eventTypes',
    })
  }
  const origins = commaList(selection.origins)
  const unknown = origins.find((origin) => !(ORIGINS as readonly string[]).includes(origin))
  if (unknown !== undefined) {
    throw refuse('badRequest', {
      detail: `origins must be a comma list of ${ORIGINS.join(', ')}`,
      parameter: 'origins',
    })
  }
  const { name, url } = selection
  return all<FieldOf<'subscriptions'>>(
    name === undefined ? undefined : contains('name', name),
    url === undefined ? undefined : contains('url', url),
    ...types.map((value) => ({ kind: 'has', field: 'eventTypes', value }) as const),
    origins.length === 0 ? undefined : is('origin', ...origins),
    level === undefined ? undefined : is('level', level),
    enabled === undefined ? undefined : is('enabled', enabled ? 1 : 0),
    ownerId === undefined ? undefined : is('ownerId', ownerId),
    createdByUserId === undefined ? undefined : is('createdBy', createdByUserId),
    updatedByUserId === undefined ? undefined : is('updatedBy', updatedByUserId),
  )
}

function commaList(text: string | undefined): string[] {
  return (text ?? '').split(',').filter((part) => part !== '')
}
