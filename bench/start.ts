/**
 * Time from the start of a service's process to ready, and its memory when it is idle (TARGETS T12: empty 500
 * ms and 120 MB; with 100,000 reloads of history under 1 s). Beside it the raw limit: the start of a process
 * that does nothing.
 *
 * node bench/start.ts [reloads of history] [--keep]
 */

import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as wait } from 'node:timers/promises'
import type { TenantId } from '../src/core/ids.ts'
import { SqliteStore } from '../src/store/sqlite/sqlite-store.ts'
import { Given } from '../test/contract/store-records.ts'
import { put } from '../test/support/catalog.ts'
import { aTenant } from '../test/support/records.ts'
import {
  endAll,
  newDataFolder,
  type ServiceProcess,
  startServiceProcess,
} from '../test/support/service-process.ts'
import { median } from './store-flow.ts'

const ROUNDS = 5
/** Until what starting needed is given back. */
const IDLE_AFTER_MS = 3000
const [history = 100_000] = process.argv
  .slice(2)
  .filter((word) => word !== '--keep')
  .map(Number)

interface Start {
  readonly readyMs: number
  readonly residentMb: number
}

async function start(dataDir: string): Promise<Start> {
  const begun = performance.now()
  const service = await startServiceProcess(dataDir)
  while (!(await fetch(`${service.url}/readyz`)).ok) await wait(2)
  const readyMs = performance.now() - begun
  await wait(IDLE_AFTER_MS)
  const residentMb = residentMbOf(service)
  await service.stop()
  return { readyMs, residentMb }
}

function residentMbOf({ process: { pid } }: ServiceProcess): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024
}

/** One ended reload, written by the store, copied by SQL under other ids. */
async function addHistory(file: string): Promise<void> {
  const store = SqliteStore.open(file)
  const tenantId = 'history' as TenantId
  await put(store, { tenants: [aTenant({ id: tenantId })] })
  const given = Given.over(store)
  const reload = await given.queued({ tenantId })
  await given.apply(reload, { kind: 'cancel' })
  await store.close()
  const db = new DatabaseSync(file)
  const names = db
    .prepare('PRAGMA table_info(reloads)')
    .all()
    .map(({ name }) => String(name))
  const others = names.filter((name) => name !== 'id').join(', ')
  db.exec(`
    WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${history})
    INSERT INTO reloads (id, ${others}) SELECT printf('h%023x', n), ${others} FROM numbers CROSS JOIN reloads
    WHERE reloads.id = '${reload.id}'`)
  db.close()
}

const empty = newDataFolder()
const full = newDataFolder()
await start(full)
await addHistory(join(full, 'reprise.db'))
const starts: { nothing: number; empty: Start; full: Start }[] = []
for (let round = 0; round < ROUNDS; round++) {
  const begun = performance.now()
  execFileSync(process.execPath, ['-e', ''])
  const nothing = performance.now() - begun
  starts.push({ nothing, empty: await start(empty), full: await start(full) })
}
await endAll()
const line = (name: string, of: readonly Start[]) =>
  `${name.padEnd(34)}${median(of.map((one) => one.readyMs))
    .toFixed(0)
    .padStart(6)} ms to ready  ${median(of.map((one) => one.residentMb)).toFixed(0)} MB resident when idle`
const text = `start: median of ${ROUNDS} starts, ${availableParallelism()} cores, node ${process.version}
${'a process that does nothing (raw)'.padEnd(34)}${median(starts.map(({ nothing }) => nothing))
  .toFixed(0)
  .padStart(6)} ms
${line(
  'empty service',
  starts.map((one) => one.empty),
)}
${line(
  `${history} reloads of history`,
  starts.map((one) => one.full),
)}
(target T12: 500 ms and 120 MB empty, under 1000 ms with history)
`
process.stdout.write(text)
if (process.argv.includes('--keep')) writeFileSync(new URL('results/start.txt', import.meta.url), text)
