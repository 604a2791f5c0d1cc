/** The port by which mails are sent, each over the operator's mail server. */

export interface Letter {
  /** Plain addresses. */
  readonly to: readonly string[]
  /** One line. */
  readonly subject: string
  readonly text: string
  /** Left part of the Message-ID, the same in every try, so that one sent twice is known as one. */
  readonly key: string
  /** Epoch ms. */
  readonly sentAt: number
}

export interface MailSent {
  readonly ok: boolean
  readonly messageId: string
  /** For people: why not, or for whom not. */
  readonly message?: string
  /** No other try will fare better. */
  readonly final?: true
}

export interface Mailer {
  /** Rejects only when it is closed: then nothing is known of the mail. */
  send(letter: Letter): Promise<MailSent>
  close(): Promise<void>
}
