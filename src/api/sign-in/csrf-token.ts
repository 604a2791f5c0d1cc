/** The token that requests with a session's cookie carry (contract 05, section 1). */
import { Type } from 'typebox'
import { CSRF_HEADER, csrfTokenOf } from '../../sign-in/csrf.ts'
import { sessionTokenIn } from '../../sign-in/session-token.ts'
import { callerOf } from '../http/authenticate.ts'
import type { ApiServer } from '../http/deps.ts'
import { problems } from '../http/problem.ts'

export function registerCsrfToken(server: ApiServer): void {
  server.get(
    '/api/v1/csrf-token',
    {
      schema: {
        operationId: 'getCsrfToken',
        summary: 'The CSRF token of a session',
        description: `204 with the header \`${CSRF_HEADER}\`: requests other than GET and HEAD that come with the cookie of a session must send it along. Callers with a bearer token need none, and get none.`,
        tags: ['sign-in'],
        response: { 204: Type.Null(), ...problems() },
      },
    },
    async (request, reply) => {
      const token = sessionTokenIn(request.headers.cookie)
      if (callerOf(request).credential.kind === 'session' && token !== undefined) {
        reply.header(CSRF_HEADER, csrfTokenOf(token))
      }
      return reply.header('cache-control', 'no-store').code(204).send(null)
    },
  )
}
