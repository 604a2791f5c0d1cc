/** Subscribing to finished events and counting them, for end-to-end tests. */
import type { Client } from '../../src/cli/client.ts'
import type { EventReceiver } from '../../src/cli/event-receiver.ts'
import { FINISHED_EVENT_TYPE } from '../../src/event/event-types.ts'
import type { CloudEvent } from '../../src/event/stored-event.ts'
import type { ServiceProcess } from './service-process.ts'

export const WEBHOOK_SECRET = '0123456789abcdef0123456789ABCDEF'

export async function subscribe(client: Client, receiver: EventReceiver): Promise<void> {
  await client.createWebhook({
    name: 'receiver',
    url: receiver.url,
    secret: WEBHOOK_SECRET,
    enabled: true,
    eventTypes: [FINISHED_EVENT_TYPE],
  })
}

export function finishedOf(reloadId: string): (event: CloudEvent) => boolean {
  return (event) => event.type === FINISHED_EVENT_TYPE && event.data.id === reloadId
}

/** Finished events of a reload in the store, as the audit list tells them. */
export async function countFinishedEvents(service: ServiceProcess, reloadId: string): Promise<number> {
  const { data } = await service.client.call<{ data: { data: { id?: string } }[] }>(
    'GET',
    `/api/v1/audits?eventType=${FINISHED_EVENT_TYPE}&limit=100`,
  )
  return data.filter((item) => item.data.id === reloadId).length
}
