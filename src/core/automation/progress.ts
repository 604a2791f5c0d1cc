/**
 * How a run goes on. Between two looks at the world a run takes every step that needs none: it skips, ends a
 * wait that is over, begins the next step, or ends. What it then needs of the world is one effect, which may
 * be made more than once: the run is saved before it and after it, never in between.
 */
import { defined } from '../defined.ts'
import { matchesFilter } from '../filter.ts'
import type { ReloadId } from '../ids.ts'
import type { Json, Step, WaitStep } from './automation.ts'
import { ERROR_MAX_CHARACTERS, RUN_TIME_MAX_MS } from './limits.ts'
import { type AutomationRun, isOver, type StepResult, underWay } from './run.ts'
import type { RunState } from './run-state.ts'
import { type Scope, scopeOf } from './scope.ts'
import { parsePath } from './template.ts'

/** What the run needs of the world to go on. */
export type Effect =
  /** Nothing, or nothing yet. */
  | { readonly kind: 'none' }
  /** Its reload is asked for, or its outcome looked at. */
  | { readonly kind: 'reload'; readonly step: Extract<Step, { kind: 'reload' }>; readonly reloadId: ReloadId }
  /** Its task is started, or the end of that one's run looked at. */
  | { readonly kind: 'task'; readonly step: Extract<Step, { kind: 'task' }> }
  | { readonly kind: 'call'; readonly step: Extract<Step, { kind: 'call' }> }
  | { readonly kind: 'notify'; readonly step: Extract<Step, { kind: 'notify' }> }
  /** The run ends early: its reload is canceled. */
  | { readonly kind: 'withdraw'; readonly reloadId: ReloadId }

/** What came of an effect. */
export type StepNews =
  | {
      readonly kind: 'ended'
      readonly state: 'succeeded' | 'failed'
      readonly sent?: Json
      readonly answer?: Json
      readonly error?: string
    }
  /** Goes on when this reload has its outcome. */
  | { readonly kind: 'awaits'; readonly reloadId: ReloadId; readonly sent?: Json }
  /** A call or a message is tried again then, epoch ms. */
  | {
      readonly kind: 'again'
      readonly dueAt: number
      readonly sent?: Json
      readonly answer?: Json
      readonly error: string
    }
  /** There is no room for a message before then, epoch ms; no try was made. */
  | { readonly kind: 'later'; readonly dueAt: number }
  | { readonly kind: 'withdrawn' }

export interface GoingOn {
  readonly now: number
  readonly newReloadId: () => ReloadId
}

/** The run after everything that needs no world. @param run one that is running */
export function goOn(run: AutomationRun, { now, newReloadId }: GoingOn): AutomationRun {
  let at = run
  while (!isOver(at)) {
    const ending = endsEarly(at, now)
    const current = underWay(at)
    if (ending !== undefined && current?.reloadId === undefined) return cutShort(at, ending, now)
    if (ending !== undefined) return at
    if (current === undefined) {
      at = begun(at, now, newReloadId)
      continue
    }
    const step = stepOf(at, current)
    if (step.kind !== 'wait') return at
    const rested = restedUntil(current, step, now)
    if (rested.dueAt! > now) return rested === current ? at : withResult(at, rested)
    at = settled(at, { kind: 'ended', state: 'succeeded' }, now)
  }
  return at
}

/** What a run needs that went on as far as it could. */
export function effectOf(run: AutomationRun, now: number): Effect {
  const current = underWay(run)
  if (isOver(run) || current === undefined) return { kind: 'none' }
  const { reloadId } = current
  if (endsEarly(run, now) !== undefined) {
    return reloadId === undefined ? { kind: 'none' } : { kind: 'withdraw', reloadId }
  }
  const step = stepOf(run, current)
  switch (step.kind) {
    case 'wait':
      return { kind: 'none' }
    case 'reload':
      return { kind: 'reload', step, reloadId: reloadId! }
    case 'task':
      return { kind: 'task', step }
    case 'call':
      return isDue(current, now) ? { kind: 'call', step } : { kind: 'none' }
    case 'notify':
      return isDue(current, now) ? { kind: 'notify', step } : { kind: 'none' }
  }
}

function isDue({ dueAt = 0 }: StepResult, now: number): boolean {
  return dueAt <= now
}

/** The run with what came of the effect of its step that is under way. */
export function settled(run: AutomationRun, news: StepNews, now: number): AutomationRun {
  const current = underWay(run)
  if (current === undefined) throw new Error(`no step of run ${run.id} is under way`)
  const { awaits: _awaited, dueAt: _due, ...known } = current
  if (news.kind === 'later') return withResult(run, { ...known, dueAt: news.dueAt })
  // What came of an earlier try is over.
  const { answer: _answer, error: _error, ...result } = known
  switch (news.kind) {
    case 'ended': {
      const { kind: _ended, error, ...rest } = news
      const tries = result.tries + 1
      const after = { ...result, ...rest, tries, endedAt: now, ...shortened(error) }
      return withResult(run, after)
    }
    case 'awaits': {
      const { reloadId: awaits, sent = result.sent } = news
      return withResult(run, { ...result, awaits, ...defined({ sent }) })
    }
    case 'again': {
      const { kind: _again, error, ...rest } = news
      return withResult(run, { ...result, ...rest, tries: result.tries + 1, ...shortened(error) })
    }
    case 'withdrawn':
      return cutShort(run, endsEarly(run, now) ?? 'stopped', now)
  }
}

/** The queued run begins. */
export function started(run: AutomationRun, now: number): AutomationRun {
  const { held: _held, ...rest } = run
  return { ...rest, state: 'running', startedAt: now }
}

export function ended(run: AutomationRun, state: RunState, now: number, error?: string): AutomationRun {
  const { held: _held, ...rest } = run
  return { ...rest, state, endedAt: now, ...shortened(error) }
}

function endsEarly(run: AutomationRun, now: number): 'stopped' | 'exceeded limit' | undefined {
  if (run.stopAskedAt !== undefined) return 'stopped'
  return now - (run.startedAt ?? now) > RUN_TIME_MAX_MS ? 'exceeded limit' : undefined
}

function cutShort(run: AutomationRun, state: 'stopped' | 'exceeded limit', now: number): AutomationRun {
  const current = underWay(run)
  if (current === undefined) return ended(run, state, now)
  const { awaits: _awaited, dueAt: _due, ...result } = current
  return ended(withResult(run, { ...result, state: 'stopped', endedAt: now }), state, now)
}

/** The next step begins or is skipped; without one the run ends. */
function begun(run: AutomationRun, now: number, newReloadId: () => ReloadId): AutomationRun {
  const last = run.results.at(-1)
  if (last?.state === 'failed' && stepOf(run, last).onFailure === 'stop') {
    return ended(run, 'failed', now, `${last.stepId}: ${last.error ?? 'it failed'}`)
  }
  const step = run.steps[run.results.length]
  if (step === undefined) {
    const warned = run.results.some(({ state }) => state === 'failed')
    return ended(run, warned ? 'finished with warnings' : 'finished', now)
  }
  const result = { stepId: step.id, startedAt: now, tries: 0 }
  const scope = scopeOf(run)
  if (step.when !== undefined && !matchesFilter(step.when.node, (name) => attribute(scope, name))) {
    return withResult(run, { ...result, state: 'skipped', endedAt: now })
  }
  return withResult(run, {
    ...result,
    state: 'running',
    ...(step.kind === 'reload' ? { reloadId: newReloadId() } : {}),
    ...(step.kind === 'wait' ? { dueAt: now + step.ms } : {}),
  })
}

/** As filters compare: texts; numbers and flags as JSON writes them. */
function attribute(scope: Scope, name: string): string | undefined {
  const path = parsePath(name)
  const value = path && scope(path)
  if (value === undefined || value === null) return undefined
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** What a clock that was ahead has stamped begins to wait now. */
function restedUntil(result: StepResult, { ms }: WaitStep, now: number): StepResult {
  return result.dueAt! > now + ms ? { ...result, dueAt: now + ms } : result
}

function stepOf(run: AutomationRun, { stepId }: StepResult): Step {
  const step = run.steps.find(({ id }) => id === stepId)
  if (step === undefined) throw new Error(`run ${run.id} has no step ${stepId}`)
  return step
}

function withResult(run: AutomationRun, result: StepResult): AutomationRun {
  const { results } = run
  const others = results.at(-1)?.stepId === result.stepId ? results.slice(0, -1) : results
  return { ...run, results: [...others, result] }
}

function shortened(error: string | undefined): { readonly error?: string } {
  return error === undefined ? {} : { error: error.slice(0, ERROR_MAX_CHARACTERS) }
}
