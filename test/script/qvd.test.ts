/**
 * QVD files in scripts: SEMANTICS block R, and what LOAD, STORE and the Qvd functions do with files of other
 * writers.
 */
import { readdir } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { plainQvd, readPlainQvd, symbol } from '../support/plain-qvd.ts'
import { describeScripts, inline, withScript } from '../support/script-under-test.ts'

const T = `T: LOAD a, Date(d) as d, t ${inline('a,d,t', '06884,45000,x', '7,,', '7,45000,y')};`

/** Two fields and three rows, in a layout that our writer would not choose. */
const OTHER = plainQvd({
  fields: [
    {
      name: 'Ä & x',
      symbols: [symbol(5, 1, '1.0'), symbol(4, 0, 'text')],
      bitOffset: 9,
      bitWidth: 3,
      bias: -2,
    },
    { name: 'n', symbols: [symbol(1, 5), symbol(2, 2.5)], bitOffset: 0, bitWidth: 8 },
  ].map((field) => ({ ...field, name: field.name.replace('&', '&amp;') })),
  recordBytes: 2,
  rows: [
    [2, 1],
    [1, 0],
    [3, 1],
  ],
  reverseTables: true,
})

/** The file with a part of its header changed, where the part comes last. */
function damaged(part: string, by: string): Buffer {
  const text = OTHER.toString('latin1')
  const at = text.lastIndexOf(part)
  return Buffer.from(text.slice(0, at) + by + text.slice(at + part.length), 'latin1')
}

describeScripts('LOAD from QVD', [
  {
    rule: 'values come as they are: duals, texts, NULL; the extension tells the format',
    script: `T: LOAD * FROM [lib://d/o.qvd]; U: LOAD n as m, [Ä & x] & '!' as s FROM [lib://d/o.qvd] (qvd) WHERE n < 5;`,
    files: { 'o.qvd': OTHER },
    tables: { T: 'Ä & x,n: 1.0#1,2.5 | ∅,5 | text,2.5', U: 'm,s: 2.5,1.0! | 2.5,text!' },
  },
  {
    rule: 'every way to read gives the same: picked, FIRST, DISTINCT, grouped, mapped, preceding, from several files',
    script: `F: FIRST 2 LOAD n FROM [lib://d/o.qvd] (qvd); D: LOAD DISTINCT n as dn FROM [lib://d/o.qvd] (qvd);
      G: LOAD n as g, Count(n) as c FROM [lib://d/o.qvd] (qvd) GROUP BY n; M: MAPPING LOAD n, [Ä & x] FROM [lib://d/o.qvd] (qvd);
      P: LOAD ApplyMap('M', p) as m, p; LOAD n as p FROM [lib://d/o.qvd] (qvd);
      W: LOAD n as w, FileBaseName() as f FROM [lib://d/*.qvd] (qvd); N: LOAD 1 as one FROM [lib://d/o.qvd] (qvd);`,
    files: { 'o.qvd': OTHER, 'p.qvd': OTHER },
    tables: {
      F: 'n: 2.5 | 5',
      D: 'dn: 2.5 | 5',
      G: 'g,c: 2.5,2 | 5,1',
      P: 'm,p: 1.0#1,2.5 | ∅,5 | 1.0#1,2.5',
      W: 'w,f: 2.5,o | 5,o | 2.5,o | 2.5,p | 5,p | 2.5,p',
      N: 'one: 1 | 1 | 1',
    },
  },
  {
    rule: 'R8: a number has the text that its field had first, whichever file it came from',
    script: `A: LOAD * ${inline('x', '1.0')}; B: NOCONCATENATE LOAD x & '' as y, x FROM [lib://d/x.qvd] (qvd);
      C: NOCONCATENATE LOAD x FROM [lib://d/x.qvd] (qvd);`,
    files: {
      'x.qvd': plainQvd({
        fields: [{ name: 'x', symbols: [symbol(5, 1, '01')], bitOffset: 0, bitWidth: 0 }],
        recordBytes: 1,
        rows: [[0]],
      }),
    },
    tables: { A: 'x: 1.0#1', B: 'y,x: 01#1,1.0#1', C: 'x: 1.0#1' },
  },
  {
    rule: 'what the file does not have is told by name',
    script: `LOAD zz FROM [lib://d/o.qvd] (qvd);`,
    files: { 'o.qvd': OTHER },
    fault: [11, 'zz'],
  },
  {
    rule: 'a damaged file is refused with its name and the field',
    script: `LOAD n FROM [lib://d/o.qvd] (qvd);`,
    files: { 'o.qvd': damaged('<NoOfSymbols>2', '<NoOfSymbols>1') },
    fault: [
      12,
      "'lib://d/o.qvd' cannot be read as QVD: field 'n': its symbol table has 9 bytes behind its 1 symbols",
    ],
  },
  {
    rule: 'a file cut off is refused when it is opened, even where its rows are not asked for',
    script: `LOAD 1 as one FROM [lib://d/o.qvd] (qvd);`,
    files: { 'o.qvd': OTHER.subarray(0, -1) },
    fault: [12, 'cut off'],
  },
  {
    rule: 'a file that is no QVD is refused',
    script: `LOAD * FROM [lib://d/t.qvd] (qvd);`,
    files: { 't.qvd': 'a,b' },
    fault: [12, 'it is no QVD file'],
  },
  { rule: 'a missing file', script: `LOAD * FROM [lib://d/no.qvd] (qvd);`, fault: [8, 'no.qvd'] },
])

describe('STORE as QVD', () => {
  it('R1, R5, R7: the default whatever the extension; duals, numbers, NULL and the empty text are kept', async () => {
    const script = `${T} N: NOCONCATENATE LOAD *, RecNo() as r, 2147483648 as big, 1/4 as q RESIDENT T; DROP TABLE T;
      STORE N INTO [lib://d/t.csv]; STORE a as b FROM N INTO [lib://d/b.qvd] (qvd);`
    await withScript(script, {}, async ({ run, file, root }) => {
      expect(run.end).toEqual({ kind: 'completed' })
      expect(readPlainQvd(await file('t.csv'))).toEqual({
        names: ['a', 'd', 't', 'r', 'big', 'q'],
        rows: [
          [{ text: '06884', number: 6884 }, { text: '2023-03-15', number: 45000 }, 'x', 1, 2147483648, 0.25],
          [7, null, '', 2, 2147483648, 0.25],
          [7, { text: '2023-03-15', number: 45000 }, 'y', 3, 2147483648, 0.25],
        ],
      })
      const header = (await file('t.csv')).toString('latin1')
      expect(header).toContain('<Type>DATE</Type><nDec>0</nDec><UseThou>0</UseThou><Fmt>YYYY-MM-DD</Fmt>')
      expect(header).toMatch(/<CreateUtcTime>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d<\/CreateUtcTime>/)
      expect(readPlainQvd(await file('b.qvd')).names).toEqual(['b'])
      expect(run.storedFiles.map((stored) => stored.path)).toEqual(['t.csv', 'b.qvd'])
      expect(await readdir(root)).toEqual(['b.qvd', 't.csv'])
    })
  })

  it('reads back what it stored, over many batches, and may store over the file it reads (R11)', async () => {
    const script = `T: LOAD RecNo() as n, If(Odd(RecNo()), Date(40000 + Mod(RecNo(), 700))) as d, 'k' & Mod(RecNo(), 9) as k
      AutoGenerate 70000; STORE T INTO [lib://d/t.qvd] (qvd); DROP TABLE T;
      T: LOAD * FROM [lib://d/t.qvd] (qvd); STORE T INTO [lib://d/t.qvd]; DROP TABLE T;
      T: LOAD n, d, k FROM [lib://d/t.qvd] (qvd);
      C: LOAD Count(n) as c, Count(d) as d1, Sum(d) as sum, Min(d) as first, MaxString(k) as k1 RESIDENT T; DROP TABLE T;`
    await withScript(script, {}, ({ run, tables }) => {
      expect(run.end).toEqual({ kind: 'completed' })
      let sum = 0
      for (let row = 1; row <= 70_000; row += 2) sum += 40_000 + (row % 700)
      expect(tables.C).toBe(`c,d1,sum,first,k1: 70000,35000,${sum},40001,k8`)
    })
  })

  it('empty tables, fields of NULLs alone, and one value have their own shapes', async () => {
    const script = `E: LOAD RecNo() as e, 'x' as f AutoGenerate 0; N: LOAD Null() as n, 1 as one AutoGenerate 3;
      STORE E INTO [lib://d/e.qvd]; STORE N INTO [lib://d/n.qvd]; DROP TABLES E, N;
      E: LOAD * FROM [lib://d/e.qvd]; N: LOAD * FROM [lib://d/n.qvd];`
    await withScript(script, {}, async ({ run, tables, file }) => {
      expect(run.end).toEqual({ kind: 'completed' })
      expect(tables).toEqual({ E: 'e,f: ', N: 'n,one: ∅,1 | ∅,1 | ∅,1' })
      const empty = (await file('e.qvd')).toString('latin1')
      expect(empty).toContain(
        '<RecordByteSize>1</RecordByteSize>\r\n<NoOfRecords>0</NoOfRecords>\r\n<Offset>0</Offset>',
      )
      const nulls = (await file('n.qvd')).toString('latin1')
      expect(nulls).toMatch(
        /<BitWidth>1<\/BitWidth><Bias>-2<\/Bias>.*<BitWidth>0<\/BitWidth><Bias>0<\/Bias>/s,
      )
    })
  })

  it('tags and comments of the script, and $key for a field of two tables, are in the file', async () => {
    const script = `T: LOAD 1 as k, 'x' as v AutoGenerate 1; U: LOAD 1 as k, 2 as w AutoGenerate 1;
      COMMENT TABLE T WITH 'a < b'; COMMENT FIELD v WITH 'note'; TAG FIELD v WITH 'mine'; STORE T INTO [lib://d/t.qvd];`
    await withScript(script, {}, async ({ run, file }) => {
      expect(run.end).toEqual({ kind: 'completed' })
      const header = (await file('t.qvd')).toString('utf8')
      expect(header).toContain(
        '<Tags><String>$numeric</String><String>$integer</String><String>$key</String></Tags>',
      )
      expect(header).toContain(
        '<Comment>note</Comment><Tags><String>$ascii</String><String>$text</String><String>mine</String></Tags>',
      )
      expect(header).toContain('<Comment>a &lt; b</Comment>\r\n</QvdTableHeader>')
    })
  })

  it('the same tables give the same bytes, but for the time', async () => {
    const bytes = async () =>
      withScript(`${T} STORE T INTO [lib://d/t.qvd];`, {}, async ({ file }) =>
        (await file('t.qvd')).toString('latin1').replace(/<CreateUtcTime>.*?</, '<CreateUtcTime><'),
      )
    expect(await bytes()).toBe(await bytes())
  })

  it('a text with a NUL is refused, and the file that was there stays', async () => {
    const script = `T: LOAD 'a' & Chr(0) as bad AutoGenerate 1; STORE T INTO [lib://d/t.qvd];`
    await withScript(script, { 't.qvd': 'old' }, async ({ run, file, root }) => {
      expect(run.end).toMatchObject({ kind: 'failed', fault: { message: expect.stringContaining('NUL') } })
      expect((await file('t.qvd')).toString()).toBe('old')
      expect(await readdir(root)).toEqual(['t.qvd'])
    })
  })
})
