/**
 * The host of a request. One that a trusted proxy tells and that is no host is refused before anything is
 * done: every answer carries absolute links made with it, and a reload must not be accepted when its address
 * cannot be told. One of the tenant's own names is kept for the links (contract 09, section 0); any other is
 * as if it had not been sent.
 */
import type { FastifyRequest } from 'fastify'
import { hostNameOf } from '../../core/host-name.ts'
import { callerOf } from './authenticate.ts'
import type { ApiDeps, ApiServer } from './deps.ts'
import { refuse } from './problem.ts'

export function installHostCheck(server: ApiServer, deps: ApiDeps): void {
  server.addHook('onRequest', async (request) => {
    const own = deps.hostUrl(request).slice(0, -deps.basePath.length || undefined)
    if (!isOrigin(own)) {
      throw refuse('badRequest', {
        detail: 'Host must be a host name, with a port or without',
        parameter: 'Host',
      })
    }
    const { host } = request
    if (!HOST.test(host) || new URL(own).host === host.toLowerCase()) return
    const name = hostNameOf(host)
    const tenants = await deps.store.tenants()
    if (tenants.some(({ hostnames }) => hostnames.includes(name))) request.tenantHost = host.toLowerCase()
  })
}

/** Behind the authentication: a host of somebody else's tenant is none of the caller's. */
export function installOwnHost(server: ApiServer, deps: ApiDeps): void {
  server.addHook('onRequest', async (request) => {
    if (request.tenantHost === undefined || (await isOwn(deps, request, request.tenantHost))) return
    request.tenantHost = undefined
  })
}

async function isOwn({ store }: ApiDeps, request: FastifyRequest, host: string): Promise<boolean> {
  const tenant = await store.tenant(callerOf(request).tenantId)
  return tenant?.hostnames.includes(hostNameOf(host)) ?? false
}

/** A name or address with a port or without: what a Host header may be (RFC 9110, section 7.2). */
const HOST = /^(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i

/** Nothing but scheme, host and port: no user, path, query or fragment smuggled in with the Host. */
function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false
  return /^https?:\/\/[^/\\?#@]+$/.test(text)
}
