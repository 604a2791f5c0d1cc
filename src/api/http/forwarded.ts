/**
 * `Forwarded` (RFC 7239) of a trusted proxy becomes what X-Forwarded-* would have said, for whoever reads
 * those. Where a proxy sends any X-Forwarded-*, they alone count: a proxy that speaks one of the two lets the
 * other pass as a client wrote it.
 */
import type { IncomingHttpHeaders } from 'node:http'
import { defined } from '../../core/defined.ts'
import type { ApiDeps, ApiServer } from './deps.ts'
import { proxiesOf } from './proxies.ts'

/** What one proxy told of the request that it took. */
interface Hop {
  readonly for?: string
  readonly host?: string
  readonly proto?: string
}

const OLDER = ['x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto'] as const
const HOPS_MAX = 32

export function installForwarded(server: ApiServer, { trustedProxies }: ApiDeps): void {
  if (trustedProxies.length === 0) return
  const isProxy = proxiesOf(trustedProxies)
  server.addHook('onRequest', async ({ raw }) => {
    const { forwarded } = raw.headers
    if (forwarded === undefined || OLDER.some((name) => name in raw.headers)) return
    if (isProxy(raw.socket.remoteAddress)) Object.assign(raw.headers, asOlderHeaders(forwarded, isProxy))
  })
}

/**
 * @param forwarded the header; several are one, separated by commas
 * @returns nothing when it cannot be read
 */
export function asOlderHeaders(
  forwarded: string,
  isProxy: (address: string | undefined) => boolean,
): IncomingHttpHeaders {
  const hops = readForwarded(forwarded)
  if (hops === undefined) return {}
  // From the right: each proxy added its hop behind those before it. What stands left of the hop of the
  // outermost proxy of ours is the client's word.
  let at = hops.length - 1
  while (at > 0 && isProxy(hops[at]?.for)) at--
  const ours = hops.slice(at)
  const { host, proto } = ours[0] ?? {}
  const clients = ours.map((hop) => hop.for ?? 'unknown')
  return {
    'x-forwarded-for': clients.join(', '),
    ...defined({ 'x-forwarded-host': host, 'x-forwarded-proto': proto?.toLowerCase() }),
  }
}

/** A token, or a text in quotes in which a backslash stands before whatever is meant as it is. */
const PAIR = /\s*([!#$%&'*+\-.^_`|~\w]+)=(?:"((?:[^"\\]|\\.)*)"|([!#$%&'*+\-.^_`|~\w]+))\s*(;|,|$)/y

/** Undefined when it breaks the grammar: then nothing of it counts. */
function readForwarded(text: string): readonly Hop[] | undefined {
  const hops: Record<string, string>[] = [{}]
  PAIR.lastIndex = 0
  while (PAIR.lastIndex < text.length) {
    const pair = PAIR.exec(text)
    if (pair === null || hops.length > HOPS_MAX) return undefined
    const [, name = '', quoted, token = '', end] = pair
    const value = quoted?.replaceAll(/\\(.)/g, '$1') ?? token
    const hop = hops.at(-1)!
    const known = name.toLowerCase()
    if (known === 'for') hop.for = nodeAddress(value)
    if (known === 'host' || known === 'proto') hop[known] = value
    if (end === ',') hops.push({})
  }
  return hops
}

/** `"[2001:db8::1]:4711"` and `192.0.2.1:4711` without port and brackets (RFC 7239, section 6). */
function nodeAddress(node: string): string {
  return /^\[([^\]]*)\](?::\w+)?$/.exec(node)?.[1] ?? /^([\d.]+):\w+$/.exec(node)?.[1] ?? node
}
