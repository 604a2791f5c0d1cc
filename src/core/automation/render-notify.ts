/** A message with its values: what goes out, and what of it the history may show. */
import { CHAT_TEXT_MAX_BYTES } from '../chat.ts'
import { cleanText, cutToBytes, oneLine } from '../plain-text.ts'
import type { ChatTarget, Json, MailTarget, NotifyStep } from './automation.ts'
import { targetRecord } from './document-record.ts'
import { SENT_BODY_MAX_CHARACTERS, SUBJECT_MAX_BYTES } from './limits.ts'
import type { Scope } from './scope.ts'
import { type Place, type Rendered, renderText } from './template.ts'

/** Of a mail the subject is one line; in a chat values call nobody and make no link. */
export type RenderedMessage = (MailTarget | ChatTarget) & { readonly text: string }

export function renderNotify({ to, text: template }: NotifyStep, scope: Scope): Rendered<RenderedMessage> {
  const text = filled('text', template, scope, to.channel === 'mail' ? 'text' : to.format)
  if (text.kind === 'fault') return text
  if (to.channel === 'chat') {
    return {
      kind: 'rendered',
      value: { ...to, text: cutToBytes(text.value, CHAT_TEXT_MAX_BYTES[to.format]) },
    }
  }
  const subject = filled('subject', to.subject, scope, 'text')
  if (subject.kind === 'fault') return subject
  const line = cutToBytes(oneLine(subject.value), SUBJECT_MAX_BYTES)
  return { kind: 'rendered', value: { ...to, subject: line, text: text.value } }
}

/** For the history. */
export function shownMessage(message: RenderedMessage): Json {
  const text = message.text.slice(0, SENT_BODY_MAX_CHARACTERS)
  const target = targetRecord(message)
  return message.channel === 'mail' ? { ...target, subject: message.subject, text } : { ...target, text }
}

function filled(name: string, template: string, scope: Scope, place: Place): Rendered<string> {
  const rendered = renderText(template, scope, place)
  if (rendered.kind === 'fault') return { kind: 'fault', detail: `${name}: ${rendered.detail}` }
  const value = cleanText(rendered.value)
  return value.trim() === ''
    ? { kind: 'fault', detail: `${name}: with its values it is empty` }
    : { kind: 'rendered', value }
}
