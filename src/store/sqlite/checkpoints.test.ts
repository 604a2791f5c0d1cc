import { mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, expect, it } from 'vitest'
import { Checkpoints } from './checkpoints.ts'
import { connect } from './connection.ts'

const folder = mkdtempSync(join(tmpdir(), 'reprise-checkpoints-'))
afterAll(() => rmSync(folder, { recursive: true }))
let made = 0

/**
 * A database with a table, and what writes 100 rows to it.
 * @param asSeen the path by which the thread opens it
 * @param characters of each row
 */
function opened(asSeen?: string, characters = 4000, rowsPerCheckpoint = 1000) {
  const file = join(folder, `${++made}.db`)
  const db = connect(file)
  db.exec('CREATE TABLE notes (text TEXT) STRICT')
  const checkpoints = new Checkpoints(db, asSeen ?? file, rowsPerCheckpoint)
  const insert = db.prepare('INSERT INTO notes VALUES (?)')
  const log = db.prepare('PRAGMA wal_checkpoint(NOOP)')
  let rows = 0
  const write = async () => {
    db.exec('BEGIN')
    for (let i = 0; i < 100; i++) insert.run('x'.repeat(characters))
    db.exec('COMMIT')
    rows += 100
    checkpoints.committed()
    // The event loop goes round: the other thread is heard.
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { file, db, checkpoints, write, rows: () => rows, logPages: () => log.get()!.log as number }
}

/** Writes until the log was begun anew so often; its greatest length, pages. */
async function writeUntilAnew(
  { write, logPages }: ReturnType<typeof opened>,
  times: number,
): Promise<number> {
  let longest = 0
  for (let before = 0; times > 0; ) {
    await write()
    const pages = logPages()
    if (pages < before) times -= 1
    before = pages
    longest = Math.max(longest, pages)
  }
  return longest
}

it('the log is begun anew while somebody writes without a pause, and nothing is lost', async () => {
  const database = opened()
  const { file, db, checkpoints, rows } = database
  const longest = await writeUntilAnew(database, 3)
  expect(statSync(`${file}-wal`).size).toBeLessThan((longest + 1) * 4200)
  await checkpoints.stop()
  expect(db.prepare('SELECT count(*) AS rows FROM notes').get()).toEqual({ rows: rows() })
  db.close()
})

it('few rows with long texts call for it too: no commit has to copy a log of 128 MiB', async () => {
  const database = opened(undefined, 40_000, 1_000_000)
  expect(await writeUntilAnew(database, 2)).toBeLessThan(32_768)
  await database.checkpoints.stop()
  database.db.close()
})

it('stops with a copy under way, and the last connection clears the log away', async () => {
  const { file, db, checkpoints, write, rows } = opened()
  for (let i = 0; i < 10; i++) await write()
  await checkpoints.stop()
  db.close()
  expect(() => statSync(`${file}-wal`)).toThrow('ENOENT')
  const after = new DatabaseSync(file)
  expect(after.prepare('SELECT count(*) AS rows FROM notes').get()).toEqual({ rows: rows() })
  expect(after.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' })
  after.close()
})

it('stops when no log was ever long', async () => {
  const { db, checkpoints, write } = opened()
  await write()
  await checkpoints.stop()
  db.close()
})

it('a thread that fails does no harm and is followed by another one', async () => {
  const missing = join(folder, 'later', 'data.db')
  const database = opened(missing)
  for (let i = 0; i < 10; i++) await database.write()
  // In a folder that is not there the thread cannot open it; from now on it can.
  symlinkSync(folder, join(folder, 'later'))
  symlinkSync(database.file, join(folder, 'data.db'))
  await writeUntilAnew(database, 1)
  await database.checkpoints.stop()
  database.db.close()
})
