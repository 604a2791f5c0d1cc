/**
 * What the benches of claiming share: a SQLite store with any number of waiting reloads, filled by copying a
 * row that the store itself wrote; claims and ends with the state machine; watches, medians and the text that
 * is kept.
 */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { AppId, ReloadId, TenantId } from '../src/core/ids.ts'
import type { Claimed } from '../src/store/port/queue.ts'
import { SqliteStore } from '../src/store/sqlite/sqlite-store.ts'
import { claimStep, commandStep, completed } from '../test/contract/store-records.ts'
import { put } from '../test/support/catalog.ts'
import { anApp, aReload, aTenant, START_MS } from '../test/support/records.ts'

const folder = mkdtempSync(join(tmpdir(), 'reprise-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true }))
let made = 0

export function tenantId(number: number): TenantId {
  return `tenant-${String(number).padStart(6, '0')}` as TenantId
}

/**
 * A store in which `waiting` reloads of mixed weights wait, each of an app of its own, spread over the
 * tenants.
 */
export async function longQueue(waiting: number, tenants: number): Promise<SqliteStore> {
  const file = join(folder, `${++made}.db`)
  const store = SqliteStore.open(file)
  for (let number = 0; number < tenants; number++) {
    await put(store, { tenants: [aTenant({ id: tenantId(number), createdAt: START_MS + number })] })
  }
  await queueOne(store, 0, START_MS)
  await store.close()
  copyRows(file, waiting, tenants)
  return SqliteStore.open(file)
}

/** A reload of a new app. */
export async function queueOne(store: SqliteStore, tenant: number, now: number): Promise<ReloadId> {
  const id = `new-${String(++made).padStart(12, '0')}`
  const owner = tenantId(tenant)
  const { currentScriptId: _none, spaceId: _personal, ...app } = anApp({ id: id as AppId, tenantId: owner })
  await put(store, { apps: [app] })
  const times = { createdAt: now, queuedAt: now, notBefore: now }
  const reload = aReload({
    ...times,
    id: id as ReloadId,
    appId: app.id,
    tenantId: owner,
    weight: 1 + (made % 10),
  })
  await store.accept([{ reload, reloadsPerAppAndDay: 0 }])
  return reload.id
}
function copyRows(file: string, waiting: number, tenants: number): void {
  const db = new DatabaseSync(file)
  const copy = (table: string, own: Readonly<Record<string, string>>) => {
    const columns = db.prepare(`SELECT name FROM pragma_table_info('${table}')`).all()
    const names = columns.map(({ name }) => String(name))
    db.exec(`
      WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${waiting - 1})
      INSERT INTO ${table} (${names}) SELECT ${names.map((name) => own[name] ?? `one.${name}`)}
      FROM numbers, (SELECT * FROM ${table} LIMIT 1) AS one`)
  }
  // A multiplication without a common divisor scatters the tenants over the file, as arrivals do.
  const owner = `printf('tenant-%06d', n * 7919 % ${tenants})`
  const later = `${START_MS} + n`
  db.exec('PRAGMA synchronous = OFF; PRAGMA cache_size = -262144; BEGIN')
  copy('apps', { id: "printf('app-%09d', n)", tenant_id: owner })
  copy('reloads', {
    id: "printf('%024x', n)",
    app_id: "printf('app-%09d', n)",
    tenant_id: owner,
    weight: '1 + n * 31 / 7 % 10',
    created_at: later,
    queued_at: later,
    waits_since: later,
    not_before: later,
  })
  db.exec('COMMIT; PRAGMA wal_checkpoint(TRUNCATE)')
  db.close()
}

export function claim(store: SqliteStore, max: number, now: number, ageingMs = 0): Promise<Claimed[]> {
  return store.claim({ now, max, concurrentReloadsPerTenant: 1_000_000, ageingMs, step: claimStep(now) })
}

export async function end(store: SqliteStore, claimed: readonly Claimed[], now: number): Promise<void> {
  const answers = await store.transition(
    claimed.map(({ reload }) => ({
      reloadId: reload.id,
      fence: reload.lease!,
      step: commandStep({ kind: 'end-attempt', end: completed(reload) }, now),
    })),
  )
  if (answers.some(({ kind }) => kind !== 'saved')) throw new Error('a claimed reload was not ended')
}

/**
 * Of many laps: times by the clock and by the processor, which is steadier on a busy machine but blind to the
 * disk.
 */
export class Watch {
  readonly #laps: { readonly perSecond: number; readonly cpuMicros: number }[] = []

  async lap<T>(operations: number, run: () => Promise<T>): Promise<T> {
    const cpu = process.cpuUsage()
    const start = performance.now()
    const result = await run()
    const seconds = (performance.now() - start) / 1000
    const { user, system } = process.cpuUsage(cpu)
    this.#laps.push({ perSecond: operations / seconds, cpuMicros: (user + system) / operations })
    return result
  }

  get perSecond(): number {
    return median(this.#laps.map((lap) => lap.perSecond))
  }

  get cpuMicros(): number {
    return median(this.#laps.map((lap) => lap.cpuMicros))
  }

  line(name: string): string {
    const perSecond = String(Math.round(this.perSecond)).padStart(7)
    return `${name.padEnd(34)}${perSecond} a second  ${String(Math.round(this.cpuMicros)).padStart(5)} us processor time each`
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)]!
}

/** Ratio of rates by the clock, and by processor time. */
export function ratios(ours: Watch, base: Watch): string {
  const byClock = (ours.perSecond / base.perSecond).toFixed(2)
  return `${byClock} by the clock, ${(base.cpuMicros / ours.cpuMicros).toFixed(2)} by processor time`
}

/** Prints the result; with --keep also into bench/results/. */
export function tell(name: string, lines: readonly string[]): void {
  const load = loadavg()[0]!.toFixed(1)
  const text = [
    `${name}, ${availableParallelism()} cores (load ${load}), node ${process.version}`,
    ...lines,
    `Repeat with: node bench/${name}.ts --keep`,
    '',
  ].join('\n')
  process.stdout.write(text)
  if (process.argv.includes('--keep')) writeFileSync(new URL(`results/${name}.txt`, import.meta.url), text)
}
