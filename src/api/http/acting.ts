/** Who acts in the request that is being answered, for the audits (catalog/audited-store.ts). */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { FastifyRequest } from 'fastify'
import { defined } from '../../core/defined.ts'
import type { Acting } from '../../event/audit-event.ts'
import { clientAddress } from './client-address.ts'
import type { ApiServer } from './deps.ts'

const acting = new AsyncLocalStorage<Acting>()

export function actingNow(): Acting | undefined {
  return acting.getStore()
}

/** Nobody is known yet: whoever comes by a token may become a user by that, in the request that brings it. */
export function actingUnknown<Answer>(request: FastifyRequest, work: () => Answer): Answer {
  return acting.run(defined({ originIp: clientAddress(request) }), work)
}

/** From here on the handler and all that it waits for run on behalf of the caller. */
export function installActing(server: ApiServer): void {
  server.addHook('preHandler', (request, _reply, done) => {
    const { caller } = request
    acting.run(defined({ caller, originIp: clientAddress(request) }), done)
  })
}
