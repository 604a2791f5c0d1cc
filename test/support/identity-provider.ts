/** An OpenID provider that others wrote, over real http, and a person who signs in there. */
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair } from 'jose'
import Provider, { type Configuration } from 'oidc-provider'
import { Browser } from './browser.ts'
import { fetching } from './network.ts'

export interface ProviderUnderTest {
  readonly issuer: string
  /** Requests that it got so far, as `GET /path`. */
  readonly asked: string[]
  close(): Promise<void>
}

export interface ProviderClient {
  readonly id: string
  /** A public client when absent. */
  readonly secret?: string
  readonly redirectUri: string
  readonly afterSignOut: string
}

/**
 * Everybody may sign in under any name; the claims of a person follow from the name: its address is what
 * stands before a hyphen, and was verified unless the name ends with `-unverified`.
 */
export async function startProvider(client: ProviderClient): Promise<ProviderUnderTest> {
  const asked: string[] = []
  let answer: RequestListener = () => undefined
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  const issuer = `http://localhost:${(server.address() as AddressInfo).port}`
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  const configuration: Configuration = {
    clients: [
      {
        client_id: client.id,
        redirect_uris: [client.redirectUri],
        post_logout_redirect_uris: [client.afterSignOut],
        ...(client.secret === undefined
          ? { token_endpoint_auth_method: 'none' as const }
          : { client_secret: client.secret }),
      },
    ],
    jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: 'RS256', use: 'sig', kid: 'one' }] },
    cookies: { keys: ['of the test'] },
    claims: { openid: ['sub'], profile: ['name'], email: ['email', 'email_verified'], groups: ['groups'] },
    scopes: ['openid', 'profile', 'email', 'groups'],
    findAccount: (_context, id) => ({
      accountId: id,
      claims: async () => ({
        sub: id,
        name: `${id} of Example`,
        email: `${id.split('-')[0]}@example.com`,
        email_verified: !id.endsWith('-unverified'),
        groups: ['Sales'],
      }),
    }),
    ttl: {
      AccessToken: 600,
      AuthorizationCode: 60,
      IdToken: 600,
      Interaction: 600,
      Session: 600,
      Grant: 600,
    },
  }
  const provider = new Provider(issuer, configuration)
  answer = provider.callback()
  return {
    issuer,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/**
 * Goes through the pages of the provider.
 * @param url to which the service sent the browser
 * @returns the address of the service to which the provider sends it back
 */
export async function signInAt(issuer: string, url: string, login: string): Promise<string> {
  const browser = new Browser(fetching(issuer))
  let next = url
  for (let step = 0; step < 20; step++) {
    const seen = await browser.go('GET', next)
    if (seen.location !== undefined) {
      next = new URL(seen.location, issuer).href
      if (!next.startsWith(`${issuer}/`)) return next
      continue
    }
    const action = /action="([^"]+)"/.exec(seen.text)?.[1]
    const prompt = /name="prompt" value="([^"]+)"/.exec(seen.text)?.[1]
    if (action === undefined || prompt === undefined) throw new Error(`no form: ${seen.status} ${seen.text}`)
    const sent = await browser.submit(action, { prompt, login, password: 'any' })
    next = new URL(sent.location ?? '', issuer).href
  }
  throw new Error('the provider leads nowhere')
}
