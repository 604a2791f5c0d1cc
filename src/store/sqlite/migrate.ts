/**
 * Brings a database to the schema this program knows, one numbered migration after the other, each in one
 * transaction with the number it leads to (`PRAGMA user_version`). A database of a newer program is refused
 * and left untouched.
 *
 * Foreign keys are not held while a migration runs, or dropping the old shape of a table would delete what
 * refers to it; they are checked as a whole before it is committed.
 */
import type { DatabaseSync } from 'node:sqlite'
import { sql as firstTables } from './migrations/0001-first-tables.ts'
import { sql as lifeOfAReload } from './migrations/0002-life-of-a-reload.ts'
import { sql as deliveriesAgain } from './migrations/0003-deliveries-again.ts'
import { sql as forgotten } from './migrations/0004-forgotten.ts'
import { sql as ranStatements } from './migrations/0005-ran-statements.ts'
import { sql as lists } from './migrations/0006-lists.ts'
import { sql as futureStamps } from './migrations/0007-future-stamps.ts'
import { sql as publications } from './migrations/0008-publications.ts'
import { sql as installation } from './migrations/0009-installation.ts'
import { sql as tasks } from './migrations/0010-tasks.ts'
import { sql as failingApps } from './migrations/0011-failing-apps.ts'
import { sql as appReads } from './migrations/0012-app-reads.ts'
import { sql as automations } from './migrations/0013-automations.ts'
import { sql as people } from './migrations/0014-people.ts'
import { sql as publishedApps } from './migrations/0015-publications-of-apps.ts'
import { sql as acceptedPayloads } from './migrations/0016-accepted-payloads.ts'
import { sql as appLists } from './migrations/0017-indexes-of-app-lists.ts'
import { sql as auditsOfAcceptances } from './migrations/0018-audits-of-acceptances.ts'
import { sql as listsByAge } from './migrations/0019-lists-by-age.ts'

/** Migration n leads to schema version n. A released migration never changes. */
export const MIGRATIONS: readonly string[] = [
  firstTables,
  lifeOfAReload,
  deliveriesAgain,
  forgotten,
  ranStatements,
  lists,
  futureStamps,
  publications,
  installation,
  tasks,
  failingApps,
  appReads,
  automations,
  people,
  publishedApps,
  acceptedPayloads,
  appLists,
  auditsOfAcceptances,
  listsByAge,
]

export const SCHEMA_VERSION = MIGRATIONS.length

export function migrate(db: DatabaseSync, file: string): void {
  const version = Number(db.prepare('PRAGMA user_version').get()!.user_version)
  if (version > SCHEMA_VERSION) {
    throw new Error(
      `${file} has schema version ${version}, written by a newer release; this one knows versions up to ` +
        `${SCHEMA_VERSION}. Start the newer release, or choose another data directory.`,
    )
  }
  if (version === SCHEMA_VERSION) return
  db.exec('PRAGMA foreign_keys = OFF')
  for (let next = version + 1; next <= SCHEMA_VERSION; next++) {
    db.exec('BEGIN IMMEDIATE')
    try {
      db.exec(MIGRATIONS[next - 1]!)
      assertReferences(db, next)
      db.exec(`PRAGMA user_version = ${next}`)
      db.exec('COMMIT')
    } catch (error) {
      db.exec('ROLLBACK')
      throw error
    }
  }
  db.exec('PRAGMA foreign_keys = ON')
}

function assertReferences(db: DatabaseSync, version: number): void {
  const broken = db.prepare('PRAGMA foreign_key_check').get()
  if (broken === undefined) return
  throw new Error(
    `migration to schema version ${version}: a row of ${broken.table} refers to no ${broken.parent}`,
  )
}
