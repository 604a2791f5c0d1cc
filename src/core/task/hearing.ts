/**
 * Which tasks the end of a run wakes (contract 03, section 5). Decided in the transaction that settles the
 * run's reload, so that no end is heard twice and none is lost.
 */
import { defined } from '../defined.ts'
import type { AppId, RunId, SpaceId, TaskId } from '../ids.ts'
import { type HeardEnd, runOf, type TaskRun } from './run.ts'
import type { RunEnd, Task, TaskEvent } from './task.ts'

/** A run that ended, as those who listen are told. */
export interface EndedRun {
  readonly taskId: TaskId
  readonly taskName: string
  readonly runId: RunId
  readonly end: RunEnd
  readonly appId: AppId
  readonly spaceId?: SpaceId
  /** Of its cause, when that was the end of another run; else 0. */
  readonly depth: number
  /** Apps whose reloads led to it, when changed data began it: what finds a circle. */
  readonly through?: readonly AppId[]
  /** Runs of automations that led to it, when one started it or what it heard. */
  readonly automationChain?: number
}

/**
 * A chain this long goes round in a circle that arose after its tasks were saved, as when an app moved into a
 * space that a task listens to: nobody hears its last end.
 */
export const CHAIN_DEPTH_MAX = 10_000

/**
 * Under which texts a task is found that listens, one for each event, also while it is off: stores keep them
 * as an index. An event with several conditions stands under the narrowest.
 */
export function listensUnder(task: Task): readonly string[] {
  if (task.migrated) return []
  return [...new Set((task.triggers.ends?.events ?? []).map(subjectOf))]
}

/** All texts under which those who hear of this end may stand. */
export function heardUnder({
  taskId,
  appId,
  spaceId,
}: Pick<EndedRun, 'taskId' | 'appId' | 'spaceId'>): readonly string[] {
  return [`task:${taskId}`, `app:${appId}`, ...(spaceId === undefined ? [] : [`space:${spaceId}`]), 'every']
}

/** Under which text an event stands. */
export function subjectOf({ taskId, appId, spaceId }: TaskEvent): string {
  if (taskId !== undefined) return `task:${taskId}`
  if (appId !== undefined) return `app:${appId}`
  return spaceId === undefined ? 'every' : `space:${spaceId}`
}

export interface Heard {
  /** With the events of its join; unchanged when its trigger has none to wait for. */
  readonly task: Task
  /** The run that waits now; absent when events are missing, or when one waits already. */
  readonly run?: TaskRun
}

/**
 * @param listener a task that may listen
 * @param waits a run of it waits already: it stands for this end too
 * @returns undefined when the end does not concern it
 */
export function hear(
  listener: Task,
  ended: EndedRun,
  waits: boolean,
  newRun: { readonly id: RunId; readonly now: number },
): Heard | undefined {
  const { ends } = listener.triggers
  if (ends === undefined || !listener.enabled || listener.migrated) return undefined
  if (listener.id === ended.taskId || ended.depth >= CHAIN_DEPTH_MAX) return undefined
  const names = ends.events.filter((event) => matches(event, ended)).map(({ name }) => name)
  if (names.length === 0) return undefined
  const joined = { ...listener.state.joined, ...Object.fromEntries(names.map((name) => [name, ended.runId])) }
  if (ends.join === 'all' && ends.events.some(({ name }) => joined[name] === undefined)) {
    return { task: withJoined(listener, joined) }
  }
  const task = withJoined(listener, {})
  if (waits) return { task }
  const of: HeardEnd[] = names.map((event) => heardEnd(event, ended))
  const { depth, through, automationChain } = ended
  const run = runOf(
    listener,
    newRun.id,
    `end:${ended.runId}`,
    { kind: 'ends', of, depth: depth + 1, ...defined({ through, automationChain }) },
    newRun.now,
  )
  return { task, run }
}

function heardEnd(event: string, { taskId, taskName, runId }: EndedRun): HeardEnd {
  return { event, taskId, taskName, runId }
}

function withJoined(task: Task, joined: Task['state']['joined']): Task {
  return { ...task, state: { ...task.state, joined } }
}

function matches(event: TaskEvent, ended: EndedRun): boolean {
  return (
    (event.taskId === undefined || event.taskId === ended.taskId) &&
    (event.appId === undefined || event.appId === ended.appId) &&
    (event.spaceId === undefined || event.spaceId === ended.spaceId) &&
    (event.status === 'any' || event.status === ended.end)
  )
}
