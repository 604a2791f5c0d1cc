/**
 * How the tasks of a tenant wake one another (contract 03, sections 5 and 10). An upstream task is a parent
 * of those that hear the ends of its runs, with whatever status. Every question costs time in proportion to
 * the tasks that it leads to.
 */
import { defined } from '../defined.ts'
import type { TaskId } from '../ids.ts'
import { heardUnder, subjectOf } from './hearing.ts'
import type { Task, TaskEvent } from './task.ts'

export interface Chains {
  readonly taskOf: (id: TaskId) => Task | undefined
  readonly parentsOf: (task: Task) => readonly Task[]
  readonly childrenOf: (task: Task) => readonly Task[]
  /** Upstream tasks that it names and that are gone: it never runs because of them again. */
  readonly missingOf: (task: Task) => readonly TaskId[]
}

/** @param tasks all of a tenant, or those that listen where only circles are asked for */
export function chainsOf(tasks: readonly Task[]): Chains {
  const listed = tasks.filter(({ migrated }) => !migrated)
  const byId = new Map(listed.map((task) => [task.id, task]))
  const sources = grouped(listed, subjectsOf)
  const listeners = grouped(listed, (task) => [...new Set(eventsOf(task).map(subjectOf))])
  const each = (found: readonly Task[]) => [...new Set(found)]
  return {
    taskOf: (id) => byId.get(id),
    parentsOf: (task) =>
      each(
        eventsOf(task).flatMap((event) =>
          (sources.get(subjectOf(event)) ?? []).filter((source) => concerns(task, event, source)),
        ),
      ),
    childrenOf: (task) =>
      each(
        subjectsOf(task).flatMap((subject) =>
          (listeners.get(subject) ?? []).filter((listener) =>
            eventsOf(listener).some((event) => concerns(listener, event, task)),
          ),
        ),
      ),
    missingOf: (task) => namedParents(task).filter((id) => !byId.has(id)),
  }
}

/**
 * The circle that this task would close: itself, who wakes it, who wakes that one, and so on, up to itself
 * again. Undefined when there is none.
 * @param listening all tasks of the tenant that listen to others, an older version of the task included
 */
export function circleOf(task: Task, listening: readonly Task[]): readonly Task[] | undefined {
  const { parentsOf } = chainsOf([...listening.filter(({ id }) => id !== task.id), task])
  const wokenBy = new Map<TaskId, Task>()
  let reached: readonly Task[] = [task]
  while (reached.length > 0) {
    const next: Task[] = []
    for (const one of reached) {
      for (const parent of parentsOf(one)) {
        if (parent.id === task.id) return [...pathTo(one, task, wokenBy), task]
        if (wokenBy.has(parent.id)) continue
        wokenBy.set(parent.id, one)
        next.push(parent)
      }
    }
    reached = next
  }
  return undefined
}

function pathTo(last: Task, first: Task, wokenBy: ReadonlyMap<TaskId, Task>): Task[] {
  const path: Task[] = []
  for (let at: Task | undefined = last; at !== undefined; at = wokenBy.get(at.id)) {
    path.unshift(at)
    if (at.id === first.id) break
  }
  return path
}

export interface Vertex {
  readonly taskId: TaskId
  /** Absent: the task was deleted, and the chain is broken there. */
  readonly task?: Task
  readonly depth: number
  readonly isParent: boolean
  readonly isChild: boolean
}

/** `source` is the upstream task; `depth` is that of the end that lies farther from the asked task. */
export interface Edge {
  readonly source: TaskId
  readonly target: TaskId
  readonly depth: number
}

export interface TaskGraph {
  readonly vertices: readonly Vertex[]
  readonly edges: readonly Edge[]
}

export type Way = 'ancestors' | 'descendants' | 'subgraph'

/** The tasks around one, breadth first, itself at depth 0. */
export function graphAround(task: Task, chains: Chains, way: Way, levels: number): TaskGraph {
  const vertices = new Map<TaskId, Vertex>([[task.id, vertexOf(task, 0, chains)]])
  const edges: Edge[] = []
  const walk = (
    next: (task: Task) => readonly Next[],
    edge: (from: TaskId, to: TaskId) => [TaskId, TaskId],
  ) => {
    let reached: readonly Task[] = [task]
    for (let depth = 1; depth <= levels && reached.length > 0; depth++) {
      const found: Task[] = []
      for (const one of reached) {
        for (const { id, task: other } of next(one)) {
          const [source, target] = edge(one.id, id)
          edges.push({ source, target, depth })
          if (vertices.has(id)) continue
          vertices.set(
            id,
            other === undefined
              ? { taskId: id, depth, isParent: true, isChild: false }
              : vertexOf(other, depth, chains),
          )
          if (other !== undefined) found.push(other)
        }
      }
      reached = found
    }
  }
  if (way !== 'descendants') {
    walk(
      (one) => [
        ...chains.parentsOf(one).map((parent) => ({ id: parent.id, task: parent })),
        ...chains.missingOf(one).map((id) => ({ id })),
      ],
      (from, to) => [to, from],
    )
  }
  if (way !== 'ancestors') {
    walk(
      (one) => chains.childrenOf(one).map((child) => ({ id: child.id, task: child })),
      (from, to) => [from, to],
    )
  }
  return { vertices: [...vertices.values()], edges }
}

interface Next {
  readonly id: TaskId
  readonly task?: Task
}

function vertexOf(task: Task, depth: number, { childrenOf }: Chains): Vertex {
  return { taskId: task.id, task, depth, isParent: childrenOf(task).length > 0, isChild: isChild(task) }
}

/** The upstream tasks that it names, each once. */
export function namedParents(task: Task): readonly TaskId[] {
  return [...new Set(eventsOf(task).flatMap(({ taskId }) => taskId ?? []))]
}

/** Runs of others start it. */
export function isChild(task: Task): boolean {
  return eventsOf(task).length > 0
}

function eventsOf({ triggers }: Task): readonly TaskEvent[] {
  return triggers.ends?.events ?? []
}

/** Under which texts others stand that hear the ends of its runs. */
export function subjectsOf({
  id,
  appId,
  spaceId,
}: Pick<Task, 'id' | 'appId' | 'spaceId'>): readonly string[] {
  return heardUnder({ taskId: id, appId, ...defined({ spaceId }) })
}

/** A task never hears its own ends but where it says so by its id, which is refused. */
function concerns(listener: Task, event: TaskEvent, source: Task): boolean {
  return (
    (listener.id !== source.id || event.taskId === source.id) &&
    (event.taskId === undefined || event.taskId === source.id) &&
    (event.appId === undefined || event.appId === source.appId) &&
    (event.spaceId === undefined || event.spaceId === source.spaceId)
  )
}

function grouped(tasks: readonly Task[], keysOf: (task: Task) => readonly string[]): Map<string, Task[]> {
  const groups = new Map<string, Task[]>()
  for (const task of tasks) {
    for (const key of keysOf(task)) {
      const group = groups.get(key)
      if (group === undefined) groups.set(key, [task])
      else group.push(task)
    }
  }
  return groups
}
