/**
 * What reloads are about, as plain data. Every record belongs to one tenant. Times are epoch milliseconds.
 */

import type { Membership } from './group.ts'
import type {
  AppId,
  AssignmentId,
  ClientId,
  DataFileId,
  DataVersion,
  KeyId,
  ScriptVersionId,
  SpaceId,
  TenantId,
  UserId,
} from './ids.ts'
import type { TenantLimits } from './limits.ts'
import type { Role } from './role.ts'

export interface Tenant {
  readonly id: TenantId
  readonly name: string
  /** The first is the public host name that events carry; empty when none is configured. */
  readonly hostnames: readonly string[]
  readonly createdAt: number
  /** Limits of its own; absent: those of every tenant. */
  readonly limits?: TenantLimits
  /** Removed by the operator: nobody comes in, and nothing of it runs any more. Epoch ms. */
  readonly removedAt?: number
  /** A removed one whose data is being deleted since: it cannot come back. Epoch ms. */
  readonly purgedFrom?: number
  /** What its administrators allow of API keys; absent: the defaults (`KeyRules`). */
  readonly keyRules?: KeyRules
  /** Its tasks make no reloads while this is set: since when, epoch ms. */
  readonly tasksPausedAt?: number
  /** Days without runs by the name of their calendar, local dates as `2026-12-25`. */
  readonly calendars?: Readonly<Record<string, readonly string[]>>
}

/** invited: made by an administrator and not seen yet; its first sign-in makes it active. */
export const USER_STATUSES = ['active', 'invited', 'disabled', 'deleted'] as const
export type UserStatus = (typeof USER_STATUSES)[number]

export interface User {
  readonly id: UserId
  readonly tenantId: TenantId
  /** As its identity provider names it; unique among the users of the tenant that are not deleted. */
  readonly subject: string
  readonly name: string
  readonly email?: string
  readonly picture?: string
  /** Of its own; those of its groups count too (`holdsRole`). */
  readonly roles: readonly Role[]
  /** Absent: in none. */
  readonly groups?: readonly Membership[]
  /** The user of an OAuth client, not a person. */
  readonly clientId?: ClientId
  /** Language and time zone that it wishes, as BCP 47 and IANA name them. */
  readonly locale?: string
  readonly zone?: string
  readonly status: UserStatus
  /** A pseudonym, of whose person events and reloads may still tell. */
  readonly erasing?: true
  readonly createdAt: number
  readonly updatedAt: number
}

export interface ApiKey {
  readonly id: KeyId
  readonly tenantId: TenantId
  readonly userId: UserId
  readonly description: string
  /** SHA-256 of the whole token, hex: the token itself is shown once and never kept. */
  readonly tokenHash: string
  readonly createdAt: number
  readonly createdBy: UserId
  readonly expiresAt?: number
  readonly revokedAt?: number
  /** Last use, an hour exact; absent: never used. */
  readonly lastUsedAt?: number
}

/** The most that a tenant may allow, and what it allows by itself. */
export const KEYS_PER_USER_MAX = 1000

export interface KeyRules {
  /** Good keys that a user has at once; absent: `KEYS_PER_USER_MAX`. */
  readonly perUser?: number
  /** Longest time that a key may be good, ISO 8601 duration; with it every key ends some day. */
  readonly longest?: string
  /** Of keys of SCIM clients. Kept and shown for who sets it: there are no such keys. */
  readonly scimLongest?: string
}

export const APP_USAGES = [
  'ANALYTICS',
  'DATA_PREPARATION',
  'DATAFLOW_PREP',
  'SINGLE_TABLE_PREP',
  'DIRECT_QUERY_MODE',
] as const
export type AppUsage = (typeof APP_USAGES)[number]

/** One table of an app's data, as its last reload left it. */
export interface DataTable {
  readonly name: string
  readonly rows: number
  readonly fields: readonly string[]
}

export interface App {
  readonly id: AppId
  readonly tenantId: TenantId
  readonly name: string
  readonly description: string
  readonly ownerId: UserId
  /** Absent: a personal app. */
  readonly spaceId?: SpaceId
  readonly usage: AppUsage
  readonly createdAt: number
  readonly modifiedAt: number
  /** The app's data: moved by the transaction that settles a reload as SUCCEEDED, and by publishing again. */
  readonly data?: {
    readonly version: DataVersion
    readonly fileBytes: number
    readonly engineTime: number
    readonly tables: readonly DataTable[]
    /** Data files that the script read, the first ones of very many: whose change concerns the app. */
    readonly reads?: readonly PlacedName[]
    /** What the engine of the last reload of each kind held at most; absent where nobody could see it. */
    readonly peakMemoryBytes?: { readonly full?: number; readonly partial?: number }
  }
  /** Whether its last reload that was not canceled failed; absent before the first one ended. */
  readonly failing?: boolean
  /** Kinds of reload that ran out of memory on the largest engine (ARCHITECTURE, section 7). */
  readonly crashedOnMaxSize: { readonly full: boolean; readonly partial: boolean }
  readonly currentScriptId?: ScriptVersionId
  /** Absent: atomic. */
  readonly stores?: StoresMode
  /** Set where it was published: a copy, which publishing again renews. */
  readonly publication?: Publication
  /** The smallest engine for its reloads; absent: as calculated. */
  readonly placement?: Placement
}

/** Which app it is a copy of, and when it was published last, epoch ms. */
export interface Publication {
  readonly originAppId: AppId
  readonly publishedAt: number
}

/** Memory in whole GiB, as text; when it was set, epoch ms. */
export interface Placement {
  readonly minEngineSize: string
  readonly createdAt: number
}

/**
 * When others see what an app's script stores: with the commit that settles the reload, or at once, then also
 * of attempts that fail and once for each attempt.
 */
export const STORES_MODES = ['atomic', 'immediate'] as const
export type StoresMode = (typeof STORES_MODES)[number]

export interface ScriptVersion {
  readonly id: ScriptVersionId
  readonly appId: AppId
  readonly tenantId: TenantId
  readonly script: string
  readonly message: string
  readonly modifierId: UserId
  readonly modifiedAt: number
}

/** The place of a data file: a space, or the personal files of a user. */
export type FilePlace = { readonly spaceId: SpaceId } | { readonly ownerId: UserId }

/** A file by where it lies and its full name there. */
export interface PlacedName {
  readonly place: FilePlace
  readonly name: string
}

export interface DataFile {
  readonly id: DataFileId
  readonly tenantId: TenantId
  readonly ownerId: UserId
  /** Absent: personal file of the owner. */
  readonly spaceId?: SpaceId
  /**
   * Full name; "/" separates folders. Unique within its place. A name that ends in "/" is a folder of 0
   * bytes.
   */
  readonly name: string
  readonly bytes: number
  readonly createdAt: number
  readonly modifiedAt: number
}

export const SPACE_TYPES = ['shared', 'managed', 'data'] as const
export type SpaceType = (typeof SPACE_TYPES)[number]

export interface Space {
  readonly id: SpaceId
  readonly tenantId: TenantId
  readonly name: string
  readonly description: string
  readonly type: SpaceType
  readonly ownerId: UserId
  readonly createdAt: number
  readonly createdBy: UserId
  readonly updatedAt: number
}

export interface SpaceAssignment {
  readonly id: AssignmentId
  readonly tenantId: TenantId
  readonly spaceId: SpaceId
  readonly type: 'user' | 'group' | 'bot'
  readonly assigneeId: string
  readonly roles: readonly string[]
  readonly createdAt: number
  readonly createdBy: UserId
  readonly updatedAt: number
}
