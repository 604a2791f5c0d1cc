/**
 * What schedules cost (TARGETS T18): 10,000 tasks that wait, as a share of a core and in memory beside a
 * store without tasks; and 10,000 that are due in the same second, most of them of one tenant: processor time
 * until all are accepted, and when the small tenants are served.
 *
 * node bench/schedules.ts [tasks] [--keep]
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { AppId, TaskId, TenantId, UserId } from '../src/core/ids.ts'
import type { World } from '../src/core/ports.ts'
import { checkSchedule } from '../src/core/recurrence/check-schedule.ts'
import type { TaskRun } from '../src/core/task/run.ts'
import { switchedOn } from '../src/core/task/switching.ts'
import { jsonLog, realWorld } from '../src/main/world.ts'
import { systemZones } from '../src/main/zones.ts'
import { SqliteStore } from '../src/store/sqlite/sqlite-store.ts'
import { startFiringTasks } from '../src/trigger/fire-tasks.ts'
import { put } from '../test/support/catalog.ts'
import { anApp, aTask, aTenant, aUser } from '../test/support/records.ts'
import { tenantId } from './long-queue.ts'

const [COUNT = 10_000] = process.argv
  .slice(2)
  .filter((word) => word !== '--keep')
  .map(Number)
const TENANTS = 100
/** Of all tasks, how many one tenant has; the others share the rest. */
const LARGE = 0.5
/** Longer than the loop sleeps when nothing is due. */
const IDLE_MS = 90_000
const zones = systemZones()
const world = realWorld(jsonLog('warn'))
const folder = mkdtempSync(join(tmpdir(), 'reprise-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true }))

/** Epoch ms at which all are due. */
const DUE = Math.ceil(Date.now() / 3_600_000 + 2) * 3_600_000

async function fill(name: string, count: number): Promise<string> {
  const file = join(folder, name)
  const store = SqliteStore.open(file)
  const now = Date.now()
  const terms = { now, createdAt: now, offsets: 'beside-zone' } as const
  const checked = checkSchedule(
    { recurrence: ['FREQ=HOURLY'], start: new Date(DUE).toISOString() },
    terms,
    zones,
  )
  if (checked.kind !== 'schedule') throw new Error(JSON.stringify(checked))
  const triggers = { schedule: checked.schedule }
  for (let tenant = 0; tenant < TENANTS; tenant++) {
    const id = tenantId(tenant)
    const ownerId = String(tenant).padStart(24, '0') as UserId
    await put(store, { tenants: [aTenant({ id })] })
    await put(store, { users: [aUser({ id: ownerId, tenantId: id })] })
    const share = tenant === 0 ? LARGE : (1 - LARGE) / (TENANTS - 1)
    const made = Array.from({ length: Math.round(count * share) }, (_, n) => {
      const {
        currentScriptId: _none,
        spaceId: _personal,
        ...app
      } = anApp({
        id: idOf(tenant, n) as AppId,
        tenantId: id,
        ownerId,
      })
      const task = aTask({
        id: idOf(tenant, n) as TaskId,
        tenantId: id,
        appId: app.id,
        ownerId,
        triggers,
        enabled: false,
      })
      return { app, task: switchedOn(task, now, zones) }
    })
    if (made.length > 0) {
      await put(store, { apps: made.map(({ app }) => app), tasks: made.map(({ task }) => task) })
    }
  }
  await store.close()
  return file
}

const idOf = (tenant: number, n: number) =>
  `${String(tenant).padStart(8, '0')}-0000-4000-8000-${String(n).padStart(12, '0')}`

/** @returns processor seconds in `ms` of doing nothing, and resident MB after it */
async function idle(store: SqliteStore) {
  const loop = start(store, world, () => {})
  await wait(2000)
  globalThis.gc?.()
  const before = process.cpuUsage()
  await wait(IDLE_MS)
  const { user, system } = process.cpuUsage(before)
  await loop.stop()
  return { share: (user + system) / 1000 / IDLE_MS, residentMb: process.memoryUsage.rss() / 2 ** 20 }
}

function start(store: SqliteStore, { clock, ...ports }: World, fired: (runs: readonly TaskRun[]) => void) {
  const rules = { errorRequeuesMax: 3, taskFailuresMax: 5, largestSizeIndex: 0 }
  return startFiringTasks({ ...ports, ...rules, clock, store, zones, reloadsPerAppAndDay: 0, fired })
}

async function burst(store: SqliteStore) {
  const aheadMs = DUE - Date.now()
  const clock = { now: () => Date.now() + aheadMs, monotonic: world.clock.monotonic }
  const accepted: TenantId[] = []
  const cpu = process.cpuUsage()
  const begun = performance.now()
  const loop = start(store, { ...world, clock }, (runs) =>
    accepted.push(...runs.map(({ tenantId }) => tenantId)),
  )
  while (accepted.length < COUNT) await wait(5)
  const seconds = (performance.now() - begun) / 1000
  const { user, system } = process.cpuUsage(cpu)
  await loop.stop()
  const large = tenantId(0)
  const lastSmall = accepted.findLastIndex((id) => id !== large) + 1
  return { seconds, cpuSeconds: (user + system) / 1e6, lastSmall }
}

const [none, full] = [await fill('none.db', 0), await fill('tasks.db', COUNT)]
// What filling took is given back before anything is measured.
await wait(3000)
const empty = SqliteStore.open(none)
const without = await idle(empty)
await empty.close()
const store = SqliteStore.open(full)
const withTasks = await idle(store)
const { seconds, cpuSeconds, lastSmall } = await burst(store)
const percent = (share: number) => `${(100 * share).toFixed(2)} % of a core`
const lines = [
  `node bench/schedules.ts ${COUNT}: ${TENANTS} tenants, one of them with half of all; ${availableParallelism()} cores, load ${loadavg()[0]!.toFixed(1)}`,
  `without tasks: ${percent(without.share)}, ${without.residentMb.toFixed(0)} MB`,
  `${COUNT} tasks that wait: ${percent(withTasks.share)}, ${withTasks.residentMb.toFixed(0)} MB (${(withTasks.residentMb - without.residentMb).toFixed(0)} more)`,
  `${COUNT} due in one second: accepted in ${cpuSeconds.toFixed(2)} s of processor time (${seconds.toFixed(2)} s), ${((1e6 * cpuSeconds) / COUNT).toFixed(0)} us each`,
  `the last of the small tenants' ${COUNT / 2} was accepted as number ${lastSmall}`,
  'Targets T18: under 2 % of a core and under 50 MB more; 10,000 due at once within 5 s of processor time, fairly between tenants.',
]
console.log(lines.join('\n'))
if (process.argv.includes('--keep')) writeFileSync('bench/results/schedules.txt', `${lines.join('\n')}\n`)
await store.close()
process.exit()
