/** SEMANTICS block R: STORE to text and parquet. */
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { runChecked } from '../support/checked-ahead.ts'
import { describeScripts, inline, withScript } from '../support/script-under-test.ts'

const T = `T: LOAD a, Date(d) as d ${inline('a,d', '1,45000')};`

describe('STORE', () => {
  it('R2: text is UTF-8 with a byte order mark, a header, text sides and CR LF', async () => {
    await withScript(`${T} STORE T INTO [lib://d/out.csv] (txt);`, {}, async ({ run, file, root }) => {
      expect(run.end).toEqual({ kind: 'completed' })
      expect((await file('out.csv')).toString('latin1')).toBe('\xef\xbb\xbfa,d\r\n1,2023-03-15\r\n')
      expect(run.storedFiles).toEqual([{ connection: 'd', path: 'out.csv', bytes: 22, file: '0' }])
      expect(await readdir(root)).toEqual(['out.csv'])
    })
  })

  it('R3: values with the delimiter, a quote or a line end are quoted; NULL and empty are both empty', async () => {
    const script = `T: LOAD 'x,y' as a, 'say "hi"' as b, 'l1'&Chr(10)&'l2' as c, Null() as n, '' as e AutoGenerate 1;
      STORE T INTO [lib://d/out.csv] (txt); STORE T INTO [lib://d/semi.csv] (txt, delimiter is ';');`
    await withScript(script, {}, async ({ file }) => {
      expect((await file('out.csv')).toString()).toBe('\ufeffa,b,c,n,e\r\n"x,y","say ""hi""","l1\nl2",,\r\n')
      expect((await file('semi.csv')).toString()).toBe('\ufeffa;b;c;n;e\r\nx,y;"say ""hi""";"l1\nl2";;\r\n')
    })
  })

  it('R3: a value with an apostrophe is quoted, one with blanks or another delimiter is not', async () => {
    const script = `T: LOAD 'it' & Chr(39) & 's' as a, 'x y' as b, 'x;y' as c AutoGenerate 1; STORE T INTO [lib://d/o.csv] (txt);`
    await withScript(script, {}, async ({ file }) => {
      expect((await file('o.csv')).toString()).toBe(`\ufeffa,b,c\r\n"it's",x y,x;y\r\n`)
    })
  })

  it('R4: a field list renames in the file only', async () => {
    await withScript(`${T} STORE a as b FROM T INTO [lib://d/o.csv] (txt);`, {}, async ({ file, tables }) => {
      expect((await file('o.csv')).toString()).toBe('\ufeffb\r\n1\r\n')
      expect(tables.T).toBe('a,d: 1,2023-03-15#45000')
    })
  })

  it('R11: the file that was read can be stored over', async () => {
    const script = `T: LOAD * FROM [lib://d/a.csv] (txt); Concatenate LOAD 2 as x AutoGenerate 1; STORE T INTO [lib://d/a.csv] (txt);`
    await withScript(script, { 'a.csv': 'x\n1' }, async ({ file }) => {
      expect((await file('a.csv')).toString()).toBe('\ufeffx\r\n1\r\n2\r\n')
    })
  })

  it('keeps load order and every row over many batches', async () => {
    const script = `T: LOAD RecNo() as n AutoGenerate 50000; STORE T INTO [lib://d/o.csv] (txt);`
    await withScript(script, {}, async ({ file }) => {
      const lines = (await file('o.csv')).toString().slice(1).split('\r\n')
      expect(lines).toEqual(['n', ...Array.from({ length: 50_000 }, (_, i) => String(i + 1)), ''])
    })
  })

  it('reads back a parquet file: numbers and dates as such, whatever text they were read from', async () => {
    const script = `T: LOAD *, Timestamp(d + 0.5) as ts, RowNo() as r, Date(d, 'D.M.YY') as own
      ${inline('n,d,code,mixed', '1,2024-01-31,007,1', '2.50,1899-12-31,12,x', '-0.5,2024-02-29,1.0,')};
      STORE T INTO [lib://d/o.parquet] (parquet, compression is zstd);
      DROP TABLE T; U: LOAD * FROM [lib://d/o.parquet] (parquet);`
    await withScript(script, {}, ({ run, tables }) => {
      expect(run.end).toEqual({ kind: 'completed' })
      expect(tables.U?.split(' | ')).toEqual([
        'n,d,code,mixed,ts,r,own: 1,2024-01-31#45322,"007","1",2024-01-31 12:00:00#45322.5,1,31.1.24',
        '2.5,1899-12-31#1,"12",x,1899-12-31 12:00:00#1.5,2,31.12.99',
        `-0.5,2024-02-29#45351,"1.0",'',2024-02-29 12:00:00#45351.5,3,29.2.24`,
      ])
    })
  })

  it('F1: parquet keeps names that differ only in case, whatever else the file has', async () => {
    const script = `T: LOAD RecNo() as Name, 'c0' as name, 'x' & RecNo() as NAME, RecNo()/2 as c0, 'c1' as "Ö", 'Name' as "ö" AutoGenerate 30000;
      STORE T INTO [lib://d/o.parquet] (parquet); STORE Name as a, name as A FROM T INTO [lib://d/p.parquet] (parquet);
      U: NoConcatenate LOAD * FROM [lib://d/o.parquet] (parquet) WHERE Name = 29999; V: LOAD A as b, a FROM [lib://d/p.parquet] WHERE a = 3; DROP TABLE T;`
    await withScript(script, {}, ({ run, tables }) => {
      expect(run.end).toEqual({ kind: 'completed' })
      expect(tables).toEqual({
        U: 'Name,name,NAME,c0,Ö,ö: 29999,c0,x29999,14999.5,c1,Name',
        V: 'b,a: c0,3',
      })
    })
  })

  it('refuses a read-only connection and leaves the old file when a STORE fails', async () => {
    await withScript('TRACE x;', { 'o.csv': 'old' }, async ({ root, dataFile, file }) => {
      const request = { script: '', variables: {}, partial: false, appId: 'a', appName: 'A' }
      const connections = [{ name: 'd', root, writable: false }]
      const run = await runChecked(
        {
          ...request,
          dataFile: `${dataFile}2`,
          script: `${T} STORE T INTO [lib://d/o.csv] (txt);`,
          connections,
        },
        () => {},
      )
      expect(run.end).toMatchObject({ kind: 'failed', fault: { scriptError: 8 } })
      expect((await file('o.csv')).toString()).toBe('old')
      expect(await readdir(path.dirname(dataFile))).not.toContain('app.duckdb2.tmp')
    })
  })
})

describeScripts('STORE, refused', [
  {
    rule: 'a format that is not written',
    script: `${T} STORE T INTO [lib://d/t.xlsx] (ooxml);`,
    fault: [12, 'STORE writes qvd, txt and parquet'],
  },
  { rule: 'an unknown table', script: `STORE Z INTO [lib://d/t.csv] (txt);`, fault: [10, "'Z'"] },
  {
    rule: 'an unknown field',
    script: `${T} STORE zz FROM T INTO [lib://d/t.csv] (txt);`,
    fault: [11, "'zz'"],
  },
  {
    rule: 'a folder that does not exist',
    script: `${T} STORE T INTO [lib://d/no/t.csv] (txt);`,
    fault: [8, 'folder'],
  },
  {
    rule: 'a file where a folder is needed',
    script: `${T} STORE T INTO [lib://d/a.csv/t.csv] (txt);`,
    files: { 'a.csv': 'x' },
    fault: [8, 'folder does not exist'],
  },
  {
    rule: 'the name of a folder',
    script: `${T} STORE T INTO [lib://d/sub.csv] (txt);`,
    files: { 'sub.csv/a.csv': 'x' },
    fault: [1, 'there is a folder of this name'],
  },
  ...['a\u0001b.csv', 'a\nb.csv', 'a.csv ./b.csv', 'noextension', `${'x'.repeat(300)}.csv`].map((name) => ({
    rule: `a name that no data file can have: ${JSON.stringify(name.slice(0, 20))}`,
    script: `${T} STORE T INTO [lib://d/${name}] (txt);`,
    fault: [8, 'Cannot write'] as const,
  })),
  {
    rule: 'a path outside the connection',
    script: `${T} STORE T INTO [lib://d/../t.csv] (txt);`,
    fault: [8, 'outside'],
  },
])
