/**
 * Room `core/task`: the rules about reload tasks: when they fire, what a fired one does, whom its end wakes.
 * Pure functions over tasks and runs enter; what a reload may do on its way in stays with admission.
 *
 * A reload task makes reloads of one app: at instants of a schedule, when other tasks ended, or when data
 * that the app reads was replaced (contract 03). All three generations of the API show the same records.
 */
import type { AppId, ReloadId, RunId, SpaceId, TaskId, TenantId, UserId } from '../ids.ts'
import type { Schedule } from '../recurrence/schedule.ts'

/** Why a task is switched off (contract 03, section 8). */
export const DISABLED_CODES = [
  'MANUALLY',
  'CONSECUTIVE-FAILURES',
  'APP-SCRIPT-UPDATED',
  'OWNER-DELETED',
  'OWNER-DISABLED',
  'OWNER-MOVED',
  'APP-MOVED-SPACE',
  'SCHEDULE-EXPIRED',
] as const
export type DisabledCode = (typeof DISABLED_CODES)[number]

/**
 * Which API made it: a reload task may have a schedule and hear of data; a task has one trigger. Its reloads
 * are of type chronos or data-refresh, those of a task choreographer (contract 03, head).
 */
export const GENERATIONS = ['reload-task', 'task'] as const
export type Generation = (typeof GENERATIONS)[number]

export interface Task {
  readonly id: TaskId
  readonly tenantId: TenantId
  readonly generation: Generation
  readonly appId: AppId
  /** Where its app lies, and whose it is: kept with the app, in the commit that moves it. */
  readonly spaceId?: SpaceId
  readonly appOwnerId: UserId
  readonly partial: boolean
  readonly name: string
  readonly description: string
  /** For whom its reloads are made. */
  readonly ownerId: UserId
  readonly createdAt: number
  readonly createdBy: UserId
  readonly updatedAt: number
  readonly updatedBy: UserId
  readonly enabled: boolean
  /** Only while it is not enabled, and absent for one that never was. */
  readonly disabledCode?: DisabledCode
  /** What starts it beside a hand. */
  readonly triggers: Triggers
  /** Calendar of the tenant with the days on which its schedule does not run. */
  readonly calendar?: string
  /** How long after its instant a missed run is still made, ms (contract 03, section 9). */
  readonly catchUpWindowMs: number
  /** Added to every instant of its schedule, ms: drawn once and kept through every edit. */
  readonly jitterMs: number
  /** The reload task that it was made from. */
  readonly migratedFrom?: TaskId
  /** A newer task of its app took over: it is shown, and never runs again. */
  readonly migrated: boolean
  /** What its author sent and gets back, with no meaning here. */
  readonly sent: Readonly<Record<string, unknown>>
  readonly state: TaskState
}

export interface Triggers {
  readonly schedule?: Schedule
  readonly ends?: EndsOfTasks
  readonly data?: DataTrigger
}

export interface EndsOfTasks {
  /** `all`: each event must have come since the last run (an AND join); `any`: one is enough. */
  readonly join: 'all' | 'any'
  readonly events: readonly TaskEvent[]
}

/** `failed` is not met by a canceled reload; `any` is met by every end. */
export const HEARD_STATUSES = ['succeeded', 'failed', 'any'] as const
export type HeardStatus = (typeof HEARD_STATUSES)[number]

/** The end of a run of another task. What is left out matches every one. */
export interface TaskEvent {
  /** Unique within its task. */
  readonly name: string
  readonly taskId?: TaskId
  readonly appId?: AppId
  readonly spaceId?: SpaceId
  readonly status: HeardStatus
}

/** Data that the last successful script of its app read was replaced. */
export interface DataTrigger {
  readonly partial: boolean
}

/** What became of the task so far. */
export interface TaskState {
  /** The instant of its schedule that comes next, epoch ms; absent when none will come. */
  readonly nextInstant?: number
  /** Its schedule has no further instant. */
  readonly completed: boolean
  readonly failuresInRow: number
  /** Events of an AND join that came since the last run: name to the run that sent it. */
  readonly joined: Readonly<Record<string, RunId>>
  readonly lastRun?: LastRun
}

export interface LastRun {
  readonly id: RunId
  readonly status: 'running' | RunEnd
  readonly startedAt: number
  readonly endedAt?: number
  readonly triggeredBy: string
  readonly executedAs: UserId
  /** Absent when none was made. */
  readonly reloadId?: ReloadId
}

/** How a run that started ended: `aborted` is a canceled reload (contract 07). */
export const RUN_ENDS = ['succeeded', 'failed', 'aborted'] as const
export type RunEnd = (typeof RUN_ENDS)[number]

/** When the task fires next by its schedule, epoch ms. */
export function dueAt({ enabled, jitterMs, state }: Task): number | undefined {
  return enabled && state.nextInstant !== undefined ? state.nextInstant + jitterMs : undefined
}
