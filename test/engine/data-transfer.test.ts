/** Data of apps leaves engine sessions as files of an archive and comes in again; hostile archives. */
import { randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { crc32 } from 'node:zlib'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ZipPart, zipped } from '../../src/archive/zip-writer.ts'
import type { DataVersion } from '../../src/core/ids.ts'
import type { SessionEnd, SessionWork } from '../../src/engine/engine-session.ts'
import type { DuckDbSession } from '../../src/engine/pool/duckdb-session.ts'
import { type DuckDbHarness, duckDbHarness } from '../support/duckdb-session-harness.ts'
import { until } from '../support/observe.ts'

const SCRIPT = `
Orders:
LOAD RecNo() AS id, Date(45000 + RecNo()) AS day, If(Mod(RecNo(), 3) = 0, Null(), 'Ä€😀 ' & RecNo()) AS name,
  Dual('one ' & RecNo(), RecNo()) AS dual, RecNo() / 7 AS share, If(RecNo() < 3, RecNo(), 'text') AS mixed,
  '' AS empty, Null() AS nothing AUTOGENERATE 5000;
Customers:
LOAD id, Repeat('long ä', 20000) & id AS big RESIDENT Orders WHERE id <= 20;
CONCATENATE (Customers) LOAD 9999 AS id AUTOGENERATE 1;
None: LOAD 1 AS x AUTOGENERATE 0;
TAG FIELDS name WITH 'mine';
COMMENT FIELD name WITH 'a "name"';
COMMENT TABLE Orders WITH 'of orders';
SECTION ACCESS;
LOAD * INLINE [
ACCESS, USERID
ADMIN, A
];`

let harness: DuckDbHarness
let spool: string

beforeAll(async () => {
  harness = await duckDbHarness({
    spool: {
      async adopt(path) {
        const content = randomUUID()
        renameSync(path, join(spool, content))
        return { content, bytes: statSync(join(spool, content)).size }
      },
      discard: async () => undefined,
    },
  })
  spool = join(harness.folder, 'spool')
  mkdirSync(spool)
})

afterAll(() => harness.close())

async function run(more: Partial<SessionWork>, script = ''): Promise<SessionEnd & { version: DataVersion }> {
  const session = await harness.sessions.acquire(harness.size)
  const work = harness.workOf(script, more)
  return { ...(await session.run(work, () => {})), version: work.dataAfter }
}

type Completed = SessionEnd & { kind: 'completed' }

async function completed(more: Partial<SessionWork>, script = '') {
  const end = await run(more, script)
  expect(end).toMatchObject({ kind: 'completed' })
  return end as Completed & { version: DataVersion }
}

const part = (name: string, content: Buffer): ZipPart => ({
  name: `data/${name}`,
  bytes: content.length,
  crc: crc32(content),
  content: () => [content],
})

/** @returns the files of the data by name */
async function exported(version: DataVersion): Promise<Map<string, Buffer>> {
  const end = await completed({ dataBefore: version, transfer: { kind: 'export' } })
  return new Map(end.storedFiles.map(({ path, content }) => [path, readFileSync(join(spool, content))]))
}

async function archiveOf(files: ReadonlyMap<string, Buffer>): Promise<string> {
  const path = join(harness.folder, `${randomUUID()}.zip`)
  writeFileSync(path, await buffer(zipped([...files].map(([name, content]) => part(name, content)))))
  return path
}

const imported = async (files: ReadonlyMap<string, Buffer>) =>
  run({ transfer: { kind: 'import', archive: await archiveOf(files) } })

/** Every cell of every table, by the names of the script. */
async function cells(version: DataVersion): Promise<object> {
  const instance = await DuckDBInstance.create(harness.data.path(version), { access_mode: 'READ_ONLY' })
  const connection = await instance.connect()
  const rows = async (sql: string) => (await connection.runAndReadAll(sql)).getRowsJson()
  const found: Record<string, unknown> = {}
  for (const [sqlName, name] of await rows('SELECT sql_name, name FROM reprise_tables ORDER BY position')) {
    const fields = await rows(
      `SELECT name, column_name FROM reprise_fields WHERE sql_name = '${sqlName}' ORDER BY position`,
    )
    const columns = fields.flatMap(([, column]) => [`${column}_n`, `${column}_t`])
    found[String(name)] = {
      fields: fields.map(([field]) => field),
      rows: await rows(`SELECT rn, ${columns.join(', ')} FROM ${sqlName} ORDER BY rn`),
    }
  }
  connection.closeSync()
  instance.closeSync()
  return found
}

/** A file that the engine of this test writes. */
async function parquet(query: string): Promise<Buffer> {
  const path = join(harness.folder, `${randomUUID()}.parquet`)
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  await connection.run(`COPY (${query}) TO '${path}' (FORMAT parquet, COMPRESSION zstd)`)
  connection.closeSync()
  instance.closeSync()
  return readFileSync(path)
}

const leftovers = (version: DataVersion) =>
  readdirSync(harness.data.folder).filter((name) => name.startsWith(version))

describe('the data of an app', () => {
  it('is the same cell by cell, with its profile, after an export and an import', async () => {
    const before = await completed({}, SCRIPT)
    const files = await exported(before.version)
    expect([...files.keys()].sort()).toEqual([
      '1.parquet',
      '2.parquet',
      '3.parquet',
      '4.parquet',
      'model.json',
    ])
    const after = (await imported(files)) as Completed & { version: DataVersion }
    expect(after.kind).toBe('completed')
    expect(after.tables).toEqual(before.tables)
    expect(await cells(after.version)).toEqual(await cells(before.version))
    expect(await harness.data.profile(after.version)).toEqual(await harness.data.profile(before.version))
    expect((await harness.data.profile(after.version))?.hasSectionAccess).toBe(true)
  })

  it('is the start of a partial reload', async () => {
    const before = await completed({}, 'T: LOAD RecNo() AS a AUTOGENERATE 3;')
    const after = await imported(await exported(before.version))
    const script = 'ADD CONCATENATE (T) LOAD 7 AS a AUTOGENERATE 1;'
    const next = await completed({ dataBefore: after.version, partial: true }, script)
    expect(next.tables).toEqual([{ name: 'T', rows: 4, fields: ['a'] }])
  })

  it('leaves nothing when its engine is killed', async () => {
    const files = new Map([
      ['model.json', modelOf(2_000_000_000)],
      [
        '1.parquet',
        await parquet('SELECT range::DOUBLE AS c1_n, NULL::VARCHAR AS c1_t FROM range(50000000)'),
      ],
    ])
    const session = (await harness.sessions.acquire(harness.size)) as DuckDbSession
    const work = harness.workOf('', { transfer: { kind: 'import', archive: await archiveOf(files) } })
    const end = session.run(work, () => {})
    const out = () => readdirSync(join(harness.folder, 'tmp')).flatMap((name) => outOf(name))
    await until('it makes data', () => out().some((name) => name.startsWith('data.duckdb')))
    process.kill(session.pid, 'SIGKILL')
    expect(await end).toMatchObject({ kind: 'crashed' })
    expect(leftovers(work.dataAfter)).toEqual([])
    await until('its folder is gone', () => readdirSync(join(harness.folder, 'tmp')).length <= 1)
  })
})

function outOf(session: string): string[] {
  try {
    return readdirSync(join(harness.folder, 'tmp', session, 'out'))
  } catch {
    return []
  }
}

const FIELD = { name: 'a', numbers: true, texts: false, duals: false }

function modelOf(rows: number, more: object = {}, fields: readonly object[] = [FIELD]): Buffer {
  const table = { name: 'T', rows, distinct: false, segments: [[1, 1, 1]], fields, ...more }
  return Buffer.from(JSON.stringify({ version: 1, tables: [table] }))
}

describe('a hostile archive of data', () => {
  const good = 'SELECT range::DOUBLE AS c1_n, NULL::VARCHAR AS c1_t FROM range(1000)'
  const refused = async (files: Record<string, Buffer>) => {
    const end = await imported(new Map(Object.entries(files)))
    expect(leftovers(end.version)).toEqual([])
    return end.kind === 'script-error' ? end.fault.message : end.kind
  }
  const withTable = async (query: string, model = modelOf(1000)) =>
    refused({ 'model.json': model, '1.parquet': await parquet(query) })

  it('is refused in words where its model is none', async () => {
    const models: readonly (readonly [string | Buffer, string])[] = [
      ['', 'no JSON'],
      ['[]', 'is no object'],
      ['{}', 'version'],
      ['{"version":1}', 'tables'],
      [modelOf(-1), 'no whole number'],
      [modelOf(1e300), 'no whole number'],
      [modelOf(1, { segments: [[1, 1, 2]] }), 'outside its table'],
      [modelOf(1, { name: 7 }), 'is no text'],
      [modelOf(1, {}, [FIELD, FIELD]), 'one name'],
      [modelOf(1, {}, []), 'no fields'],
      [
        modelOf(
          1,
          {},
          Array.from({ length: 3000 }, (_, at) => ({ ...FIELD, name: `f${at}` })),
        ),
        '3000 fields',
      ],
      [
        modelOf(
          1,
          {},
          Array.from({ length: 30_000 }, () => FIELD),
        ),
        'at most 20000',
      ],
    ]
    for (const [model, words] of models) {
      const files = { 'model.json': Buffer.from(model), '1.parquet': await parquet(good) }
      expect(await refused(files)).toContain(words)
    }
    expect(await refused({})).toContain("no part 'data/model.json'")
    expect(await refused({ 'model.json': modelOf(1000) })).toContain("no part 'data/1.parquet'")
  })

  it('has other columns, types or rows than it says', async () => {
    expect(await withTable(good.replace('c1_n', 'c2_n'))).toContain('other columns')
    expect(await withTable(good.replace('::DOUBLE', '::BIGINT'))).toContain('other columns')
    expect(await withTable("SELECT 1.0::DOUBLE AS c1_n, {'a': 1} AS c1_t")).toContain('other columns')
    expect(await withTable(`${good} UNION ALL SELECT 1, NULL`)).toContain('other rows')
    expect(await withTable(good, modelOf(1001, { segments: [] }))).toContain('other rows')
    const wide = Array.from({ length: 5000 }, (_, at) => `1.0 AS "x${at}"`)
    expect(await withTable(`SELECT ${wide.join(', ')}`)).toContain('other columns')
  })

  it('is broken anywhere, and no engine dies of it', async () => {
    const whole = await parquet(good)
    for (const broken of [
      Buffer.alloc(0),
      whole.subarray(0, whole.length - 1),
      whole.subarray(0, whole.length / 2),
      Buffer.concat([whole.subarray(0, 4), Buffer.alloc(whole.length - 4, 0xff)]),
      Buffer.concat([whole.subarray(0, 40), Buffer.alloc(40, 0xff), whole.subarray(80)]),
    ]) {
      expect(await refused({ 'model.json': modelOf(1000), '1.parquet': broken })).toContain('parquet')
    }
  })

  it('says of its rows what is not so', async () => {
    const whole = await parquet(good)
    // The footer is Thrift: the number of rows stands there as a zigzag varint (2000 of 1000).
    const at = whole.lastIndexOf(Buffer.from([0xd0, 0x0f]))
    const lying = Buffer.from(whole)
    lying.set([0xff, 0x7f], at)
    expect(await refused({ 'model.json': modelOf(1000), '1.parquet': lying })).not.toBe('completed')
  })

  it('is no bomb: more rows than told are not read, and more than is packed not unpacked', async () => {
    const many = await parquet('SELECT 1.0::DOUBLE AS c1_n, NULL::VARCHAR AS c1_t FROM range(30000000)')
    expect(many.length).toBeLessThan(1_000_000)
    expect(await refused({ 'model.json': modelOf(10), '1.parquet': many })).toContain('other rows')
    const path = await archiveOf(new Map([['model.json', modelOf(1000)]]))
    await truncate(path, statSync(path).size - 1)
    const end = await run({ transfer: { kind: 'import', archive: path } })
    expect(end).toMatchObject({ kind: 'script-error' })
  })

  it('has numbers that are none, which become NULL as in every load', async () => {
    const query = "SELECT unnest(['nan', 'inf', '-inf', '1'])::DOUBLE AS c1_n, NULL::VARCHAR AS c1_t"
    const files = { 'model.json': modelOf(4), '1.parquet': await parquet(query) }
    const end = await imported(new Map(Object.entries(files)))
    expect(await cells(end.version)).toMatchObject({
      T: {
        rows: [
          ['1', null, null],
          ['2', null, null],
          ['3', null, null],
          ['4', 1, null],
        ],
      },
    })
  })
})
