/**
 * A run of a task ends: with the outcome of its reload, or without one. What is saved in that very
 * transaction: the run, its task, the tasks that listen with the runs that now wait, and the event.
 */
import { defined } from '../core/defined.ts'
import { newTimeUuid } from '../core/ids.ts'
import type { Random } from '../core/ports.ts'
import type { App, Tenant } from '../core/records.ts'
import { throughEnd } from '../core/task/data-change.ts'
import { afterRun, endedRun } from '../core/task/ended.ts'
import { type EndedRun, hear } from '../core/task/hearing.ts'
import { automationChainOf, type TaskRun } from '../core/task/run.ts'
import type { RunEnd, Task } from '../core/task/task.ts'
import { TASK_RUN_TYPE } from '../event/event-types.ts'
import type { EventDraft } from '../event/stored-event.ts'
import { runFacts, taskEvent } from '../event/task-event.ts'
import { updatedEvent } from '../event/task-life-event.ts'
import type { Listening } from '../store/port/tasks.ts'

export interface RunEndRules {
  readonly random: Random
  /** So many failures in a row switch a task off; 0: any number is borne. */
  readonly taskFailuresMax: number
}

export interface EndingRun extends Listening {
  readonly run: TaskRun
  /** Absent when it was deleted: nothing is left to count or to tell. */
  readonly task?: Task
  readonly tenant: Tenant
  readonly app?: App
}

export interface RunEnding {
  readonly tasks: readonly Task[]
  /** The one that ended first. */
  readonly taskRuns: readonly TaskRun[]
  readonly events: readonly EventDraft[]
}

export function runEnding(rules: RunEndRules, ending: EndingRun, end: RunEnd, now: number): RunEnding {
  const { random } = rules
  const run = endedRun(ending.run, end, now)
  if (ending.task === undefined) return { tasks: [], taskRuns: [run], events: [] }
  const task = afterRun(ending.task, run, end, rules.taskFailuresMax)
  const { tenant, app } = ending
  const told: EndedRun = {
    taskId: task.id,
    taskName: task.name,
    runId: run.id,
    end,
    appId: run.appId,
    depth: run.cause.kind === 'ends' ? run.cause.depth : 0,
    ...defined({ through: throughEnd(run), automationChain: automationChainOf(run) }),
    ...defined({ spaceId: app?.spaceId }),
  }
  const heard = ending.listening.flatMap((listener) => {
    const waits = ending.waiting.includes(listener.id)
    return hear(listener, told, waits, { id: newTimeUuid(random, now), now }) ?? []
  })
  const subject = { tenant, task, userId: run.executedAs, ...defined({ app }) }
  const event = taskEvent(subject, {
    type: TASK_RUN_TYPE,
    id: newTimeUuid(random, now),
    time: now,
    action: 'finished',
    uniqueKey: run.id,
    data: { status: end, statusDetails: run.refusal, ...runFacts(run) },
  })
  const off = updatedEvent(subject, ending.task, { random, now })
  return {
    tasks: [task, ...heard.map((one) => one.task)],
    taskRuns: [run, ...heard.flatMap((one) => one.run ?? [])],
    events: off === undefined ? [event] : [event, off],
  }
}
