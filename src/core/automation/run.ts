/**
 * One run of an automation: what caused it, and what became of each step. It keeps the document as it was
 * when the run was asked for, so that an edit changes no run that is under way.
 */
import type { AutomationId, AutomationRunId, EventId, ReloadId, TenantId, UserId } from '../ids.ts'
import type { Json, Step } from './automation.ts'
import type { RunState } from './run-state.ts'

export interface AutomationRun {
  readonly id: AutomationRunId
  readonly tenantId: TenantId
  readonly automationId: AutomationId
  readonly automationName: string
  /** What it is for: unique with the automation, so that no trigger counts twice. */
  readonly key: string
  readonly cause: RunCause
  /** Runs that caused one another up to this one; 1 for the first. */
  readonly chain: number
  /** For whom its steps act. */
  readonly ownerId: UserId
  readonly steps: readonly Step[]
  readonly input: Json
  readonly sealedSecret?: string
  readonly state: RunState
  readonly createdAt: number
  readonly startedAt?: number
  readonly endedAt?: number
  /** Somebody asked to stop it. */
  readonly stopAskedAt?: number
  /** Waits until a run of its automation ends. */
  readonly held?: true
  /** Of the steps that began or were skipped, in their order; only the last one may be under way. */
  readonly results: readonly StepResult[]
  /** Why it ended as it did, for people. */
  readonly error?: string
}

/** A run without what it works with: what lists show of it. */
export type AutomationRunHead = Omit<AutomationRun, 'steps' | 'input' | 'results' | 'sealedSecret'>

export function headOf({ steps, input, results, sealedSecret, ...head }: AutomationRun): AutomationRunHead {
  return head
}

export type RunCause =
  | { readonly kind: 'hand'; readonly userId: UserId }
  | { readonly kind: 'webhook' }
  /** Epoch ms. */
  | { readonly kind: 'schedule'; readonly instant: number }
  | { readonly kind: 'event'; readonly eventId: EventId; readonly eventType: string }
  /** The same input as that of an earlier run. */
  | { readonly kind: 'retry'; readonly userId: UserId; readonly of: AutomationRunId }

export const STEP_STATES = ['running', 'succeeded', 'failed', 'skipped', 'stopped'] as const
export type StepState = (typeof STEP_STATES)[number]

export interface StepResult {
  readonly stepId: string
  readonly state: StepState
  readonly startedAt: number
  readonly endedAt?: number
  /** Tries of a call or a message that were made. */
  readonly tries: number
  /** What went out, secrets left out. */
  readonly sent?: Json
  /** What came of it. */
  readonly answer?: Json
  readonly error?: string
  /** Of a reload step: drawn before the reload is asked for, so that it is asked for once. */
  readonly reloadId?: ReloadId
  /** A reload whose outcome it waits for: its own, or the one that the app already has. */
  readonly awaits?: ReloadId
  /** Epoch ms before which it does not go on: of a wait, and of a call or message that is tried later. */
  readonly dueAt?: number
}

export function isOver({ state }: Pick<AutomationRun, 'state'>): boolean {
  return state !== 'queued' && state !== 'running'
}

/** The step that is under way. */
export function underWay({ results }: Pick<AutomationRun, 'results'>): StepResult | undefined {
  const last = results.at(-1)
  return last?.state === 'running' ? last : undefined
}

/** The reload for whose outcome the run waits; a stop does not wait for it. */
export function awaitedBy(run: AutomationRun): ReloadId | undefined {
  return isOver(run) || run.stopAskedAt !== undefined ? undefined : underWay(run)?.awaits
}

/**
 * When the run is to be looked at, epoch ms; 0: at once, whatever clock stamped it. Undefined while it is
 * over, held, or waits for a reload.
 */
export function wakeAt(run: AutomationRun): number | undefined {
  if (isOver(run)) return undefined
  if (run.stopAskedAt !== undefined) return 0
  if (run.held || awaitedBy(run) !== undefined) return undefined
  return underWay(run)?.dueAt ?? 0
}

/** Sent with every try of a step's call, message or reload: at the other end it makes one of several. */
export function idempotencyKey(run: Pick<AutomationRun, 'id'>, stepId: string): string {
  return `${run.id}/${stepId}`
}
