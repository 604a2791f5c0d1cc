/**
 * Holds a data directory for one server. The lock is a second SQLite file with an exclusive transaction
 * that is never ended: the operating system lets go of it when the process ends, however it ends, and the
 * database itself stays readable for `sqlite3` and backups.
 *
 * The name of a file can be removed while somebody holds it. So a lock file bears a sign, and one that does
 * not (new, or emptied) is believed only when nobody has the database itself open.
 */
import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'

/** "RLCK". */
const SIGN = 0x524c434b

/** @throws when another server holds the lock; the error names the file and the remedy */
export function lockData(file: string): { release(): void } {
  const lockFile = `${file}.lock`
  const lock = new DatabaseSync(lockFile, { timeout: 0 })
  try {
    lock.exec('PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE')
    if (lock.prepare('PRAGMA application_id').get()!.application_id !== SIGN) {
      if (existsSync(file) && isOpenElsewhere(file)) throw inUse(file, `has it open, without ${lockFile}`)
      lock.exec(`PRAGMA application_id = ${SIGN}; COMMIT; BEGIN EXCLUSIVE`)
    }
  } catch (error) {
    lock.close()
    throw isBusy(error) ? inUse(file, `holds ${lockFile}`, error) : error
  }
  return { release: () => lock.close() }
}

function inUse(file: string, how: string, cause?: unknown): Error {
  return new Error(
    `${file} is in use by another server (it ${how}). Stop that server, or choose another data directory.`,
    { cause },
  )
}

/** Whoever has a database with a write-ahead log open shares a lock on it that this one wants for itself. */
function isOpenElsewhere(file: string): boolean {
  const probe = new DatabaseSync(file, { timeout: 0 })
  try {
    probe.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE; ROLLBACK')
    return false
  } catch (error) {
    // What else is wrong with it is told when it is opened.
    return isBusy(error)
  } finally {
    probe.close()
  }
}

/** SQLITE_BUSY (5) and SQLITE_LOCKED (6), with their extended codes. */
function isBusy(error: unknown): boolean {
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0
  return code === 5 || code === 6
}
