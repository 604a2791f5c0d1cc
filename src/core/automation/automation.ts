/**
 * Room `core/automation`: the rules about automations: what a document may say, what its templates and
 * conditions mean, how a run goes on. Pure functions over plain data enter.
 *
 * An automation runs steps one after the other, when its trigger fires: it reloads apps and starts tasks and
 * waits for their outcomes, calls addresses, tells people, waits. Small on purpose: who needs branches and
 * loops takes a workflow engine, which drives this service by its API.
 */
import type { ChatFormat } from '../chat.ts'
import type { FilterNode } from '../filter.ts'
import type { AutomationId, AutomationRunId, SpaceId, TenantId, UserId } from '../ids.ts'
import type { Schedule } from '../recurrence/schedule.ts'
import type { RunState } from './run-state.ts'

export interface Automation {
  readonly id: AutomationId
  readonly tenantId: TenantId
  readonly name: string
  readonly description: string
  /** For whom its steps act: they may what this user may. */
  readonly ownerId: UserId
  /** Where it is listed; no right follows from it. */
  readonly spaceId?: SpaceId
  readonly enabled: boolean
  readonly document: AutomationDocument
  readonly maxConcurrentRuns: number
  /** Key of the signatures of its calls, sealed. */
  readonly sealedSecret?: string
  /** SHA-256 of the token that its trigger address asks for, hex: the token is shown once and never kept. */
  readonly tokenHash?: string
  readonly createdAt: number
  readonly createdBy: UserId
  readonly updatedAt: number
  readonly updatedBy: UserId
  /** Sequence of the newest event that was heard: of one with an event trigger. */
  readonly heardUpTo?: number
  /** The instant of its schedule that comes next, epoch ms; absent when none will come. */
  readonly nextInstant?: number
  readonly lastRun?: LastRun
}

export interface LastRun {
  readonly id: AutomationRunId
  readonly state: RunState
  readonly startedAt?: number
  readonly endedAt?: number
}

export interface AutomationDocument {
  readonly version: 1
  readonly trigger: AutomationTrigger
  /** Their ids are unique. */
  readonly steps: readonly Step[]
}

/** Beside a hand, which starts every one. */
export type AutomationTrigger =
  | { readonly kind: 'manual' }
  /** A call of its address with its token. */
  | { readonly kind: 'webhook' }
  | { readonly kind: 'schedule'; readonly sent: SentSchedule; readonly schedule: Schedule }
  | { readonly kind: 'event'; readonly eventTypes: readonly string[]; readonly filter?: Filter }

export type TriggerKind = AutomationTrigger['kind']

/** As clients send it. */
export interface SentSchedule {
  /** Seconds. */
  readonly interval?: number
  readonly recurrence?: string
  readonly startAt?: string
  readonly stopAt?: string
  readonly timezone?: string
}

/** As it was sent, and as it was understood. */
export interface Filter {
  readonly text: string
  readonly node: FilterNode
}

export type Step = ReloadStep | TaskStep | CallStep | NotifyStep | WaitStep

export interface StepBasis {
  readonly id: string
  /** Over earlier steps and the input; the step is skipped when it does not hold. */
  readonly when?: Filter
  /** What a failure of the step means for the run. */
  readonly onFailure: 'stop' | 'continue'
}

/** Reloads an app and waits for the outcome; anything but SUCCEEDED is a failure of the step. */
export interface ReloadStep extends StepBasis {
  readonly kind: 'reload'
  /** Template. */
  readonly appId: string
  readonly partial: boolean
  readonly weight?: number
  /** Values are templates. */
  readonly variables: Readonly<Record<string, string>>
}

/** Starts a reload task and waits for the end of its run; anything but succeeded is a failure of the step. */
export interface TaskStep extends StepBasis {
  readonly kind: 'task'
  readonly taskId: string
}

export const CALL_METHODS = ['POST', 'GET', 'PUT', 'PATCH', 'DELETE'] as const
export type CallMethod = (typeof CALL_METHODS)[number]

/** Calls an address; anything but a 2xx is a failure of the step. */
export interface CallStep extends StepBasis {
  readonly kind: 'call'
  readonly method: CallMethod
  /** Template behind its host; values are percent-encoded. */
  readonly url: string
  /** Values are templates. */
  readonly headers: Readonly<Record<string, string>>
  /** Sealed; no templates. */
  readonly sealedHeaders: Readonly<Record<string, string>>
  /** A text is a template and sent as text/plain; of any other JSON value every text in it is one. */
  readonly body?: Json
  /** How often a try that failed is repeated. */
  readonly retries: number
}

/** Sends a mail, or a message to a chat; one that nobody takes is a failure of the step. */
export interface NotifyStep extends StepBasis {
  readonly kind: 'notify'
  readonly to: MailTarget | ChatTarget
  /** Template; in a chat its values are escaped. */
  readonly text: string
  /** How often a try that failed is repeated. */
  readonly retries: number
}

export interface MailTarget {
  readonly channel: 'mail'
  /** Plain addresses, no templates: whoever feeds the run cannot choose whom it speaks to. */
  readonly to: readonly string[]
  /** Template; becomes one line. */
  readonly subject: string
}

export interface ChatTarget {
  readonly channel: 'chat'
  readonly format: ChatFormat
  /** Of the address, whose rest is a secret. */
  readonly origin: string
  readonly sealedUrl: string
}

export interface WaitStep extends StepBasis {
  readonly kind: 'wait'
  readonly ms: number
}

/** When it starts next by its schedule, epoch ms. */
export function dueAt({ enabled, nextInstant }: Automation): number | undefined {
  return enabled ? nextInstant : undefined
}

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json }

/** How its runs begin, in the words of the API (contract 05, section 9). */
export const RUN_MODES = {
  manual: 'manual',
  webhook: 'webhook',
  schedule: 'scheduled',
  event: 'triggered',
} as const satisfies Record<TriggerKind, string>
