/** A step that tells people, as it is sent. */
import { CHAT_FORMATS, chatOrigin } from '../chat.ts'
import { NO_MAIL, RECIPIENTS_MAX, recipientsFault } from '../mail-address.ts'
import type { ChatTarget, MailTarget, NotifyStep, Step, StepBasis } from './automation.ts'
import { checkTemplate } from './check-templates.ts'
import { RETRIES_DEFAULT, RETRIES_MAX, TEMPLATE_MAX_CHARACTERS } from './limits.ts'
import type { Members, Reading } from './reading.ts'

export interface NotifyRules {
  /** Whether the operator configured a mail server. */
  readonly sendsMail: boolean
  /** Why an address may not be called; undefined when it may. */
  readonly urlFault: (url: string) => string | undefined
  /** The address sealed; undefined when `shownChatUrl` (document-record.ts) is of one that is not kept. */
  readonly sealUrl: (stepId: string, url: string) => string | undefined
}

export function readNotify(
  reading: Reading,
  step: Members,
  basis: StepBasis,
  earlier: readonly Step[],
  rules: NotifyRules,
): NotifyStep {
  return {
    ...basis,
    kind: 'notify',
    to: readTarget(reading, step, basis.id, earlier, rules),
    text: readTemplate(step, 'text', earlier),
    retries: step.integer('retries', 0, RETRIES_MAX) ?? RETRIES_DEFAULT,
  }
}

function readTarget(
  reading: Reading,
  step: Members,
  stepId: string,
  earlier: readonly Step[],
  rules: NotifyRules,
): MailTarget | ChatTarget {
  const [mail, chat] = [step.get('mail'), step.get('chat')]
  if ((mail === undefined) === (chat === undefined)) {
    reading.fault(step.pointer, 'must have mail or chat: to whom the message goes')
  }
  if (chat !== undefined) {
    if (step.get('subject') !== undefined) step.fault('subject', 'is for mail alone')
    return readChat(reading.object(chat, step.at('chat'), ['format', 'url']), stepId, rules)
  }
  if (mail === undefined) return { channel: 'mail', to: [], subject: '' }
  if (!rules.sendsMail) step.fault('mail', NO_MAIL)
  const to = readRecipients(reading, reading.object(mail, step.at('mail'), ['to']))
  return { channel: 'mail', to, subject: readTemplate(step, 'subject', earlier) }
}

function readRecipients(reading: Reading, mail: Members | undefined): readonly string[] {
  const to = mail?.needed('to', mail.list('to', RECIPIENTS_MAX))
  if (mail === undefined || to === undefined) return []
  const wrong = recipientsFault(to)
  if (wrong === undefined) return to as readonly string[]
  reading.fault(wrong.at === undefined ? mail.at('to') : `${mail.at('to')}/${wrong.at}`, wrong.detail)
  return []
}

function readChat(chat: Members | undefined, stepId: string, rules: NotifyRules): ChatTarget {
  const format = chat?.needed('format', chat.oneOf('format', CHAT_FORMATS)) ?? 'slack'
  const url = chat?.needed('url', chat.text('url', TEMPLATE_MAX_CHARACTERS))
  if (chat === undefined || url === undefined) return { channel: 'chat', format, origin: '', sealedUrl: '' }
  const detail = rules.urlFault(url)
  if (detail !== undefined) chat.fault('url', detail)
  const sealedUrl = rules.sealUrl(stepId, url)
  if (sealedUrl === undefined) chat.fault('url', 'send the whole address: none is kept under this step')
  return { channel: 'chat', format, origin: chatOrigin(url), sealedUrl: sealedUrl ?? '' }
}

function readTemplate(step: Members, name: string, earlier: readonly Step[]): string {
  const template = step.needed(name, step.text(name, TEMPLATE_MAX_CHARACTERS))
  checkTemplate(step, name, template, earlier)
  return template ?? ''
}
