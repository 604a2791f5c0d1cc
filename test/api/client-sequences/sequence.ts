/**
 * A service that public clients speak to as they do: over HTTP, with requests that are sent as they are
 * given, byte for byte (contract 09). Each table of the page is a test; what it asserts is the column
 * "reads".
 */
import { request as httpRequest, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { FastifyRequest } from 'fastify'
import { expect } from 'vitest'
import type { Fetch } from '../../../src/delivery/channels/guarded-fetch.ts'
import { type AutomationsUnderTest, automationsUnderTest } from '../../support/automations-under-test.ts'
import { claimNext, endAttempt, succeedNext } from '../../support/reload-steps.ts'

const NO_APP = '00000000-0000-4000-8000-000000000000'

/** Rows of the page that wait for what they are about: method and path of a request of theirs, and why. */
export const WAITING: Readonly<Record<string, readonly [method: string, path: string, why: string]>> = {
  'A 6': ['POST', '/api/v1/sharing-tasks/actions/execute', 'sharing tasks are out of scope'],
  'I 7': ['GET', `/app/${NO_APP}`, 'the WebSocket of the engine is out of scope'],
  'I 16, S 9, G 4, G 5': ['GET', '/api/v1/data-connections', 'data connections'],
  'I 17': ['POST', '/api/v1/dcaas/data-connections', 'data connections'],
  'G 6': ['POST', '/api/dcaas/command', 'commands of connectors are out of scope'],
}

export interface Raw {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly text: string
  readonly bytes: Buffer
  // biome-ignore lint/suspicious/noExplicitAny: a client looks into whatever came
  readonly body: any
}

export interface Given {
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer | object
}

export interface Sequence extends AutomationsUnderTest {
  readonly origin: string
  /** As the tenant's admin. */
  ask(method: string, target: string, given?: Given): Promise<Raw>
  /** Without a key. */
  bare(method: string, target: string, given?: Given): Promise<Raw>
  /** A JSON body with its type. */
  send(method: string, target: string, body: object, headers?: Record<string, string>): Promise<Raw>
  succeed(log?: string): Promise<void>
  fail(): Promise<void>
}

/** @param given what asks identity providers */
export async function sequence(given: { readonly fetch?: Fetch } = {}): Promise<Sequence> {
  const hostUrl = (request: FastifyRequest) => `${request.protocol}://${request.host}`
  const under = await automationsUnderTest({ deps: { hostUrl }, ...given })
  const { server } = under.api
  await server.listen({ host: '127.0.0.1', port: 0 })
  const { port } = server.server.address() as AddressInfo
  const parts = { store: under.api.store, world: under.api.world, settleRules: under.api.deps.settleRules }
  const bare = (method: string, target: string, given: Given = {}) => sendRaw(port, method, target, given)
  const ask = (method: string, target: string, { headers, ...given }: Given = {}) =>
    bare(method, target, {
      headers: { authorization: `Bearer ${under.acme.admin.token}`, ...headers },
      ...given,
    })
  return {
    ...under,
    origin: `http://127.0.0.1:${port}`,
    ask,
    bare,
    send: (method, target, body, headers) =>
      ask(method, target, { headers: { 'content-type': 'application/json', ...headers }, body }),
    async succeed(log) {
      await succeedNext(parts, log)
    },
    async fail() {
      const fault = { engineErrorCode: 11002, message: 'Unknown statement', line: 7, statement: 'X' }
      await endAttempt(parts, await claimNext(parts), { kind: 'script-error', fault } as never, 'Error\r\n')
    },
  }
}

function sendRaw(port: number, method: string, path: string, { headers, body }: Given): Promise<Raw> {
  const bytes = typeof body === 'object' && !Buffer.isBuffer(body) ? JSON.stringify(body) : body
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { host: '127.0.0.1', port, method, path, headers: { ...headers } },
      (answer) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.on('end', () => {
          const bytes = Buffer.concat(chunks)
          const text = bytes.toString()
          const { statusCode, headers } = answer
          resolve({ status: statusCode!, headers, text, bytes, body: parsed(text) })
        })
      },
    )
    request.on('error', reject)
    request.end(bytes)
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The ids of a space with an app in it. */
export async function appInSpace({
  send,
}: Sequence): Promise<{ readonly space: string; readonly app: string }> {
  const space = await send('POST', '/api/v1/spaces', { name: 'Sales Analytics', type: 'shared' })
  expect(space.status, space.text).toBe(201)
  const attributes = { name: 'Sales Dashboard', spaceId: space.body.id }
  const app = await send('POST', '/api/v1/apps', { attributes })
  return { space: space.body.id, app: app.body.attributes.id }
}

/** Client id and secret of an OAuth client. */
export async function oauthClient({ send }: Sequence): Promise<{ client_id: string; client_secret: string }> {
  const made = await send('POST', '/api/v1/oauth-clients', {
    clientName: 'ci',
    appType: 'web',
    allowedGrantTypes: ['client_credentials'],
    roles: ['TenantAdmin'],
  })
  expect(made.status, made.text).toBe(201)
  return { client_id: made.body.clientId, client_secret: made.body.clientSecret }
}

export const OCTETS = { 'content-type': 'application/octet-stream' }

/** Exported as one client does, and fetched from where the relative address in `Location` leads. */
export async function exportedApp(
  { ask }: Sequence,
  app: string,
  query: string,
  given: Given,
): Promise<Buffer> {
  const made = await ask('POST', `/api/v1/apps/${app}/export${query}`, given)
  expect([made.status, made.text]).toEqual([201, ''])
  const location = made.headers.location!
  expect(location).toMatch(/^\/api\/v1\/temp-contents\/[^/:?]+$/)
  const archive = await ask('GET', location)
  expect([archive.status, archive.bytes.subarray(0, 2).toString()]).toEqual([200, 'PK'])
  return archive.bytes
}

/** What every client of the page does with a refusal. */
export function expectRefusal({ status, body }: Raw, wanted: number): void {
  expect([status, body]).toMatchObject([
    wanted,
    { errors: [{ code: expect.any(String), title: expect.any(String) }], traceId: expect.any(String) },
  ])
}
