/**
 * Room `api/http`: what all routes share: authentication, refusals, pages, limits of requests, documents.
 * Nothing that knows a single resource enters.
 *
 * What the API needs of the rest of the process, handed to `buildServer` by main/. The API reads no
 * configuration and opens nothing of its own.
 */
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifyRequest,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify'
import type { Registry } from 'prom-client'
import type { AppArchives } from '../../catalog/app-archive.ts'
import type { DataTransfers } from '../../catalog/data-transfers.ts'
import type { FileStore } from '../../catalog/file-contents.ts'
import type { TempContents } from '../../catalog/temp-contents.ts'
import type { EventClaim } from '../../core/caller.ts'
import type { Limits } from '../../core/limits.ts'
import type { World } from '../../core/ports.ts'
import type { ZoneOffsets } from '../../core/recurrence/local-clock.ts'
import type { Channel } from '../../delivery/channel.ts'
import type { Seal } from '../../delivery/seal.ts'
import type { AppData, AppDataCopies, AppDataProfiles } from '../../engine/engine-session.ts'
import type { WallReport } from '../../engine/wall-report.ts'
import type { BrokerKind } from '../../event/subscription.ts'
import type { OutcomeWaits } from '../../outcome/outcome-waits.ts'
import type { SettleRules } from '../../outcome/settle.ts'
import type { BrowserSignIn } from '../../sign-in/browser.ts'
import type { GrantForClient } from '../../sign-in/client-credentials.ts'
import type { WhoAsks } from '../../sign-in/who-asks.ts'
import type { Store } from '../../store/port/store.ts'
import type { Reader } from './reader.ts'

export interface ApiDeps {
  readonly store: Store
  readonly world: World
  readonly limits: Limits
  /** Gives OAuth clients access tokens. */
  readonly grantForClient: GrantForClient
  /** Claims of callers that events may tell. */
  readonly eventClaims: readonly EventClaim[]
  /** Turns what a request brings into its caller. */
  readonly whoAsks: WhoAsks
  /** Lets people in who come with a browser. */
  readonly browser: BrowserSignIn
  /** Reads scripts and large bodies. */
  readonly reader: Reader
  /** Address of the service in the links of answers, without a trailing slash (own-origin.ts). */
  readonly hostUrl: (request: FastifyRequest) => string
  /** The path of that address: empty, or with a slash before it and none behind. */
  readonly basePath: string
  /** Origins whose pages may call the API from a browser. */
  readonly corsOrigins: readonly string[]
  /** Certificate and key of the server; undefined: it speaks plain HTTP. */
  readonly tls: TlsPair | undefined
  readonly seal: Seal
  /** Undefined when the address may be a webhook's target, else the reason in words. */
  readonly checkWebhookUrl: (url: string) => string | undefined
  /** The same for addresses of identity providers. */
  readonly checkProviderUrl: (url: string) => string | undefined
  /** Whether alerts can go by mail. */
  readonly sendsMail: boolean
  /** For the synchronous resend of a delivery. */
  readonly channel: Channel
  /** Time zones of schedules. */
  readonly zones: ZoneOffsets
  /** Content of the data files. */
  readonly files: FileStore
  readonly tempContents: TempContents
  /** Exported apps. */
  readonly archives: AppArchives
  readonly dataTransfers: DataTransfers
  /** For canceling: intake/cancel.ts takes them with the store. */
  readonly settleRules: SettleRules
  readonly outcomeWaits: OutcomeWaits
  readonly appData: AppData & AppDataCopies & AppDataProfiles
  readonly version: string
  /** False while the process starts or stops. */
  readonly ready: () => boolean
  /** Whether each configured broker takes events. */
  readonly brokers: () => Readonly<Partial<Record<BrokerKind, 'up' | 'down'>>>
  /** Addresses and CIDRs of proxies whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[]
  readonly metrics: Registry
  readonly engineWall: WallReport
  /** Signs cursors; at least 32 bytes, kept over restarts so that a client may go on paging. */
  readonly cursorKey: Uint8Array
  /** Why the installation may not serve so many tenants at the same time; undefined: it may. */
  readonly refuseTenants: (count: number) => string | undefined
  /** Told when a tenant was made. */
  readonly tenantMade: () => Promise<void>
  /** Opens the operator's calls; undefined: nobody may make them. */
  readonly operatorKey: string | undefined
  /** False switches the request rate limits off. */
  readonly rateLimits: boolean
}

/** PEM texts; the certificate may be a chain. */
export interface TlsPair {
  readonly cert: string
  readonly key: string
}

export type ApiServer = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>
