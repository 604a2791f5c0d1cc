/** Signing in at an identity provider: there, and back again. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { isRefused } from '../../catalog/refusal.ts'
import { signInUser } from '../../catalog/sign-in-user.ts'
import type { IdentityProvider } from '../../core/people/identity-provider.ts'
import { claimsOf, personIn } from '../../core/people/person.ts'
import { type NotSignedIn, SIGN_IN_MAX_MS, type SignedIn } from '../../sign-in/oidc.ts'
import { cookiesNamed, setCookie } from '../../sign-in/session-token.ts'
import { clientAddress } from '../http/client-address.ts'
import type { ApiDeps, ApiServer } from '../http/deps.ts'
import { faultContent, PAGE, sendPage } from './page.ts'
import { cookieName, endSessionBefore, giveSession, type Place, placeOf, sessionCookieKind } from './place.ts'
import type { SignInRate } from './sign-in-rate.ts'

const CALLBACK = '/login/callback'
/** Of the page, from there: relative, so that it holds below any path. */
const BACK = '../login'
const STATUS: Readonly<Record<NotSignedIn['why'], number>> = {
  'begin-again': 400,
  denied: 403,
  wrong: 502,
  unreachable: 503,
}

export function registerProviderLogin(server: ApiServer, deps: ApiDeps, rate: SignInRate): void {
  server.get(
    CALLBACK,
    {
      schema: {
        operationId: 'finishLogin',
        summary: 'Where an identity provider sends the browser back to',
        tags: ['sign-in'],
        security: [],
        querystring: Type.Object({}, { additionalProperties: Type.String({ maxLength: 8000 }) }),
        response: { 303: Type.Null(), 400: PAGE, 403: PAGE, 404: PAGE, 429: PAGE, 502: PAGE, 503: PAGE },
      },
    },
    async (request, reply) => {
      const place = await placeOf(deps, request)
      if (place.tenant === undefined) {
        return sendPage(reply, 404, 'Sign in', faultContent('Nobody is at home at this address.', BACK))
      }
      const waitMs = waitOf(deps, request)
      if (waitMs > 0) return tooOften(reply, waitMs, BACK)
      const name = cookieName('sign-in', place)
      const sealed = cookiesNamed(request.headers.cookie, name)[0]
      const cleared = setCookie(name, '', { secure: place.isSecure, maxAgeSeconds: 0 })
      reply.header('set-cookie', cleared)
      const query = request.url.split('?').slice(1).join('?')
      const answer = await deps.browser.oidc.finish(sealed, query, place.tenant.id, (tenantId, id) =>
        deps.store.identityProvider(tenantId, id),
      )
      if (answer.kind === 'not-signed-in') return notSignedIn(deps, request, reply, answer, BACK)
      return openFor({ ...deps, rate }, request, reply, place, answer)
    },
  )
}

/** Sends the browser to the provider. */
export async function beginAtProvider(
  deps: ApiDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  place: Place,
  provider: IdentityProvider,
  returnTo = BACK,
): Promise<FastifyReply> {
  const waitMs = waitOf(deps, request)
  if (waitMs > 0) return tooOften(reply, waitMs, 'login')
  const redirectUri = `${place.address}${CALLBACK}`
  const begun = await deps.browser.oidc.begin(provider, { redirectUri, returnTo })
  if ('kind' in begun) return notSignedIn(deps, request, reply, begun, 'login')
  const options = { secure: place.isSecure, maxAgeSeconds: SIGN_IN_MAX_MS / 1000 }
  return reply
    .header('set-cookie', setCookie(cookieName('sign-in', place), begun.sealed, options))
    .header('cache-control', 'no-store')
    .redirect(begun.url, 303)
}

async function openFor(
  deps: ApiDeps & { readonly rate: SignInRate },
  request: FastifyRequest,
  reply: FastifyReply,
  place: Place,
  { provider, claims, returnTo }: SignedIn,
): Promise<FastifyReply> {
  const refuse = (told: string) => {
    deps.world.log.warn('a sign-in was refused', { providerId: provider.id, reason: told })
    const detail = `${provider.name} knows you, but you may not come in here: ${told}.`
    return notSignedIn(deps, request, reply, { kind: 'not-signed-in', why: 'denied', detail }, BACK)
  }
  const person = personIn(claims, provider)
  if (typeof person === 'string') return refuse(person)
  const account = `${provider.tenantId} ${person.subject}`
  const waitMs = deps.browser.throttle.waitMs({ account })
  if (waitMs > 0) return tooOften(reply, waitMs, BACK)
  const user = await signInUser(deps, provider, person)
  if (isRefused(user)) {
    deps.browser.throttle.failed({ account })
    return refuse(user.faults[0]!.detail)
  }
  const tooMany = deps.rate(user)
  if (tooMany > 0) return tooOften(reply, tooMany, BACK)
  const opened = await deps.browser.sessions.open(
    user,
    { by: 'oidc', providerId: provider.id },
    claimsOf(claims, person),
    sessionCookieKind(place),
  )
  if (isRefused(opened)) return refuse(opened.faults[0]!.detail)
  await endSessionBefore(deps, request)
  giveSession(reply, place, opened)
  return reply.header('cache-control', 'no-store').redirect(returnTo, 303)
}

function waitOf({ browser }: ApiDeps, request: FastifyRequest): number {
  return browser.throttle.waitMs({ address: clientAddress(request) })
}

/** @param path of the page, relative to where the browser is */
function tooOften(reply: FastifyReply, waitMs: number, path: string): FastifyReply {
  const seconds = Math.ceil(waitMs / 1000)
  reply.header('retry-after', String(seconds))
  const detail = `Too many tries. Wait ${seconds} seconds.`
  return sendPage(reply, 429, 'Not signed in', faultContent(detail, path))
}

function notSignedIn(
  { browser }: ApiDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  { why, detail }: NotSignedIn,
  path: string,
): FastifyReply {
  // Any page can send a browser here with nothing that was begun: that guesses nothing, and shuts nobody out.
  if (why !== 'begin-again') browser.throttle.failed({ address: clientAddress(request) })
  return sendPage(reply, STATUS[why], 'Not signed in', faultContent(detail, path))
}
