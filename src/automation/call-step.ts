/** A step calls its address: what goes out, and what of the answer is kept. */
import type { CallStep, Json } from '../core/automation/automation.ts'
import { ANSWER_BODY_MAX_CHARACTERS } from '../core/automation/limits.ts'
import type { StepNews } from '../core/automation/progress.ts'
import { renderCall, shownCall } from '../core/automation/render-call.ts'
import { type AutomationRun, idempotencyKey, type StepResult } from '../core/automation/run.ts'
import { scopeOf } from '../core/automation/scope.ts'
import { defined } from '../core/defined.ts'
import type { Clock } from '../core/ports.ts'
import type { CallAnswer, Caller } from '../delivery/caller.ts'
import { newsOf } from './tries.ts'

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
  const shown = answer.kind === 'answered' ? { answer: answerRecord(answer) } : {}
  return { ...newsOf(answer, step, result.tries + 1, clock.now()), sent: shownCall(rendered.value), ...shown }
}

function answerRecord({ status, body }: Extract<CallAnswer, { kind: 'answered' }>): Json {
  return { statusCode: status, body: body.slice(0, ANSWER_BODY_MAX_CHARACTERS) }
}
