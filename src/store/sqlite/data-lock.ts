/**
 * Holds a data directory for one server. The lock is a second, empty SQLite file with an exclusive
 * transaction that is never ended: the operating system lets go of it when the process ends, however it ends,
 * and the database itself stays readable for `sqlite3` and backups.
 */
import { DatabaseSync } from 'node:sqlite'

/** @throws when another server holds the lock; the error names the file and the remedy */
export function lockData(file: string): { release(): void } {
  const lockFile = `${file}.lock`
  const lock = new DatabaseSync(lockFile, { timeout: 0 })
  try {
    lock.exec('PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE')
  } catch (error) {
    lock.close()
    if (!isBusy(error)) throw error
    throw new Error(
      `${file} is in use by another server (it holds ${lockFile}). ` +
        'Stop that server, or choose another data directory.',
      { cause: error },
    )
  }
  return { release: () => lock.close() }
}

/** SQLITE_BUSY (5) and SQLITE_LOCKED (6), with their extended codes. */
function isBusy(error: unknown): boolean {
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0
  return code === 5 || code === 6
}
