/**
 * One whole run: what it gives back, what it leaves in the file, how it ends, and what a script cannot reach.
 */
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ScriptRunRequest } from '../../src/engine/channel/script-run.ts'
import { previewTables } from '../../src/engine/duckdb/preview.ts'
import { runChecked } from '../support/checked-ahead.ts'
import { writtenTables } from '../support/script-under-test.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'reprise-run-'))
  await mkdir(path.join(folder, 'd'))
})

afterEach(() => rm(folder, { recursive: true, force: true }))

function run(script: string, more: Partial<ScriptRunRequest> = {}) {
  return runChecked(
    {
      dataFile: path.join(folder, 'app.duckdb'),
      script,
      variables: {},
      partial: false,
      appId: 'app-id',
      appName: 'App',
      connections: [{ name: 'd', root: path.join(folder, 'd'), writable: true }],
      ...more,
    },
    () => {},
  )
}

describe('A run', () => {
  it('tells the LOADs and STOREs that it ran, each with its line, rows, fields and time', async () => {
    const script = `Sales: LOAD RecNo() as n, 1 as one AutoGenerate 7;
      LEFT JOIN (Sales) LOAD n, 'x' as d RESIDENT Sales WHERE n < 3;
      For i = 1 To 2
        T: LOAD $(i) as z AutoGenerate 1;
      Next i
      STORE n, d FROM Sales INTO [lib://d/out.csv] (txt);
      LOAD * FROM [lib://d/none.csv] (txt);`
    const { end, statements } = await run(script)
    expect(end).toMatchObject({ kind: 'failed', line: 7 })
    expect(statements).toMatchObject([
      { type: 'load', line: 1, table: 'Sales', rows: 7, fields: 2 },
      { type: 'load', line: 2, table: 'Sales', rows: 2, fields: 2 },
      { type: 'load', line: 4, table: 'T', rows: 1, fields: 1 },
      { type: 'load', line: 4, table: 'T', rows: 1, fields: 1 },
      { type: 'store', line: 6, table: 'Sales', rows: 7, fields: 2 },
    ])
    for (const { durationMs } of statements) expect(durationMs).toBeGreaterThanOrEqual(0)
    const loop = `For i = 1 To 520
      T: LOAD 1 as a AutoGenerate 1;
      Next i`
    const looped = await run(loop, { dataFile: ':memory:' })
    expect(looped.statements).toHaveLength(500)
  })

  it('tells its tables, counts, log and progress, and leaves one closed file', async () => {
    const told: number[] = []
    const result = await runChecked(
      {
        dataFile: path.join(folder, 'app.duckdb'),
        script: 'T: LOAD RecNo() as n AutoGenerate 1500;\nTRACE done;',
        variables: {},
        partial: false,
        appId: 'app-id',
        appName: 'App',
        connections: [],
      },
      (progress) => told.push(progress.startedAt),
    )
    expect(result).toMatchObject({
      end: { kind: 'completed' },
      tables: [{ name: 'T', rows: 1500, fields: ['n'] }],
      storedFiles: [],
      rowsRead: 1500,
      progressLog: 'T << AUTOGENERATE(1500) 1,500 Lines fetched\r\ndone\r\n',
    })
    expect(result.engineTime).toBeGreaterThanOrEqual(result.startedAt)
    expect(told[0]).toBe(result.startedAt)
    for (const line of result.scriptLog.trimEnd().split('\r\n')) {
      expect(line).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (\d{4}| {4}) /)
    }
    expect(result.scriptLog).toContain(' 0001 T: LOAD RecNo() as n AutoGenerate 1500\r\n')
    expect(result.scriptLog).toContain('1 fields found: n, 1500 lines fetched')
    expect(await readdir(folder)).toEqual(['app.duckdb', 'd'])
  })

  it('shows the first rows of its tables as texts', async () => {
    await run(`T: LOAD RecNo() as n, Date(45000) as d, If(0,1) as z AutoGenerate 3;`)
    expect(await previewTables(path.join(folder, 'app.duckdb'), 2)).toEqual([
      {
        name: 'T',
        rows: 3,
        fields: ['n', 'd', 'z'],
        firstRows: [
          ['1', '2023-03-15', null],
          ['2', '2023-03-15', null],
        ],
      },
    ])
  })

  it('works in memory, with a memory limit and threads of its own', async () => {
    const result = await run('T: LOAD 1 as a AutoGenerate 10;', {
      dataFile: ':memory:',
      memoryLimitBytes: 256 * 1024 * 1024,
      threads: 1,
    })
    expect(result.tables).toEqual([{ name: 'T', rows: 10, fields: ['a'] }])
  })

  it('tells where a script failed, and leaves none of the files it had stored until then', async () => {
    const result = await run(
      `T: LOAD 1 as a AutoGenerate 1;\nSTORE T INTO [lib://d/t.csv] (txt);\nLOAD nix RESIDENT T;`,
    )
    expect(result.end).toMatchObject({ kind: 'failed', line: 3, fault: { engineErrorCode: 11013 } })
    expect(result.tables).toEqual([])
    expect(result.storedFiles).toEqual([])
    expect(await readdir(path.join(folder, 'd'))).toEqual([])
  })

  it('ends as interrupted, also while it sleeps or never stops by itself', async () => {
    for (const script of ['SLEEP 60000;', 'DO WHILE 1=1\nLET a=1;\nLOOP']) {
      const interruption = new AbortController()
      const running = runChecked(
        {
          dataFile: ':memory:',
          script,
          variables: {},
          partial: false,
          appId: 'a',
          appName: 'A',
          connections: [],
          signal: interruption.signal,
        },
        () => setImmediate(() => interruption.abort()),
      )
      expect((await running).end).toEqual({ kind: 'interrupted' })
    }
  })

  it('ends as out of memory when the engine says so, also with ErrorMode 0', async () => {
    const script = `SET ErrorMode=0;
      T: LOAD Repeat('x', 1000) & RecNo() as a AutoGenerate 300000;
      Join (T) LOAD RecNo() as b AutoGenerate 100;`
    const result = await run(script, { memoryLimitBytes: 48 * 1024 * 1024, threads: 1, dataFile: ':memory:' })
    expect(result.end).toEqual({ kind: 'out-of-memory' })
  }, 60_000)
})

describe('A partial run', () => {
  it('starts from the data before, which stays as it is', async () => {
    await run(`A: LOAD * INLINE [x,y\n01,2]; B: LOAD 5 as z AutoGenerate 1;`)
    const before = path.join(folder, 'app.duckdb')
    const size = (await stat(before)).size
    const after = path.join(folder, 'after.duckdb')
    const script = `A: LOAD * INLINE [x,y\n7,7]; Add LOAD * INLINE [x,y\n1,3]; B: Replace LOAD 6 as z, 1 as w AutoGenerate 1;
      TRACE $(=Exists('x',1));`
    const result = await run(script, { dataFile: after, dataBefore: before, partial: true })
    expect(result.end).toEqual({ kind: 'completed' })
    expect(await writtenTables(after)).toEqual({ A: 'x,y: 01#1,2 | 01#1,3', B: 'z,w: 6,1' })
    expect(await writtenTables(before)).toEqual({ A: 'x,y: 01#1,2', B: 'z: 5' })
    expect((await stat(before)).size).toBe(size)
  })

  it('without data before it fails', async () => {
    const result = await run(`Add LOAD 1 as a AutoGenerate 1;`, { partial: true })
    expect(result.end).toMatchObject({
      kind: 'failed',
      fault: { scriptError: 1, message: expect.stringContaining('reload it in full first') },
    })
    expect(result.tables).toEqual([])
  })
})

describe('A failed statement', () => {
  it('leaves tables, fields and rows as they were, and the script may go on', async () => {
    const result = await run(`SET ErrorMode=0;
      A: LOAD * INLINE [x\n1];
      Concatenate (A) LOAD *, ApplyMap('nix',x) as m INLINE [x\n2];
      B: LOAD x, Foo(x) RESIDENT A;
      DROP TABLES A, nix;
      DROP FIELDS x, nix;
      Concatenate (A) LOAD * INLINE [x\n3];`)
    expect(result.end).toEqual({ kind: 'completed' })
    expect(await writtenTables(path.join(folder, 'app.duckdb'))).toEqual({ A: 'x: 1 | 3' })
  })
})

describe('A script cannot reach', () => {
  it.each([
    ['a file beside the connection', `LOAD * FROM [lib://d/../secret.csv] (txt);`],
    ['an absolute path', `LOAD * FROM [/etc/passwd] (txt);`],
    ['a parquet file outside', `LOAD * FROM [lib://d/../secret.parquet] (parquet);`],
    ['an included file outside', `$(Must_Include=lib://d/../secret.csv);`],
    [
      'a place to store outside',
      `T: LOAD 1 as a AutoGenerate 1; STORE T INTO [lib://d/../secret.csv] (parquet);`,
    ],
    ['the tables of the engine', `T: LOAD * RESIDENT duckdb_settings;`],
    ['its own catalog tables', `T: LOAD * RESIDENT reprise_model;`],
  ])('%s', async (_what, script) => {
    await writeFile(path.join(folder, 'secret.csv'), 'a\n1')
    await writeFile(path.join(folder, 'secret.parquet'), 'x')
    const result = await run(script)
    expect(result.end.kind).toBe('failed')
    expect(result.tables).toEqual([])
    expect((await stat(path.join(folder, 'secret.csv'))).size).toBe(3)
  })
})
