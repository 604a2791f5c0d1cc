/** Tickets for the stream of events: for clients that can send no header (sign-in/tickets.ts). */
import { Type } from 'typebox'
import { TICKET_LIFE_MS } from '../../sign-in/tickets.ts'
import { askedBy } from '../http/authenticate.ts'
import type { ApiDeps, ApiServer } from '../http/deps.ts'
import { problems } from '../http/problem.ts'

export function registerStreamTicket(server: ApiServer, { browser }: ApiDeps): void {
  server.post(
    '/api/v1/events/stream/ticket',
    {
      schema: {
        operationId: 'createStreamTicket',
        summary: 'A ticket that opens the stream of events once',
        description: `An extension, not part of Qlik’s API, for clients that can send no header, as \`EventSource\`: \`GET /api/v1/events/stream?ticket=...\` within ${TICKET_LIFE_MS / 1000} seconds, as the caller of this request. Pages with the cookie of a session need none.`,
        tags: ['events'],
        response: {
          201: Type.Object({
            ticket: Type.String(),
            expiresIn: Type.Integer({ description: 'Seconds' }),
          }),
          ...problems(403),
        },
      },
    },
    async (request, reply) => {
      const ticket = browser.tickets.issue(askedBy(request))
      return reply
        .header('cache-control', 'no-store')
        .code(201)
        .send({ ticket, expiresIn: TICKET_LIFE_MS / 1000 })
    },
  )
}
