/**
 * The types of the events of reloads. Unknown optional members are absent: never null, never an empty text.
 * Later versions may add members; ignore those you do not know.
 */

/** CloudEvents 1.0 attributes of every event of this service, required and optional ones. */
interface Envelope<Type extends string, Data> {
  readonly specversion: '1.0'
  /** Identity of the event: the same on every send, retry and resend. De-duplicate by it. */
  readonly id: string
  readonly type: Type
  readonly source: string
  /** RFC 3339, UTC, milliseconds. */
  readonly time: string
  readonly datacontenttype: 'application/json'
  readonly tenantid: string
  readonly host?: string
  readonly userid?: string
  readonly ownerid?: string
  readonly spaceid?: string
  /** The app. */
  readonly toplevelresourceid?: string
  readonly originip?: string
  readonly reason?: string
  readonly authtype?: string
  readonly clientid?: string
  readonly sessionid?: string
  /** JSON text. */
  readonly authclaims?: string
  readonly traceparent?: string
  readonly tracestate?: string
  readonly data: Data
}

export type ReloadStatus = 'SUCCEEDED' | 'FAILED' | 'CANCELED' | 'EXCEEDED_LIMIT'

export type ReloadTrigger = 'hub' | 'chronos' | 'external' | 'automations' | 'data-refresh' | 'choreographer'

export interface ReloadFinishedData {
  /** Reload id. */
  readonly id: string
  readonly appId: string
  readonly userId: string
  readonly succeeded: boolean
  readonly type: ReloadTrigger
  readonly status: ReloadStatus
  readonly tenantId: string
  readonly weight: number
  readonly partial: boolean
  readonly appUsage: string
  readonly creationTime: string
  readonly taskId?: string
  /** When the engine began; absent if no script ran. */
  readonly startTime?: string
  /** SUCCEEDED only. */
  readonly lastReloadTime?: string
  /** From engine session to attempt end, seconds. */
  readonly durationSeconds?: number
  /** FAILED and EXCEEDED_LIMIT only; comes with errorMessage. */
  readonly errorCode?: string
  readonly errorMessage?: string
  readonly crashedOnMaxSizeEngine?: boolean
  readonly resourceId?: string
  readonly resourceType?: string
  readonly enginePoolName?: string
  readonly engineSizingReason?: string
  readonly requeueCounters?: { readonly requeuesTotal: number; readonly requeuesWithErrors: number }
}

/** One per reload: how it ended, whatever the number of attempts. */
export type ReloadFinishedEvent = Envelope<'com.qlik.v1.reload.finished', ReloadFinishedData>

export interface AppReloadFinishedData {
  readonly status: 'ok' | 'error'
  readonly reloadId: string
  readonly name?: string
  readonly endTime: string
  /** Milliseconds. */
  readonly duration?: number
  readonly usage: string
  readonly peakMemoryBytes?: number
  readonly endedWithMemoryConstraint: boolean
  readonly isPartialReload: boolean
  readonly errors: readonly {
    readonly description?: string
    readonly error?: string
    readonly line?: string
    readonly lineNumber?: number
  }[]
}

/** One per attempt whose script started, including attempts that are retried. */
export type AppReloadFinishedEvent = Envelope<'com.qlik.v1.app.reload.finished', AppReloadFinishedData>

export interface AppDataUpdatedData {
  /** App id. */
  readonly id: string
  readonly name?: string
  readonly spaceId?: string
  readonly size: { readonly file: number }
  readonly lastReloadTime: string
}

/** New data of an app was saved. */
export type AppDataUpdatedEvent = Envelope<'com.qlik.app.data.updated', AppDataUpdatedData>

export interface WebhookDisabledData {
  /** Webhook id. */
  readonly id: string
  readonly name: string
  readonly disabledReasonCode: string
  readonly disabledReason: string
  readonly failedSends: number
  readonly failingSince?: string
}

/** The service disabled a webhook because its target is gone or failed for too long. */
export type WebhookDisabledEvent = Envelope<'com.reprise.v1.webhook.disabled', WebhookDisabledData>

export type ReloadEvent =
  | ReloadFinishedEvent
  | AppReloadFinishedEvent
  | AppDataUpdatedEvent
  | WebhookDisabledEvent
