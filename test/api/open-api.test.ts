/** The OpenAPI document as generators of clients and readers take it. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ApiUnderTest, apiUnderTest } from '../support/api-under-test.ts'
import { clientFunctions, operationKey } from '../support/client-functions.ts'
import { redoclyFindings } from '../support/redocly.ts'

interface Operation {
  readonly operationId: string
}

const ORIGIN = 'https://reprise.test'

let api: ApiUnderTest
// biome-ignore lint/suspicious/noExplicitAny: a document of any shape
let document: any
let operations: { readonly method: string; readonly path: string; readonly operation: Operation }[]

beforeAll(async () => {
  api = await apiUnderTest({ deps: { hostUrl: () => ORIGIN } })
  document = (await api.server.inject({ url: '/openapi.json' })).json()
  operations = Object.entries<Record<string, Operation>>(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
  )
})

afterAll(() => api.close())

/** Both paths stay: where the client has a name twice, ours has Core in that of the newer path. */
const CORE_TWIN = '/api/core/data-files'

/** Prefixes with a twin of the same resource: the deprecated one has V1 behind its names. */
const TWINS = ['/api/v1/tasks', '/api/v1/webhooks']

describe('names of operations', () => {
  it('are there, once each', () => {
    const names = operations.map(({ operation }) => operation.operationId)
    expect(names.filter((name) => !/^[a-z][A-Za-z0-9]+$/.test(name))).toEqual([])
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([])
  })

  it('are those of the official client, where it has the operation', async () => {
    const client = await clientFunctions()
    const known = operations
      .filter(({ path }) => !TWINS.some((prefix) => path.startsWith(prefix)))
      .map(({ method, path, operation }) => ({
        name: path.startsWith(CORE_TWIN) ? operation.operationId.replace('Core', '') : operation.operationId,
        client: client.get(operationKey(method, path)),
      }))
      .filter(({ client: name }) => name !== undefined)
    expect(known.length).toBeGreaterThan(80)
    expect(known.filter(({ name, client: expected }) => name !== expected)).toEqual([])
  })

  it('end in V1 where a newer path does the same', () => {
    const names = new Set(operations.map(({ operation }) => operation.operationId))
    const twins = operations.filter(({ path }) => TWINS.some((prefix) => path.startsWith(prefix)))
    expect(twins.length).toBeGreaterThan(15)
    for (const { operation } of twins) {
      const { operationId } = operation
      expect([operationId, names.has(operationId.replace(/V1$/, ''))]).toEqual([
        expect.stringMatching(/V1$/),
        true,
      ])
    }
  })
})

describe('names of schemas', () => {
  it('are those of the records', () => {
    const names = Object.keys(document.components.schemas)
    expect(names).toEqual(
      expect.arrayContaining(['Reload', 'Reloads', 'NxApp', 'Task', 'Webhook', 'Errors', 'PageLinks']),
    )
    expect(names.filter((name) => !/^[A-Z][A-Za-z0-9]*$/.test(name))).toEqual([])
  })

  it('are there for whatever occurs twice', () => {
    const places = new Map<string, string[]>()
    for (const { path, schema } of objectSchemas(document, '')) {
      const text = JSON.stringify(schema)
      places.set(text, [...(places.get(text) ?? []), path])
    }
    const repeated = [...places.values()].filter((found) => found.length > 1)
    expect(places.size).toBeGreaterThan(100)
    expect(repeated).toEqual([])
  })
})

/** Schemas of objects with two fields or more, and where they stand. */
function* objectSchemas(value: unknown, path: string): Generator<{ path: string; schema: object }> {
  if (typeof value !== 'object' || value === null) return
  const { type, properties } = value as { type?: unknown; properties?: object }
  if (type === 'object' && Object.keys(properties ?? {}).length > 1) yield { path, schema: value }
  for (const [name, member] of Object.entries(value)) yield* objectSchemas(member, `${path}/${name}`)
}

const NOTHING_TO_REFUSE = 'open to everybody and without parameters: nothing of the caller can be refused'
const ONLY_REFUSED = 'a client finds it and is always told why it cannot do that here'
const ONLY_REDIRECTS = 'a browser is sent on'

/** What Redocly's recommended rules find and we keep, by rule and path, with the reason. */
const KEPT_FINDINGS: readonly (readonly [finding: string, reason: string])[] = [
  ['operation-4xx-response /healthz', NOTHING_TO_REFUSE],
  ['operation-4xx-response /readyz', NOTHING_TO_REFUSE],
  ['operation-4xx-response /metrics', NOTHING_TO_REFUSE],
  ['operation-4xx-response /openapi.json', NOTHING_TO_REFUSE],
  ['operation-4xx-response /asyncapi.json', NOTHING_TO_REFUSE],
  ['operation-4xx-response /docs', NOTHING_TO_REFUSE],
  ['operation-4xx-response /docs/events', NOTHING_TO_REFUSE],
  ['operation-2xx-response /api/v1/groups/settings', ONLY_REFUSED],
  ['operation-2xx-response /api/v1/roles', ONLY_REFUSED],
  ['operation-2xx-response /api/v1/roles/{id}', ONLY_REFUSED],
  ['operation-2xx-response /api/v1/roles/{id}', ONLY_REFUSED],
  ['operation-2xx-response /login', ONLY_REDIRECTS],
  ['operation-2xx-response /login/callback', ONLY_REDIRECTS],
]

it("passes the recommended rules of Redocly's linter", async () => {
  const folder = await mkdtemp(join(tmpdir(), 'reprise-lint-'))
  try {
    const file = join(folder, 'openapi.json')
    await writeFile(file, JSON.stringify(document))
    expect((await redoclyFindings(file)).sort()).toEqual(KEPT_FINDINGS.map(([finding]) => finding).sort())
  } finally {
    await rm(folder, { recursive: true })
  }
})

it('names the server as the links of its answers do', () => {
  expect(document.servers).toEqual([{ url: ORIGIN }])
})

it('names every way in: key, token of a client, session with its CSRF token, and the key of the operator', () => {
  const schemes = Object.keys(document.components.securitySchemes)
  expect(schemes.sort()).toEqual(['accessToken', 'apiKey', 'csrfToken', 'operatorKey', 'session'])
  expect(document.security).toEqual([{ apiKey: [] }, { accessToken: [] }, { session: [], csrfToken: [] }])
})
