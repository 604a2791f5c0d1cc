/**
 * Refuses a request whose Host header is no host before anything is done: every answer carries absolute links made with it,
 * and a reload must not be accepted when its address cannot be told.
 */
import type { ApiDeps, ApiServer } from './deps.ts'
import { refuse } from './problem.ts'

export function installHostCheck(server: ApiServer, deps: ApiDeps): void {
  server.addHook('onRequest', async (request) => {
    if (URL.canParse(deps.hostUrl(request))) return
    throw refuse('badRequest', {
      detail: 'Host must be a host name, with a port or without',
      parameter: 'Host',
    })
  })
}
