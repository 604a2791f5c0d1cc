/**
 * A subscription: a webhook (wire names: contract 04), an alert, or a broker, which the operator configures
 * and the API does not show.
 */
import type { FilterNode } from '../core/filter.ts'
import type { SubscriptionId, TenantId, UserId } from '../core/ids.ts'
import type { Alert, AlertKind } from './alert.ts'

/**
 * How events become an HTTP request: one JSON object as `application/json`, which receivers written for Qlik
 * expect, or a CloudEvents content mode.
 */
export const CONTENT_MODES = ['qlik', 'structured', 'binary', 'batched'] as const
export type ContentMode = (typeof CONTENT_MODES)[number]

/**
 * Whether the target is asked for consent first (CloudEvents' HTTP webhook specification, section 4). `off`:
 * never. `preferred`: asked, but a target that does not answer still gets events. `required`: no events
 * without consent.
 */
export const ABUSE_PROTECTIONS = ['off', 'preferred', 'required'] as const
export type AbuseProtection = (typeof ABUSE_PROTECTIONS)[number]

export const BROKER_KINDS = ['nats', 'kafka'] as const
export type BrokerKind = (typeof BROKER_KINDS)[number]

/** The broker of a subscription, when it is one. */
export function brokerOf({ channel }: Pick<Subscription, 'channel'>): BrokerKind | undefined {
  return BROKER_KINDS.find((kind) => kind === channel)
}

export interface Subscription {
  readonly id: SubscriptionId
  readonly tenantId: TenantId
  /** A webhook when absent. */
  readonly channel?: BrokerKind | AlertKind
  /** Present exactly when the channel is one of alerts. */
  readonly alert?: Alert
  readonly name: string
  readonly description: string
  readonly url: string
  readonly eventTypes: readonly string[]
  readonly enabled: boolean
  readonly filterText?: string
  readonly filter?: FilterNode
  readonly level: 'tenant' | 'user'
  readonly ownerId: UserId
  readonly headers: Readonly<Record<string, string>>
  /** Sealed before it is stored, opened only to send. */
  readonly sealedHeaders: Readonly<Record<string, string>>
  /** Sealed too. */
  readonly sealedSecret?: string
  /** The secret before the last rotation; also signs until then (epoch ms). */
  readonly previousSecret?: { readonly sealed: string; readonly until: number }
  /** `qlik` when absent. */
  readonly contentMode?: ContentMode
  /** `off` when absent. */
  readonly abuseProtection?: AbuseProtection
  /** Maximum sends per minute; no limit if absent. */
  readonly sendsPerMinute?: number
  readonly checkCertificateRevocation: boolean
  readonly origin: 'api' | 'automations' | 'management-console'
  readonly createdAt: number
  readonly updatedAt: number
  readonly createdBy: UserId
  readonly updatedBy: UserId
  readonly disabledReason?: string
  readonly disabledReasonCode?: string
  /** The current run of failed sends: its start, its latest send and its length. Cleared by a success. */
  readonly failingSince?: number
  readonly lastFailedAt?: number
  readonly failedSends: number
}
