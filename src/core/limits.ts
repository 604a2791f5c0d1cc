/**
 * All limits, each with its unit in its name and the source of its default. Relations between limits are
 * checked at start (`checkLimits`).
 */
import { DAY, HOUR, KIB, MIB, MINUTE, SECOND } from './units.ts'

/** Fixed by the contract: never configurable. */
export const WEIGHT_MIN = 1
export const WEIGHT_MAX = 10
export const WEIGHT_DEFAULT = 1
export const VARIABLES_MAX_COUNT = 20
export const VARIABLE_NAME_MAX_CHARACTERS = 256
export const VARIABLE_VALUE_MAX_CHARACTERS = 256
export const ERROR_MESSAGE_MAX_BYTES = 4 * KIB
/** Mails and chat messages of a tenant, those of its automations too; more wait. */
export const ALERTS_PER_TENANT_AND_MINUTE = 20
export const PROGRESS_LOG_MAX_BYTES = 64 * KIB
/** Maximum script log of an engine session. */
export const SCRIPT_LOG_MAX_BYTES = 16 * MIB
/** What is told of the statement at which a script stands. */
export const STATEMENT_TEXT_MAX_BYTES = 4 * KIB
/** What an engine process tells of its script log at once while the script runs. */
export const SCRIPT_LOG_PIECE_MAX_BYTES = 256 * KIB

/** A sender's claim of deliveries: longer than the longest send (15 s) plus a slow record of it. */
export const DELIVERY_LEASE_MS = 60 * SECOND

/** How often an engine process gives a sign of life. */
export const ENGINE_BEAT_MS = 500

/** The largest body that is decoded on the event loop: a hostile one costs it some milliseconds. */
export const INLINE_BODY_MAX_BYTES = 64 * KIB

/** What is longest waited for further changes of data; waits beyond it were stamped by a clock ahead. */
export const DATA_REFRESH_DELAY_MAX_MS = 10 * MINUTE

export interface Limits {
  /** Longest run of one attempt (contract 02, section 4: 3 h). */
  readonly runTimeMs: number
  /** Longest sum of all waits of a reload (contract 02, section 4: 6 h). */
  readonly queueTimeMs: number
  readonly concurrentReloadsPerTenant: number
  /** Waiting time that counts as one weight within a tenant; 0 is off. */
  readonly ageingMs: number
  /** Accepted reloads per app and UTC day; 0 is off. */
  readonly reloadsPerAppAndDay: number
  /** Largest app data file; 0 is off. */
  readonly appDataBytes: number
  /** Maximum full script log of an attempt; of a longer one head and tail are kept. */
  readonly scriptLogBytes: number
  readonly requestBodyBytes: number
  readonly dataFileBytes: number
  readonly scriptBytes: number
  /** Longest time in which a script is checked or a large body is decoded. */
  readonly readTimeMs: number
  readonly webhooksPerUser: number
  readonly automationsPerUser: number
  readonly automationsPerTenant: number
  /** Users that are not deleted, those of OAuth clients too; 0 is off. An issuer makes no more. */
  readonly usersPerTenant: number
  /** How long a lease lasts after each renewal. */
  readonly leaseDurationMs: number
  /** How often a lease is renewed. */
  readonly leaseRenewMs: number
  /** How long a worker trusts a lease, counted from its request for the renewal. */
  readonly leaseTrustMs: number
  /** Time between an interrupt and the kill of an engine that ignores it. */
  readonly interruptGraceMs: number
  /** How long an engine process may give no sign of life before it counts as crashed. */
  readonly engineSilenceMs: number
  readonly errorRequeuesMax: number
  /** So many failed runs in a row switch a task off; 0: never (contract 03, section 8). */
  readonly taskFailuresMax: number
  /** Tasks of one app (contract 03, section 7: CHO-014), and of one user; 0 is off. */
  readonly tasksPerApp: number
  readonly tasksPerUser: number
  /** Of a task without one of its own: how long after its instant a missed run is still made. */
  readonly catchUpWindowMs: number
  /** The instants of a task are moved by up to so much, drawn once for each task. */
  readonly scheduleJitterMs: number
  /** Two runs of one schedule must be so far apart. */
  readonly scheduleGapMs: number
  /** How long after a change of data further ones are waited for, before the apps that read it reload. */
  readonly dataRefreshDelayMs: number
  readonly deliveryHistoryMs: number
  /** How long a tenant that was removed can be restored; then its data is deleted. */
  readonly removedTenantMs: number
  /** How long files that no record knows are kept aside. */
  readonly setAsideMs: number
  /**
   * How long ended reloads, their script logs, and events are kept (contract 02, section 9; 06, section 10).
   */
  readonly reloadHistoryMs: number
  readonly scriptLogHistoryMs: number
  readonly eventHistoryMs: number
  /** How long a login session lasts without use, and how long whatever its use. */
  readonly sessionIdleMs: number
  readonly sessionMs: number
}

export const DEFAULT_LIMITS: Limits = {
  runTimeMs: 3 * HOUR,
  queueTimeMs: 6 * HOUR,
  concurrentReloadsPerTenant: 30,
  ageingMs: 0,
  reloadsPerAppAndDay: 0,
  appDataBytes: 0,
  scriptLogBytes: SCRIPT_LOG_MAX_BYTES,
  requestBodyBytes: 64 * KIB,
  dataFileBytes: 512 * MIB,
  scriptBytes: 4 * MIB,
  readTimeMs: 10 * SECOND,
  webhooksPerUser: 150,
  automationsPerUser: 100,
  automationsPerTenant: 1000,
  usersPerTenant: 10_000,
  leaseDurationMs: 15 * SECOND,
  leaseRenewMs: 3 * SECOND,
  leaseTrustMs: 10 * SECOND,
  interruptGraceMs: 1 * SECOND,
  engineSilenceMs: 15 * SECOND,
  errorRequeuesMax: 3,
  taskFailuresMax: 5,
  tasksPerApp: 10,
  tasksPerUser: 0,
  catchUpWindowMs: HOUR,
  scheduleJitterMs: 0,
  scheduleGapMs: MINUTE,
  dataRefreshDelayMs: MINUTE,
  deliveryHistoryMs: 7 * DAY,
  removedTenantMs: 30 * DAY,
  setAsideMs: 30 * DAY,
  reloadHistoryMs: 180 * DAY,
  scriptLogHistoryMs: 180 * DAY,
  eventHistoryMs: 90 * DAY,
  sessionIdleMs: HOUR,
  sessionMs: 12 * HOUR,
}

/** Limits of a single tenant; absent ones are as for every tenant. */
export interface TenantLimits {
  /** Reloads that run at the same time. */
  readonly concurrentReloads?: number
  /** Its share of the slots; that of other tenants is 1 by default (decision 0010). */
  readonly share?: number
  readonly runTimeMs?: number
  readonly queueTimeMs?: number
  /** 0 is off. */
  readonly reloadsPerAppAndDay?: number
  /** 0 is off. */
  readonly appDataBytes?: number
  /** 0 is off. */
  readonly users?: number
}

/** Null removes the tenant's own limit. */
export type TenantLimitsChange = { readonly [Name in keyof TenantLimits]: TenantLimits[Name] | null }

/** Minimum and maximum of each; all but the share are whole numbers. A limit with minimum 0 is off at 0. */
export const TENANT_LIMIT_BOUNDS: Readonly<Record<keyof TenantLimits, readonly [number, number]>> = {
  concurrentReloads: [1, 10_000],
  share: [0.01, 100],
  runTimeMs: [SECOND, 30 * DAY],
  queueTimeMs: [SECOND, 30 * DAY],
  reloadsPerAppAndDay: [0, 1_000_000],
  appDataBytes: [0, Number.MAX_SAFE_INTEGER],
  users: [0, 1_000_000],
}

/** Returns the limits of a tenant: its own override those of all. */
export function limitsOf<Defaults extends TenantLimits>(
  defaults: Defaults,
  tenant: { readonly limits?: TenantLimits },
): Defaults {
  return { ...defaults, ...tenant.limits }
}

/** Returns the limits of every tenant without limits of its own. */
export function limitsForAll(limits: Limits): Required<TenantLimits> {
  const { runTimeMs, queueTimeMs, reloadsPerAppAndDay, appDataBytes } = limits
  const { concurrentReloadsPerTenant: concurrentReloads, usersPerTenant: users } = limits
  return { concurrentReloads, share: 1, runTimeMs, queueTimeMs, reloadsPerAppAndDay, appDataBytes, users }
}

/** Returns the faults of a change, each beginning with the name of the limit; empty if it is valid. */
export function checkTenantLimits(change: TenantLimitsChange): string[] {
  return Object.entries(change).flatMap(([name, value]) => {
    const [least, most] = TENANT_LIMIT_BOUNDS[name as keyof TenantLimits]
    const fits =
      value === null || (value >= least && value <= most && (name === 'share' || Number.isInteger(value)))
    if (fits) return []
    const kind = name === 'share' ? 'a number' : 'a whole number'
    return [
      `${name} must be ${kind} from ${least} to ${most}${least === 0 ? ' (0 is off)' : ''}, not ${value}`,
    ]
  })
}

/** Checks the relations between limits; returns one text per violation. */
export function checkLimits(limits: Limits): string[] {
  const broken: string[] = []
  for (const [name, value] of Object.entries(limits)) {
    if (!Number.isSafeInteger(value) || value < 0) broken.push(`${name} must be a whole number of at least 0`)
  }
  if (limits.leaseTrustMs >= limits.leaseDurationMs) {
    broken.push(
      'leaseTrustMs must be less than leaseDurationMs: a worker must stop before its lease can be taken',
    )
  }
  if (limits.leaseRenewMs * 2 > limits.leaseTrustMs) {
    broken.push(
      'leaseRenewMs must be at most half of leaseTrustMs: one failed renewal must not lose the lease',
    )
  }
  if (limits.concurrentReloadsPerTenant < 1) broken.push('concurrentReloadsPerTenant must be at least 1')
  if (limits.reloadHistoryMs < DAY) {
    broken.push('reloadHistoryMs must be at least a day: the reloads of a day are counted in its records')
  }
  if (limits.removedTenantMs < DAY) {
    broken.push('removedTenantMs must be at least a day: somebody has to be able to find out')
  }
  if (limits.setAsideMs < DAY) {
    broken.push('setAsideMs must be at least a day: somebody has to be able to find out')
  }
  if (limits.scriptLogHistoryMs > limits.reloadHistoryMs) {
    broken.push(
      'scriptLogHistoryMs must be at most reloadHistoryMs: a log goes with its record at the latest',
    )
  }
  if (limits.eventHistoryMs < limits.deliveryHistoryMs) {
    broken.push('eventHistoryMs must be at least deliveryHistoryMs: what was sent can be sent again')
  }
  if (limits.scriptLogBytes < KIB || limits.scriptLogBytes > SCRIPT_LOG_MAX_BYTES) {
    broken.push(`scriptLogBytes must be from ${KIB} to ${SCRIPT_LOG_MAX_BYTES}`)
  }
  if (limits.engineSilenceMs < 4 * ENGINE_BEAT_MS) {
    broken.push(
      `engineSilenceMs must be at least ${4 * ENGINE_BEAT_MS}: an engine gives a sign of life every ${ENGINE_BEAT_MS} ms`,
    )
  }
  if (limits.requestBodyBytes > INLINE_BODY_MAX_BYTES) {
    broken.push(
      `requestBodyBytes must be at most ${INLINE_BODY_MAX_BYTES}: decoding more would hold up every tenant`,
    )
  }
  if (limits.dataRefreshDelayMs > DATA_REFRESH_DELAY_MAX_MS) {
    broken.push(
      `dataRefreshDelayMs must be at most ${DATA_REFRESH_DELAY_MAX_MS}: what reads the data would lag behind`,
    )
  }
  if (limits.sessionIdleMs < MINUTE) broken.push('sessionIdleMs must be at least a minute')
  if (limits.sessionMs < limits.sessionIdleMs) {
    broken.push('sessionMs must be at least sessionIdleMs: a session ends in any case')
  }
  if (limits.readTimeMs < 1) broken.push('readTimeMs must be at least 1')
  if (limits.runTimeMs < 1) broken.push('runTimeMs must be at least 1')
  return broken
}
