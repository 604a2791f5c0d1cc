/** A real service with a receiver of its finished events, as the stories of the run need it. */
import { Client } from '../../../src/cli/client.ts'
import { type EventReceiver, startEventReceiver } from '../../../src/cli/event-receiver.ts'
import { defined } from '../../../src/core/defined.ts'
import { subscribe, WEBHOOK_SECRET } from '../../support/finished-events.ts'
import {
  ADMIN_KEY,
  newDataFolder,
  type ServiceProcess,
  startServiceProcess,
} from '../../support/service-process.ts'

export interface Place {
  readonly service: ServiceProcess
  readonly client: Client
  readonly receiver: EventReceiver
  readonly host?: string
  readonly tenantId: string
  readonly userId: string
  readonly spaceId: string
}

/** A public address gives events their host. */
export async function startPlace(settings: Readonly<Record<string, string>>, host?: string): Promise<Place> {
  const receiver = await startEventReceiver(WEBHOOK_SECRET)
  const address = host && `https://${host}`
  const service = await startServiceProcess(newDataFolder(), {
    ...settings,
    ...defined({ REPRISE_PUBLIC_URL: address }),
  })
  const client = new Client(service.url, ADMIN_KEY)
  await subscribe(client, receiver)
  const { id: userId, tenantId } = await client.call<{ id: string; tenantId: string }>(
    'GET',
    '/api/v1/users/me',
  )
  const space = { name: 'Sales', type: 'shared' }
  const { id: spaceId } = await client.call<{ id: string }>('POST', '/api/v1/spaces', space)
  return { service, client, receiver, tenantId, userId, spaceId, ...defined({ host }) }
}

export async function newApp(
  { client }: Place,
  script: string,
  attributes: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const app = await client.call<{ attributes: { id: string } }>('POST', '/api/v1/apps', {
    attributes: { name: 'app', ...attributes },
  })
  await client.setScript(app.attributes.id, script)
  return app.attributes.id
}
