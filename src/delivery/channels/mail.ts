/**
 * The mail channel: one message for an event, over the operator's SMTP server. The connection is encrypted
 * unless the operator said otherwise, and its certificate checked. The Message-ID follows from event and
 * alert, so that one sent twice is known as one (RFC 5322, section 3.6.4). Never throws, and never tells
 * address, user or password of the server.
 *
 * With several recipients a message counts as sent when the server took it for one of them and none is to be
 * tried again; whom it refused for good is told in the record of the send.
 */
import { createTransport } from 'nodemailer'
import { type AboutEvent, type AlertMessage, alertMessage } from '../alert-message.ts'
import type { ClosableChannel, Sent } from '../channel.ts'

export interface MailServer {
  readonly host: string
  readonly port: number
  /** `implicit`: TLS from the first byte; `starttls`: refused without it; `none`: by the operator's word. */
  readonly tls: 'implicit' | 'starttls' | 'none'
  readonly user?: string
  readonly password?: string
}

export interface MailOptions {
  readonly server: MailServer
  /** A plain address, or `Name <address>`. */
  readonly from: string
  readonly about: AboutEvent
  /** Limit of one send, ms; default 30 s. */
  readonly sendTimeoutMs?: number
}

const CONNECT_TIMEOUT_MS = 5_000
const REPLY_TIMEOUT_MS = 15_000
const SEND_TIMEOUT_MS = 30_000

export function mailChannel({
  server,
  from,
  about,
  sendTimeoutMs = SEND_TIMEOUT_MS,
}: MailOptions): ClosableChannel {
  const { host, port, tls, user, password } = server
  const transport = createTransport({
    host,
    port,
    secure: tls === 'implicit',
    requireTLS: tls === 'starttls',
    ignoreTLS: tls === 'none',
    ...(user === undefined ? {} : { auth: { user, pass: password ?? '' } }),
    connectionTimeout: CONNECT_TIMEOUT_MS,
    dnsTimeout: CONNECT_TIMEOUT_MS,
    greetingTimeout: REPLY_TIMEOUT_MS,
    socketTimeout: REPLY_TIMEOUT_MS,
    // Nothing of a message is ever read from a file or an address.
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  const closing = new AbortController()
  const domain = from.replace(/^.*@/, '').replace(/>.*$/, '')
  return {
    async send(events, subscription, sentAt) {
      const [event] = events
      const message = alertMessage(event!, await about(event!))
      const messageId = `<${event!.id}.${subscription.id}@${domain}>`
      const to = subscription.alert?.to ?? []
      const request = {
        url: `mailto:${to.join(',')}`,
        headers: { subject: message.subject, 'message-id': messageId },
      }
      const mail = {
        from,
        to: to.map((address) => ({ name: '', address })),
        subject: message.subject,
        text: textOf(message),
        messageId,
        date: new Date(sentAt),
        // So that no absence notice comes back (RFC 3834, section 5).
        headers: { 'auto-submitted': 'auto-generated' },
        signal: AbortSignal.any([closing.signal, AbortSignal.timeout(sendTimeoutMs)]),
      }
      try {
        return { ...sentOf(await transport.sendMail(mail)), request }
      } catch (error) {
        return { ok: false, message: faultText(error as SmtpFault, sendTimeoutMs), request }
      }
    },
    async close() {
      closing.abort()
      transport.close()
    },
  }
}

function textOf({ subject, facts, error }: AlertMessage): string {
  const lines = facts.map(([name, value]) => `${name}: ${value}`)
  return [subject, '', ...lines, ...(error.length === 0 ? [] : ['', ...error]), ''].join('\n')
}

interface Refusal {
  readonly responseCode?: number | undefined
}

type SmtpFault = Error & Refusal & { readonly code?: string }

interface Taken {
  readonly accepted: readonly unknown[]
  readonly rejectedErrors?: readonly Refusal[] | undefined
}

function sentOf({ accepted, rejectedErrors = [] }: Taken): Sent {
  if (rejectedErrors.length === 0) return { ok: true }
  const codes = rejectedErrors.map(({ responseCode }) => responseCode ?? 0)
  const all = accepted.length + codes.length
  const message = `the mail server refused ${codes.length} of ${all} recipients (${codes.join(', ')})`
  return { ok: codes.every((code) => code >= 500), message }
}

/** Texts of the server are left out: they name hosts and users of the operator. */
function faultText({ message, code = '', responseCode }: SmtpFault, timeoutMs: number): string {
  if (code === 'EABORT') return `timeout after ${timeoutMs / 1000} s`
  if (code === 'EAUTH') return 'the mail server did not accept the login of this service'
  if (code === 'ETLS' || /certificate|\bTLS\b|\bSSL\b/i.test(message)) {
    return 'no trusted TLS connection to the mail server'
  }
  if (responseCode !== undefined) return `the mail server answered ${responseCode}`
  return 'the mail server cannot be reached'
}
