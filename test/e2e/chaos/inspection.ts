/**
 * Looks at what lies on the disk while no server runs, in words of its own: the database by plain SQL, app
 * data by its content. Whatever moment the server was killed at, all of this must hold.
 */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { previewTables } from '../../../src/engine/duckdb/preview.ts'
import { type Installation, ROWS } from './installation.ts'

const ENDED = "('SUCCEEDED', 'FAILED', 'CANCELED', 'EXCEEDED_LIMIT')"
const FINISHED = "'com.qlik.v1.reload.finished'"

/** Queries that must give no row, with what a row means. */
const NEVER: Readonly<Record<string, string>> = {
  'an ended reload has not exactly one finished event': `SELECT r.id FROM reloads r WHERE r.state IN ${ENDED}
    AND (SELECT count(*) FROM events e WHERE e.type = ${FINISHED} AND e.resource_id = r.id) <> 1`,
  'a finished event tells another end than its reload': `SELECT e.id FROM events e LEFT JOIN reloads r
    ON r.id = e.resource_id WHERE e.type = ${FINISHED}
    AND (r.id IS NULL OR r.state <> json_extract(e.body, '$.data.status'))`,
  'a finished event has not exactly one delivery': `SELECT e.id FROM events e WHERE e.type = ${FINISHED}
    AND (SELECT count(*) FROM deliveries d WHERE d.event_id = e.id) <> 1`,
  'an attempt is open though its reload does not run, or none though it does': `SELECT id FROM reloads
    WHERE (state IN ('RELOADING', 'CANCELING')) <> (open_attempt IS NOT NULL)`,
  'closed attempts and the open one are not numbered 1 to n': `SELECT r.id FROM reloads r
    WHERE r.attempts - (r.open_attempt IS NOT NULL) <>
      (SELECT count(*) FROM attempts a WHERE a.reload_id = r.id AND a.number <= r.attempts)`,
}

/** The same when all is over and the service has stopped. */
const NEVER_AT_THE_END: Readonly<Record<string, string>> = {
  'a reload has no outcome': `SELECT id FROM reloads WHERE state NOT IN ${ENDED}`,
  'a lease is held': 'SELECT id FROM reloads WHERE lease IS NOT NULL OR open_attempt IS NOT NULL',
  'a delivery is not delivered': "SELECT id FROM deliveries WHERE state <> 'delivered'",
  'a delivery is leased': 'SELECT id FROM deliveries WHERE lease IS NOT NULL',
}

export class Inspection {
  readonly faults: string[] = []
  inspections = 0
  dataFilesRead = 0
  readonly #installation: Installation
  /** SHA-256 of every data file that an app was seen to point at. */
  readonly #digests = new Map<string, string>()

  constructor(installation: Installation) {
    this.#installation = installation
  }

  /** @param accepted ids of the reloads that a client was told of */
  async inspect(accepted: Iterable<string>): Promise<void> {
    this.inspections += 1
    const db = this.#open()
    try {
      this.#never(db, NEVER)
      const known = new Set(
        db
          .prepare('SELECT id FROM reloads')
          .all()
          .map(({ id }) => id),
      )
      for (const id of accepted) if (!known.has(id)) this.faults.push(`accepted reload ${id} is gone`)
      await this.#appData(db)
    } finally {
      db.close()
    }
  }

  /** Also while the service runs. */
  pendingDeliveries(): number {
    const db = this.#open()
    try {
      return Number(db.prepare("SELECT count(*) AS n FROM deliveries WHERE state = 'pending'").get()?.n)
    } finally {
      db.close()
    }
  }

  /** When all is over. @returns ids of the finished events, and how the reloads ended */
  finish(): { readonly eventIds: string[]; readonly outcomes: Record<string, number> } {
    const db = this.#open()
    try {
      this.#never(db, NEVER_AT_THE_END)
      const [check] = db.prepare('PRAGMA integrity_check').all()
      if (check?.integrity_check !== 'ok')
        this.faults.push(`the database is damaged: ${check?.integrity_check}`)
      this.#leftBehind(db)
      const events = db.prepare(`SELECT id FROM events WHERE type = ${FINISHED}`).all()
      const outcomes = db.prepare('SELECT state, count(*) AS n FROM reloads GROUP BY state').all()
      return {
        eventIds: events.map(({ id }) => String(id)),
        outcomes: Object.fromEntries(outcomes.map(({ state, n }) => [String(state), Number(n)])),
      }
    } finally {
      db.close()
    }
  }

  #open(): DatabaseSync {
    return new DatabaseSync(join(this.#installation.folder, 'reprise.db'), { readOnly: true, timeout: 5000 })
  }

  #never(db: DatabaseSync, queries: Readonly<Record<string, string>>): void {
    for (const [meaning, sql] of Object.entries(queries)) {
      const [row] = db.prepare(sql).all()
      if (row !== undefined) this.faults.push(`${meaning}: ${Object.values(row)[0]}`)
    }
  }

  /**
   * All rows of an app are of the generation of its last success, and a file that is pointed at never
   * changes.
   */
  async #appData(db: DatabaseSync): Promise<void> {
    const last = db.prepare(`SELECT json_extract(request, '$.variables.vGen') AS generation FROM reloads
      WHERE app_id = ? AND state = 'SUCCEEDED' ORDER BY created_at DESC, id DESC LIMIT 1`)
    for (const { id, name, data_version } of db.prepare('SELECT id, name, data_version FROM apps').all()) {
      const generation = last.get(String(id))?.generation
      if ((generation === undefined) !== (data_version === null)) {
        this.faults.push(`app ${name} points at ${data_version}, its last success is ${generation}`)
      }
      if (data_version === null) continue
      const path = join(this.#installation.folder, 'apps', String(data_version))
      if (!existsSync(path)) {
        this.faults.push(`app ${name} points at ${data_version}, which is not there`)
        continue
      }
      const digest = createHash('sha256').update(readFileSync(path)).digest('hex')
      const before = this.#digests.get(path)
      this.#digests.set(path, digest)
      if (before === undefined) await this.#isOfOneGeneration(String(name), path, String(generation))
      else if (before !== digest) this.faults.push(`the data of app ${name} changed in place`)
    }
  }

  async #isOfOneGeneration(name: string, path: string, generation: string): Promise<void> {
    this.dataFilesRead += 1
    const tables = await previewTables(path, Math.max(...Object.values(ROWS)))
    const rows = Object.fromEntries(tables.map((table) => [table.name, table.firstRows.length]))
    const generations = new Set(
      tables.flatMap(({ fields, firstRows }) => firstRows.map((row) => row[fields.indexOf('gen')])),
    )
    const whole = JSON.stringify(rows) === JSON.stringify(ROWS)
    if (whole && generations.size === 1 && generations.has(generation)) return
    this.faults.push(
      `app ${name} holds ${JSON.stringify(rows)} of generations ${[...generations]}, not ${generation}`,
    )
  }

  /** Files that no app points at, stored files that are torn, and processes that outlived their service. */
  #leftBehind(db: DatabaseSync): void {
    const { folder } = this.#installation
    const pointed = db.prepare('SELECT data_version FROM apps WHERE data_version IS NOT NULL').all()
    const versions = new Set(pointed.map((row) => row.data_version))
    for (const file of readdirSync(join(folder, 'apps'))) {
      if (!versions.has(file)) this.faults.push(`${file} was left behind in apps/`)
    }
    for (const path of storedFiles(join(folder, 'files'))) this.#isWhole(path)
    for (const pid of processesOf(folder)) this.faults.push(`process ${pid} outlived its service`)
  }

  #isWhole(path: string): void {
    const [, ...rows] = readFileSync(path, 'utf8').trimEnd().split(/\r?\n/)
    const generations = new Set(rows.map((row) => row.split(',')[0]))
    if (rows.length === ROWS.Many && generations.size === 1) return
    this.faults.push(`${path} has ${rows.length} rows of generations ${[...generations]}`)
  }
}

function storedFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.csv'))
    .map((entry) => join(entry.parentPath, entry.name))
}

/** Processes whose command line names the folder, from /proc; none where there is no /proc. */
export function processesOf(folder: string): number[] {
  if (!existsSync('/proc/self/cmdline')) return []
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid && commandLine(pid).includes(folder))
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return '' // It has ended meanwhile.
  }
}
