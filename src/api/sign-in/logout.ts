/** Out of this browser, and where the provider offers it, out of the provider, too. */
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { LoginSession } from '../../core/people/login-session.ts'
import { CSRF_HEADER, isCsrfTokenOf } from '../../sign-in/csrf.ts'
import { sessionTokenIn } from '../../sign-in/session-token.ts'
import type { ApiDeps, ApiServer } from '../http/deps.ts'
import { problems, refuse } from '../http/problem.ts'
import { PAGE, sendPage, signedOutContent } from './page.ts'
import { type Place, placeOf, takeSessionBack } from './place.ts'

const SignedOut = Type.Object({
  endSessionUrl: Type.Optional(
    Type.String({ format: 'uri', description: 'Where the browser has to go to end the session there, too' }),
  ),
})

export function registerLogout(server: ApiServer, deps: ApiDeps): void {
  server.post(
    '/logout',
    {
      bodyLimit: 4096,
      schema: {
        operationId: 'signOut',
        summary: 'Sign out of this browser',
        description: `Ends the session of the cookie; its CSRF token comes in \`${CSRF_HEADER}\`, or as \`csrf\` of a form, which is answered with a page.`,
        tags: ['sign-in'],
        security: [],
        body: Type.Union([
          Type.Object({ csrf: Type.Optional(Type.String({ maxLength: 200 })) }),
          Type.Null(),
        ]),
        response: {
          200: { content: { 'application/json': { schema: SignedOut }, ...PAGE.content } },
          ...problems(403),
        },
      },
    },
    async (request, reply) => {
      const place = await placeOf(deps, request)
      const token = sessionTokenIn(request.headers.cookie)
      const found = token === undefined ? undefined : await deps.browser.sessions.find(token)
      if (token !== undefined && found !== undefined) {
        assertOwn(request, token, request.body?.csrf)
        const { tenantId, userId, id } = found.session
        await deps.browser.sessions.end(tenantId, userId, id)
      }
      takeSessionBack(reply, place)
      const endSessionUrl = await endSessionUrlOf(deps, place, found?.session)
      if (request.headers.accept?.includes('text/html') === true) {
        return sendPage(reply, 200, 'Signed out', signedOutContent(endSessionUrl))
      }
      return reply
        .header('cache-control', 'no-store')
        .type('application/json; charset=utf-8')
        .send(endSessionUrl === undefined ? {} : { endSessionUrl })
    },
  )
}

function assertOwn(request: FastifyRequest, token: string, ofForm: string | undefined): void {
  const sent = request.headers[CSRF_HEADER] ?? ofForm
  if (typeof sent === 'string' && isCsrfTokenOf(token, sent)) return
  throw refuse('csrfToken', {
    detail: `send the token of GET /api/v1/csrf-token in ${CSRF_HEADER}`,
    parameter: CSRF_HEADER,
  })
}

async function endSessionUrlOf(
  deps: ApiDeps,
  { address }: Place,
  session: LoginSession | undefined,
): Promise<string | undefined> {
  if (session?.opened.by !== 'oidc') return undefined
  const provider = await deps.store.identityProvider(session.tenantId, session.opened.providerId)
  return provider === undefined ? undefined : deps.browser.oidc.endSessionUrl(provider, `${address}/login`)
}
