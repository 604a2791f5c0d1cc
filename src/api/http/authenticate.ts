/**
 * Who asks: every request behind this hook is authenticated, or answered 401. Which ways there are stands in
 * the room sign-in. Everything behind the hook may rely on `callerOf`.
 */
import type { FastifyRequest } from 'fastify'
import type { Caller } from '../../core/caller.ts'
import { type Asked, isNotIn } from '../../sign-in/way-in.ts'
import { actingUnknown } from './acting.ts'
import type { ApiDeps, ApiServer } from './deps.ts'
import { refuse } from './problem.ts'

declare module 'fastify' {
  interface FastifyRequest {
    caller?: Caller
    /** What the one brought who asked for the ticket that came instead of a credential. */
    ticketOf?: Asked
  }

  interface FastifyContextConfig {
    /** The route takes a ticket (sign-in/tickets.ts) as parameter `ticket`. */
    takesTicket?: boolean
  }
}

export function installAuthentication(server: ApiServer, deps: ApiDeps): void {
  server.decorateRequest('caller')
  server.decorateRequest('ticketOf')
  server.addHook('onRequest', async (request) => takeTicket(deps, request))
  server.addHook('onRequest', async (request) => {
    const asking = () => deps.whoAsks.of(askedBy(request))
    // What is cleared away of a session that is over is nobody's act.
    const hasToken = request.headers.authorization !== undefined
    const answer = await (hasToken ? actingUnknown(request, asking) : asking())
    if (isNotIn(answer)) {
      throw refuse('unauthorized', { detail: answer.detail, headers: { 'www-authenticate': 'Bearer' } })
    }
    request.caller = answer
  })
}

/** The caller of a request that passed authentication. */
export function callerOf(request: FastifyRequest): Caller {
  if (request.caller === undefined) throw new Error(`route ${request.routeOptions.url} is not authenticated`)
  return request.caller
}

/**
 * The caller of a long-lived request as it is by now, with its present roles; undefined when it would be
 * refused.
 */
export async function callerByNow(deps: ApiDeps, request: FastifyRequest): Promise<Caller | undefined> {
  const answer = await deps.whoAsks.of(askedBy(request))
  return isNotIn(answer) ? undefined : answer
}

/** What the request brings to say who asks, or what a ticket brings for it. */
export function askedBy({ method, headers, hostname, ticketOf }: FastifyRequest): Asked {
  return ticketOf ?? { method, headers, hostname: hostname.toLowerCase() }
}

function takeTicket({ browser }: ApiDeps, request: FastifyRequest): void {
  const { ticket } = request.query as { readonly ticket?: unknown }
  if (request.routeOptions.config.takesTicket !== true || typeof ticket !== 'string') return
  if (request.headers.authorization !== undefined) return
  const asked = browser.tickets.redeem(ticket)
  if (asked === undefined) throw refuse('unauthorized', { detail: 'the ticket was used, or is too old' })
  request.ticketOf = asked
}
