/**
 * `kill -9` of a service whose tasks fire every few seconds: between due and accept, in a join, between an
 * end and the run that it makes. Nothing twice, nothing lost.
 */
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import type { AppId, TaskId, TenantId, UserId } from '../../src/core/ids.ts'
import { checkSchedule } from '../../src/core/recurrence/check-schedule.ts'
import { occurrencesAfter } from '../../src/core/recurrence/schedule.ts'
import type { TaskRun } from '../../src/core/task/run.ts'
import { switchedOn } from '../../src/core/task/switching.ts'
import type { Task, Triggers } from '../../src/core/task/task.ts'
import { SECOND } from '../../src/core/units.ts'
import { systemZones } from '../../src/main/zones.ts'
import { everyRow } from '../../src/store/port/lists.ts'
import { SqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import { put } from '../support/catalog.ts'
import { aTask, seededRandom } from '../support/records.ts'
import { runLength } from '../support/run-length.ts'
import { endAll, newDataFolder, startServiceProcess } from '../support/service-process.ts'

afterAll(endAll)

const zones = systemZones()
const KILLS = runLength(2, 12)
const SECONDS = Array.from({ length: 20 }, (_, index) => index * 3)
const EVERY_THREE = `FREQ=MINUTELY;BYSECOND=${SECONDS.join(',')}`

it('each instant is run or recorded once, each end is heard once', { timeout: 300_000 }, async () => {
  const folder = newDataFolder()
  const service = await startServiceProcess(folder)
  const apps: AppId[] = []
  for (let n = 0; n < 5; n++) {
    const id = await service.client.createApp(`App ${n}`)
    await service.client.setScript(id, 'T: LOAD RecNo() AS n AUTOGENERATE 3;')
    apps.push(id as AppId)
  }
  await service.stop()
  const begin = Date.now()
  const tasks = await withTasks(folder, apps, begin)

  const { uniform } = seededRandom(begin % 1000)
  for (let kill = 0; kill < KILLS; kill++) {
    const running = await startServiceProcess(folder)
    await new Promise((resolve) => setTimeout(resolve, 500 + uniform() * 4500))
    await running.killHard()
  }
  const last = await startServiceProcess(folder)
  // The chained one and the join have run.
  for (const appId of [apps[2], apps[3]]) {
    const path = `/api/v1/reloads?appId=${appId}&limit=1`
    const reloads = () => last.client.call<{ data: { endTime?: string }[] }>('GET', path)
    await expect.poll(async () => (await reloads()).data[0]?.endTime, { timeout: 60_000 }).toBeDefined()
  }
  const end = Date.now() - 2 * SECOND
  await last.stop()

  const store = SqliteStore.open(join(folder, 'reprise.db'))
  const runs = await everyRow(store, 'taskRuns', { tenantId: tasks[0]!.tenantId })
  for (const task of tasks) {
    if (task.triggers.schedule === undefined) continue
    const told = runs.filter(({ taskId }) => taskId === task.id).flatMap((run) => instantsOf(run, task))
    const expected = instantsBetween(task, begin, end)
    expect(told.toSorted((one, other) => one - other).filter((at) => at <= end)).toEqual(expected)
  }
  const ended = runs.filter(
    ({ taskId, endedAt, state }) =>
      taskId === tasks[0]!.id && endedAt !== undefined && state !== 'skipped' && state !== 'missed',
  )
  expect(ended.length).toBeGreaterThan(0)
  const chained = runs.filter(({ taskId }) => taskId === tasks[2]!.id)
  const heard = chained.flatMap(({ cause }) =>
    cause.kind === 'ends' ? cause.of.map(({ runId }) => runId) : [],
  )
  // An end that came while a run waited is told by that one.
  expect(new Set(heard).size).toBe(heard.length)
  for (const runId of heard) expect(ended.map(({ id }) => id)).toContain(runId)
  expect(heard.length).toBeGreaterThan(0)
  expect(runs.some(({ taskId }) => taskId === tasks[3]!.id)).toBe(true)
  for (const run of runs) await agrees(store, run)
  await store.close()
})

/** Two schedules, one that hears the first, and a join of both. */
async function withTasks(folder: string, apps: readonly AppId[], now: number): Promise<readonly Task[]> {
  const store = SqliteStore.open(join(folder, 'reprise.db'))
  const [tenant] = await store.tenants()
  const { ownerId } = (await store.app(tenant!.id, apps[0]!))!
  const terms = { now, createdAt: now, offsets: 'beside-zone', minimumGapMs: SECOND } as const
  const checked = checkSchedule({ recurrence: [EVERY_THREE] }, terms, zones)
  if (checked.kind !== 'schedule') throw new Error(JSON.stringify(checked))
  const { schedule } = checked
  const idOf = (n: number) => `7a5c0000-0000-4000-8000-00000000000${n}` as TaskId
  const hears = (n: number) => ({ name: `of ${n}`, taskId: idOf(n), status: 'any' as const })
  const triggers: readonly Triggers[] = [
    { schedule },
    { schedule },
    { ends: { join: 'any', events: [hears(0)] } },
    { ends: { join: 'all', events: [hears(0), hears(1)] } },
  ]
  const tasks = triggers.map((each, n) => newTask(tenant!.id, ownerId, apps[n]!, idOf(n), each, now))
  await put(store, { tasks })
  await store.close()
  return tasks
}

function newTask(
  tenantId: TenantId,
  ownerId: UserId,
  appId: AppId,
  id: TaskId,
  triggers: Triggers,
  now: number,
) {
  return switchedOn(aTask({ id, tenantId, ownerId, appId, triggers, enabled: false }), now, zones)
}

function instantsBetween({ triggers }: Task, after: number, to: number): number[] {
  const found: number[] = []
  for (const { at } of occurrencesAfter(triggers.schedule!, after, zones)) {
    if (at > to) return found
    found.push(at)
  }
  return found
}

/** All instants that a run stands for. */
function instantsOf({ cause }: TaskRun, task: Task): number[] {
  if (cause.kind !== 'schedule') return []
  return instantsBetween(task, (cause.missed?.from ?? cause.instant) - 1, cause.instant)
}

/** A run that has a reload says what became of it, and its one event is there. */
async function agrees(store: SqliteStore, run: TaskRun): Promise<void> {
  if (run.reloadId === undefined) return
  const reload = await store.reload(run.tenantId, run.reloadId)
  expect(reload?.taskId).toBe(run.taskId)
  expect(reload?.endedAt === undefined).toBe(run.state === 'running')
  const events = await store.eventsOf(run.reloadId)
  const finished = events.filter(({ type }) => type === 'com.qlik.v1.reload.finished')
  expect(finished).toHaveLength(run.state === 'running' ? 0 : 1)
}
