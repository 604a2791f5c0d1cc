/** The product's JetStream channel of a machine, over the simulated broker instead of a socket. */
import type { NatsConnection } from '@nats-io/transport-node'
import type { Channel } from '../../src/delivery/channel.ts'
import { type Libraries, NatsChannel } from '../../src/delivery/channels/nats.ts'
import type { CloudEvent } from '../../src/event/stored-event.ts'
import { type Broker, type Publishing, SimApiError } from './broker.ts'
import type { SimNode } from './node.ts'
import type { World } from './world.ts'

/** Whom a machine asks to publish, perhaps with a planted bug. */
export type Publish = (publishing: Publishing) => Promise<number>

export function brokerChannel(world: World, node: SimNode, planted: (publish: Publish) => Publish): Channel {
  const { broker } = world
  const warn = (message: string, about: object = {}) =>
    world.tell(node, 'reason' in about ? `${message}: ${about.reason}` : message)
  const publish = planted((publishing) => broker.ask(node, () => broker.publish(publishing)))
  return new NatsChannel(
    {
      stream: 'SIM',
      contentMode: 'structured',
      retentionMs: 3_600_000,
      log: { info: warn, warn, error: warn },
    },
    clientOf(broker, node, publish),
    {
      get current() {
        return broker.connection as NatsConnection | undefined
      },
      reason: 'connection refused',
      close: async () => {},
    },
  )
}

/** As much of the client library as the channel uses. */
function clientOf(broker: Broker, node: SimNode, publish: Publish): Libraries {
  const client = {
    publish: async (subject: string, body: Uint8Array, options: PublishOptions) => {
      const event = JSON.parse(new TextDecoder().decode(body)) as CloudEvent
      const { msgID: id, expect } = options
      const { lastSubjectSequence } = expect
      return { seq: await publish({ subject, id, lastSubjectSequence, event }), stream: 'SIM' }
    },
  }
  const streams = {
    info: () => broker.ask(node, () => broker.info()),
    add: () => broker.ask(node, () => broker.make()),
    getMessage: (_stream: string, { last_by_subj }: { last_by_subj: string }) =>
      broker.ask(node, () => {
        const last = broker.last(last_by_subj)
        return last === undefined ? null : { seq: last.seq, header: { get: () => last.id } }
      }),
  }
  return {
    jetstream: () => client,
    jetstreamManager: async () => ({ streams }),
    headers: () => ({ set: () => {} }),
    JetStreamApiError: SimApiError,
    RetentionPolicy: { Limits: 'limits' },
    StorageType: { File: 'file' },
  } as never
}

interface PublishOptions {
  readonly msgID: string
  readonly expect: { readonly lastSubjectSequence: number }
}
