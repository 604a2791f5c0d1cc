/**
 * The steps of the store about runs: a run is asked for, begins, goes on, and is asked to stop. Each is
 * decided on what is stored, so it does not matter who else is at it.
 */
import type { Automation } from '../core/automation/automation.ts'
import { WAITING_RUNS_MAX } from '../core/automation/limits.ts'
import { lastRunOf, type NewRun, queuedRun } from '../core/automation/new-run.ts'
import { ended, goOn, type StepNews, settled, started } from '../core/automation/progress.ts'
import { type AutomationRun, isOver, type StepResult, underWay } from '../core/automation/run.ts'
import { newHexId, type ReloadId } from '../core/ids.ts'
import type { Clock, Random } from '../core/ports.ts'
import type { AutomationRunRef } from '../store/port/automations.ts'
import type { AutomationView, CatalogSaving, Change, Decided } from '../store/port/change.ts'
import { toldEnds } from './told-ends.ts'

export interface StepDeps {
  readonly clock: Clock
  readonly random: Random
}

export type Asked =
  | { readonly kind: 'asked'; readonly run: AutomationRun }
  /** There is one of this key. */
  | { readonly kind: 'repeated'; readonly run: AutomationRun }
  | { readonly kind: 'disabled' }
  /** So many wait that none is taken. */
  | { readonly kind: 'full' }

/** @param view shown with the key of the run */
export function asking(view: AutomationView, automation: Automation, wanted: NewRun): Decided<Asked> {
  const known = view.keyed.find(({ key }) => key === wanted.key)
  if (known !== undefined) return { answer: { kind: 'repeated', run: known } }
  if (!automation.enabled) return { answer: { kind: 'disabled' } }
  if (view.queued >= WAITING_RUNS_MAX) return { answer: { kind: 'full' } }
  const run = queuedRun(automation, wanted)
  return { answer: { kind: 'asked', run }, put: { automationRuns: [run] } }
}

/** The run goes on as far as it needs nothing of the world. Its answer: the run as it is saved then. */
export function goingOn(deps: StepDeps, ref: AutomationRunRef): Change<AutomationRun | undefined> {
  return aboutRun(ref, (view, run) => {
    const now = deps.clock.now()
    if (isOver(run)) return { answer: run }
    const begun = run.state === 'queued' ? begin(view, run, now) : run
    const after = begun.state === 'running' ? goOn(begun, { now, newReloadId: newId(deps, now) }) : begun
    return saving(deps, view, run, after, now)
  })
}

/** What came of the step that was under way; undefined when it is not any more. */
export function settling(
  deps: StepDeps,
  ref: AutomationRunRef,
  was: StepResult,
  news: StepNews,
): Change<AutomationRun | undefined> {
  return aboutRun(ref, (view, run) => {
    const now = deps.clock.now()
    const current = underWay(run)
    if (isOver(run) || current?.stepId !== was.stepId || current.tries !== was.tries) {
      return { answer: undefined }
    }
    const after = settled(run, news, now)
    return saving(deps, view, run, goOn(after, { now, newReloadId: newId(deps, now) }), now)
  })
}

/** A queued run ends at once, a running one as soon as what is under way lets it. */
export function stopping(deps: StepDeps, ref: AutomationRunRef): Change<AutomationRun | undefined> {
  return aboutRun(ref, (view, run) => {
    const now = deps.clock.now()
    if (isOver(run) || run.stopAskedAt !== undefined) return { answer: run }
    const after = run.state === 'queued' ? ended(run, 'stopped', now) : { ...run, stopAskedAt: now }
    return saving(deps, view, run, after, now)
  })
}

/**
 * The oldest run that is held goes on when there is room for it. @param running runs of the automation that
 * run
 */
export function released(
  { firstHeld }: Pick<AutomationView, 'firstHeld'>,
  { maxConcurrentRuns }: Automation,
  running: number,
): readonly AutomationRun[] {
  if (firstHeld === undefined || running >= maxConcurrentRuns) return []
  const { held: _held, ...run } = firstHeld
  return [run]
}

function begin(view: AutomationView, run: AutomationRun, now: number): AutomationRun {
  const { automation, owner } = view
  if (automation?.enabled !== true) return ended(run, 'stopped', now, 'the automation was switched off')
  if (owner?.status !== 'active') return ended(run, 'failed', now, "the automation's owner is not active")
  return view.running < automation.maxConcurrentRuns ? started(run, now) : { ...run, held: true }
}

function saving(
  deps: StepDeps,
  view: AutomationView,
  before: AutomationRun,
  after: AutomationRun,
  now: number,
): Decided<AutomationRun> {
  if (after === before) return { answer: after }
  const { automation } = view
  if (automation === undefined) throw new Error(`run ${after.id} has no automation`)
  const moved = Number(after.state === 'running') - Number(before.state === 'running')
  const isOther = view.firstHeld?.id !== after.id
  const others = after.held || !isOther ? [] : released(view, automation, view.running + moved)
  const put: CatalogSaving['put'] = { automationRuns: [after, ...others] }
  if (after.state === before.state) return { answer: after, put }
  const automations = [{ ...automation, lastRun: lastRunOf(after) }]
  return { answer: after, put: { ...put, automations }, ...toldEnds(deps, view, [after], now) }
}

function aboutRun(
  { tenantId, automationId: id, runId }: AutomationRunRef,
  step: (view: AutomationView, run: AutomationRun) => Decided<AutomationRun | undefined>,
): Change<AutomationRun | undefined> {
  return {
    kind: 'automation',
    tenantId,
    id,
    runId,
    step: (view) => (view.run === undefined ? { answer: undefined } : step(view, view.run)),
  }
}

function newId({ random }: StepDeps, now: number): () => ReloadId {
  return () => newHexId<'reload'>(random, now)
}
