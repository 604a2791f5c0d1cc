/**
 * Brings a database to the schema this program knows, one numbered migration after the other, each in one transaction with
 * the number it leads to (`PRAGMA user_version`). A database of a newer program is refused and left untouched.
 */
import type { DatabaseSync } from 'node:sqlite'
import { sql as firstTables } from './migrations/0001-first-tables.ts'

/** Migration n leads to schema version n. A released migration never changes. */
const MIGRATIONS: readonly string[] = [firstTables]

export const SCHEMA_VERSION = MIGRATIONS.length

export function migrate(db: DatabaseSync, file: string): void {
  const version = Number(db.prepare('PRAGMA user_version').get()!.user_version)
  if (version > SCHEMA_VERSION) {
    throw new Error(
      `${file} has schema version ${version}, written by a newer release; this one knows versions up to ` +
        `${SCHEMA_VERSION}. Start the newer release, or choose another data directory.`,
    )
  }
  for (let next = version + 1; next <= SCHEMA_VERSION; next++) {
    db.exec('BEGIN IMMEDIATE')
    try {
      db.exec(MIGRATIONS[next - 1]!)
      db.exec(`PRAGMA user_version = ${next}`)
      db.exec('COMMIT')
    } catch (error) {
      db.exec('ROLLBACK')
      throw error
    }
  }
}
