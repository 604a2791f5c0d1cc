/**
 * Opens the database as every part of the store expects it: write-ahead log, an fsync at every commit,
 * foreign keys held. There is no ANALYZE: the statements are written for their indexes, and
 * query-plans.test.ts holds the plans.
 */
import { DatabaseSync } from 'node:sqlite'
import { LOG_KEPT_BYTES } from './checkpoints.ts'
import { defineFunctions } from './functions.ts'
import { migrate } from './migrate.ts'

/** For `sqlite3` or a backup that locks the file for a moment. */
const BUSY_TIMEOUT_MS = 5000
/**
 * 128 MiB. A commit copies so long a log back by itself, which takes long; checkpoints.ts sees that there is
 * none.
 */
const CHECKPOINT_PAGES = 32_768
/** 32 MiB: the default of 2 is less than what the indexes of a busy queue touch in one commit. */
const CACHE_KIB = 32_768

/** @throws when the file is not a database, is damaged, or has a newer schema; the error names the file */
export function connect(file: string): DatabaseSync {
  const db = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS, enableForeignKeyConstraints: true })
  try {
    db.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES};
      PRAGMA journal_size_limit = ${LOG_KEPT_BYTES};
      PRAGMA cache_size = -${CACHE_KIB};
      PRAGMA temp_store = MEMORY`)
    defineFunctions(db)
    migrate(db, file)
    return db
  } catch (error) {
    db.close()
    if (!(error instanceof Error) || !('errcode' in error)) throw error
    throw new Error(
      `${file} cannot be opened: ${error.message}. Restore it from a backup together with its -wal file, ` +
        'or choose another data directory.',
      { cause: error },
    )
  }
}
