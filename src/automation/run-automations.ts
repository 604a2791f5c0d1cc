/**
 * The loop of automations: it starts runs by schedules and events, and lets the runs that are due go on, many
 * at the same time, so that none waits for the slow answer that another one gets. It sleeps until the next
 * moment, or until a commit concerns it: a reload that ended is one.
 */
import type { AutomationRunId, TenantId } from '../core/ids.ts'
import { LeftAlone } from '../core/left-alone.ts'
import { type Loop, startLoop } from '../core/loop.ts'
import type { Log, Timers } from '../core/ports.ts'
import { LOOK_EVERY_MS, RecheckTime } from '../core/recurrence/recheck-time.ts'
import type { AutomationRunRef } from '../store/port/automations.ts'
import type { Store } from '../store/port/store.ts'
import { type AdvanceDeps, advanceRun } from './advance-run.ts'
import { firing, recheckSchedules, type ScheduleDeps } from './fire-schedules.ts'
import { guarded } from './guarded.ts'
import { Hearing } from './hear-events.ts'

/** Runs that go on at the same time, of all tenants and of one. */
const AT_ONCE_MAX = 50
const AT_ONCE_PER_TENANT_MAX = 10
const SCHEDULES_PER_ROUND = 100

export interface AutomationsDeps extends AdvanceDeps, ScheduleDeps {
  readonly store: Store
  readonly timers: Timers
  readonly log: Log
}

export function startAutomations(deps: AutomationsDeps): Loop {
  const running = new Running(deps)
  const loop = startLoop(deps, 'automations', () => running.round(() => loop.wake()))
  const forget = deps.store.onCommit(({ automations, events, ended }) => {
    if (automations) running.changed()
    if (automations || events || ended) loop.wake()
  })
  return {
    wake: loop.wake,
    async stop() {
      forget()
      // Calls and mails that are under way are given up: they are made again at the next start.
      await Promise.all([deps.caller.close(), deps.mailer?.close()])
      await loop.stop()
      await running.settled()
    },
  }
}

class Running {
  readonly #deps: AutomationsDeps
  readonly #hearing: Hearing
  readonly #active = new Map<AutomationRunId, { readonly tenantId: TenantId; readonly done: Promise<void> }>()
  readonly #left: LeftAlone
  readonly #recheckTime: RecheckTime

  constructor(deps: AutomationsDeps) {
    this.#deps = deps
    this.#left = new LeftAlone(deps.clock)
    this.#hearing = new Hearing(deps, this.#left)
    this.#recheckTime = new RecheckTime(deps.clock)
  }

  changed(): void {
    this.#hearing.changed()
  }

  /** Resolves when nothing is under way any more. */
  async settled(): Promise<void> {
    await Promise.all([...this.#active.values()].map(({ done }) => done))
  }

  /** @returns the longest wait before the next round, ms; 0: there is more */
  async round(wake: () => void): Promise<number> {
    const { store, clock, log } = this.#deps
    await this.#recheckTime.whenDue(() => recheckSchedules(this.#deps))
    const due = await store.dueAutomations(clock.now(), SCHEDULES_PER_ROUND + this.#left.size)
    let fired = 0
    for (const ref of due) {
      const fire = () => store.change([firing(this.#deps, ref)])
      const answer = await guarded(log, this.#left, ref.automationId, fire)
      if (answer !== undefined) fired += 1
    }
    const more = await this.#hearing.round()
    await this.#goOn(wake)
    if (more || fired >= SCHEDULES_PER_ROUND) return 0
    const now = clock.now()
    const next = await store.nextAutomationAt(now)
    return Math.min(next === undefined ? LOOK_EVERY_MS : Math.max(next - now, 1), LOOK_EVERY_MS)
  }

  async #goOn(wake: () => void): Promise<void> {
    const { store, clock } = this.#deps
    // What is under way or left comes first again: look beyond it.
    const max = AT_ONCE_MAX + this.#active.size + this.#left.size
    for (const ref of await store.dueAutomationRuns(clock.now(), max)) {
      if (this.#active.size >= AT_ONCE_MAX) return
      if (this.#mayBegin(ref)) this.#begin(ref, wake)
    }
  }

  #mayBegin({ tenantId, runId }: AutomationRunRef): boolean {
    if (this.#active.has(runId) || this.#left.has(runId)) return false
    const ofTenant = [...this.#active.values()].filter((one) => one.tenantId === tenantId)
    return ofTenant.length < AT_ONCE_PER_TENANT_MAX
  }

  #begin(ref: AutomationRunRef, wake: () => void): void {
    const { runId, tenantId } = ref
    const goOn = () => advanceRun(this.#deps, ref)
    const done = guarded(this.#deps.log, this.#left, runId, goOn).then(() => {
      this.#active.delete(runId)
      wake()
    })
    this.#active.set(runId, { tenantId, done })
  }
}
