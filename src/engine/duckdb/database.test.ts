/** What the database says when it is at its memory limit, and that it is known for that. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Database, isOutOfMemory } from './database.ts'

let folder: string
let database: Database
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reprise-database-'))
  database = await Database.open({
    file: ':memory:',
    privateFolder: join(folder, 'private'),
    memoryLimitBytes: 8 * 1024 ** 2,
    threads: 1,
  })
})
afterEach(async () => {
  database.close()
  await rm(folder, { recursive: true, force: true })
})

const thrownBy = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  )

describe('A database at its memory limit', () => {
  it('is known for it when a query says so', async () => {
    const error = await thrownBy(
      database.run("CREATE TABLE t AS SELECT list(repeat('x', 1000) || i) FROM range(200000) r(i)"),
    )
    expect(isOutOfMemory(error)).toBe(true)
  })

  it('does not fill the disk instead: what it spills is bounded', async () => {
    const error = await thrownBy(
      database.run(
        'CREATE TABLE t AS SELECT i, md5(i::VARCHAR) || md5((i + 1)::VARCHAR) FROM range(5000000) r(i)',
      ),
    )
    expect(isOutOfMemory(error)).toBe(true)
    expect((error as Error).message).toContain('max_temp_directory_size')
  })

  it('is known for it when rows are appended', async () => {
    const columns = Array.from({ length: 300 }, (_, index) => `c${index} VARCHAR`)
    const error = await thrownBy(
      (async () => {
        await database.run(`CREATE TEMP TABLE wide (${columns.join(', ')})`)
        const appender = await database.appender('wide', true)
        for (let row = 0; row < 4096; row++) {
          for (let index = 0; index < 300; index++) appender.appendVarchar('a text that is not a short one')
          appender.endRow()
        }
        appender.flushSync()
      })(),
    )
    expect(error).toBeInstanceOf(Error)
    expect(isOutOfMemory(error)).toBe(true)
  })

  it('is known for it when one value of JavaScript grows beyond all bounds', async () => {
    for (const grow of [() => 'x'.repeat(2 ** 30), () => new Array(-1), () => new Uint8Array(2 ** 53 - 1)]) {
      const error = await thrownBy((async () => grow())())
      expect(isOutOfMemory(error), String(error)).toBe(true)
    }
    const endless = (): number => 1 + endless()
    expect(isOutOfMemory(await thrownBy((async () => endless())()))).toBe(false)
  })

  it('is not suspected of it for another fault', async () => {
    expect(isOutOfMemory(await thrownBy(database.run('SELECT * FROM nothing')))).toBe(false)
  })
})

it('joins rows by ranges without comparing every pair, also in tables that the transaction has just made', async () => {
  const plan = await database.transaction(async () => {
    await database.run('CREATE TEMP TABLE p AS SELECT range AS x FROM range(2000)')
    await database.run('CREATE TEMP TABLE w AS SELECT range AS a, range + 1 AS b FROM range(2000)')
    return database.rows('EXPLAIN SELECT * FROM p JOIN w ON p.x >= w.a AND p.x <= w.b')
  })
  expect(String(plan)).toContain('IE_JOIN')
})
