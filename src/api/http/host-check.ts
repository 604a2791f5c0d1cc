/**
 * Refuses a request whose host, as a trusted proxy tells it, is no host before anything is done: every answer
 * carries absolute links made with it, and a reload must not be accepted when its address cannot be told.
 */
import type { ApiDeps, ApiServer } from './deps.ts'
import { refuse } from './problem.ts'

export function installHostCheck(server: ApiServer, deps: ApiDeps): void {
  server.addHook('onRequest', async (request) => {
    if (isOrigin(deps.hostUrl(request))) return
    throw refuse('badRequest', {
      detail: 'Host must be a host name, with a port or without',
      parameter: 'Host',
    })
  })
}

/** Nothing but scheme, host and port: no user, path, query or fragment smuggled in with the Host. */
function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false
  return /^https?:\/\/[^/\\?#@]+$/.test(text)
}
