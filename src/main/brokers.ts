/**
 * Brokers from the configuration: their channels, and for each tenant a subscription for the broker, so that
 * its events are saved, sent and retried like all deliveries. A broker that is no longer configured loses its
 * subscriptions, and its waiting deliveries are given up.
 */
import { createHash } from 'node:crypto'
import { changeOne } from '../catalog/deps.ts'
import type { SubscriptionId, TenantId, UserId } from '../core/ids.ts'
import type { World } from '../core/ports.ts'
import type { BrokerChannel } from '../delivery/channel.ts'
import { BROKER_KINDS, type BrokerKind, type Subscription } from '../event/subscription.ts'
import type { Decided, SubscriptionChangeView } from '../store/port/change.ts'
import type { Store } from '../store/port/store.ts'
import type { ChannelGuard } from './channel-guard.ts'
import type { BrokerSettings } from './config.ts'

export type Brokers = Partial<Record<BrokerKind, BrokerChannel>>

/** Opens the channels; connects to an unavailable broker in the background. */
export async function openBrokers(
  { nats, kafka }: BrokerSettings,
  { log }: World,
  guard: ChannelGuard,
): Promise<Brokers> {
  const open = async (kind: BrokerKind, opening: () => Promise<BrokerChannel>): Promise<BrokerChannel> => {
    const broker = await guard.inside(kind, opening)
    return {
      ...guard.guarded(kind, broker),
      get fault() {
        return broker.fault
      },
    }
  }
  const brokers: Brokers = {}
  if (nats !== undefined) {
    const { natsChannel } = await import('../delivery/channels/nats.ts')
    brokers.nats = await open('nats', () => natsChannel({ ...nats, log }))
  }
  if (kafka !== undefined) {
    const { kafkaChannel } = await import('../delivery/channels/kafka.ts')
    brokers.kafka = await open('kafka', () => kafkaChannel({ ...kafka, log }))
  }
  return brokers
}

/** Whether each configured broker takes events. */
export function brokerStates(brokers: Brokers): Partial<Record<BrokerKind, 'up' | 'down'>> {
  const states = Object.entries(brokers).map(([kind, { fault }]) => [
    kind,
    fault === undefined ? 'up' : 'down',
  ])
  return Object.fromEntries(states)
}

/** @param eventTypes of each configured broker */
export async function subscribeBrokers(
  store: Pick<Store, 'tenants' | 'change'>,
  world: World,
  eventTypes: Readonly<Record<BrokerKind, readonly string[] | undefined>>,
): Promise<void> {
  for (const tenant of await store.tenants()) {
    for (const kind of BROKER_KINDS) {
      const types = eventTypes[kind]
      const wanted =
        types === undefined ? undefined : subscriptionOf(kind, tenant.id, types, world.clock.now())
      const id = subscriptionId(kind, tenant.id)
      const step = ({ subscription: found }: SubscriptionChangeView) => withBroker(found, wanted)
      await changeOne(store, { kind: 'subscription', tenantId: tenant.id, id, step })
    }
  }
}

function withBroker(found: Subscription | undefined, wanted: Subscription | undefined): Decided<undefined> {
  const answer = undefined
  if (wanted === undefined) {
    return found === undefined ? { answer } : { answer, remove: { subscriptions: [found.id] } }
  }
  const isThere = found?.eventTypes.join() === wanted.eventTypes.join()
  return isThere ? { answer } : { answer, put: { subscriptions: [wanted] } }
}

/** Derived from kind and tenant, so that making it twice yields one. */
function subscriptionId(kind: BrokerKind, tenantId: TenantId): SubscriptionId {
  const hex = createHash('sha256').update(`${kind} ${tenantId}`).digest('hex')
  const parts = [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`]
  return [...parts, hex.slice(20, 32)].join('-') as SubscriptionId
}

function subscriptionOf(
  kind: BrokerKind,
  tenantId: TenantId,
  eventTypes: readonly string[],
  now: number,
): Subscription {
  const nobody = '' as UserId
  return {
    id: subscriptionId(kind, tenantId),
    tenantId,
    channel: kind,
    name: kind,
    description: '',
    url: '',
    eventTypes,
    enabled: true,
    level: 'tenant',
    ownerId: nobody,
    headers: {},
    sealedHeaders: {},
    checkCertificateRevocation: false,
    origin: 'api',
    createdAt: now,
    updatedAt: now,
    createdBy: nobody,
    updatedBy: nobody,
    failedSends: 0,
  }
}
