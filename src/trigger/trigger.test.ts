/** The loop that fires tasks, on the model of a store, in virtual time: hours pass at once. */
import { describe, expect, test } from 'vitest'
import { put } from '../../test/support/catalog.ts'
import { APP_ID, aSubscription, SPACE_ID, TASK_ID, TENANT_ID } from '../../test/support/records.ts'
import { OTHER_APP, THIRD_APP, taskScene } from '../../test/support/task-scene.ts'
import type { ReloadId, TaskId } from '../core/ids.ts'
import type { TaskRun } from '../core/task/run.ts'
import type { TaskEvent } from '../core/task/task.ts'
import { HOUR, MINUTE, SECOND } from '../core/units.ts'
import { alertEventTypes } from '../event/alert.ts'
import type { Store } from '../store/port/store.ts'
import { startingTask } from './start-task.ts'

const NEXT = '7a5c0002-0000-4000-8000-000000000002' as TaskId
const OTHER = '7a5c0003-0000-4000-8000-000000000003' as TaskId

const states = (runs: readonly TaskRun[]) => runs.map(({ state, reason }) => reason ?? state)
const ofTask = (taskId: TaskId, status: TaskEvent['status'] = 'any', name = 'up'): TaskEvent => ({
  name,
  taskId,
  status,
})

describe('a schedule', () => {
  test('makes a reload at each instant, by its owner, with the task and the reason', async () => {
    const { machine, store, start, every, save, runs, end, owner } = await taskScene()
    await save({ triggers: every('FREQ=HOURLY') })
    const loop = start()
    for (let n = 1; n <= 3; n++) {
      await machine.pass(HOUR)
      await end()
    }
    expect(states(await runs())).toEqual(['aborted', 'aborted', 'aborted'])
    const { reloadId } = (await runs())[0]!
    expect(await store.reload(TENANT_ID, reloadId!)).toMatchObject({
      trigger: 'choreographer',
      taskId: TASK_ID,
      resourceId: TASK_ID,
      resourceType: 'tasks',
      userId: owner.id,
      provenance: { authType: 'system', taskStart: 'schedule' },
    })
    await loop.stop()
  })

  test('is skipped while the app has a reload, and tells so', async () => {
    const { machine, store, start, every, save, runs, told } = await taskScene()
    await save({ triggers: every('FREQ=HOURLY') })
    const loop = start()
    await machine.pass(2 * HOUR)
    expect(states(await runs())).toEqual(['running', 'app-busy'])
    const [first, second] = await runs()
    expect(second!.pendingReloadId).toBe(first!.reloadId)
    expect(told.map(({ id }) => id)).toEqual([first!.id, second!.id])
    const events = await store.eventsAfter(TENANT_ID, 0, 9)
    expect(JSON.stringify(events)).toContain('app-busy')
    await loop.stop()
  })

  test('while nobody looked: the latest within the window runs, the others are one record', async () => {
    const { machine, store, start, every, save, runs, end } = await taskScene()
    await save({ triggers: every('FREQ=HOURLY') })
    const alert = aSubscription({ channel: 'mail', alert: { on: ['didNotRun'] } })
    await put(store, { subscriptions: [{ ...alert, eventTypes: alertEventTypes(['didNotRun']) }] })
    await machine.pass(5 * HOUR + 10 * MINUTE)
    const loop = start()
    await machine.pass(SECOND)
    await end()
    const all = await runs()
    expect(states(all).toSorted()).toEqual(['aborted', 'late'])
    expect(all.find(({ state }) => state === 'missed')?.cause).toMatchObject({ missed: { count: 4 } })
    const events = await store.eventsAfter(TENANT_ID, 0, 20)
    const told = await Promise.all(events.map(({ id }) => store.deliveriesOf(id)))
    expect(told.flat().map(({ subscriptionId }) => subscriptionId)).toEqual([alert.id])
    await loop.stop()
  })

  test('in a paused tenant is missed', async () => {
    const { machine, start, every, save, runs } = await taskScene({ tenant: { tasksPausedAt: 1 } })
    await save({ triggers: every('FREQ=HOURLY') })
    const loop = start()
    await machine.pass(2 * HOUR)
    expect(states(await runs())).toEqual(['paused', 'paused'])
    await loop.stop()
  })

  test('several of one app at once: the first by id runs, the others are skipped', async () => {
    const { machine, start, every, save, runs } = await taskScene()
    await save({ id: OTHER, triggers: every('FREQ=HOURLY') })
    await save({ triggers: every('FREQ=HOURLY') })
    const loop = start()
    await machine.pass(HOUR)
    expect(states(await runs())).toEqual(['running'])
    expect(states(await runs(OTHER))).toEqual(['app-busy'])
    await loop.stop()
  })

  test('that the owner may not run fails, and switches itself off with the reason', async () => {
    const { machine, store, start, every, save, runs } = await taskScene({ user: { status: 'disabled' } })
    await save({ triggers: every('FREQ=HOURLY') })
    const loop = start()
    await machine.pass(3 * HOUR)
    expect(await runs()).toMatchObject([{ state: 'failed', refusal: "the task's owner is disabled" }])
    expect(await store.task(TENANT_ID, TASK_ID)).toMatchObject({
      enabled: false,
      disabledCode: 'OWNER-DISABLED',
      state: { failuresInRow: 1, lastRun: { status: 'failed' } },
    })
    await loop.stop()
  })

  test('over the daily quota fails, and counts as a failure', async () => {
    const { machine, start, every, save, runs, end } = await taskScene({ reloadsPerAppAndDay: 1 })
    await save({ triggers: every('FREQ=HOURLY') })
    const loop = start()
    await machine.pass(HOUR)
    await end()
    await machine.pass(HOUR)
    expect(states(await runs())).toEqual(['aborted', 'failed'])
    await loop.stop()
  })

  test('five failures in a row switch it off', async () => {
    const { machine, store, start, every, save, end } = await taskScene()
    await save({ triggers: every('FREQ=HOURLY') })
    const loop = start()
    for (let n = 1; n <= 5; n++) {
      await machine.pass(HOUR)
      await end(APP_ID, 'failed')
    }
    await machine.pass(5 * HOUR)
    expect(await store.task(TENANT_ID, TASK_ID)).toMatchObject({ disabledCode: 'CONSECUTIVE-FAILURES' })
    expect(await store.activeReloadOf(TENANT_ID, APP_ID)).toBeUndefined()
    await loop.stop()
  })

  test('one that cannot be saved holds up nobody, and is tried again', async () => {
    const { machine, store, start, every, save, runs } = await taskScene()
    await save({ triggers: every('FREQ=HOURLY') })
    await save({ id: OTHER, appId: OTHER_APP, triggers: every('FREQ=HOURLY') })
    let broken = true
    const change: Store['change'] = async (batch) => {
      if (broken && batch.some((one) => one.kind === 'task' && one.id === TASK_ID))
        throw new Error('disk full')
      return store.change(batch)
    }
    const loop = start({ change })
    await machine.pass(HOUR + 10 * SECOND)
    expect(states(await runs(OTHER))).toEqual(['running'])
    expect(await runs()).toEqual([])
    broken = false
    await machine.pass(2 * MINUTE)
    expect(states(await runs())).toEqual(['running'])
    await loop.stop()
  })
})

describe('the end of another task', () => {
  test('is heard also while the only task that is due cannot be saved', async () => {
    const { machine, store, start, every, save, runs, end, deps, owner } = await taskScene()
    await save({ triggers: every('FREQ=HOURLY') })
    await save({ id: OTHER, appId: OTHER_APP })
    await save({ id: NEXT, appId: THIRD_APP, triggers: { ends: { join: 'any', events: [ofTask(OTHER)] } } })
    const change: Store['change'] = async (batch) => {
      if (batch.some((one) => one.kind === 'task' && one.id === TASK_ID)) throw new Error('disk full')
      return store.change(batch)
    }
    const loop = start({ change })
    await machine.pass(HOUR + SECOND)
    await store.change([startingTask(deps, { tenantId: TENANT_ID, taskId: OTHER }, { userId: owner.id })])
    await end(OTHER_APP)
    await machine.pass(MINUTE)
    expect(states(await runs(NEXT))).toEqual(['running'])
    await loop.stop()
  })

  test('starts the next ones, whatever their number, each once', async () => {
    const { machine, store, start, save, runs, end, deps, owner } = await taskScene()
    await save({})
    await save({ id: NEXT, appId: OTHER_APP, triggers: { ends: { join: 'any', events: [ofTask(TASK_ID)] } } })
    await save({ id: OTHER, appId: THIRD_APP, triggers: { ends: { join: 'any', events: [ofTask(NEXT)] } } })
    const loop = start()
    await store.change([startingTask(deps, { tenantId: TENANT_ID, taskId: TASK_ID }, { userId: owner.id })])
    await end(APP_ID, 'failed')
    await machine.pass(SECOND)
    await end(OTHER_APP)
    await machine.pass(SECOND)
    expect(states(await runs(NEXT))).toEqual(['aborted'])
    expect(await runs(OTHER)).toMatchObject([{ state: 'running', cause: { depth: 2 } }])
    const { reloadId } = (await runs(OTHER))[0]!
    expect(await store.reload(TENANT_ID, reloadId as ReloadId)).toMatchObject({
      provenance: { taskStart: 'ends' },
    })
    await loop.stop()
  })

  test('is held while the app has a reload, at most once, and starts when that ends', async () => {
    const { machine, store, start, save, runs, end, deps, owner } = await taskScene()
    await save({})
    await save({ id: NEXT, appId: OTHER_APP, triggers: { ends: { join: 'any', events: [ofTask(TASK_ID)] } } })
    const loop = start()
    const byHand = (taskId: TaskId) =>
      store.change([startingTask(deps, { tenantId: TENANT_ID, taskId }, { userId: owner.id })])
    await byHand(NEXT)
    await machine.pass(SECOND)
    for (let n = 0; n < 3; n++) {
      await byHand(TASK_ID)
      await end()
      await machine.pass(MINUTE)
    }
    expect(states(await runs(NEXT))).toEqual(['running', 'waiting'])
    await end(OTHER_APP)
    await machine.pass(SECOND)
    expect(states(await runs(NEXT))).toEqual(['aborted', 'running'])
    await loop.stop()
  })

  test('waits durably: a loop that starts later finds it', async () => {
    const { machine, store, start, save, runs, end, deps, owner } = await taskScene()
    await save({})
    await save({ id: NEXT, appId: OTHER_APP, triggers: { ends: { join: 'any', events: [ofTask(TASK_ID)] } } })
    await store.change([startingTask(deps, { tenantId: TENANT_ID, taskId: TASK_ID }, { userId: owner.id })])
    await end()
    expect(states(await runs(NEXT))).toEqual(['waiting'])
    const loop = start()
    await machine.pass(SECOND)
    expect(states(await runs(NEXT))).toEqual(['running'])
    await loop.stop()
  })

  test('of a join starts it when all have come', async () => {
    const { machine, store, start, save, runs, end, deps, owner } = await taskScene()
    await save({})
    await save({ id: OTHER, appId: OTHER_APP })
    const events = [ofTask(TASK_ID, 'any', 'a'), ofTask(OTHER, 'any', 'b')]
    await save({ id: NEXT, appId: THIRD_APP, triggers: { ends: { join: 'all', events } } })
    const loop = start()
    for (const [taskId, appId] of [
      [TASK_ID, APP_ID],
      [OTHER, OTHER_APP],
    ] as const) {
      expect(await runs(NEXT)).toEqual([])
      await store.change([startingTask(deps, { tenantId: TENANT_ID, taskId }, { userId: owner.id })])
      await end(appId)
      await machine.pass(SECOND)
    }
    expect(states(await runs(NEXT))).toEqual(['running'])
    await loop.stop()
  })

  test('keeps what is known of the automations that led to it', async () => {
    const { machine, store, start, save, end, deps, owner } = await taskScene()
    await save({})
    const events = [ofTask(TASK_ID)]
    await save({ id: NEXT, appId: OTHER_APP, triggers: { ends: { join: 'any', events } } })
    const loop = start()
    const by = { userId: owner.id, source: 'automation', automationChain: 3 }
    await store.change([startingTask(deps, { tenantId: TENANT_ID, taskId: TASK_ID }, by)])
    await end()
    await machine.pass(SECOND)
    const heard = await store.activeReloadOf(TENANT_ID, OTHER_APP)
    expect((await store.reload(TENANT_ID, heard!))!.provenance).toMatchObject({ automationChain: 3 })
    await loop.stop()
  })

  test('of a run that failed without a reload is heard, too', async () => {
    const { machine, start, save, runs, every } = await taskScene({
      reloadsPerAppAndDay: 0,
      user: { status: 'disabled' },
    })
    await save({ triggers: every('FREQ=HOURLY') })
    const events = [ofTask(TASK_ID, 'failed')]
    await save({ id: NEXT, appId: OTHER_APP, triggers: { ends: { join: 'any', events } } })
    const loop = start()
    await machine.pass(HOUR + SECOND)
    expect(states(await runs(NEXT))).toEqual(['failed'])
    await loop.stop()
  })
})

describe('by hand', () => {
  test('a task that is off does not start; of a busy app the pending reload is told', async () => {
    const { store, save, deps, owner } = await taskScene()
    const start = (taskId: TaskId) =>
      store.change([startingTask(deps, { tenantId: TENANT_ID, taskId }, { userId: owner.id })])
    await save({ enabled: false })
    expect(await start(TASK_ID)).toEqual([{ kind: 'off' }])
    expect(await start(NEXT)).toEqual([{ kind: 'no-task' }])
    await save({ id: NEXT })
    const [first] = await start(NEXT)
    expect(first).toMatchObject({ kind: 'started', run: { state: 'running' } })
    const pendingReloadId = await store.activeReloadOf(TENANT_ID, APP_ID)
    expect(await start(NEXT)).toEqual([{ kind: 'pending', pendingReloadId }])
  })
})

describe('a clock that was set', () => {
  test('forward and back: nothing runs twice, and the schedule goes on', async () => {
    const { machine, start, every, save, runs, end } = await taskScene()
    await save({ triggers: every('FREQ=HOURLY') })
    const loop = start()
    await machine.pass(HOUR)
    await end()
    machine.node.skewMs += 3 * HOUR
    await machine.pass(2 * MINUTE)
    await end()
    machine.node.skewMs -= 3 * HOUR
    await machine.pass(6 * HOUR)
    const all = await runs()
    const instants = all.flatMap(({ cause, state }) =>
      cause.kind === 'schedule' && state !== 'missed' ? [cause.instant] : [],
    )
    expect(new Set(instants).size).toBe(instants.length)
    // Those that the wrong clock passed as missed come in their time after all.
    expect(instants.length).toBeGreaterThanOrEqual(6)
    await loop.stop()
  })
})

test('a task in a space is run for whoever may reload there', async () => {
  const { machine, start, every, save, runs } = await taskScene({
    app: { spaceId: SPACE_ID, ownerId: 'x' as never },
  })
  await save({ triggers: every('FREQ=HOURLY') })
  const loop = start()
  await machine.pass(HOUR)
  expect(await runs()).toMatchObject([
    { state: 'failed', refusal: "the task's owner may not reload the app" },
  ])
  await loop.stop()
})
