/** How a browser of a test reaches a server that listens. */
import { defined } from '../../src/core/defined.ts'
import type { Send } from './browser.ts'

/** Over the network, following nothing. */
export function fetching(origin: string): Send {
  return async (method, url, headers, body) => {
    const answer = await fetch(new URL(url, origin), {
      method,
      headers,
      redirect: 'manual',
      ...defined({ body }),
    })
    return {
      status: answer.status,
      headers: { ...Object.fromEntries(answer.headers), 'set-cookie': answer.headers.getSetCookie() },
      text: await answer.text(),
      location: answer.headers.get('location') ?? undefined,
    }
  }
}
