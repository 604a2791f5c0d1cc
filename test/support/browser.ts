/**
 * As much of a browser as signing in takes: it keeps cookies by host as RFC 6265 says, sends them back, and
 * says of forms where they come from. Without a document and without scripts.
 */
import type { ApiServer } from '../../src/api/http/deps.ts'
import { defined } from '../../src/core/defined.ts'

export interface Seen {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly text: string
  readonly location: string | undefined
}

export type Send = (
  method: string,
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string | undefined,
) => Promise<Seen>

export class Browser {
  readonly cookies = new Map<string, string>()
  readonly #send: Send

  constructor(send: Send) {
    this.#send = send
  }

  async go(
    method: string,
    url: string,
    more: { readonly headers?: Readonly<Record<string, string>>; readonly body?: string } = {},
  ): Promise<Seen> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = { ...(cookie === '' ? {} : { cookie }), ...more.headers }
    const seen = await this.#send(method, url, headers, more.body)
    for (const set of [seen.headers['set-cookie'] ?? []].flat() as string[]) this.#keep(set)
    return seen
  }

  /** Sends the fields of a form as browsers do. */
  submit(
    url: string,
    fields: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Seen> {
    return this.go('POST', url, {
      body: new URLSearchParams(fields).toString(),
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        accept: 'text/html',
        'sec-fetch-site': 'same-origin',
        ...headers,
      },
    })
  }

  /** Opens the page and signs in with a key. */
  async signInWithKey(key: string, returnTo?: string): Promise<Seen> {
    const page = await this.go('GET', '/login')
    return this.submit('/login', {
      key,
      form: hidden(page.text, 'form'),
      ...defined({ returnTo }),
    })
  }

  async csrfToken(): Promise<string> {
    const { headers } = await this.go('GET', '/api/v1/csrf-token')
    return String(headers['qlik-csrf-token'])
  }

  #keep(set: string): void {
    const [pair = '', ...attributes] = set.split('; ')
    const [name = '', value = ''] = pair.split(/=(.*)/)
    if (attributes.includes('Max-Age=0')) this.cookies.delete(name)
    else this.cookies.set(name, value)
  }
}

/** Speaks to a server without a socket. */
export function injecting(server: ApiServer, host?: string): Send {
  return async (method, url, headers, body) => {
    const answer = await server.inject({
      method: method as 'GET',
      url,
      headers: { ...defined({ host }), ...headers },
      ...defined({ payload: body }),
    })
    return {
      status: answer.statusCode,
      headers: answer.headers,
      text: answer.body,
      location: answer.headers.location,
    }
  }
}

/** The value of a hidden field of a page. */
export function hidden(page: string, name: string): string {
  const value = new RegExp(`name="${name}" value="([^"]*)"`).exec(page)?.[1]
  if (value === undefined) throw new Error(`the page has no field ${name}: ${page.slice(-900)}`)
  return value
}
