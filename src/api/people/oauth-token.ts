/**
 * The token endpoint (RFC 6749, sections 3.2 and 4.4): an OAuth client gets an access token for its secret.
 * At the root, as clients ask for it (contract 09), with a JSON or form body, or HTTP Basic; refusals in
 * OAuth's own shape (section 5.2).
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import { timeText } from '../../core/time-text.ts'
import { clientAddress } from '../http/client-address.ts'
import type { ApiDeps, ApiServer } from '../http/deps.ts'
import { isOfOtherSite } from '../http/other-site.ts'
import type { Problem } from '../http/problem.ts'

const ERRORS_OF_OAUTH = [
  'invalid_request',
  'invalid_client',
  'unsupported_grant_type',
  'temporarily_unavailable',
] as const
type OAuthError = (typeof ERRORS_OF_OAUTH)[number]

const Refusal = Type.Object(
  {
    error: Type.Enum(ERRORS_OF_OAUTH),
    error_description: Type.String(),
    errors: Type.Array(
      Type.Object(
        { code: Type.String(), title: Type.String(), detail: Type.String() },
        { title: 'OAuthErrorDetail' },
      ),
      {
        description: 'The same for clients that read the envelope of other paths',
      },
    ),
  },
  { title: 'OAuthError' },
)
const TOKEN_REQUEST_MAX_BYTES = 16 * 1024
const text = () => Type.Optional(Type.String({ maxLength: 1024 }))

/** Members that clients send and we have no use for, such as audience, are taken and not read. */
const Body = Type.Object({
  grant_type: text(),
  client_id: text(),
  client_secret: text(),
  scope: text(),
})

export function registerOAuthToken(server: ApiServer, deps: ApiDeps): void {
  server.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: TOKEN_REQUEST_MAX_BYTES },
    (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(String(body)))),
  )
  server.post(
    '/oauth/token',
    {
      bodyLimit: TOKEN_REQUEST_MAX_BYTES,
      config: { problems: { names: {}, shape: inOAuth } },
      schema: {
        operationId: 'requestAccessToken',
        summary: 'Gives an OAuth client an access token for its secret (client_credentials)',
        description: 'JSON or form; client_id and client_secret in the body, or as HTTP Basic',
        tags: ['oauth'],
        security: [],
        body: Body,
        response: {
          200: Type.Object({
            access_token: Type.String(),
            token_type: Type.Literal('bearer'),
            expires_in: Type.Integer({ description: 'Seconds' }),
            expires_at: Type.String({ format: 'date-time' }),
          }),
          400: Refusal,
          401: Refusal,
          429: Refusal,
          500: Refusal,
        },
      },
    },
    async (request, reply) => {
      reply.headers({ 'cache-control': 'no-store', pragma: 'no-cache' })
      // Its failures would be counted for whoever looks at that page.
      if (isOfOtherSite(request.headers, [new URL(deps.hostUrl(request)).origin, ...deps.corsOrigins])) {
        return refused(reply, 'invalid_request', 'pages of other sites get no tokens')
      }
      const { grant_type: grantType } = request.body
      if (grantType === undefined) return refused(reply, 'invalid_request', 'grant_type is missing')
      if (grantType !== 'client_credentials') {
        return refused(reply, 'unsupported_grant_type', 'the only grant_type is client_credentials')
      }
      const credentials = credentialsOf(request)
      if (typeof credentials === 'string') return refused(reply, 'invalid_request', credentials)
      const address = clientAddress(request) ?? ''
      const answer = await deps.grantForClient({ ...credentials, address })
      switch (answer.kind) {
        case 'invalid-client':
          return refused(reply, 'invalid_client', 'there is no such client, or its secret is another one')
        case 'wait':
          reply.header('retry-after', String(Math.ceil(answer.ms / 1000)))
          return refused(
            reply,
            'temporarily_unavailable',
            'too many failed attempts: wait Retry-After seconds',
          )
        case 'granted': {
          const { token, lifetimeMs, expiresAt } = answer.accessToken
          return {
            access_token: token,
            token_type: 'bearer' as const,
            expires_in: lifetimeMs / 1000,
            expires_at: timeText(expiresAt),
          }
        }
      }
    },
  )
}

const STATUS: Readonly<Record<OAuthError, 400 | 401 | 429>> = {
  invalid_request: 400,
  invalid_client: 401,
  unsupported_grant_type: 400,
  temporarily_unavailable: 429,
}

function refused(reply: FastifyReply, error: OAuthError, description: string): FastifyReply {
  if (error === 'invalid_client') reply.header('www-authenticate', 'Basic realm="oauth"')
  return reply.code(STATUS[error]).send(refusal(error, description))
}

/** Refusals of the framework, such as of a body that cannot be read. */
function inOAuth({ errors }: Static<typeof Problem>): object {
  const [first] = errors
  return refusal('invalid_request', first?.detail ?? first?.title ?? 'the request was refused')
}

function refusal(error: OAuthError, description: string): Static<typeof Refusal> {
  const errors = [{ code: `HTTP-${STATUS[error]}`, title: error, detail: description }]
  return { error, error_description: description, errors }
}

/** @returns what the request shows, or what is wrong with how it does */
function credentialsOf(
  request: FastifyRequest<{ Body: Static<typeof Body> }>,
): { readonly clientId: string; readonly secret: string } | string {
  const { client_id: clientId, client_secret: secret } = request.body
  const { authorization } = request.headers
  if (authorization !== undefined) {
    if (secret !== undefined) return 'send the secret in one way: in the body or as HTTP Basic'
    const basic = basicCredentials(authorization)
    if (basic === undefined) return 'Authorization is not HTTP Basic with a client id and its secret'
    if (clientId !== undefined && clientId !== basic.clientId) return 'client_id differs from HTTP Basic'
    return basic
  }
  if (clientId === undefined || secret === undefined) return 'client_id and client_secret are needed'
  return { clientId, secret }
}

/** RFC 6749, section 2.3.1: both parts are form-encoded before they are joined. */
function basicCredentials(
  header: string,
): { readonly clientId: string; readonly secret: string } | undefined {
  const encoded = /^basic +([A-Za-z0-9+/=_-]{1,4096}) *$/i.exec(header)?.[1]
  if (encoded === undefined) return undefined
  const joined = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = joined.indexOf(':')
  if (colon <= 0) return undefined
  try {
    const [clientId, secret] = [joined.slice(0, colon), joined.slice(colon + 1)].map((part) =>
      decodeURIComponent(part.replaceAll('+', ' ')),
    )
    return { clientId: clientId!, secret: secret! }
  } catch {
    return undefined
  }
}
