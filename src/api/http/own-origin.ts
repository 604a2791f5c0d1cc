/**
 * Scheme and authority of the links in answers. A client sends its key to where a link leads, so nobody but
 * the operator and the proxies of the operator's may say where: the configured public address, else what a
 * trusted proxy tells, else the address of this machine at which the request arrived. The Host header of
 * anybody else is never looked at.
 */
import type { FastifyRequest } from 'fastify'
import ipaddr from 'ipaddr.js'

export interface OriginSettings {
  /** Origin without a trailing slash. */
  readonly publicUrl: string | undefined
  /** Addresses and CIDRs. */
  readonly trustedProxies: readonly string[]
}

export function ownOrigin({
  publicUrl,
  trustedProxies,
}: OriginSettings): (request: FastifyRequest) => string {
  const networks = trustedProxies.map((text) =>
    ipaddr.isValidCIDR(text) ? ipaddr.parseCIDR(text) : hostNetwork(ipaddr.process(text)),
  )
  const isProxy = (address: string | undefined) => {
    if (address === undefined || !ipaddr.isValid(address)) return false
    const peer = ipaddr.process(address)
    return networks.some((network) => peer.kind() === network[0].kind() && peer.match(network))
  }
  return (request) => {
    if (publicUrl !== undefined) return publicUrl
    // Of a proxy the framework reads X-Forwarded-Proto and X-Forwarded-Host, and where it sends none, Host.
    if (isProxy(request.socket.remoteAddress)) return `${request.protocol}://${request.host}`
    const { localAddress = '127.0.0.1', localPort = 0 } = request.socket
    return `http://${authority(localAddress)}:${localPort}`
  }
}

type Network = ReturnType<typeof ipaddr.parseCIDR>

function hostNetwork(address: ReturnType<typeof ipaddr.process>): Network {
  return ipaddr.parseCIDR(`${address.toString()}/${address.kind() === 'ipv4' ? 32 : 128}`)
}

/** An IPv4 address in an IPv6 one is told as IPv4; a zone has no place in an address of the web. */
function authority(local: string): string {
  const address = ipaddr.process(local.replace(/%.*$/, ''))
  return address.kind() === 'ipv4' ? address.toString() : `[${address.toString()}]`
}
