/** Which tasks hear of changed data, from what their apps read. */
import type { TaskId } from '../../core/ids.ts'
import { isMask } from '../../core/read-name.ts'
import type { DataFile, PlacedName } from '../../core/records.ts'
import { type DataReader, hearsOfData, isPartOf } from '../../core/task/data-change.ts'
import type { TaskRun } from '../../core/task/run.ts'
import type { Task } from '../../core/task/task.ts'
import type { ChangedMeanwhile } from '../port/reloads.ts'

/**
 * What a settling step is shown of changes that nobody heard of, because the app reads the files for the
 * first time.
 * @param tasks of the app
 */
export function changedMeanwhile(
  firstReads: readonly PlacedName[],
  since: number,
  tasks: () => readonly Task[],
  fileOf: (read: PlacedName) => DataFile | undefined,
  runs: RunsOfTasks,
): ChangedMeanwhile {
  const hearing = firstReads.length === 0 ? [] : tasks().filter(hearsOfData)
  if (hearing.length === 0) return { files: [], readers: [] }
  const wasChanged = (read: PlacedName) => (fileOf(read)?.modifiedAt ?? Number.NEGATIVE_INFINITY) >= since
  const files = firstReads.filter((read) => !isMask(read.name) && wasChanged(read))
  const found = hearing.flatMap((task) => files.map((read) => ({ task, read })))
  return { files, readers: dataReaders(found, files, runs) }
}

/** A task of an app, and something that the app read. */
export interface ReadBy {
  readonly task: Task
  readonly read: PlacedName
}

export interface RunsOfTasks {
  waiting(id: TaskId): readonly TaskRun[]
  keyed(id: TaskId, key: string): TaskRun | undefined
}

/**
 * Those whose task hears of changes and who read one of the files, by the id of the task.
 * @param found all of them and perhaps more
 */
export function dataReaders(
  found: readonly ReadBy[],
  files: readonly PlacedName[],
  runs: RunsOfTasks,
): DataReader[] {
  const byTask = new Map<TaskId, { readonly task: Task; readonly reads: PlacedName[] }>()
  for (const { task, read } of found) {
    if (!hearsOfData(task) || !files.some((file) => isPartOf(file, read))) continue
    const known = byTask.get(task.id)
    if (known === undefined) byTask.set(task.id, { task, reads: [read] })
    else known.reads.push(read)
  }
  return [...byTask.values()]
    .sort((left, right) => (left.task.id < right.task.id ? -1 : 1))
    .map(({ task, reads }) => ({
      task,
      reads,
      waiting: runs.waiting(task.id),
      hadRun: (key) => runs.keyed(task.id, key) !== undefined,
    }))
}
