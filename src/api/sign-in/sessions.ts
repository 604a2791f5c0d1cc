/** Where people are signed in, an extension of the API: they see and end it, administrators for everybody. */
import type { FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import { type LoginSession, SESSIONS_PER_USER_MAX } from '../../core/people/login-session.ts'
import { timeText } from '../../core/time-text.ts'
import { endSessionOf, endSessionsOf, sessionsOf } from '../../sign-in/manage-sessions.ts'
import { callerOf } from '../http/authenticate.ts'
import type { ApiDeps, ApiServer } from '../http/deps.ts'
import { done, problems } from '../http/problem.ts'

const TAGS = ['sign-in']
const SESSIONS = '/api/v1/users/:userId/sessions'

const time = (description: string) => Type.String({ format: 'date-time', description })
const SessionRecord = Type.Object(
  {
    id: Type.String({ description: 'As `sessionid` of events' }),
    userId: Type.String(),
    openedBy: Type.Enum(['api-key', 'oidc', 'jwt']),
    keyId: Type.Optional(Type.String()),
    providerId: Type.Optional(Type.String()),
    createdAt: time('When it was opened'),
    lastSeenAt: time('Its last use, some minutes exact'),
    expiresAt: time('When it ends whatever happens'),
    current: Type.Boolean({ description: 'It is the one of this request' }),
  },
  { title: 'LoginSession' },
)

const ByUser = Type.Object({ userId: Type.String({ maxLength: 100, description: 'An id, or `me`' }) })
const BySession = Type.Object({ ...ByUser.properties, sessionId: Type.String({ maxLength: 100 }) })

export function registerSessions(server: ApiServer, { store, browser }: ApiDeps): void {
  const deps = { store, sessions: browser.sessions }
  server.get(
    SESSIONS,
    {
      schema: {
        operationId: 'getUserSessions',
        summary: 'Where a user is signed in',
        description: `An extension, not part of Qlik’s API. At most ${SESSIONS_PER_USER_MAX}, the oldest first.`,
        tags: TAGS,
        params: ByUser,
        response: { 200: Type.Object({ data: Type.Array(SessionRecord) }), ...problems(403, 404) },
      },
    },
    async (request) => {
      const sessions = done(await sessionsOf(deps, callerOf(request), request.params.userId))
      return { data: sessions.map((session) => shown(request, session)) }
    },
  )
  server.delete(
    SESSIONS,
    {
      schema: {
        operationId: 'deleteUserSessions',
        summary: 'Sign a user out everywhere',
        description: 'An extension, not part of Qlik’s API. API keys of the user go on.',
        tags: TAGS,
        params: ByUser,
        response: { 204: Type.Null(), ...problems(403, 404) },
      },
    },
    async (request, reply) => {
      done(await endSessionsOf(deps, callerOf(request), request.params.userId))
      return reply.code(204).send(null)
    },
  )
  server.delete(
    `${SESSIONS}/:sessionId`,
    {
      schema: {
        operationId: 'deleteUserSession',
        summary: 'End a session of a user',
        description: 'An extension, not part of Qlik’s API.',
        tags: TAGS,
        params: BySession,
        response: { 204: Type.Null(), ...problems(403, 404) },
      },
    },
    async (request, reply) => {
      const { userId, sessionId } = request.params
      done(await endSessionOf(deps, callerOf(request), userId, sessionId))
      return reply.code(204).send(null)
    },
  )
}

function shown(request: FastifyRequest, session: LoginSession): Static<typeof SessionRecord> {
  const { id, userId, opened, createdAt, seenAt, expiresAt } = session
  const { credential } = callerOf(request)
  return {
    id,
    userId,
    openedBy: opened.by === 'key' ? 'api-key' : opened.by,
    ...(opened.by === 'key' ? { keyId: opened.keyId } : { providerId: opened.providerId }),
    createdAt: timeText(createdAt),
    lastSeenAt: timeText(seenAt),
    expiresAt: timeText(expiresAt),
    current: credential.kind === 'session' && credential.sessionId === id,
  }
}
