/** Tasks and their runs as the documents of the contract (03, sections 3 and 6). */
import type { Static } from 'typebox'
import { defined } from '../../core/defined.ts'
import type { AppId, SpaceId, TaskId } from '../../core/ids.ts'
import { isOutcome, type Outcome } from '../../core/outcome.ts'
import type { App, Space, User } from '../../core/records.ts'
import type { Reload } from '../../core/reload.ts'
import { triggeredBy } from '../../core/task/ended.ts'
import { isChild, namedParents, subjectsOf } from '../../core/task/graph.ts'
import type { TaskRun } from '../../core/task/run.ts'
import type { LastRun, RunEnd, Task } from '../../core/task/task.ts'
import { dueAt } from '../../core/task/task.ts'
import { timeText } from '../../core/time-text.ts'
import type { ApiDeps } from '../http/deps.ts'
import type { RunRecord, TaskRecord } from './task-schema.ts'

export type TaskDocument = Static<typeof TaskRecord>

/** What a document tells beside the task's own record. */
interface Beside {
  readonly app?: App
  readonly space?: Space
  /** Others hear the ends of its runs. */
  readonly isParent: boolean
  /** Upstream tasks that it names and that are gone. */
  readonly missing: readonly TaskId[]
}

export async function taskDocument(deps: ApiDeps, user: User, task: Task): Promise<TaskDocument> {
  const [document] = await taskDocuments(deps, user, [task])
  return document!
}

export async function taskDocuments(
  { store }: ApiDeps,
  { tenantId }: User,
  tasks: readonly Task[],
): Promise<TaskDocument[]> {
  const apps = await byId<AppId, App>(
    tasks.map(({ appId }) => appId),
    (id) => store.app(tenantId, id),
  )
  const spaces = await byId<SpaceId, Space>(
    tasks.flatMap(({ spaceId }) => spaceId ?? []),
    (id) => store.space(tenantId, id),
  )
  const parents = await byId<TaskId, Task>(tasks.flatMap(namedParents), (id) => store.task(tenantId, id))
  const listened = new Set(await store.listened(tenantId, [...new Set(tasks.flatMap(subjectsOf))]))
  return tasks.map((task) => {
    const space = task.spaceId === undefined ? undefined : spaces.get(task.spaceId)
    return document(task, {
      ...defined({ app: apps.get(task.appId), space }),
      isParent: subjectsOf(task).some((subject) => listened.has(subject)),
      missing: namedParents(task).filter((id) => !parents.has(id)),
    })
  })
}

async function byId<Id, Row>(
  ids: readonly Id[],
  read: (id: Id) => Promise<Row | undefined>,
): Promise<ReadonlyMap<Id, Row>> {
  const rows = await Promise.all([...new Set(ids)].map(async (id) => [id, await read(id)] as const))
  return new Map(rows.flatMap(([id, row]) => (row === undefined ? [] : [[id, row] as const])))
}

function document(task: Task, beside: Beside): TaskDocument {
  const { id, name, description, enabled, appId } = task
  return {
    ...(task.sent as Pick<TaskDocument, 'specVersion'>),
    id,
    name,
    ...(description === '' ? {} : { description }),
    enabled,
    resourceId: appId,
    metadata: metadata(task, beside),
  }
}

const USAGES: readonly string[] = ['ANALYTICS', 'DATA_PREPARATION', 'DATAFLOW_PREP', 'SINGLE_TABLE_PREP']

function metadata(task: Task, { app, space, isParent, missing }: Beside): TaskDocument['metadata'] {
  const { id, triggers, state, disabledCode, migratedFrom } = task
  const spaceType = task.spaceId === undefined ? 'personal' : space?.type
  return {
    createdAt: timeText(task.createdAt),
    createdBy: task.createdBy,
    updatedAt: timeText(task.updatedAt),
    updatedBy: task.updatedBy,
    tenantId: task.tenantId,
    ownerId: task.ownerId,
    spaceId: task.spaceId ?? '',
    ...(spaceType === undefined || spaceType === 'data' ? {} : { spaceType }),
    resourceName: app?.name ?? '',
    resourceType: 'app',
    usage: USAGES.find((usage) => usage === app?.usage) ?? 'ANALYTICS',
    scriptOwnerId: task.appOwnerId,
    ...defined({ disabledCode, migratedFrom }),
    trigger: { id, type: triggerNumber(triggers) },
    orchestration: {
      id,
      type: 3,
      attrs: attributes(task),
      ...(state.lastRun === undefined ? {} : { lastRun: lastRun(state.lastRun) }),
    },
    topology: {
      isChild: isChild(task),
      isParent,
      ...(missing.length === 0 ? {} : { missingParents: [...missing] }),
    },
  }
}

/** 0 none, 1 time, 2 task event, 4 dataset event. */
function triggerNumber({ schedule, ends, data }: Task['triggers']): number {
  if (schedule !== undefined) return 1
  if (ends !== undefined) return 2
  return data === undefined ? 0 : 4
}

function attributes(task: Task): Record<string, string> {
  const { lastRun } = task.state
  const next = dueAt(task)
  return defined({
    last_run_startedAt: lastRun && timeText(lastRun.startedAt),
    last_run_endedAt: lastRun?.endedAt === undefined ? undefined : timeText(lastRun.endedAt),
    last_run_status: lastRun && statusOf(lastRun.status),
    last_run_worker_type: lastRun && 'reloads',
    next_run_at: next === undefined ? undefined : timeText(next),
  }) as Record<string, string>
}

function lastRun({ id, status, startedAt, endedAt, triggeredBy, executedAs, reloadId }: LastRun) {
  return {
    id,
    status: statusOf(status),
    startedAt: timeText(startedAt),
    ...(endedAt === undefined ? {} : { endedAt: timeText(endedAt) }),
    executedAs,
    triggeredBy,
    workerType: 'reloads' as const,
    workerId: reloadId ?? '',
  }
}

export function statusOf(state: 'running' | RunEnd): RunRecord['status'] {
  if (state === 'running') return 'RUNNING'
  return state === 'succeeded' ? 'SUCCEEDED' : 'FAILED'
}

/** @param run one that began */
export function runRecord(run: TaskRun, reload: Reload | undefined): RunRecord {
  const { startedAt, endedAt, createdAt } = run
  return {
    id: run.id,
    taskId: run.taskId,
    taskName: run.taskName,
    actionId: run.taskId,
    resourceId: run.appId,
    status: statusOf(run.state as 'running' | RunEnd),
    triggeredBy: triggeredBy(run),
    workerType: 'reloads',
    workerId: run.reloadId ?? '',
    taskMeta: {
      tenantId: run.tenantId,
      ownerId: run.executedAs,
      resourceType: 'app',
      trigger: run.cause.kind,
    },
    startedAt: timeText(startedAt ?? createdAt),
    ...(endedAt === undefined ? {} : { endedAt: timeText(endedAt) }),
    executedAs: run.executedAs,
    ...defined({ log: run.state === 'running' ? undefined : endText(run, reload) }),
  }
}

/** How it ended: of a reload that is forgotten by now, as the run has it. */
function endText({ state, refusal }: TaskRun, reload: Reload | undefined): string {
  if (refusal !== undefined) return refusal
  if (reload === undefined || !isOutcome(reload.state)) return state.toUpperCase()
  const outcome: Outcome = reload.state
  return reload.errorMessage === undefined ? outcome : `${outcome}\n${reload.errorMessage}`
}
