/**
 * Room `core`: the rules behind every stage: what happens to a reload, who goes first, what is limited. Pure
 * functions over plain data enter, and nothing that reads a clock, draws chance or touches the world.
 *
 * The reload and its state machine: only `decide` says what a command does to a reload in a state. It is
 * total: every command in every state yields the next reload with its facts, or a refusal.
 */

import type { Attempt, AttemptEnd } from './attempt.ts'
import { defined } from './defined.ts'
import type { AppId, LeaseToken, ReloadId, SpaceId, TenantId, UserId, WorkerId } from './ids.ts'
import { isOutcome, type Outcome, type ReloadState } from './outcome.ts'
import { jittered, requeueBackoffMs } from './retry.ts'
import type { AuthType, ResourceType, TaskStart, Trigger } from './trigger.ts'
import { HOUR, MINUTE, SECOND } from './units.ts'
import { judge, type Policy, type Verdict } from './verdict.ts'

/** Who asked, and how: stored at acceptance because the event must report it hours later. */
export interface Provenance {
  readonly authType: AuthType
  readonly originIp?: string
  readonly clientId?: string
  readonly sessionId?: string
  /** JSON text of the allow-listed claims. */
  readonly authClaims?: string
  readonly traceparent?: string
  readonly tracestate?: string
  /** Of a reload that a task makes: what started the task. */
  readonly taskStart?: TaskStart
  /** Owner and space of the app at acceptance: the event reports them if the app is gone by then. */
  readonly appOwnerId?: UserId
  readonly appSpaceId?: SpaceId
  /** How many runs of automations caused one another up to this reload. */
  readonly automationChain?: number
}

/** The deciding attempt, as far as event and record report it. */
export interface EngineFacts {
  readonly startedAt?: number
  readonly durationMs?: number
  readonly poolName?: string
  readonly sizingReason?: string
}

export interface Reload {
  readonly id: ReloadId
  readonly tenantId: TenantId
  readonly appId: AppId
  readonly userId: UserId
  readonly trigger: Trigger
  readonly weight: number
  readonly partial: boolean
  readonly variables: Readonly<Record<string, string>>
  readonly resourceId?: string
  readonly resourceType?: ResourceType
  readonly taskId?: string
  readonly appUsage: string
  readonly provenance: Provenance
  readonly state: ReloadState
  /** Epoch ms; commit time of the acceptance. */
  readonly createdAt: number
  /** Start of the current wait, epoch ms (meaningful while QUEUED); set on requeue. */
  readonly queuedAt: number
  /** Sum of earlier waits, ms. */
  readonly waitedMs: number
  /** Epoch ms before which it must not be claimed (back-off after a fault). */
  readonly notBefore: number
  /** First claim; unchanged by a requeue (the record's startTime). */
  readonly firstClaimedAt?: number
  readonly endedAt?: number
  /** Attempts opened so far. */
  readonly attempts: number
  readonly requeuesTotal: number
  readonly requeuesWithErrors: number
  /** Requeues that count against the retry budget (size climbs and hand-backs do not). */
  readonly faultRequeues: number
  /** Index into the ladder of engine sizes for the next attempt. */
  readonly sizeIndex: number
  /** The open attempt's lease; present only while RELOADING or CANCELING. */
  readonly lease?: LeaseToken
  readonly engine: EngineFacts
  readonly errorCode?: string
  readonly errorMessage?: string
  /** The engine's time of the new data; SUCCEEDED only. */
  readonly engineTime?: number
  /** An engine session was requested at least once. */
  readonly sessionAsked: boolean
  /** It ended with the refusal "crashed on the largest engine before". */
  readonly crashedOnMaxSizeEngine: boolean
  /** Progress text of the latest attempt. */
  readonly log: string
}

export type ReloadCommand =
  | {
      readonly kind: 'claim'
      readonly lease: LeaseToken
      readonly workerId: WorkerId
      readonly leaseExpiresAt: number
    }
  | { readonly kind: 'cancel' }
  | { readonly kind: 'queue-time-exceeded'; readonly limitMs: number }
  | {
      readonly kind: 'end-attempt'
      readonly end: AttemptEnd
      readonly durationMs?: number
      readonly peakMemoryBytes?: number
      readonly log?: string
    }

export type RefusalCode = 'already-ended' | 'not-queued' | 'not-running' | 'not-due' | 'not-storable'

export interface Refusal {
  readonly refused: RefusalCode
  /** For people: why what an attempt stored cannot be put where it is to lie. */
  readonly detail?: string
}

/** The result of a command. `opened` and `closed` are attempts to save; `outcome` is set if it ended. */
export interface Decision {
  readonly next: Reload
  readonly opened?: Attempt
  readonly closed?: Attempt
  readonly outcome?: Outcome
  /** The app ran out of memory on the largest engine and has to be marked. */
  readonly markApp?: true
}

export function isRefusal(value: object): value is Refusal {
  return 'refused' in value
}

/**
 * @param attempt the open attempt; required while the reload is RELOADING or CANCELING
 * @param nowMs epoch ms by the store's clock
 */
export function decide(
  reload: Reload,
  attempt: Attempt | undefined,
  command: ReloadCommand,
  policy: Policy,
  nowMs: number,
): Decision | Refusal {
  if (isOutcome(reload.state)) return { refused: 'already-ended' }
  switch (command.kind) {
    case 'claim':
      return claim(reload, command, nowMs)
    case 'cancel':
      return cancel(reload, nowMs)
    case 'queue-time-exceeded':
      return exceedQueueTime(reload, command.limitMs, nowMs)
    case 'end-attempt':
      return attempt === undefined || reload.state === 'QUEUED'
        ? { refused: 'not-running' }
        : endAttempt(reload, attempt, command, policy, nowMs)
  }
}

function claim(
  reload: Reload,
  command: ReloadCommand & { kind: 'claim' },
  nowMs: number,
): Decision | Refusal {
  if (reload.state !== 'QUEUED') return { refused: 'not-queued' }
  if (reload.notBefore > nowMs) return { refused: 'not-due' }
  const number = reload.attempts + 1
  return {
    next: {
      ...reload,
      state: 'RELOADING',
      attempts: number,
      waitedMs: reload.waitedMs + Math.max(0, nowMs - reload.queuedAt),
      firstClaimedAt: reload.firstClaimedAt ?? nowMs,
      lease: command.lease,
      sessionAsked: true,
      log: '',
    },
    opened: {
      reloadId: reload.id,
      number,
      leaseToken: command.lease,
      workerId: command.workerId,
      leaseExpiresAt: command.leaseExpiresAt,
      openedAt: nowMs,
      sizeIndex: reload.sizeIndex,
      session: {},
    },
  }
}

function cancel(reload: Reload, nowMs: number): Decision {
  if (reload.state === 'QUEUED') return finish(reload, 'CANCELED', nowMs, {})
  return { next: { ...reload, state: 'CANCELING' } }
}

function exceedQueueTime(reload: Reload, limitMs: number, nowMs: number): Decision | Refusal {
  if (reload.state !== 'QUEUED') return { refused: 'not-queued' }
  if (reload.waitedMs + (nowMs - reload.queuedAt) < limitMs) return { refused: 'not-due' }
  return finish(reload, 'EXCEEDED_LIMIT', nowMs, {
    errorCode: 'ReloadQueueTimeExceeded',
    errorMessage: `reload waited longer than ${durationText(limitMs)} in the queue`,
  })
}

function endAttempt(
  reload: Reload,
  attempt: Attempt,
  command: ReloadCommand & { kind: 'end-attempt' },
  policy: Policy,
  nowMs: number,
): Decision {
  const { end } = command
  const durationMs =
    command.durationMs ??
    (attempt.session.sessionAcquiredAt === undefined
      ? undefined
      : Math.max(0, nowMs - attempt.session.sessionAcquiredAt))
  const { peakMemoryBytes } = command
  const closed = { ...attempt, closed: { at: nowMs, end, ...defined({ durationMs, peakMemoryBytes }) } }
  const told: Reload = {
    ...reload,
    engine: engineFacts(attempt, durationMs),
    ...defined({ log: command.log }),
  }
  const verdict = judge(end, { sizeIndex: attempt.sizeIndex, faultRequeues: reload.faultRequeues }, policy)
  if (reload.state === 'CANCELING') return { ...finish(told, 'CANCELED', nowMs, {}), closed }
  if (verdict.kind === 'finish') {
    return {
      ...finish(told, verdict.outcome, nowMs, verdict),
      closed,
      ...defined({ markApp: verdict.markApp }),
    }
  }
  return { next: requeue(told, verdict, policy, nowMs), closed }
}

function requeue(
  reload: Reload,
  verdict: Verdict & { kind: 'requeue' },
  policy: Policy,
  nowMs: number,
): Reload {
  const { lease: _over, ...rest } = reload
  const faultRequeues = reload.faultRequeues + (verdict.countsAsFault ? 1 : 0)
  const waitMs = verdict.countsAsFault ? jittered(requeueBackoffMs(faultRequeues), policy.jitter) : 0
  return {
    ...rest,
    state: 'QUEUED',
    queuedAt: nowMs,
    notBefore: nowMs + waitMs,
    faultRequeues,
    requeuesTotal: reload.requeuesTotal + 1,
    requeuesWithErrors: reload.requeuesWithErrors + (verdict.withError ? 1 : 0),
    sizeIndex: reload.sizeIndex + (verdict.climb ? 1 : 0),
  }
}

function finish(
  reload: Reload,
  outcome: Outcome,
  nowMs: number,
  told: {
    readonly errorCode?: string
    readonly errorMessage?: string
    readonly engineTime?: number
    readonly crashedOnMaxSizeEngine?: true
  },
): Decision {
  const { lease: _over, ...rest } = reload
  return {
    next: {
      ...rest,
      state: outcome,
      endedAt: nowMs,
      crashedOnMaxSizeEngine: told.crashedOnMaxSizeEngine ?? false,
      ...defined({ errorCode: told.errorCode, errorMessage: told.errorMessage, engineTime: told.engineTime }),
    },
    outcome,
  }
}

/**
 * Sets the facts of the attempt and clears those of earlier ones, so that times of two attempts are never
 * mixed.
 */
function engineFacts({ session }: Attempt, durationMs: number | undefined): EngineFacts {
  return defined({
    startedAt: session.engineStartedAt,
    durationMs,
    poolName: session.enginePoolName,
    sizingReason: session.engineSizingReason,
  })
}

function durationText(ms: number): string {
  if (ms % HOUR === 0) return `${ms / HOUR}h`
  if (ms % MINUTE === 0) return `${ms / MINUTE}min`
  return `${ms / SECOND}s`
}
