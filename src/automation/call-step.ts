/** A step calls its address: what goes out, and what the answer means for the step. */
import type { CallStep, Json } from '../core/automation/automation.ts'
import { ANSWER_BODY_MAX_CHARACTERS } from '../core/automation/limits.ts'
import type { StepNews } from '../core/automation/progress.ts'
import { renderCall, shownCall } from '../core/automation/render-call.ts'
import { type AutomationRun, idempotencyKey, type StepResult } from '../core/automation/run.ts'
import { scopeOf } from '../core/automation/scope.ts'
import { defined } from '../core/defined.ts'
import type { Clock } from '../core/ports.ts'
import { HOUR, MINUTE, SECOND } from '../core/units.ts'
import type { CallAnswer, Caller } from '../delivery/caller.ts'

/** Waits before try 2, 3, ... of a call, ms. */
const BACKOFF_MS = [5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE] as const
const RETRY_AFTER_MAX_MS = HOUR

export async function callStep(
  { caller, clock }: { readonly caller: Caller; readonly clock: Clock },
  run: AutomationRun,
  step: CallStep,
  result: StepResult,
): Promise<StepNews> {
  const rendered = renderCall(step, scopeOf(run))
  if (rendered.kind === 'fault') return { kind: 'ended', state: 'failed', error: rendered.detail }
  const { sealedSecret } = run
  const sentAt = clock.now()
  const call = { ...rendered.value, key: idempotencyKey(run, step.id), sentAt, ...defined({ sealedSecret }) }
  const answer = await caller.call(call)
  return { ...newsOf(answer, step, result.tries + 1, clock.now()), sent: shownCall(rendered.value) }
}

/** @param tries with this one */
export function newsOf(
  answer: CallAnswer,
  { retries }: Pick<CallStep, 'retries'>,
  tries: number,
  now: number,
): StepNews & { readonly kind: 'ended' | 'again' } {
  const shown = answer.kind === 'answered' ? { answer: answerRecord(answer) } : {}
  if (answer.kind === 'answered' && answer.status >= 200 && answer.status < 300) {
    return { kind: 'ended', state: 'succeeded', ...shown }
  }
  const error = answer.kind === 'answered' ? `the target answered ${answer.status}` : answer.detail
  if (tries > retries || !mayHelp(answer)) return { kind: 'ended', state: 'failed', error, ...shown }
  const asked = answer.kind === 'answered' ? answer.retryAfterMs : undefined
  const waitMs = asked ?? BACKOFF_MS[Math.min(tries, BACKOFF_MS.length) - 1]!
  return { kind: 'again', dueAt: now + Math.min(waitMs, RETRY_AFTER_MAX_MS), error, ...shown }
}

/** Whether another try may fare better: not after an answer that says that the request is wrong. */
function mayHelp(answer: CallAnswer): boolean {
  if (answer.kind === 'failed') return !answer.final
  const { status } = answer
  return status >= 500 || status === 408 || status === 425 || status === 429
}

function answerRecord({ status, body }: Extract<CallAnswer, { kind: 'answered' }>): Json {
  return { statusCode: status, body: body.slice(0, ANSWER_BODY_MAX_CHARACTERS) }
}
