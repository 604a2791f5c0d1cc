/**
 * A step tells people: a mail, or a message to a chat, within the rate that the tenant's alerts have, too.
 * Sent at least once, under one key. What answered is told by its code alone: the answer of a chat may repeat
 * the address, which is a secret.
 */
import type { ChatTarget, Json, MailTarget, NotifyStep } from '../core/automation/automation.ts'
import type { StepNews } from '../core/automation/progress.ts'
import { type RenderedMessage, renderNotify, shownMessage } from '../core/automation/render-notify.ts'
import { type AutomationRun, idempotencyKey, type StepResult } from '../core/automation/run.ts'
import { scopeOf } from '../core/automation/scope.ts'
import { defined } from '../core/defined.ts'
import { NO_MAIL } from '../core/mail-address.ts'
import type { Clock } from '../core/ports.ts'
import type { CallAnswer, Caller } from '../delivery/caller.ts'
import { chatMessage } from '../delivery/chat-message.ts'
import type { Mailer } from '../delivery/mailer.ts'
import type { Seal } from '../delivery/seal.ts'
import type { SendRates } from '../delivery/send-rates.ts'
import { newsOf } from './tries.ts'

export interface NotifyDeps {
  readonly clock: Clock
  readonly caller: Caller
  /** Undefined when the operator configured no mail server. */
  readonly mailer: Mailer | undefined
  readonly seal: Seal
  readonly rates: SendRates
}

export async function notifyStep(
  deps: NotifyDeps,
  run: AutomationRun,
  step: NotifyStep,
  result: StepResult,
): Promise<StepNews> {
  const rendered = renderNotify(step, scopeOf(run))
  if (rendered.kind === 'fault') return { kind: 'ended', state: 'failed', error: rendered.detail }
  const message = rendered.value
  const sent = shownMessage(message)
  const way = message.channel === 'mail' ? byMail(deps, message) : intoChat(deps, message)
  if (typeof way === 'string') return { kind: 'ended', state: 'failed', sent, error: way }
  const sentAt = deps.clock.now()
  const dueAt = deps.rates.countMessage(run.tenantId, sentAt)
  if (dueAt !== undefined) return { kind: 'later', dueAt }
  const { answer, shown } = await way(idempotencyKey(run, step.id), sentAt)
  const news = newsOf(answer, step, result.tries + 1, deps.clock.now())
  return { ...news, sent, ...defined({ answer: shown }) }
}

/** Sends the message and tells what the history may show of the answer. */
type Way = (key: string, sentAt: number) => Promise<{ readonly answer: CallAnswer; readonly shown?: Json }>

/** A text: why there is no way. */
function byMail(
  { mailer }: NotifyDeps,
  { to, subject, text }: Extract<RenderedMessage, MailTarget>,
): Way | string {
  if (mailer === undefined) return NO_MAIL
  return async (key, sentAt) => {
    const { ok, messageId, message, final = false } = await mailer.send({ to, subject, text, key, sentAt })
    const shown = { messageId, ...defined({ message }) }
    // Success has the same hundred in SMTP and in HTTP.
    if (ok) return { answer: { kind: 'answered', status: 250, body: '' }, shown }
    return {
      answer: { kind: 'failed', detail: message ?? 'the mail was not sent', final },
      shown: { messageId },
    }
  }
}

function intoChat({ seal, caller }: NotifyDeps, message: Extract<RenderedMessage, ChatTarget>): Way | string {
  let url: string
  try {
    url = seal.open(message.sealedUrl)
  } catch {
    return 'the url of the chat cannot be opened; set it again'
  }
  const content = JSON.stringify(chatMessage(message.format, message.text))
  const body = { text: content, contentType: 'application/json' }
  return async (key, sentAt) => {
    const call = { method: 'POST', url, headers: {}, sealedHeaders: {}, body, key, sentAt } as const
    const answer = await caller.call(call)
    return answer.kind === 'failed' ? { answer } : { answer, shown: { statusCode: answer.status } }
  }
}
