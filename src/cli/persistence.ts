/**
 * Repeats a request while the service cannot be reached or is in trouble, with growing waits. What asking
 * again cannot mend, such as a wrong key, is thrown at once.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { ApiError } from './client.ts'

export interface Persistence {
  /** Ends the repeating; its reason is thrown. */
  readonly signal: AbortSignal
  /** Called once when the service does not answer, and when it does again. */
  onConnection(state: 'broken' | 'back', detail: string): void
}

const AGAIN_FIRST_MS = 500
const AGAIN_LAST_MS = 10_000

/** @throws ApiError that is the caller's to mend; the reason of the signal */
export async function persistently<Answer>(
  { signal, onConnection }: Persistence,
  ask: () => Promise<Answer>,
): Promise<Answer> {
  for (let failures = 0; ; failures++) {
    try {
      const answer = await ask()
      if (failures > 0) onConnection('back', '')
      return answer
    } catch (error) {
      signal.throwIfAborted()
      if (!isPassing(error)) throw error
      if (failures === 0) onConnection('broken', messageOf(error as Error))
      const ms = Math.min(AGAIN_FIRST_MS * 2 ** failures, AGAIN_LAST_MS)
      await pause(ms, undefined, { signal }).catch(() => signal.throwIfAborted())
    }
  }
}

/**
 * Trouble of the service, too many requests (not a reload that is pending already), a connection that broke,
 * or no answer in time.
 */
function isPassing(error: unknown): boolean {
  if (error instanceof ApiError)
    return error.status >= 500 || error.problems.some(({ code }) => code === 'HTTP-429')
  return error instanceof TypeError || (error instanceof DOMException && error.name === 'TimeoutError')
}

/** What a request failed of stands in the cause of what `fetch` throws. */
function messageOf({ message, cause }: Error): string {
  return (cause instanceof Error && cause.message) || message
}
