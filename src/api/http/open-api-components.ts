/**
 * Schemas and refusals of the OpenAPI document that have a name: they stand once among its components, and
 * everything else points there. A schema has a name when it has a `title`.
 */

import { STATUS_CODES } from 'node:http'
import { isDeepStrictEqual } from 'node:util'
import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger'
import { defined } from '../../core/defined.ts'

type Json = Record<string, unknown>
type OpenApiDocument = NonNullable<FastifyDynamicSwaggerOptions['openapi']>

/** Headers of refusals that a client has to read, by status. */
const REFUSAL_HEADERS: Readonly<Record<string, Json>> = {
  401: { 'WWW-Authenticate': header('How to authenticate') },
  429: { 'Retry-After': header('Seconds; where waiting helps') },
}

/** @throws Error when two schemas have one name */
export function withComponents(document: OpenApiDocument): OpenApiDocument {
  const schemas: Json = {}
  const responses: Json = {}
  const paths = Object.entries(document.paths ?? {}).map(([path, methods]) => [
    path,
    Object.fromEntries(
      Object.entries(methods ?? {}).map(([method, operation]) => [
        method,
        withSharedRefusals(lifted(operation, schemas) as Json, responses),
      ]),
    ),
  ])
  const components = { ...document.components, schemas: sorted(schemas), responses: sorted(responses) }
  return { ...document, paths: Object.fromEntries(paths), components } as OpenApiDocument
}

/** `value` with references in the place of the named schemas in it, which are added to `schemas`. */
function lifted(value: unknown, schemas: Json): unknown {
  if (Array.isArray(value)) return value.map((item) => lifted(item, schemas))
  if (typeof value !== 'object' || value === null) return value
  const { title, ...members } = value as Json
  // A member of the name title, as a schema has it among its properties, is itself a schema.
  if (typeof title !== 'string') return mapped(value as Json, schemas)
  const schema = mapped(members, schemas)
  if (schemas[title] !== undefined && !isDeepStrictEqual(schemas[title], schema)) {
    throw new Error(`two schemas of the API have the title ${title}`)
  }
  schemas[title] = schema
  return { $ref: `#/components/schemas/${title}` }
}

function mapped(members: Json, schemas: Json): Json {
  return Object.fromEntries(
    Object.entries(members).map(([name, member]) => [
      name,
      // Values, not schemas.
      name === 'examples' || name === 'default' ? member : lifted(member, schemas),
    ]),
  )
}

/** Refusals of one status and one shape are the same for every operation. */
function withSharedRefusals(operation: Json, responses: Json): Json {
  const own = Object.entries(operation.responses as Record<string, Json>).map(([status, response]) => {
    const name = Number(status) < 400 ? undefined : refusalName(status, response)
    if (name === undefined) return [status, response]
    responses[name] = {
      ...response,
      description: STATUS_CODES[status],
      ...defined({ headers: REFUSAL_HEADERS[status] }),
    }
    return [status, { $ref: `#/components/responses/${name}` }]
  })
  return { ...operation, responses: Object.fromEntries(own) }
}

/** Such as `NotFound` and `TaskNotFound`: the status, behind whose shape it is. */
function refusalName(status: string, { content }: Json): string | undefined {
  const shape = (content as Record<string, { schema: Json }> | undefined)?.['application/json']?.schema.$ref
  if (typeof shape !== 'string') return undefined
  const kind = shape.replace('#/components/schemas/', '').replace(/Errors$/, '')
  return kind + (STATUS_CODES[status] ?? status).replaceAll(/\W/g, '')
}

function header(description: string): Json {
  return { description, schema: { type: 'string' } }
}

function sorted(entries: Json): Json {
  return Object.fromEntries(Object.entries(entries).sort(([one], [other]) => (one < other ? -1 : 1)))
}
