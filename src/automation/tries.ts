/** What an answer means for a step that speaks to the world: it ends, or is tried again after a while. */
import type { StepNews } from '../core/automation/progress.ts'
import { HOUR, MINUTE, SECOND } from '../core/units.ts'
import type { CallAnswer } from '../delivery/caller.ts'

/** Waits before try 2, 3, ..., ms. */
const BACKOFF_MS = [5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE] as const
const RETRY_AFTER_MAX_MS = HOUR

/** @param tries with this one */
export function newsOf(
  answer: CallAnswer,
  { retries }: { readonly retries: number },
  tries: number,
  now: number,
): StepNews & { readonly kind: 'ended' | 'again' } {
  if (answer.kind === 'answered' && answer.status >= 200 && answer.status < 300) {
    return { kind: 'ended', state: 'succeeded' }
  }
  const error = answer.kind === 'answered' ? `the target answered ${answer.status}` : answer.detail
  if (tries > retries || !mayHelp(answer)) return { kind: 'ended', state: 'failed', error }
  const asked = answer.kind === 'answered' ? answer.retryAfterMs : undefined
  const waitMs = asked ?? BACKOFF_MS[Math.min(tries, BACKOFF_MS.length) - 1]!
  return { kind: 'again', dueAt: now + Math.min(waitMs, RETRY_AFTER_MAX_MS), error }
}

/** Whether another try may fare better: not after an answer that says that the request is wrong. */
function mayHelp(answer: CallAnswer): boolean {
  if (answer.kind === 'failed') return !answer.final
  const { status } = answer
  return status >= 500 || status === 408 || status === 425 || status === 429
}
