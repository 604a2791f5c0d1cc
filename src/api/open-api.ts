/** The OpenAPI document: its frame is here, its paths and schemas come from the routes themselves. */
import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger'
import { Type } from 'typebox'
import type { ApiDeps, ApiServer } from './deps.ts'

export function openApi(deps: ApiDeps): FastifyDynamicSwaggerOptions {
  return {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Reprise',
        version: deps.version,
        description:
          'A self-hosted reload service: reload apps, and hear exactly once how each reload ended.\n\n' +
          'Refusals are `{errors: [{code, title, detail?, source?, meta?}], traceId}`; docs/reference/errors.md lists the codes.',
      },
      components: { securitySchemes: { apiKey: { type: 'http', scheme: 'bearer' } } },
      security: [{ apiKey: [] }],
    },
  }
}

export function registerOpenApi(server: ApiServer): void {
  server.get(
    '/openapi.json',
    {
      schema: {
        summary: 'This document',
        tags: ['operation'],
        security: [],
        response: { 200: Type.Object({}, { additionalProperties: true }) },
      },
    },
    async () => server.swagger() as unknown as Record<string, unknown>,
  )
}
