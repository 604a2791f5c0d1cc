/**
 * A token of an issuer becomes a session with the cookies of Qlik Cloud (contract 09, E 7): what pages and
 * scripts do that embed it.
 */
import { Type } from 'typebox'
import { isNotIn } from '../../sign-in/way-in.ts'
import { askedBy } from '../http/authenticate.ts'
import { clientAddress } from '../http/client-address.ts'
import type { ApiDeps, ApiServer } from '../http/deps.ts'
import { done, problems, refuse } from '../http/problem.ts'
import { giveJwtSession, placeOf } from './place.ts'
import type { SignInRate } from './sign-in-rate.ts'

export function registerJwtSession(server: ApiServer, deps: ApiDeps, rate: SignInRate): void {
  server.post(
    '/login/jwt-session',
    {
      schema: {
        operationId: 'createJwtSession',
        summary: 'A session for a token of an identity provider',
        description:
          'With a JWT of a configured issuer as bearer. Answers the cookies `eas.sid` and `eas.sid.sig` of a new session, and its CSRF token as `_csrfToken`.',
        tags: ['sign-in'],
        security: [{ apiKey: [] }],
        querystring: Type.Object({
          'qlik-web-integration-id': Type.Optional(
            Type.String({ maxLength: 200, description: 'Taken and not used' }),
          ),
        }),
        response: { 200: Type.Object({}), ...problems(403) },
      },
    },
    async (request, reply) => {
      const { sessions, throttle } = deps.browser
      const address = clientAddress(request)
      const waitMs = throttle.waitMs({ address })
      if (waitMs > 0) throw tooOften(waitMs)
      const caller = await deps.whoAsks.of(askedBy(request))
      if (isNotIn(caller)) {
        // What any page makes a browser send has no credential: it guesses nothing, and shuts nobody out.
        if (request.headers.authorization !== undefined) throttle.failed({ address })
        throw refuse('unauthorized', { detail: caller.detail, headers: { 'www-authenticate': 'Bearer' } })
      }
      const { user, claims, credential } = caller
      if (credential.kind !== 'jwt') {
        throw refuse('forbidden', { detail: 'sessions are opened with a JWT of an identity provider only' })
      }
      const tooMany = rate(user)
      if (tooMany > 0) throw tooOften(tooMany)
      const opened = { by: 'jwt', providerId: credential.providerId } as const
      const { token } = done(await sessions.open(user, opened, claims, 'jwt'))
      giveJwtSession(reply, await placeOf(deps, request), token)
      return reply.header('cache-control', 'no-store').send({})
    },
  )
}

function tooOften(waitMs: number): Error {
  const seconds = Math.ceil(waitMs / 1000)
  return refuse('rateLimited', {
    detail: `too many sign-ins; wait ${seconds} s`,
    headers: { 'retry-after': String(seconds) },
  })
}
