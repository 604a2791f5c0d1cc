/** Tasks of a year: schedules in six zones, chains and a join, on apps that some of them share. */
import type { AppId, TaskId } from '../../../src/core/ids.ts'
import { checkSchedule } from '../../../src/core/recurrence/check-schedule.ts'
import { switchedOn } from '../../../src/core/task/switching.ts'
import type { EndsOfTasks, Task, Triggers } from '../../../src/core/task/task.ts'
import { DAY, HOUR, MINUTE } from '../../../src/core/units.ts'
import { systemZones } from '../../../src/main/zones.ts'
import { put } from '../../support/catalog.ts'
import { anApp, aTask, aTenant, aUser, START_MS, USER_ID } from '../../support/records.ts'
import type { ObservedStore } from '../observed-store.ts'
import type { World } from '../world.ts'

export const ZONES = [
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'Africa/Casablanca',
  'Asia/Kolkata',
  'America/Santiago',
] as const

export const zones = systemZones()

/** Around the hours in which clocks change, and away from them. */
const RULES = [
  'FREQ=DAILY;BYHOUR=2;BYMINUTE=15',
  'FREQ=DAILY;BYHOUR=0,1;BYMINUTE=30',
  'FREQ=HOURLY;INTERVAL=5',
  'FREQ=WEEKLY;BYDAY=SU,MO;BYHOUR=3;BYMINUTE=0',
  'FREQ=MONTHLY;BYMONTHDAY=-1;BYHOUR=23;BYMINUTE=45',
]
const DAYS_OFF = ['2026-12-25', '2026-12-26', '2027-01-01', '2027-03-28', '2027-05-01']

/** @returns the tasks, by what starts them */
export async function furnish(world: World, store: ObservedStore): Promise<readonly Task[]> {
  const tenant = aTenant({ calendars: { holidays: DAYS_OFF } })
  await put(store, { tenants: [tenant] })
  await put(store, { users: [aUser()] })
  const tasks: Task[] = []
  let apps = 0
  const newApp = async () => {
    apps += 1
    const id = `a0000000-0000-4000-8000-${String(apps).padStart(12, '0')}` as AppId
    await put(store, { apps: [anApp({ id, ownerId: USER_ID })] })
    return id
  }
  const save = async (change: Partial<Task>) => {
    const id = `7a5c0000-0000-4000-8000-${String(tasks.length + 1).padStart(12, '0')}` as TaskId
    const task = aTask({ id, name: `task ${tasks.length + 1}`, enabled: false, ...change })
    const on = switchedOn(task, START_MS, zones)
    await put(store, { tasks: [on] })
    tasks.push(on)
    return on
  }
  const daily: Task[] = []
  for (const zone of ZONES) {
    // Two rules of a zone share an app: one is skipped while the other runs.
    const shared = await newApp()
    for (const [index, rule] of RULES.entries()) {
      const task = await save({
        appId: index < 2 ? shared : await newApp(),
        triggers: scheduled(rule, zone),
        catchUpWindowMs: world.pick([0, 10 * MINUTE, HOUR, DAY]),
        jitterMs: world.pick([0, 0, world.between(1, 10 * MINUTE)]),
        ...(world.chance(0.3) ? { calendar: 'holidays' } : {}),
      })
      if (index === 0) daily.push(task)
    }
  }
  const chained: Task[] = []
  for (const [index, { id }] of daily.entries()) {
    const status = (['any', 'succeeded', 'failed'] as const)[index % 3]!
    const ends: EndsOfTasks = { join: 'any', events: [{ name: 'up', taskId: id, status }] }
    chained.push(await save({ appId: await newApp(), triggers: { ends } }))
  }
  const events = chained.slice(0, 3).map(({ id }, index) => ({
    name: `of ${index}`,
    taskId: id,
    status: 'any' as const,
  }))
  await save({ appId: await newApp(), triggers: { ends: { join: 'all', events } } })
  return tasks
}

function scheduled(rule: string, zone: string): Triggers {
  const terms = { now: START_MS, createdAt: START_MS, offsets: 'beside-zone' } as const
  const checked = checkSchedule({ recurrence: [rule], zone }, terms, zones)
  if (checked.kind !== 'schedule') throw new Error(`${rule} in ${zone}: ${JSON.stringify(checked)}`)
  return { schedule: checked.schedule }
}
