/**
 * The address of the client of a request (contract 01, `originip`): the socket's peer, or behind configured
 * proxies the right-most hop of X-Forwarded-For that is not one of them. IPv6 as in RFC 5952, IPv4-mapped
 * addresses unwrapped; the port that some proxies add and the zone of a link-local address are no part of it.
 */
import { isIPv4 } from 'node:net'
import type { FastifyRequest } from 'fastify'
import ipaddr from 'ipaddr.js'

/** Undefined when what the proxies tell is no address. */
export function clientAddress(request: FastifyRequest): string | undefined {
  // The server's trustProxy setting makes `ip` the right-most untrusted hop.
  const text = withoutPort(request.ip)
  if (isIPv4(text)) return text
  if (!ipaddr.isValid(text)) return undefined
  return ipaddr.process(text).toString().replace(/%.*$/, '')
}

/** `192.0.2.1:4711` and `[2001:db8::1]:4711` (RFC 7239, section 6) without what follows the address. */
function withoutPort(text: string): string {
  return /^\[([^\]]*)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text
}
