import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { DEFAULT_SETTINGS } from '../../script/value/settings.ts'
import type { Value } from '../../script/value/value.ts'
import { Database } from '../duckdb/database.ts'
import { parquetSource } from './parquet-file.ts'
import { renameColumns } from './parquet-names.ts'

let folder: string
let database: Database
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'reprise-parquet-'))
  database = await Database.open({ file: ':memory:', privateFolder: folder })
})
afterAll(async () => {
  database.close()
  await rm(folder, { recursive: true, force: true })
})

async function read(file: string): Promise<{ names: readonly string[]; first: Value[]; rows: number }> {
  const source = await parquetSource(database, file, 'x', DEFAULT_SETTINGS)
  const { names, values } = source.input
  let first: Value[] | undefined
  const rows = await source.each(new Set(names.keys()), () => {
    first ??= [...values]
    return true
  })
  return { names, first: first!, rows }
}

it('renames the columns of many row groups, longer and shorter, beside nested ones and values like them', async () => {
  const file = path.join(folder, 'many.parquet')
  await database.run(
    `COPY (SELECT i AS c0, 'c0' AS c1, {'c0': i, 'b': [i]} AS c2, 'c1' AS kept FROM range(1, 9001) r(i))
      TO '${file}' (FORMAT parquet, ROW_GROUP_SIZE 2048)`,
  )
  const long = 'n'.repeat(300)
  await renameColumns(
    file,
    new Map([
      ['c0', long],
      ['c1', ''],
      ['c2', 'Ä'],
    ]),
  )
  expect(await read(file)).toEqual({
    names: [long, '', 'Ä', 'kept'],
    first: [1, 'c0', expect.stringContaining('1'), 'c1'],
    rows: 9000,
  })
})

it('tells names as they stand in the file', async () => {
  const file = path.join(folder, 'case.parquet')
  await database.run(`COPY (SELECT 1 AS x, 2 AS y) TO '${file}' (FORMAT parquet)`)
  await renameColumns(
    file,
    new Map([
      ['x', 'Name'],
      ['y', 'NAME'],
    ]),
  )
  expect(await read(file)).toEqual({ names: ['Name', 'NAME'], first: [1, 2], rows: 1 })
})
