/**
 * The documents that describe the service: OpenAPI, whose frame is here while its paths and schemas come from
 * the routes themselves, and AsyncAPI, which the events describe.
 */

import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger'
import type { FastifySchema, RouteOptions } from 'fastify'
import { type TSchema, Type } from 'typebox'
import { defined } from '../../core/defined.ts'
import { ROUTE_GROUPS, type Stage, withStage } from '../../core/surface.ts'
import { asyncApi, serversFrom } from '../../event/async-api.ts'
import { sessionCookieName } from '../../sign-in/session-token.ts'
import type { ApiDeps, ApiServer } from './deps.ts'
import { withComponents } from './open-api-components.ts'
import { Problem } from './problem.ts'
import {
  type Described,
  type DescribedEvents,
  eventsPage,
  PAGE_HEADERS,
  referencePage,
} from './reference-page.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Shape of a multipart body, for the document only. */
    uploads?: TSchema
    /** Schemas of the refusals by status, for the document only. */
    refusals?: Readonly<Record<string, unknown>>
  }

  interface FastifySchema {
    'x-stage'?: Stage | undefined
  }
}

const TOKEN_PATH = '/oauth/token'

export function openApi(deps: ApiDeps): FastifyDynamicSwaggerOptions {
  return {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Reprise',
        version: deps.version,
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
        description:
          'A self-hosted reload service: reload apps, and hear exactly once how each reload ended.\n\n' +
          'Refusals are `{errors: [{code, title, detail?, source?, meta?}], traceId}`; docs/reference/errors.md lists the codes.',
      },
      components: {
        securitySchemes: {
          apiKey: { type: 'http', scheme: 'bearer', description: 'An API key' },
          accessToken: {
            type: 'oauth2',
            description: 'A token that an OAuth client gets for its credentials',
            flows: { clientCredentials: { tokenUrl: TOKEN_PATH, scopes: {} } },
          },
          session: {
            type: 'apiKey',
            in: 'cookie',
            name: sessionCookieName('host'),
            description: `Of somebody who signed in at /login; over plain HTTP ${sessionCookieName('plain')}`,
          },
          csrfToken: {
            type: 'apiKey',
            in: 'header',
            name: 'qlik-csrf-token',
            description: 'With a session, for whatever is no GET or HEAD: from GET /api/v1/csrf-token',
          },
          operatorKey: { type: 'http', scheme: 'bearer', description: 'REPRISE_OPERATOR_KEY' },
        },
      },
      security: [{ apiKey: [] }, { accessToken: [] }, { session: [], csrfToken: [] }],
      tags: Object.entries(ROUTE_GROUPS).map(([name, group]) => ({
        name,
        description: withStage(group.about, group),
        'x-stage': group.stage,
      })),
    },
    transform: ({ schema, url, route }) => ({ schema: documented(schema, route), url }),
    transformObject: (document) =>
      'openapiObject' in document ? withComponents(document.openapiObject) : document.swaggerObject,
  }
}

/**
 * Takes the refusals out of the schemas of the routes registered after it and keeps them for the document.
 * They are written without a schema (problem.ts), and the framework would make a serializer of its own for
 * each of some 400: that was a third of the time the API took to start.
 */
export function keepRefusalsForDocument(server: ApiServer): void {
  server.addHook('onRoute', (route) => {
    const answers = Object.entries((route.schema?.response ?? {}) as Record<string, unknown>)
    const refusals = answers.filter(([status]) => Number(status) >= 400)
    if (refusals.length === 0) return
    const others = answers.filter(([status]) => Number(status) < 400)
    route.schema = { ...route.schema, response: Object.fromEntries(others) }
    route.config = { ...route.config, refusals: Object.fromEntries(refusals) }
  })
}

/**
 * A route with the stage of its group, and with the refusals that no route declares because every one of its
 * kind has them. The body of an upload is read by its route and not by the framework, so the route's
 * configuration has its shape.
 */
function documented(schema: FastifySchema | undefined, route: RouteOptions): FastifySchema {
  const { uploads, refusals } = route.config ?? {}
  const body = uploads ?? schema?.body
  const response = { ...(schema?.response as object), ...refusalsOfAll(schema, route), ...refusals }
  const stage = ROUTE_GROUPS[schema?.tags?.[0] ?? '']?.stage
  return { ...schema, ...defined({ body }), response, 'x-stage': stage }
}

/** What may be refused before a route is asked, and what nobody foresees. */
function refusalsOfAll(schema: FastifySchema | undefined, { method, config }: RouteOptions): object {
  const isOpen = schema?.security?.length === 0
  const mayHaveBody = ![method].flat().every((name) => name === 'GET' || name === 'HEAD')
  const statuses = [
    // A path whose escapes cannot be decoded, a parameter, a Host that is none.
    ...(isOpen && schema?.params === undefined && !mayHaveBody ? [] : [400]),
    ...(isOpen ? [] : [401, 403, 429]),
    ...(mayHaveBody ? [408, 413, 415] : []),
    500,
  ]
  // Every refusal of a route has one shape.
  const shape = config?.refusals?.[500] ?? Problem
  return Object.fromEntries(statuses.map((status) => [status, shape]))
}

/** Each is open to everybody and large: its text is made once for the address that it tells. */
export function registerDocuments(server: ApiServer, deps: ApiDeps): void {
  const { basePath, hostUrl } = deps
  const events = asyncApi(deps.version)
  const openApiAt = (url: string) => ({ ...server.swagger(), servers: [{ url }] })
  const openApiText = keptFor((url) => JSON.stringify(openApiAt(url)))
  const asyncApiText = keptFor((url) => JSON.stringify({ ...events, servers: serversFrom(new URL(url)) }))
  const reference = keptFor((url) => referencePage(openApiAt(url) as object as Described, basePath))
  const eventReference = keptFor(() => eventsPage(events as object as DescribedEvents, basePath))
  const about = { tags: ['operation'], security: [] }
  const json = { 200: Type.Unsafe<string>(Type.Object({}, { additionalProperties: true })) }
  const html = { 200: { content: { 'text/html': { schema: Type.Unsafe<string>({ type: 'string' }) } } } }
  server.get(
    '/openapi.json',
    { schema: { operationId: 'getOpenApi', summary: 'This document', ...about, response: json } },
    async (request, reply) => reply.type(JSON_TEXT).send(openApiText(hostUrl(request))),
  )
  server.get(
    '/asyncapi.json',
    {
      schema: {
        operationId: 'getAsyncApi',
        summary: 'The events that this service sends (AsyncAPI 3)',
        ...about,
        response: json,
      },
    },
    async (request, reply) => reply.type(JSON_TEXT).send(asyncApiText(hostUrl(request))),
  )
  server.get(
    '/docs',
    { schema: { operationId: 'getDocs', summary: 'The API for readers', ...about, response: html } },
    async (request, reply) =>
      reply
        .headers(PAGE_HEADERS)
        .type(HTML)
        .send(reference(hostUrl(request))),
  )
  server.get(
    '/docs/events',
    { schema: { operationId: 'getEventDocs', summary: 'The events for readers', ...about, response: html } },
    async (_request, reply) => reply.headers(PAGE_HEADERS).type(HTML).send(eventReference('')),
  )
}

const JSON_TEXT = 'application/json; charset=utf-8'
const HTML = 'text/html; charset=utf-8'

/** Keeps the text of the address that was asked for last: clients use one. */
function keptFor(make: (address: string) => string): (address: string) => string {
  let kept: { readonly address: string; readonly text: string } | undefined
  return (address) => {
    if (kept?.address !== address) kept = { address, text: make(address) }
    return kept.text
  }
}
