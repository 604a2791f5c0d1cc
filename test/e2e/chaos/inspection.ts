/**
 * Looks at what lies on the disk while no server runs, in words of its own: plain SQL over the database,
 * and the files beside it. Whatever moment the server was killed at, all of this must hold. What reloads
 * and their effects came to is not judged here but by the checker, from outside.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Installation } from './installation.ts'

const ENDED = "('SUCCEEDED', 'FAILED', 'CANCELED', 'EXCEEDED_LIMIT')"
const FINISHED = "'com.qlik.v1.reload.finished'"

/** Queries that must give no row, with what a row means. */
const NEVER: Readonly<Record<string, string>> = {
  'an ended reload has not exactly one finished event': `SELECT r.id FROM reloads r WHERE r.state IN ${ENDED}
    AND (SELECT count(*) FROM events e WHERE e.type = ${FINISHED} AND e.resource_id = r.id) <> 1`,
  'a finished event tells another end than its reload': `SELECT e.id FROM events e LEFT JOIN reloads r
    ON r.id = e.resource_id WHERE e.type = ${FINISHED}
    AND (r.id IS NULL OR r.state <> json_extract(e.body, '$.data.status'))`,
  'an event has two deliveries to one receiver': `SELECT event_id FROM deliveries
    GROUP BY event_id, subscription_id HAVING count(*) > 1`,
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
  readonly #installation: Installation

  constructor(installation: Installation) {
    this.#installation = installation
  }

  async inspect(): Promise<void> {
    this.inspections += 1
    const db = this.#open()
    try {
      this.#never(db, NEVER)
      for (const { name, data_version } of db.prepare('SELECT name, data_version FROM apps').all()) {
        if (data_version === null || existsSync(this.#dataFile(String(data_version)))) continue
        this.faults.push(`app ${name} points at ${data_version}, which is not there`)
      }
    } finally {
      db.close()
    }
  }

  /** When all is over: also what must not be left behind, and that no process outlived its service. */
  finish(): void {
    const db = this.#open()
    try {
      this.#never(db, NEVER_AT_THE_END)
      const [check] = db.prepare('PRAGMA integrity_check').all()
      if (check?.integrity_check !== 'ok')
        this.faults.push(`the database is damaged: ${check?.integrity_check}`)
      const pointed = db.prepare('SELECT data_version FROM apps WHERE data_version IS NOT NULL').all()
      const versions = new Set(pointed.map((row) => row.data_version))
      for (const file of readdirSync(join(this.#installation.folder, 'apps'))) {
        // The mark by which an installation knows its folders begins with a dot.
        if (file.startsWith('.') || versions.has(file.replace(/\.profile$/, ''))) continue
        this.faults.push(`${file} was left behind in apps/`)
      }
    } finally {
      db.close()
    }
    for (const pid of processesOf(this.#installation.folder)) {
      this.faults.push(`process ${pid} outlived its service`)
    }
  }

  #dataFile(version: string): string {
    return join(this.#installation.folder, 'apps', version)
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
