/**
 * The AsyncAPI 3 document of the events that this service sends
 * (https://www.asyncapi.com/docs/reference/specification/v3.0.0): one channel per kind of source, as the
 * event's public specification names them, for receivers and brokers; one for the stream, which tells all;
 * and one message per event type (event-types.ts) with its JSON Schema. Audits are not among them: nobody can
 * subscribe to them, they are read.
 */
import { APP_RELOAD_FINISHED_SCHEMA } from './attempt-event-schema.ts'
import { AUTOMATION_RUN_SCHEMA } from './automation-event-schema.ts'
import { APP_DATA_UPDATED_SCHEMA } from './data-event-schema.ts'
import {
  ATTEMPT_EVENT_TYPE,
  AUTOMATION_RUN_TYPE,
  DATA_EVENT_TYPE,
  EVENT_TYPES,
  type EventTypeEntry,
  FINISHED_EVENT_TYPE,
  TASK_CREATED_TYPE,
  TASK_DELETED_TYPE,
  TASK_NOT_RUN_TYPE,
  TASK_RUN_TYPE,
  TASK_UPDATED_TYPE,
  WEBHOOK_DISABLED_TYPE,
} from './event-types.ts'
import { FINISHED_EVENT_SCHEMA } from './finished-event-schema.ts'
import {
  TASK_CREATED_SCHEMA,
  TASK_DELETED_SCHEMA,
  TASK_NOT_RUN_SCHEMA,
  TASK_RUN_SCHEMA,
  TASK_UPDATED_SCHEMA,
} from './task-event-schema.ts'
import { WEBHOOK_DISABLED_SCHEMA } from './webhook-event-schema.ts'

interface Sending {
  /**
   * Name of the channel; for Qlik's events as their public specification has it (contract 01, sections 1, 6
   * and 7).
   */
  readonly channel: string
  readonly schema: object
}

const SENDINGS: Readonly<Record<string, Sending>> = {
  [FINISHED_EVENT_TYPE]: { channel: 'system-events.reload', schema: FINISHED_EVENT_SCHEMA },
  [ATTEMPT_EVENT_TYPE]: { channel: 'system-events.app', schema: APP_RELOAD_FINISHED_SCHEMA },
  [DATA_EVENT_TYPE]: { channel: 'system-events.engine.app', schema: APP_DATA_UPDATED_SCHEMA },
  [TASK_CREATED_TYPE]: { channel: 'system-events.task', schema: TASK_CREATED_SCHEMA },
  [TASK_UPDATED_TYPE]: { channel: 'system-events.task', schema: TASK_UPDATED_SCHEMA },
  [TASK_DELETED_TYPE]: { channel: 'system-events.task', schema: TASK_DELETED_SCHEMA },
  [TASK_RUN_TYPE]: { channel: 'system-events.task', schema: TASK_RUN_SCHEMA },
  [TASK_NOT_RUN_TYPE]: { channel: 'system-events.task', schema: TASK_NOT_RUN_SCHEMA },
  [AUTOMATION_RUN_TYPE]: { channel: 'system-events.automation', schema: AUTOMATION_RUN_SCHEMA },
  [WEBHOOK_DISABLED_TYPE]: { channel: 'system-events.webhook', schema: WEBHOOK_DISABLED_SCHEMA },
}

/** The JSON Schema of the events of a type; of an unknown type it says nothing. */
export function schemaOf(eventType: string): object {
  return SENDINGS[eventType]?.schema ?? {}
}

/** Its address below the origin of the service. */
const STREAM_PATH = '/api/v1/events/stream'
const STREAM = 'events.stream'
const STREAM_SECURITY = [{ $ref: '#/components/securitySchemes/apiKey' }]

/** Whom events are sent to. Where they are is told to nobody: webhooks and the operator set it. */
const RECEIVERS = {
  webhook: {
    protocol: 'https',
    description: 'Receivers of webhooks',
    at: 'Host of the address of a webhook',
  },
  nats: { protocol: 'nats', description: 'JetStream', at: 'Host of REPRISE_NATS_URL' },
  kafka: { protocol: 'kafka', description: 'Kafka', at: 'Broker of REPRISE_KAFKA_URL' },
} as const

/** @throws Error at start if an event type is not described here */
export function asyncApi(version: string): Record<string, unknown> {
  const sent = EVENT_TYPES.map((entry) => ({ entry, ...sendingOf(entry) }))
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Reprise events',
      version,
      description:
        'One event per reload tells how it ended, however many attempts it took. Over HTTP an event may arrive more than once, always with the same `id`.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    defaultContentType: 'application/json',
    channels: {
      ...Object.fromEntries(sent.map(({ channel }) => [channel, channelOf(sent, channel)])),
      [STREAM]: {
        address: STREAM_PATH,
        title: 'All events of the tenant that the caller may see, as Server-Sent Events',
        servers: [{ $ref: '#/servers/stream' }],
        messages: messagesOf(sent.map(({ entry }) => entry)),
      },
    },
    operations: {
      ...Object.fromEntries(
        sent.map(({ entry, channel }) => [`send.${entry.name}`, sendingOn(channel, [entry])]),
      ),
      [`send.${STREAM}`]: {
        ...sendingOn(
          STREAM,
          sent.map(({ entry }) => entry),
        ),
        security: STREAM_SECURITY,
      },
    },
    components: {
      messages: Object.fromEntries(sent.map(({ entry, schema }) => [entry.name, message(entry, schema)])),
      securitySchemes: { apiKey: { type: 'http', scheme: 'bearer', description: 'An API key' } },
    },
  }
}

/** The address of the service as its clients know it, in the parts of a URL. */
interface Origin {
  readonly protocol: string
  readonly host: string
  readonly pathname: string
}

export function serversFrom({ protocol, host, pathname }: Origin): Record<string, unknown> {
  const receivers = Object.entries(RECEIVERS).map(([name, { at, ...about }]) => [
    name,
    { host: `{${name}}`, ...about, variables: { [name]: { description: at } } },
  ])
  return {
    stream: {
      host,
      ...(pathname === '/' ? {} : { pathname }),
      protocol: protocol.replace(':', ''),
      description: 'This service, whose stream clients follow',
      security: STREAM_SECURITY,
    },
    ...Object.fromEntries(receivers),
  }
}

interface Sent extends Sending {
  readonly entry: EventTypeEntry
}

function channelOf(sent: readonly Sent[], channel: string): object {
  const entries = sent.filter((one) => one.channel === channel).map(({ entry }) => entry)
  return {
    title: entries[0]!.category,
    servers: Object.keys(RECEIVERS).map((name) => ({ $ref: `#/servers/${name}` })),
    messages: messagesOf(entries),
  }
}

function messagesOf(entries: readonly EventTypeEntry[]): object {
  return Object.fromEntries(entries.map((entry) => [entry.name, messageRef(entry)]))
}

function sendingOn(channel: string, entries: readonly EventTypeEntry[]): object {
  return {
    action: 'send',
    channel: { $ref: `#/channels/${channel}` },
    messages: entries.map(({ name }) => ({ $ref: `#/channels/${channel}/messages/${name}` })),
  }
}

function sendingOf({ name }: EventTypeEntry): Sending {
  const sending = SENDINGS[name]
  if (sending === undefined) throw new Error(`the event type ${name} has no schema`)
  return sending
}

function messageRef({ name }: EventTypeEntry): object {
  return { $ref: `#/components/messages/${name}` }
}

function message({ name, title, description }: EventTypeEntry, schema: object): object {
  return {
    name,
    title,
    summary: description,
    contentType: 'application/json',
    payload: {
      schemaFormat: 'application/schema+json;version=draft-2020-12',
      schema: { title: typeNameOf(title), ...schema },
    },
  }
}

/** What generators call the type: `Reload finished` is `ReloadFinished`. */
function typeNameOf(title: string): string {
  return title.replaceAll(/ (\w)/g, (_space, letter: string) => letter.toUpperCase())
}
