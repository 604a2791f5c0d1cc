/**
 * What a trigger of a task led to: a reload, or the record of why there is none. One record for each instant
 * of a schedule that came, each end of another task that was heard, each change of data, each start by hand.
 */

import type { AppId, ReloadId, RunId, TaskId, TenantId, UserId } from '../ids.ts'
import { DATA_REFRESH_DELAY_MAX_MS } from '../limits.ts'
import type { PlacedName } from '../records.ts'
import type { Generation, RunEnd, Task } from './task.ts'

/** Why a trigger led to no reload. */
export const NO_RUN_REASONS = [
  /** The app had an active reload (skipped: the next instant will come). */
  'app-busy',
  /** Its day is one without runs in the calendar of the task. */
  'calendar',
  /** The service was down, or its clock leapt over the instant (missed). */
  'late',
  /** The tenant's tasks were paused (missed). */
  'paused',
  /** It would go round in a circle of files for ever (skipped). */
  'loop',
  /** The task was switched off or changed while it waited (skipped). */
  'changed',
] as const
export type NoRunReason = (typeof NO_RUN_REASONS)[number]

/** No run waits longer until it is due, ms: for further changes of data (contract 03, section 5). */
export const RUN_WAITS_MAX_MS = DATA_REFRESH_DELAY_MAX_MS

export interface TaskRun {
  readonly id: RunId
  readonly tenantId: TenantId
  readonly taskId: TaskId
  readonly taskName: string
  readonly generation: Generation
  readonly appId: AppId
  /** What it is for: unique with the task, so that no trigger counts twice. */
  readonly key: string
  readonly cause: Cause
  /**
   * waiting: its reload is made once it is due and the app has no active one. running: its reload has no
   * outcome yet. skipped and missed: no reload was made, and none will be.
   */
  readonly state: 'waiting' | 'running' | RunEnd | 'skipped' | 'missed'
  readonly createdAt: number
  /** Epoch ms before which a waiting one makes no reload. */
  readonly notBefore: number
  readonly startedAt?: number
  /** Of one that neither waits nor runs: from then on it grows old. */
  readonly endedAt?: number
  /** Of one that runs, or ran. */
  readonly reloadId?: ReloadId
  /** Of a skipped or missed one. */
  readonly reason?: NoRunReason
  /** Of one that is skipped because of it. */
  readonly pendingReloadId?: ReloadId
  /** Of one that failed without a reload: why, for people. */
  readonly refusal?: string
  /** For whom its reload was made. */
  readonly executedAs: UserId
}

export type Cause =
  | {
      readonly kind: 'schedule'
      /** Epoch ms. */
      readonly instant: number
      /** Of a missed one: how many instants up to and with `instant`, from which one on. */
      readonly missed?: { readonly from: number; readonly count: number; readonly more: boolean }
    }
  | {
      readonly kind: 'ends'
      readonly of: readonly HeardEnd[]
      /** How many runs in a row made it, each by the end of the one before. */
      readonly depth: number
      /** As of changed data, when that was what began it. */
      readonly through?: readonly AppId[]
      /** As of a start by an automation, when that was what began it. */
      readonly automationChain?: number
    }
  | {
      readonly kind: 'data'
      readonly files: readonly PlacedName[]
      /** How many files changed; `files` names the first ones. */
      readonly count: number
      /** The apps whose reloads wrote the files, from the first cause on: what finds a circle. */
      readonly through: readonly AppId[]
    }
  | {
      readonly kind: 'hand'
      readonly userId: UserId
      readonly source?: string
      /** Of a start by an automation: how many runs of automations led to it. */
      readonly automationChain?: number
    }

export interface HeardEnd {
  readonly event: string
  readonly taskId: TaskId
  readonly taskName: string
  readonly runId: RunId
}

/** How many runs of automations led to it, as far as tasks hear of one another. */
export function automationChainOf({ cause }: Pick<TaskRun, 'cause'>): number | undefined {
  return cause.kind === 'hand' || cause.kind === 'ends' ? cause.automationChain : undefined
}

/** A record of a trigger that led to no reload. */
export function isWithoutRun({ state }: Pick<TaskRun, 'state'>): boolean {
  return state === 'skipped' || state === 'missed'
}

/** Neither waits nor runs. */
export function isOver({ state }: Pick<TaskRun, 'state'>): boolean {
  return state !== 'waiting' && state !== 'running'
}

/** A run of the task that waits for its reload. */
export function runOf(task: Task, id: RunId, key: string, cause: Cause, now: number): TaskRun {
  return {
    id,
    tenantId: task.tenantId,
    taskId: task.id,
    taskName: task.name,
    generation: task.generation,
    appId: task.appId,
    key,
    cause,
    state: 'waiting',
    createdAt: now,
    notBefore: now,
    executedAs: task.ownerId,
  }
}
