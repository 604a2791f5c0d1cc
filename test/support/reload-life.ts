/**
 * A reload's life step by step, for tests of settling: a view that each step is shown, and all that was
 * saved.
 */

import { expect } from 'vitest'
import type { AttemptEnd, SessionFacts } from '../../src/core/attempt.ts'
import { defined } from '../../src/core/defined.ts'
import type { DataVersion, LeaseToken, WorkerId } from '../../src/core/ids.ts'
import { decide, isRefusal, type Reload } from '../../src/core/reload.ts'
import { FINISHED_EVENT_TYPE } from '../../src/event/event-types.ts'
import type { CloudEvent, EventDraft } from '../../src/event/stored-event.ts'
import { type EndedAttempt, type SettleRules, settleStep, settling } from '../../src/outcome/settle.ts'
import type { ReloadView, Saving } from '../../src/store/port/reloads.ts'
import { anApp, aReload, aTenant, START_MS, seededRandom } from './records.ts'

export const MINUTE = 60_000
/** Index of the largest of three engine sizes. */
export const LARGEST = 2

export const fault = { engineErrorCode: 11002, message: 'Unknown statement: X', line: 7, statement: 'X' }
export const data = { version: 'v1' as DataVersion, engineTime: START_MS + 2 * MINUTE, fileBytes: 4096 }
export const ran: SessionFacts = {
  enginePoolName: 'engine-4g',
  engineSizingReason: 'standard_calculation',
  sessionAcquiredAt: START_MS + MINUTE,
  engineStartedAt: START_MS + MINUTE + 5,
}
export const never: SessionFacts = {}

export class Life {
  now = START_MS
  view: ReloadView
  readonly events: EventDraft[] = []
  readonly savings: Saving[] = []
  readonly rules: SettleRules

  constructor(change: Partial<ReloadView> = {}, seed = 1) {
    this.rules = {
      clock: { now: () => this.now, monotonic: () => this.now },
      random: seededRandom(seed),
      errorRequeuesMax: 3,
      taskFailuresMax: 5,
      largestSizeIndex: LARGEST,
    }
    const changedMeanwhile = () => ({ files: [], readers: [] })
    const given = { reload: aReload(), app: anApp(), tenant: aTenant(), subscriptions: [] }
    this.view = { ...given, changedMeanwhile, ...change }
  }

  get reload(): Reload {
    return this.view.reload
  }

  wait(ms: number): this {
    this.now += ms
    return this
  }

  claim(): this {
    this.now = Math.max(this.now, this.reload.notBefore)
    const lease = `lease-${this.reload.attempts + 1}` as LeaseToken
    const command = {
      kind: 'claim',
      lease,
      workerId: 'w' as WorkerId,
      leaseExpiresAt: this.now + 15_000,
    } as const
    const policy = { errorRequeuesMax: 3, taskFailuresMax: 5, largestSizeIndex: LARGEST, jitter: 0 }
    const decision = decide(this.reload, this.view.attempt, command, policy, this.now)
    if (!isRefusal(decision)) this.view = { ...this.view, reload: decision.next, attempt: decision.opened! }
    return this
  }

  end(end: AttemptEnd, session: SessionFacts = ran, more: Partial<EndedAttempt> = {}): this {
    const durationMs = session.sessionAcquiredAt === undefined ? {} : { durationMs: 90_000.4 }
    const lease = this.reload.lease ?? ('none' as LeaseToken)
    return this.#take(
      settling(this.rules, this.reload.id, lease, { end, session, ...durationMs, ...more }).step(this.view),
    )
  }

  lose(): this {
    return this.#take(settleStep(this.rules, { kind: 'end-attempt', end: { kind: 'lost' } })(this.view))
  }

  cancel(): this {
    return this.#take(settleStep(this.rules, { kind: 'cancel' })(this.view))
  }

  waitedTooLong(): this {
    const limitMs = 6 * 60 * MINUTE
    return this.#take(settleStep(this.rules, { kind: 'queue-time-exceeded', limitMs })(this.view))
  }

  /** The one finished event; fails when there is none or more. */
  get finished(): CloudEvent {
    const all = this.events.filter((event) => event.type === FINISHED_EVENT_TYPE)
    expect(all).toHaveLength(1)
    return all[0]!.body
  }

  ofType(type: string): CloudEvent[] {
    return this.events.filter((event) => event.type === type).map((event) => event.body)
  }

  #take(result: Saving | { refused: string }): this {
    if ('refused' in result) return this
    this.savings.push(result)
    this.events.push(...(result.events ?? []))
    const { attempt: _gone, ...rest } = this.view
    const open = result.attempt?.closed === undefined ? (result.attempt ?? this.view.attempt) : undefined
    this.view = { ...rest, reload: result.reload, ...defined({ attempt: open }) }
    return this
  }
}
