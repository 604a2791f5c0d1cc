/**
 * Follows a service's event stream. Reconnects with the cursor of the last event, so that no event is missed
 * or seen twice. Throws what a new connection cannot fix: a wrong key, a refused filter.
 */

import { EventSourceParserStream } from 'eventsource-parser/stream'
import { defined } from '../core/defined.ts'
import type { ReloadEvent } from '../receiver/reload-event.ts'
import { ApiError, type ApiProblem } from './client.ts'

export interface Following {
  readonly origin: string
  readonly key: string
  /** Query of the stream: types, filter, after. */
  readonly query: URLSearchParams
  readonly signal: AbortSignal
  /** Called once when the connection breaks, and when it is back. */
  onConnection(state: 'broken' | 'back', detail: string): void
}

export interface FollowedEvent {
  readonly cursor: string
  readonly event: ReloadEvent
  /** The event's own bytes as text. */
  readonly text: string
}

const RECONNECT_FIRST_MS = 500
const RECONNECT_LAST_MS = 10_000

/**
 * Ends when the signal fires.
 * @throws ApiError when the service refuses the request, unless it is in trouble itself
 */
export async function* followEvents(following: Following): AsyncGenerator<FollowedEvent> {
  const { signal } = following
  let cursor = following.query.get('after') ?? undefined
  let failures = 0
  while (!signal.aborted) {
    try {
      const response = await connect(following, cursor)
      if (failures > 0) following.onConnection('back', following.origin)
      failures = 0
      cursor ??= response.headers.get('event-cursor') ?? undefined
      for await (const followed of eventsOf(response)) {
        cursor = followed.cursor
        yield followed
      }
      if (!signal.aborted) throw new Error('the service closed the stream')
    } catch (error) {
      if (signal.aborted) return
      if (error instanceof ApiError && error.status < 500) throw error
      if (failures === 0) following.onConnection('broken', String((error as Error).message))
      failures += 1
      await pause(Math.min(RECONNECT_FIRST_MS * 2 ** (failures - 1), RECONNECT_LAST_MS), signal)
    }
  }
}

async function connect(
  { origin, key, query, signal }: Following,
  cursor: string | undefined,
): Promise<Response> {
  const asked = new URLSearchParams(query)
  asked.delete('after')
  const response = await fetch(`${origin}/api/v1/events/stream?${asked}`, {
    headers: {
      authorization: `Bearer ${key}`,
      accept: 'text/event-stream',
      ...defined({ 'last-event-id': cursor }),
    },
    signal,
  })
  if (response.status !== 200) throw new ApiError(response.status, await problemsOf(response))
  return response
}

async function* eventsOf(response: Response): AsyncGenerator<FollowedEvent> {
  const messages = response
    .body!.pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream())
  for await (const { id, data } of messages) yield { cursor: id ?? '', event: JSON.parse(data), text: data }
}

async function problemsOf(response: Response): Promise<readonly ApiProblem[]> {
  const body = (await response.json().catch(() => ({}))) as { errors?: readonly ApiProblem[] }
  return body.errors ?? []
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms)
    function done() {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    signal.addEventListener('abort', done)
  })
}
