/**
 * Mails over the operator's SMTP server. The connection is encrypted unless the operator said otherwise, and
 * its certificate checked. The Message-ID follows from the key of the mail (RFC 5322, section 3.6.4). Never
 * tells address, user or password of the server.
 *
 * With several recipients a mail counts as sent when the server took it for one of them and none is to be
 * tried again; whom it refused for good is told.
 */
import { createTransport } from 'nodemailer'
import type { Mailer, MailSent } from '../mailer.ts'

export interface MailServer {
  readonly host: string
  readonly port: number
  /** `implicit`: TLS from the first byte; `starttls`: refused without it; `none`: by the operator's word. */
  readonly tls: 'implicit' | 'starttls' | 'none'
  readonly user?: string
  readonly password?: string
}

export interface SmtpOptions {
  readonly server: MailServer
  /** A plain address, or `Name <address>`. */
  readonly from: string
  /** Limit of one send, ms; default 30 s. */
  readonly sendTimeoutMs?: number
}

const CONNECT_TIMEOUT_MS = 5_000
const REPLY_TIMEOUT_MS = 15_000
const SEND_TIMEOUT_MS = 30_000

export function smtpMailer({ server, from, sendTimeoutMs = SEND_TIMEOUT_MS }: SmtpOptions): Mailer {
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
    async send({ to, subject, text, key, sentAt }) {
      if (closing.signal.aborted) throw new Error('the service stops')
      const messageId = `<${key}@${domain}>`
      const mail = {
        from,
        to: to.map((address) => ({ name: '', address })),
        subject,
        text,
        messageId,
        date: new Date(sentAt),
        // So that no absence notice comes back (RFC 3834, section 5).
        headers: { 'auto-submitted': 'auto-generated' },
        signal: AbortSignal.any([closing.signal, AbortSignal.timeout(sendTimeoutMs)]),
      }
      try {
        return { ...sentOf(await transport.sendMail(mail)), messageId }
      } catch (error) {
        if (closing.signal.aborted) throw new Error('the service stops')
        return { ...failureOf(error as SmtpFault, sendTimeoutMs), messageId }
      }
    },
    async close() {
      closing.abort()
      transport.close()
    },
  }
}

type Outcome = Omit<MailSent, 'messageId'>

interface Refusal {
  readonly responseCode?: number | undefined
}

type SmtpFault = Error & Refusal & { readonly code?: string }

interface Taken {
  readonly accepted: readonly unknown[]
  readonly rejectedErrors?: readonly Refusal[] | undefined
}

function sentOf({ accepted, rejectedErrors = [] }: Taken): Outcome {
  if (rejectedErrors.length === 0) return { ok: true }
  const codes = rejectedErrors.map(({ responseCode }) => responseCode ?? 0)
  const all = accepted.length + codes.length
  const message = `the mail server refused ${codes.length} of ${all} recipients (${codes.join(', ')})`
  return { ok: codes.every((code) => code >= 500), message }
}

/** A 5yz is for good (RFC 5321, section 4.2.1). */
function failureOf(fault: SmtpFault, timeoutMs: number): Outcome {
  const message = faultText(fault, timeoutMs)
  return (fault.responseCode ?? 0) >= 500 ? { ok: false, message, final: true } : { ok: false, message }
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
