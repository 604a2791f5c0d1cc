/**
 * Who asks: an API key as bearer token, looked up by its SHA-256. Whatever is wrong with it answers 401; the
 * token itself is never kept, compared or logged. Everything behind this hook may rely on `callerOf`.
 */
import { createHash } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { Caller } from '../../core/caller.ts'
import type { ApiDeps, ApiServer } from './deps.ts'
import { ApiRefusal, refuse } from './problem.ts'

declare module 'fastify' {
  interface FastifyRequest {
    caller?: Caller
  }
}

export function installAuthentication(server: ApiServer, deps: ApiDeps): void {
  server.decorateRequest('caller')
  server.addHook('onRequest', async (request) => {
    request.caller = await authenticate(deps, request.headers.authorization)
  })
}

/** The caller of a request that passed authentication. */
export function callerOf(request: FastifyRequest): Caller {
  if (request.caller === undefined) throw new Error(`route ${request.routeOptions.url} is not authenticated`)
  return request.caller
}

/**
 * The caller of a long-lived request as it is by now, with its present roles; undefined when it would be
 * refused.
 */
export function callerByNow(deps: ApiDeps, request: FastifyRequest): Promise<Caller | undefined> {
  return authenticate(deps, request.headers.authorization).catch((error: unknown) => {
    if (error instanceof ApiRefusal) return undefined
    throw error
  })
}

/** SHA-256 of the whole token in lower-case hex: what a key record keeps. */
export function tokenHash(token: string): string {
  return createHash('sha256').update(token, 'utf8').digest('hex')
}

async function authenticate(deps: ApiDeps, authorization: string | undefined): Promise<Caller> {
  const token = /^bearer +(\S+) *$/i.exec(authorization ?? '')?.[1]
  if (token === undefined) throw unauthorized('send "Authorization: Bearer <API key>"')
  const found = await deps.store.keyByHash(tokenHash(token))
  if (found === undefined) throw unauthorized('the API key is not known')
  const { key, user } = found
  if (key.revokedAt !== undefined) throw unauthorized('the API key was revoked')
  if (key.expiresAt !== undefined && key.expiresAt <= deps.world.clock.now()) {
    throw unauthorized('the API key has expired')
  }
  if (user.status !== 'active') throw unauthorized('the user of the API key is not active')
  return { tenantId: key.tenantId, user, credential: { kind: 'key', keyId: key.id }, claims: {} }
}

function unauthorized(detail: string): Error {
  return refuse('unauthorized', { detail, headers: { 'www-authenticate': 'Bearer' } })
}
