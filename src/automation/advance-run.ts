/**
 * One run goes on, from what is saved to what is saved: the step that is under way gets its effect, what came
 * of it is saved, and the next step begins, until the run rests or ends. Whoever is killed in between leaves
 * a run that goes on where it was: an effect whose result was not saved is made again, under the same key.
 */
import { type Effect, effectOf, type StepNews } from '../core/automation/progress.ts'
import { type AutomationRun, underWay } from '../core/automation/run.ts'
import { type CancelDeps, cancelReload } from '../intake/cancel.ts'
import type { AutomationRunRef } from '../store/port/automations.ts'
import type { ChangeStore } from '../store/port/change.ts'
import { callStep } from './call-step.ts'
import { type NotifyDeps, notifyStep } from './notify-step.ts'
import { type ReloadDeps, reloadStep } from './reload-step.ts'
import { goingOn, type StepDeps, settling } from './run-steps.ts'
import { type TaskDeps, taskStep } from './task-step.ts'

export interface AdvanceDeps extends StepDeps, ReloadDeps, TaskDeps, NotifyDeps, CancelDeps {
  readonly store: ReloadDeps['store'] & TaskDeps['store'] & CancelDeps['store'] & ChangeStore
}

export async function advanceRun(deps: AdvanceDeps, ref: AutomationRunRef): Promise<void> {
  const { store, clock } = deps
  let [run] = await store.change([goingOn(deps, ref)])
  while (run !== undefined) {
    const effect = effectOf(run, clock.now())
    if (effect.kind === 'none') return
    const current = underWay(run)!
    const news = await newsOf(deps, run, effect)
    ;[run] = await store.change([settling(deps, ref, current, news)])
    if (news.kind === 'awaits' || news.kind === 'again' || news.kind === 'later') return
  }
}

async function newsOf(
  deps: AdvanceDeps,
  run: AutomationRun,
  effect: Exclude<Effect, { kind: 'none' }>,
): Promise<StepNews> {
  switch (effect.kind) {
    case 'reload':
      return reloadStep(deps, run, effect.step, underWay(run)!, effect.reloadId)
    case 'task':
      return taskStep(deps, run, effect.step)
    case 'call':
      return callStep(deps, run, effect.step, underWay(run)!)
    case 'notify':
      return notifyStep(deps, run, effect.step, underWay(run)!)
    case 'withdraw':
      await cancelReload(deps, run.tenantId, effect.reloadId)
      return { kind: 'withdrawn' }
  }
}
