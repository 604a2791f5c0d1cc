/**
 * Data was replaced: which tasks of apps that read it will run because of it (contract 03, section 5).
 * Several changes make one run: the first sets when it is due, and all until it begins are its cause.
 *
 * A change that comes back to an app by whose reload it was made would go on for ever. Such a circle is told
 * once for each app that closes it, by a run that is never made.
 */
import { type AppId, newTimeUuid, type RunId } from '../ids.ts'
import { placedKey, placeKey } from '../placed-name.ts'
import type { Clock, Random } from '../ports.ts'
import { covers } from '../read-name.ts'
import type { PlacedName } from '../records.ts'
import { type Cause, runOf, type TaskRun } from './run.ts'
import type { Task } from './task.ts'

/** Files that the cause of a run names; further ones are counted. */
export const FILES_NAMED_MAX = 20

export interface DataChange {
  /** Files that are new or have new content: each once. */
  readonly files: readonly PlacedName[]
  /** Apps whose reloads led to it, the one that stored the files last; none when somebody else did. */
  readonly through: readonly AppId[]
}

/** A task whose app read one of the files. */
export interface DataReader {
  readonly task: Task
  /** Of what the app read that which covers files of the change. */
  readonly reads: readonly PlacedName[]
  /** Runs of the task that wait. */
  readonly waiting: readonly TaskRun[]
  /** Whether the task has or had a run with this key. */
  hadRun(key: string): boolean
}

export interface NewRun {
  readonly id: RunId
  readonly now: number
  /** How long further changes are waited for, ms. */
  readonly delayMs: number
}

type DataCause = Extract<Cause, { kind: 'data' }>

export function hearsOfData({ enabled, migrated, triggers }: Task): boolean {
  return enabled && !migrated && triggers.data !== undefined
}

/** @returns the run that is to be saved: a new one, or one that waits with more to tell; undefined: none */
export function hearChange(
  { task, reads, waiting, hadRun }: DataReader,
  change: DataChange,
  { id, now, delayMs }: NewRun,
): TaskRun | undefined {
  if (!hearsOfData(task)) return undefined
  const files = change.files.filter((file) => reads.some((read) => isPartOf(file, read)))
  if (files.length === 0) return undefined
  const { through } = change
  const cause: DataCause = {
    kind: 'data',
    files: files.slice(0, FILES_NAMED_MAX),
    count: files.length,
    through,
  }
  if (through.includes(task.appId)) {
    const key = `circle:${through.at(-1)}`
    return hadRun(key) ? undefined : runOf(task, id, key, cause, now)
  }
  const open = waiting.find((run) => run.cause.kind === 'data' && !isCircle(run))
  if (open !== undefined) return merged(open, files, through)
  return { ...runOf(task, id, `data:${id}`, cause, now), notBefore: now + delayMs }
}

export interface DataRules {
  readonly clock: Clock
  readonly random: Random
  /** How long after a first change further ones are waited for, ms. */
  readonly dataRefreshDelayMs: number
}

/** What a step is shown of those who hear of changed data. */
export interface DataAudience {
  /** Tasks whose apps read one of the files, by id: read when it is asked. */
  dataReaders(files: readonly PlacedName[]): readonly DataReader[]
}

/** The runs that are to be saved together with the change. */
export function runsOfChange(
  { clock, random, dataRefreshDelayMs: delayMs }: DataRules,
  audience: DataAudience,
  change: DataChange,
): readonly TaskRun[] {
  if (change.files.length === 0) return []
  const now = clock.now()
  return audience
    .dataReaders(change.files)
    .flatMap((reader) => hearChange(reader, change, { id: newTimeUuid(random, now), now, delayMs }) ?? [])
}

/** The run would lead back to an app by whose reload its cause was made. */
export function isCircle({ cause, appId }: Pick<TaskRun, 'cause' | 'appId'>): boolean {
  return cause.kind === 'data' && cause.through.includes(appId)
}

/** Apps whose reloads led to what the reload of the run makes. @param run that made the reload of the app */
export function throughReload(appId: AppId, run: Pick<TaskRun, 'cause'> | undefined): readonly AppId[] {
  const before = (run && throughBefore(run)) ?? []
  return [...before.filter((id) => id !== appId), appId]
}

/** The same for who hears the end of the run: undefined when no change of data led to it. */
export function throughEnd(run: Pick<TaskRun, 'cause' | 'appId'>): readonly AppId[] | undefined {
  return throughBefore(run) && throughReload(run.appId, run)
}

function throughBefore({ cause }: Pick<TaskRun, 'cause'>): readonly AppId[] | undefined {
  return cause.kind === 'data' || cause.kind === 'ends' ? cause.through : undefined
}

/** Undefined when it tells all of it already. */
function merged(run: TaskRun, files: readonly PlacedName[], through: readonly AppId[]): TaskRun | undefined {
  const cause = run.cause as DataCause
  const named = new Set(cause.files.map(placedKey))
  const more = files.filter((file) => !named.has(placedKey(file)))
  const further = through.filter((id) => !cause.through.includes(id))
  if (more.length === 0 && further.length === 0) return undefined
  return {
    ...run,
    cause: {
      ...cause,
      files: [...cause.files, ...more].slice(0, FILES_NAMED_MAX),
      count: cause.count + more.length,
      through: [...cause.through, ...further],
    },
  }
}

/** Whether the file is what was read, or covered by it. */
export function isPartOf(file: PlacedName, read: PlacedName): boolean {
  return covers(read.name, file.name) && placeKey(read.place) === placeKey(file.place)
}
