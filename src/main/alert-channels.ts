/** The channels of alerts, opened by their first send, and what they look up about an event. */
import { defined } from '../core/defined.ts'
import type { AppId, TenantId } from '../core/ids.ts'
import type { AboutEvent } from '../delivery/alert-message.ts'
import type { ClosableChannel } from '../delivery/channel.ts'
import { mailChannel } from '../delivery/channels/mail.ts'
import { openedAtFirstSend } from '../delivery/channels/routed.ts'
import type { Seal } from '../delivery/seal.ts'
import type { AlertKind } from '../event/alert.ts'
import { FINISHED_EVENT_TYPE } from '../event/event-types.ts'
import type { Store } from '../store/port/store.ts'
import type { ChannelGuard } from './channel-guard.ts'
import type { Config } from './config.ts'
import { openMailer } from './mailer.ts'
import { VERSION } from './version.ts'

interface Parts {
  readonly config: Pick<Config, 'mail' | 'webhookAllowance' | 'publicUrl'>
  readonly store: Pick<Store, 'app' | 'tenant'>
  readonly seal: Seal
  readonly guard: ChannelGuard
}

/** Mail is there when it is configured. */
export function alertChannels({
  config,
  store,
  seal,
  guard,
}: Parts): Partial<Record<AlertKind, ClosableChannel>> {
  const { mail, webhookAllowance: allowance, publicUrl } = config
  const about = aboutEvent(store, publicUrl)
  const chat = openedAtFirstSend(async () => {
    const { chatChannel } = await import('../delivery/channels/chat.ts')
    return chatChannel({ seal, allowance, about, userAgent: `Reprise/${VERSION} (alert)` })
  })
  const opened: Partial<Record<AlertKind, ClosableChannel>> = { chat: guard.guarded('chat', chat) }
  if (mail === undefined) return opened
  return { ...opened, mail: mailChannel({ mailer: openMailer(mail, guard), about }) }
}

/** Without a public address only the path of a log is known. */
function aboutEvent(store: Parts['store'], publicUrl = ''): AboutEvent {
  return async ({ type, tenantid, data }) => {
    const isReload = type === FINISHED_EVENT_TYPE
    const appId = String(isReload ? data.appId : data.resourceId) as AppId
    const tenantId = tenantid as TenantId
    const [app, tenant] = await Promise.all([store.app(tenantId, appId), store.tenant(tenantId)])
    return {
      ...defined({ appName: app?.name, tenantName: tenant?.name }),
      ...(isReload ? { logAddress: `${publicUrl}/api/v1/apps/${appId}/reloads/logs/${data.id}` } : {}),
    }
  }
}
