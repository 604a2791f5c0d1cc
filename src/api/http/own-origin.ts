/**
 * The address of the service in the links of its answers: scheme, authority and the path it stands below. A
 * client sends its key to where a link leads, so nobody but the operator and the proxies of the operator's
 * may say where: the configured public address, else what a trusted proxy tells, else the address of this
 * machine at which the request arrived. A Host header counts only where it names a host of the tenant's own
 * (host-check.ts).
 */
import type { Socket } from 'node:net'
import type { FastifyRequest } from 'fastify'
import ipaddr from 'ipaddr.js'
import { proxiesOf } from './proxies.ts'

export interface OriginSettings {
  /** Origin, perhaps with a path, without a trailing slash. */
  readonly publicUrl: string | undefined
  /** Addresses and CIDRs. */
  readonly trustedProxies: readonly string[]
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The host that the client used, when it is one of the tenant's own: name, and port if it named one. */
    tenantHost?: string | undefined
  }
}

/** Answers without a trailing slash. */
export function ownOrigin({
  publicUrl,
  trustedProxies,
}: OriginSettings): (request: FastifyRequest) => string {
  const isProxy = proxiesOf(trustedProxies)
  const configured = publicUrl === undefined ? undefined : new URL(publicUrl)
  const basePath = basePathOf(publicUrl)
  // Asked for each link of an answer, and the same for all requests of a connection.
  const kept = new WeakMap<object, string | typeof BY_PROXY>()
  const arrivedAt = ({ socket, host }: FastifyRequest): string => {
    const known = kept.get(socket) ?? (isProxy(socket.remoteAddress) ? BY_PROXY : ownAuthority(socket))
    kept.set(socket, known)
    // Of a proxy the framework reads X-Forwarded-Host, and where it sends none, Host.
    return known === BY_PROXY ? host : known
  }
  return (request) => {
    const scheme = configured?.protocol ?? `${request.protocol}:`
    const host = request.tenantHost ?? configured?.host ?? arrivedAt(request)
    return `${scheme}//${host}${basePath}`
  }
}

const BY_PROXY = Symbol()

function ownAuthority({ localAddress = '127.0.0.1', localPort = 0 }: Socket): string {
  return `${authority(localAddress)}:${localPort}`
}

/** The path below which clients find the service: empty, or with a slash before it and none behind. */
export function basePathOf(publicUrl: string | undefined): string {
  return publicUrl === undefined ? '' : new URL(publicUrl).pathname.replace(/\/+$/, '')
}

/** An IPv4 address in an IPv6 one is told as IPv4; a zone has no place in an address of the web. */
function authority(local: string): string {
  const address = ipaddr.process(local.replace(/%.*$/, ''))
  return address.kind() === 'ipv4' ? address.toString() : `[${address.toString()}]`
}
