/**
 * The mail channel: one message for an event. The Message-ID follows from event and alert, so that one sent
 * twice is known as one. Never throws, and never tells address, user or password of the server.
 */
import { defined } from '../../core/defined.ts'
import { type AboutEvent, type AlertMessage, alertMessage } from '../alert-message.ts'
import type { ClosableChannel } from '../channel.ts'
import type { Mailer } from '../mailer.ts'

export interface MailOptions {
  /** Closed with the channel. */
  readonly mailer: Mailer
  readonly about: AboutEvent
}

export function mailChannel({ mailer, about }: MailOptions): ClosableChannel {
  return {
    async send(events, { id, alert }, sentAt) {
      const [event] = events
      const message = alertMessage(event!, await about(event!))
      const { subject } = message
      const to = alert?.to ?? []
      const key = `${event!.id}.${id}`
      const url = `mailto:${to.join(',')}`
      try {
        const sent = await mailer.send({ to, subject, text: textOf(message), key, sentAt })
        const request = { url, headers: { subject, 'message-id': sent.messageId } }
        return { ok: sent.ok, ...defined({ message: sent.message }), request }
      } catch {
        return { ok: false, message: 'the service stops', request: { url, headers: { subject } } }
      }
    },
    close: () => mailer.close(),
  }
}

function textOf({ subject, facts, error }: AlertMessage): string {
  const lines = facts.map(([name, value]) => `${name}: ${value}`)
  return [subject, '', ...lines, ...(error.length === 0 ? [] : ['', ...error]), ''].join('\n')
}
