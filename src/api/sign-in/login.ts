/**
 * Room `api/sign-in`: routes by which people come in with a browser, go out and see where they are signed in.
 * Decoding, one use case and encoding enter.
 *
 * The page on which people sign in, with an API key or at a provider.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { isRefused, type Refused } from '../../catalog/refusal.ts'
import type { Caller } from '../../core/caller.ts'
import type { IdentityProvider } from '../../core/people/identity-provider.ts'
import { csrfTokenOf } from '../../sign-in/csrf.ts'
import { ownPath } from '../../sign-in/return-to.ts'
import {
  base64url,
  boundText,
  cookiesNamed,
  isSameText,
  sessionTokenIn,
  setCookie,
} from '../../sign-in/session-token.ts'
import type { OpenedSession } from '../../sign-in/sessions.ts'
import { isNotIn } from '../../sign-in/way-in.ts'
import { all, is } from '../../store/port/condition.ts'
import { everyRow } from '../../store/port/lists.ts'
import { clientAddress } from '../http/client-address.ts'
import type { ApiDeps, ApiServer } from '../http/deps.ts'
import { isOfOtherSite } from '../http/other-site.ts'
import { problems } from '../http/problem.ts'
import { faultContent, PAGE, sendPage, signedInContent, signInContent } from './page.ts'
import { cookieName, endSessionBefore, giveSession, type Place, placeOf, sessionCookieKind } from './place.ts'
import { beginAtProvider } from './provider-login.ts'
import type { SignInRate } from './sign-in-rate.ts'

const ReturnTo = Type.Optional(
  Type.String({ maxLength: 4000, description: 'Where the browser goes afterwards: a path of this service' }),
)
const LoginQuery = Type.Object({
  returnTo: ReturnTo,
  returnto: Type.Optional(Type.String({ maxLength: 4000, description: 'The same, as @qlik/api spells it' })),
  provider: Type.Optional(Type.String({ maxLength: 100, description: 'Sign in there' })),
})

/** 256 random bits. */
const FORM_SECRET = /^[\w-]{43}$/
const FORM_MAX_BYTES = 16 * 1024
const NO_TENANT = 'Nobody is at home at this address. Ask your administrator for the right one.'

export function registerLogin(server: ApiServer, deps: ApiDeps, rate: SignInRate): void {
  registerPage(server, deps)
  registerKeySignIn(server, deps, rate)
}

function registerPage(server: ApiServer, deps: ApiDeps): void {
  server.get(
    '/login',
    {
      schema: {
        operationId: 'getLogin',
        summary: 'The page on which people sign in',
        description:
          'With an API key, or at an identity provider of the tenant whose host it is. Where there is one provider and somewhere to return to, it leads there at once.',
        tags: ['sign-in'],
        security: [],
        querystring: LoginQuery,
        response: { 200: PAGE, 303: Type.Null(), ...problems(400), 404: PAGE, 429: PAGE, 503: PAGE },
      },
    },
    async (request, reply) => {
      const { query } = request
      const place = await placeOf(deps, request)
      if (place.tenant === undefined) return sendPage(reply, 404, 'Sign in', faultContent(NO_TENANT))
      const returnTo = ownPath(query.returnTo ?? query.returnto, place.origin)
      const providers = await providersOf(deps, place)
      const wanted = providers.find(({ id }) => id === query.provider)
      if (wanted !== undefined) return beginAtProvider(deps, request, reply, place, wanted, returnTo)
      const caller = await personSignedIn(deps, request)
      if (caller !== undefined) {
        if (returnTo !== undefined) return reply.redirect(returnTo, 303)
        const csrf = csrfTokenOf(sessionTokenIn(request.headers.cookie)!)
        return sendPage(reply, 200, 'Signed in', signedInContent(caller.user.name, place.tenant.name, csrf))
      }
      const [only, another] = providers
      if (only !== undefined && another === undefined && returnTo !== undefined) {
        return beginAtProvider(deps, request, reply, place, only, returnTo)
      }
      return showSignIn(deps, request, reply, { place, status: 200, providers, returnTo })
    },
  )
}

function registerKeySignIn(server: ApiServer, deps: ApiDeps, rate: SignInRate): void {
  server.post(
    '/login',
    {
      bodyLimit: FORM_MAX_BYTES,
      schema: {
        operationId: 'signInWithKey',
        summary: 'Sign in with an API key',
        description: 'The form of the page: it is taken from this very page alone.',
        tags: ['sign-in'],
        security: [],
        body: Type.Object({
          key: Type.String({ maxLength: 1000 }),
          form: Type.String({ maxLength: 200 }),
          returnTo: ReturnTo,
        }),
        response: { 303: Type.Null(), ...problems(400), 401: PAGE, 403: PAGE, 404: PAGE, 429: PAGE },
      },
    },
    async (request, reply) => {
      const { key, form, returnTo: wished } = request.body
      const place = await placeOf(deps, request)
      if (place.tenant === undefined) return sendPage(reply, 404, 'Sign in', faultContent(NO_TENANT))
      const returnTo = ownPath(wished, place.origin)
      const again = { place, providers: await providersOf(deps, place), returnTo }
      if (!isOwnForm(request, place, form)) {
        const fault = 'The page was open for too long. Send it once more.'
        return showSignIn(deps, request, reply, { ...again, status: 403, fault })
      }
      const address = clientAddress(request)
      const waitMs = deps.browser.throttle.waitMs({ address })
      if (waitMs > 0) return tooOften(deps, request, reply, waitMs, again)
      const caller = await callerOfKey(deps, request, place, key)
      const tooMany = caller === undefined ? 0 : rate(caller.user)
      if (tooMany > 0) return tooOften(deps, request, reply, tooMany, again)
      const opened = caller && (await openByKey(deps, place, caller))
      if (opened === undefined || isRefused(opened)) {
        deps.browser.throttle.failed({ address })
        const fault = 'This is no API key of somebody here, or it is not good any more.'
        return showSignIn(deps, request, reply, { ...again, status: 401, fault })
      }
      await endSessionBefore(deps, request)
      giveSession(reply, place, opened)
      return reply.redirect(returnTo ?? 'login', 303)
    },
  )
}

/** Undefined when it is no key that the caller came with. */
async function openByKey(
  { browser }: ApiDeps,
  place: Place,
  { user, claims, credential }: Caller,
): Promise<OpenedSession | Refused | undefined> {
  if (credential.kind !== 'key') return undefined
  const opened = { by: 'key', keyId: credential.keyId } as const
  return browser.sessions.open(user, opened, claims, sessionCookieKind(place))
}

interface Shown {
  readonly place: Place
  readonly status: number
  readonly providers: readonly IdentityProvider[]
  readonly returnTo: string | undefined
  readonly fault?: string
}

function showSignIn(deps: ApiDeps, request: FastifyRequest, reply: FastifyReply, shown: Shown): FastifyReply {
  const { place, status, ...page } = shown
  const name = cookieName('form', place)
  const known = cookiesNamed(request.headers.cookie, name).find((value) => FORM_SECRET.test(value))
  const secret = known ?? base64url(deps.world.random.bytes(32))
  reply.header('set-cookie', setCookie(name, secret, { secure: place.isSecure }))
  const formToken = boundText(secret, 'sign-in form')
  const content = signInContent({ ...page, tenant: place.tenant?.name ?? '', formToken })
  return sendPage(reply, status, 'Sign in', content)
}

function tooOften(
  deps: ApiDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  waitMs: number,
  again: Omit<Shown, 'status'>,
): FastifyReply {
  const seconds = Math.ceil(waitMs / 1000)
  reply.header('retry-after', String(seconds))
  const fault = `Too many tries. Wait ${seconds} seconds.`
  return showSignIn(deps, request, reply, { ...again, status: 429, fault })
}

/**
 * Against sign-ins that another site makes a browser send, into an account of theirs: the form names what a
 * cookie of the same browser holds, and where a browser tells its page, it is ours.
 */
function isOwnForm({ headers }: FastifyRequest, place: Place, form: string): boolean {
  if (isOfOtherSite(headers, [place.origin])) return false
  const secrets = cookiesNamed(headers.cookie, cookieName('form', place))
  return secrets.some((secret) => isSameText(boundText(secret, 'sign-in form'), form))
}

/** Of this tenant: keys of others are as good as none. */
async function callerOfKey(
  deps: ApiDeps,
  request: FastifyRequest,
  { tenant }: Place,
  key: string,
): Promise<Caller | undefined> {
  const { method, hostname } = request
  const headers = { authorization: `Bearer ${key.trim()}` }
  const answer = await deps.whoAsks.of({ method, headers, hostname: hostname.toLowerCase() })
  return isNotIn(answer) || answer.tenantId !== tenant?.id ? undefined : answer
}

/** Who this browser is signed in as. */
async function personSignedIn(deps: ApiDeps, request: FastifyRequest): Promise<Caller | undefined> {
  const { method, hostname, headers } = request
  if (sessionTokenIn(headers.cookie) === undefined) return undefined
  const cookie = { cookie: headers.cookie }
  const answer = await deps.whoAsks.of({ method, headers: cookie, hostname: hostname.toLowerCase() })
  return isNotIn(answer) ? undefined : answer
}

/** Where people of the tenant sign in. */
async function providersOf(deps: ApiDeps, { tenant }: Place): Promise<readonly IdentityProvider[]> {
  if (tenant === undefined) return []
  const where = all(is('protocol', 'oidc'), is('enabled', 1))
  return everyRow(deps.store, 'identityProviders', { tenantId: tenant.id, where })
}
