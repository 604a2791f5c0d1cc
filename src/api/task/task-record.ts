/** Tasks and their runs as the documents of the contract (03, sections 3 and 6). */
import type { Static } from 'typebox'
import { listeningTasks } from '../../catalog/task-access.ts'
import { defined } from '../../core/defined.ts'
import type { AppId, SpaceId } from '../../core/ids.ts'
import { isOutcome, type Outcome } from '../../core/outcome.ts'
import type { App, Space, User } from '../../core/records.ts'
import type { Reload } from '../../core/reload.ts'
import { triggeredBy } from '../../core/task/ended.ts'
import { type Chains, chainsOf, isChild } from '../../core/task/graph.ts'
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
  readonly chains: Chains
}

export async function taskDocument(deps: ApiDeps, user: User, task: Task): Promise<TaskDocument> {
  const [document] = await taskDocuments(deps, user, [task])
  return document!
}

/** @param all the tenant's tasks, when they are at hand */
export async function taskDocuments(
  { store }: ApiDeps,
  user: User,
  tasks: readonly Task[],
  all?: readonly Task[],
): Promise<TaskDocument[]> {
  const { tenantId } = user
  const chains = chainsOf(all ?? (await withParents({ store }, user, tasks)))
  const apps = await byId<AppId, App>(
    tasks.map(({ appId }) => appId),
    (id) => store.app(tenantId, id),
  )
  const spaces = await byId<SpaceId, Space>(
    tasks.flatMap(({ spaceId }) => spaceId ?? []),
    (id) => store.space(tenantId, id),
  )
  return tasks.map((task) => {
    const space = task.spaceId === undefined ? undefined : spaces.get(task.spaceId)
    return document(task, { ...defined({ app: apps.get(task.appId), space }), chains })
  })
}

/** Enough of the tenant to tell who wakes whom of these tasks, and which upstream tasks are gone. */
async function withParents(
  { store }: Pick<ApiDeps, 'store'>,
  user: User,
  tasks: readonly Task[],
): Promise<readonly Task[]> {
  const listening = await listeningTasks(store, user)
  const known = new Map([...listening, ...tasks].map((task) => [task.id, task]))
  const named = tasks.flatMap(({ triggers }) =>
    (triggers.ends?.events ?? []).flatMap(({ taskId }) => taskId ?? []),
  )
  for (const id of new Set(named)) {
    const parent = known.has(id) ? undefined : await store.task(user.tenantId, id)
    if (parent !== undefined) known.set(id, parent)
  }
  return [...known.values()]
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

function metadata(task: Task, { app, space, chains }: Beside): TaskDocument['metadata'] {
  const { id, triggers, state, disabledCode, migratedFrom } = task
  const missing = chains.missingOf(task)
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
      isParent: chains.childrenOf(task).length > 0,
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
