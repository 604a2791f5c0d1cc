/** The one row about the installation. */
import type { DatabaseSync } from 'node:sqlite'
import { defined } from '../../core/defined.ts'
import type { Installation, InstallationStore } from '../port/installation.ts'
import type { Answers } from './verbs.ts'

/**
 * Notes that a server has the database open, in the database file itself: a kill leaves the note and a
 * write-ahead log that is not empty.
 * @param hasLog whether there was such a log before it was opened
 * @returns whether the log was lost
 */
export function noteOpened(db: DatabaseSync, hasLog: boolean): boolean {
  const wasOpen = db.prepare('SELECT open FROM installation').get()!.open === 1
  db.exec('UPDATE installation SET open = 1; PRAGMA wal_checkpoint(PASSIVE)')
  return wasOpen && !hasLog
}

export function noteClosed(db: DatabaseSync): void {
  db.exec('UPDATE installation SET open = 0')
}

export function prepareInstallation(db: DatabaseSync, logLost: boolean): Answers<InstallationStore> {
  const read = db.prepare('SELECT name, starts, marked, key_check FROM installation')
  const keep = db.prepare('UPDATE installation SET starts = ?, marked = ?, key_check = ?')
  return {
    installation: () => {
      const { name, starts, marked, key_check } = read.get()!
      return {
        name: name as string,
        starts: starts as number,
        marked: marked === 1,
        logLost,
        ...defined({ keyCheck: (key_check as string | null) ?? undefined }),
      } satisfies Installation
    },
    keepInstallation: ({ starts, marked, keyCheck }) => {
      keep.run(starts, marked ? 1 : 0, keyCheck ?? null)
    },
  }
}
