/** The event that tells that a run did not take place, and why: *did not run* can be alerted on. */
import { defined } from '../core/defined.ts'
import type { EventId } from '../core/ids.ts'
import type { NoRunReason, TaskRun } from '../core/task/run.ts'
import type { Task } from '../core/task/task.ts'
import { timeText } from '../core/time-text.ts'
import { TASK_NOT_RUN_TYPE } from '../event/event-types.ts'
import type { EventDraft } from '../event/stored-event.ts'
import { runFacts, taskEvent } from '../event/task-event.ts'
import type { TaskView } from '../store/port/change.ts'

/** For people. */
export const NO_RUN_TEXT: Readonly<Record<NoRunReason, string>> = {
  'app-busy': 'the app had a reload that was not finished',
  calendar: 'the calendar of the task has this day as one without runs',
  late: 'the service did not run, or its clock was set, when it was due',
  paused: 'the tasks of the tenant were paused',
  loop: 'it would go round in a circle of files for ever',
  changed: 'the task was switched off or changed while the run waited',
}

/** @param run skipped or missed */
export function notRunEvent(
  { tenant, app }: Pick<TaskView, 'tenant' | 'app'>,
  task: Task,
  run: TaskRun,
  id: EventId,
  now: number,
): EventDraft {
  const { cause, reason } = run
  return taskEvent(
    { tenant, task, userId: run.executedAs, ...defined({ app }) },
    {
      type: TASK_NOT_RUN_TYPE,
      id,
      time: now,
      action: run.state,
      uniqueKey: run.id,
      data: {
        ...runFacts(run),
        reason,
        statusDetails: reason && NO_RUN_TEXT[reason],
        pendingReloadId: run.pendingReloadId,
        ...(cause.kind === 'schedule'
          ? {
              dueAt: timeText(cause.instant),
              ...defined({
                firstDueAt: cause.missed && timeText(cause.missed.from),
                count: cause.missed?.count,
              }),
            }
          : {}),
      },
    },
  )
}
