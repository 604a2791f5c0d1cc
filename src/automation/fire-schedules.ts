/**
 * Automations start by their schedules. The instant is the run's unique key, so none is run twice; one that
 * is missed is a run that failed, with the reason (contract 03, section 9).
 */
import type { Automation } from '../core/automation/automation.ts'
import { CATCH_UP_MS, WAITING_RUNS_MAX } from '../core/automation/limits.ts'
import { type NewRun, queuedRun } from '../core/automation/new-run.ts'
import { ended } from '../core/automation/progress.ts'
import type { AutomationRun } from '../core/automation/run.ts'
import { defined } from '../core/defined.ts'
import { newTimeUuid } from '../core/ids.ts'
import { comeDue, type Missed } from '../core/recurrence/come-due.ts'
import type { ZoneOffsets } from '../core/recurrence/local-clock.ts'
import { nextAfter } from '../core/recurrence/schedule.ts'
import { timeText } from '../core/time-text.ts'
import type { AutomationRef, AutomationStore } from '../store/port/automations.ts'
import type { AutomationView, Change, ChangeStore } from '../store/port/change.ts'
import { asking, type StepDeps } from './run-steps.ts'
import { toldEnds } from './told-ends.ts'

export interface ScheduleDeps extends StepDeps {
  readonly zones: ZoneOffsets
}

/** The answer: whether it was due. */
export function firing(deps: ScheduleDeps, { tenantId, automationId: id }: AutomationRef): Change<boolean> {
  return { kind: 'automation', tenantId, id, step: (view) => fire(deps, view) }
}

function fire(deps: ScheduleDeps, view: AutomationView) {
  const { clock, random, zones } = deps
  const { automation, tenant } = view
  const now = clock.now()
  const from = automation?.nextInstant
  const trigger = automation?.document.trigger
  if (tenant.removedAt !== undefined || from === undefined || from > now) return { answer: false }
  if (trigger?.kind !== 'schedule' || !automation?.enabled) return { answer: false }
  const { runs, missed, next } = comeDue(trigger.schedule, { from, now, catchUpMs: CATCH_UP_MS }, zones)
  const wanted = (instant: number): NewRun => ({
    id: newTimeUuid<'automation-run'>(random, now),
    key: `at:${instant}`,
    cause: { kind: 'schedule', instant },
    input: { scheduledFor: timeText(instant) },
    now,
  })
  const made: AutomationRun[] = []
  if (missed !== undefined) made.push(missedRun(automation, wanted(missed.to), missed))
  if (runs !== undefined) {
    const asked = asking(view, automation, wanted(runs)).answer
    if (asked.kind === 'asked') made.push(asked.run)
    else
      made.push(
        ended(queuedRun(automation, wanted(runs)), 'failed', now, `${WAITING_RUNS_MAX} runs wait already`),
      )
  }
  const { nextInstant: _passed, ...rest } = automation
  const automations = [{ ...rest, ...defined({ nextInstant: next }) }]
  return { answer: true, put: { automations, automationRuns: made }, ...toldEnds(deps, view, made, now) }
}

function missedRun(automation: Automation, wanted: NewRun, { from, count, more }: Missed): AutomationRun {
  const times = count === 1 ? 'once' : `${more ? 'more than ' : ''}${count} times`
  const error = `missed ${times} since ${timeText(from)}: the service did not run, or its clock was set`
  return ended(queuedRun(automation, wanted), 'failed', wanted.now, error)
}

/**
 * Schedules are looked at anew at the start, once a day, and when the clock was set: rules of time zones
 * change with the system's data, and what a wrong clock passed over must come again. An instant that is due
 * already is left for `firing`.
 */
export async function recheckSchedules(
  deps: ScheduleDeps & { readonly store: Pick<AutomationStore, 'scheduledAutomations'> & ChangeStore },
): Promise<void> {
  const { store, clock, zones } = deps
  const now = clock.now()
  for (const { schedule, nextInstant, tenantId, automationId: id } of await store.scheduledAutomations()) {
    if (nextInstant !== undefined && nextInstant <= now) continue
    if (nextAfter(schedule, now, zones) === nextInstant) continue
    await store.change([{ kind: 'automation', tenantId, id, step: (view) => reschedule(deps, view) }])
  }
}

function reschedule({ clock, zones }: ScheduleDeps, { automation }: AutomationView) {
  const now = clock.now()
  const trigger = automation?.document.trigger
  const isDue = automation?.nextInstant !== undefined && automation.nextInstant <= now
  if (trigger?.kind !== 'schedule' || automation === undefined || isDue) return { answer: undefined }
  const { nextInstant: _before, ...rest } = automation
  const nextInstant = nextAfter(trigger.schedule, now, zones)
  return { answer: undefined, put: { automations: [{ ...rest, ...defined({ nextInstant }) }] } }
}
