/** Tasks on the model of a store in virtual time, with the loop that fires them. */
import type { AppId, TaskId } from '../../src/core/ids.ts'
import type { App, Tenant, User } from '../../src/core/records.ts'
import { checkSchedule } from '../../src/core/recurrence/check-schedule.ts'
import type { TaskRun } from '../../src/core/task/run.ts'
import { switchedOn } from '../../src/core/task/switching.ts'
import type { Task } from '../../src/core/task/task.ts'
import { SECOND } from '../../src/core/units.ts'
import { systemZones } from '../../src/main/zones.ts'
import { type SettleRules, settleStep } from '../../src/outcome/settle.ts'
import { MemoryStore } from '../../src/store/memory/memory-store.ts'
import type { Store } from '../../src/store/port/store.ts'
import { startFiringTasks } from '../../src/trigger/fire-tasks.ts'
import { put } from './catalog.ts'
import { APP_ID, anApp, aTask, aTenant, aUser, TASK_ID, TENANT_ID } from './records.ts'
import { virtualMachine } from './virtual-machine.ts'

const zones = systemZones()
export const OTHER_APP = '3f8a1b6c-0d2e-4a55-8c11-22d3a9b7e002' as AppId
export const THIRD_APP = '3f8a1b6c-0d2e-4a55-8c11-22d3a9b7e003' as AppId

interface Given {
  readonly tenant?: Partial<Tenant>
  readonly user?: Partial<User>
  readonly app?: Partial<App>
  readonly reloadsPerAppAndDay?: number
}

export async function taskScene({ tenant, user, app, reloadsPerAppAndDay = 0 }: Given = {}) {
  const machine = virtualMachine()
  const store = new MemoryStore()
  const { ports } = machine
  const owner = aUser(user)
  await put(store, { tenants: [aTenant(tenant)] })
  await put(store, { users: [owner] })
  for (const id of [APP_ID, OTHER_APP, THIRD_APP]) {
    await put(store, { apps: [anApp({ id, ownerId: owner.id, ...app })] })
  }
  const rules: SettleRules = { ...ports, errorRequeuesMax: 0, taskFailuresMax: 5, largestSizeIndex: 0 }
  const told: TaskRun[] = []
  const deps = { ...ports, ...rules, zones, reloadsPerAppAndDay }
  const start = (over: Partial<Store> = {}) =>
    startFiringTasks({ ...deps, store: with_(store, over), fired: (runs) => told.push(...runs) })
  const every = (rule: string) => {
    const now = ports.clock.now()
    const terms = { now, createdAt: now, offsets: 'beside-zone', minimumGapMs: SECOND } as const
    const checked = checkSchedule({ recurrence: [rule] }, terms, zones)
    if (checked.kind !== 'schedule') throw new Error(JSON.stringify(checked))
    return { schedule: checked.schedule }
  }
  const save = async (change: Partial<Task>) => {
    const task = aTask({ ownerId: owner.id, enabled: false, ...change })
    const on = change.enabled === false ? task : switchedOn(task, ports.clock.now(), zones)
    await put(store, { tasks: [on] })
    return on
  }
  const runs = async (taskId: TaskId = TASK_ID) => {
    const { rows } = await store.list('taskRuns', {
      tenantId: TENANT_ID,
      where: { kind: 'among', field: 'taskId', values: [taskId] },
      sort: { field: 'createdAt', descending: false },
      page: { limit: 1000 },
    })
    return rows
  }
  /** Ends the active reload of an app: canceled, or over its time in the queue. */
  const end = async (appId: AppId = APP_ID, how: 'canceled' | 'failed' = 'canceled') => {
    const id = await store.activeReloadOf(TENANT_ID, appId)
    const command =
      how === 'canceled'
        ? ({ kind: 'cancel' } as const)
        : ({ kind: 'queue-time-exceeded', limitMs: 0 } as const)
    await store.transition([{ reloadId: id!, step: settleStep(rules, command) }])
    return id!
  }
  return { machine, store, start, every, save, runs, end, told, deps, owner }
}

/** The store with other answers of some verbs. */
function with_(store: Store, over: Partial<Store>): Store {
  return new Proxy(store, {
    get: (target, name) => {
      const found = name in over ? over[name as keyof Store] : target[name as keyof Store]
      return typeof found === 'function' ? found.bind(name in over ? over : target) : found
    },
  })
}
