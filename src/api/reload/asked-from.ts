/** What an event may tell of the request that asked for a reload, beside who asked. */
import type { FastifyRequest } from 'fastify'
import { defined } from '../../core/defined.ts'
import type { AskedFrom } from '../../intake/provenance.ts'
import { clientAddress } from '../http/client-address.ts'

export function askedFrom(request: FastifyRequest): AskedFrom {
  return { ...defined({ originIp: clientAddress(request) }), ...request.trace?.incoming }
}
