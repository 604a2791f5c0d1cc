/** The server's certificate: which versions it is spoken with, and how another one takes its place. */
import type { ServerOptions } from 'node:http'
import type { Server } from 'node:https'
import type { SecureVersion } from 'node:tls'
import type { ApiDeps, ApiServer, TlsPair } from './deps.ts'
import { HEADER_TIMES } from './slow-requests.ts'

const LEAST_VERSION: SecureVersion = 'TLSv1.2'

/**
 * What the framework takes to make its server. Its types tell a server of TLS apart by the option alone, and
 * nothing of ours depends on which it is.
 */
export function tlsOptions({ tls }: Pick<ApiDeps, 'tls'>): { readonly http: ServerOptions } {
  if (tls === undefined) return { http: HEADER_TIMES }
  const https = { ...HEADER_TIMES, ...tls, minVersion: LEAST_VERSION }
  return { https } as object as { readonly http: ServerOptions }
}

/** New connections are made with it; those that there are go on with theirs. */
export function changeCertificate({ server }: ApiServer, { cert, key }: TlsPair): void {
  ;(server as object as Server).setSecureContext({ cert, key, minVersion: LEAST_VERSION })
}
