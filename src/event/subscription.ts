/**
 * Who wants which events: a webhook, as the rules see it (wire names and shapes: contract 04), or a broker,
 * which the operator configures and nobody sees in the API.
 */
import type { FilterNode } from '../core/filter.ts'
import type { SubscriptionId, TenantId, UserId } from '../core/ids.ts'

/**
 * How events become an HTTP request: one JSON object as `application/json`, which receivers written for Qlik
 * expect, or one of CloudEvents' modes.
 */
export const CONTENT_MODES = ['qlik', 'structured', 'binary', 'batched'] as const
export type ContentMode = (typeof CONTENT_MODES)[number]

/**
 * Whether the target is asked before events are sent (CloudEvents' HTTP webhook specification, section 4):
 * never, with events sent all the same when it does not answer the question, or with none sent without its
 * consent.
 */
export const ABUSE_PROTECTIONS = ['off', 'preferred', 'required'] as const
export type AbuseProtection = (typeof ABUSE_PROTECTIONS)[number]

export const BROKER_KINDS = ['nats', 'kafka'] as const
export type BrokerKind = (typeof BROKER_KINDS)[number]

export interface Subscription {
  readonly id: SubscriptionId
  readonly tenantId: TenantId
  /** A webhook when absent. */
  readonly channel?: BrokerKind
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
  /** Sealed by the shell that stores them; opened only to send. */
  readonly sealedHeaders: Readonly<Record<string, string>>
  /** Sealed likewise. */
  readonly sealedSecret?: string
  /** The secret before the last rotation: signs beside the present one until then (epoch ms). */
  readonly previousSecret?: { readonly sealed: string; readonly until: number }
  /** `qlik` when absent. */
  readonly contentMode?: ContentMode
  /** `off` when absent. */
  readonly abuseProtection?: AbuseProtection
  /** Most sends a minute; no limit when absent. */
  readonly sendsPerMinute?: number
  readonly checkCertificateRevocation: boolean
  readonly origin: 'api' | 'automations' | 'management-console'
  readonly createdAt: number
  readonly updatedAt: number
  readonly createdBy: UserId
  readonly updatedBy: UserId
  readonly disabledReason?: string
  readonly disabledReasonCode?: string
  /** Start and latest of the present run of failed sends, and how many; cleared by a success. */
  readonly failingSince?: number
  readonly lastFailedAt?: number
  readonly failedSends: number
}
