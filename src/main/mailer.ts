/** The way to the operator's mail server, opened by its first mail. */
import { openedAtFirstSend } from '../delivery/channels/routed.ts'
import type { Mailer } from '../delivery/mailer.ts'
import type { ChannelGuard } from './channel-guard.ts'
import type { Config } from './config.ts'

export function openMailer(mail: NonNullable<Config['mail']>, guard: ChannelGuard): Mailer {
  const mailer = openedAtFirstSend(async () => {
    const { smtpMailer } = await import('../delivery/channels/smtp.ts')
    return smtpMailer(mail)
  })
  return guard.guarded('mail', mailer)
}
