/**
 * The address of the client of a request (contract 01, `originip`): the socket's peer, or behind configured proxies the
 * right-most hop of X-Forwarded-For that is not one of them. IPv6 as in RFC 5952, IPv4-mapped addresses unwrapped.
 */
import type { FastifyRequest } from 'fastify'
import ipaddr from 'ipaddr.js'

/** Undefined when what the proxies tell is no address. */
export function clientAddress(request: FastifyRequest): string | undefined {
  // The server's trustProxy setting makes `ip` the right-most untrusted hop.
  return ipaddr.isValid(request.ip) ? ipaddr.process(request.ip).toString() : undefined
}
