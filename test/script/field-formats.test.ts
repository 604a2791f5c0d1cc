/** How fields show their numbers, from one QVD file into the next (FACTS, QVD read, QVD written). */
import { describe, expect, it } from 'vitest'
import { plainQvd, readPlainQvd, symbol } from '../support/plain-qvd.ts'
import { describeScripts, inline, withScript } from '../support/script-under-test.ts'

const format = (type: string, fmt: string, decimals = 0, dec = '', thou = '') =>
  `<NumberFormat><Type>${type}</Type><nDec>${decimals}</nDec><UseThou>0</UseThou><Fmt>${fmt}</Fmt><Dec>${dec}</Dec><Thou>${thou}</Thou></NumberFormat>`

/** Fields of numbers only but `t`, each with one value. */
const FILE = plainQvd({
  fields: [
    ['d', 'DATE', 'M/D/YYYY', 1, 41382],
    ['ts', 'TIMESTAMP', 'M/D/YYYY h:mm:ss[.fff] TT', 2, 41382.75],
    ['tm', 'TIME', 'h:mm TT', 2, 0.75],
    ['iv', 'INTERVAL', 'hh:mm', 2, 1.5],
    ['m', 'MONEY', '$#.##0,00', 2, 1234.5],
    ['r', 'REAL', '##############', 2, 1.5],
    ['f', 'REAL', '00', 1, 7],
    ['i', 'INTEGER', '###0', 1, 2013],
    ['u', 'UNKNOWN', '', 1, 41382],
    ['t', 'DATE', 'M/D/YYYY', 5, 41382],
  ].map(([name, type, fmt, kind, value]) => ({
    name: name as string,
    symbols: [symbol(kind as 1 | 2 | 5, value as number, kind === 5 ? '18.4.13' : undefined)],
    bitOffset: 0,
    bitWidth: 0,
    numberFormat: format(
      type as string,
      fmt as string,
      0,
      type === 'MONEY' ? ',' : '',
      type === 'MONEY' ? '.' : '',
    ),
  })),
  recordBytes: 1,
  rows: [Array.from({ length: 10 }, () => 0)],
})

const SHOWN =
  '4/18/2013#41382,4/18/2013 6:00:00 PM#41382.75,6:00 PM#0.75,36:00#1.5,$1.234,50#1234.5,1.5,07#7,2013,41382,18.4.13#41382'
const RAW = '41382,41382.75,0.75,1.5,1234.5,1.5,7,2013,41382,18.4.13#41382'
const NAMES = 'd,ts,tm,iv,m,r,f,i,u,t'

describeScripts('A field of numbers only of a QVD file', [
  {
    rule: 'shows them by its number format when it is loaded as it is',
    files: { 'q.qvd': FILE },
    script: `T: LOAD * FROM [lib://d/q.qvd] (qvd);`,
    tables: { T: `${NAMES}: ${SHOWN}` },
  },
  {
    rule: 'also renamed, first, distinct, and with Exists of one field alone',
    files: { 'q.qvd': FILE },
    script: `K: LOAD 2013 as i AutoGenerate 1; R: FIRST 1 LOAD DISTINCT d as day FROM [lib://d/q.qvd] (qvd);
      E: NoConcatenate LOAD d, i FROM [lib://d/q.qvd] (qvd) WHERE Exists(i); DROP TABLE K;`,
    tables: { R: 'day: 4/18/2013#41382', E: 'd,i: 4/18/2013#41382,2013' },
  },
  {
    rule: 'is raw when the LOAD computes, filters, maps or stacks',
    files: { 'q.qvd': FILE },
    script: `C: LOAD d, d + 1 as e, d & '' as s FROM [lib://d/q.qvd] (qvd); W: LOAD d as w FROM [lib://d/q.qvd] (qvd) WHERE d > 0;
      P: LOAD d as p; LOAD d FROM [lib://d/q.qvd] (qvd); A: NoConcatenate LOAD * FROM [lib://d/q.qvd] (qvd) WHERE IterNo() > 0;
      G: LOAD d as g, Count(i) as c FROM [lib://d/q.qvd] (qvd) GROUP BY d; m: MAPPING LOAD 0, 1 AutoGenerate 1;
      MAP z USING m; Z: LOAD d as y, i as z FROM [lib://d/q.qvd] (qvd);`,
    tables: {
      C: 'd,e,s: 41382,41383,41382',
      W: 'w: 41382',
      P: 'p: 41382',
      A: `${NAMES}: ${RAW}`,
      G: 'g,c: 41382,1',
      Z: 'y,z: 41382,2013',
    },
  },
  {
    rule: 'keeps its texts in tables made of the first, and by the settings where the file has no format',
    files: {
      'q.qvd': FILE,
      'n.qvd': plainQvd({
        fields: [
          {
            name: 'n',
            symbols: [symbol(1, 41382)],
            bitOffset: 0,
            bitWidth: 0,
            numberFormat: format('DATE', ''),
          },
        ],
        recordBytes: 1,
        rows: [[0]],
      }),
    },
    script: `SET DateFormat='DD.MM.YYYY'; T: LOAD d FROM [lib://d/q.qvd] (qvd); U: NoConcatenate LOAD d, d + 1 as e RESIDENT T; DROP TABLE T;
      N: LOAD n FROM [lib://d/n.qvd] (qvd);`,
    tables: { U: 'd,e: 4/18/2013#41382,41383', N: 'n: 18.04.2013#41382' },
  },
])

/** Type, nDec and Fmt of each field of a header, and its tags. */
function headerOf(bytes: Buffer): Record<string, string> {
  const text = bytes.toString('utf8', 0, bytes.indexOf('</QvdTableHeader>'))
  const fields = [...text.matchAll(/<QvdFieldHeader>(.*?)<\/QvdFieldHeader>/gs)].map(([, field]) => field!)
  const part = (field: string, element: string) =>
    new RegExp(`<${element}>(.*?)</${element}>`, 's').exec(field)![1]!
  return Object.fromEntries(
    fields.map((field) => {
      const tags = [...part(field, 'Tags').matchAll(/<String>(.*?)<\/String>/g)].map(([, tag]) => tag)
      const told = [part(field, 'Type'), part(field, 'nDec'), part(field, 'Fmt')].join(' ')
      return [
        part(field, 'FieldName'),
        `${told} ${tags.filter((tag) => /date|stamp/.test(tag!)).join(' ')}`.trim(),
      ]
    }),
  )
}

async function stored(
  script: string,
  files: Record<string, Uint8Array> = {},
): Promise<Record<string, string>> {
  return withScript(`${script} STORE T INTO [lib://d/out.qvd] (qvd);`, files, async ({ run, file }) => {
    expect(run.end).toEqual({ kind: 'completed' })
    return headerOf(await file('out.qvd'))
  })
}

describe('STORE as QVD', () => {
  it('tells how functions show their numbers', async () => {
    const header =
      await stored(`T: LOAD Date(x,'D.M.YYYY') as date, Date(x) as own, Date(x+0.5,'D.M.YYYY') as noon, Timestamp(x+0.5,'D.M.YYYY hh:mm') as moment,
      Timestamp(x,'D.M.YYYY hh:mm') as whole, Time(0.5,'hh:mm') as time, Interval(x,'hh:mm') as span, Year(x) as year, Day(x) as day, Month(x) as month,
      WeekDay(x) as weekday, AutoNumber(x) as auto, Num(x,'00') as num, Num(x) as plain, Money(x,'#,##0 kr') as money, Round(x,0.01) as round,
      MakeDate(2024) as made, If(0,'x',Date(x,'D.M.YYYY')) as chosen, '0' & x as code, MonthName(x) as monthname, Dual('n',1) as label, 1/4 as half, x & '' as text ${inline('x', '45000')};`)
    expect(header).toEqual({
      date: 'DATE 0 D.M.YYYY $date $timestamp',
      own: 'DATE 0 YYYY-MM-DD $date $timestamp',
      noon: 'DATE 0 D.M.YYYY $date $timestamp',
      moment: 'TIMESTAMP 0 D.M.YYYY hh:mm $timestamp',
      whole: 'TIMESTAMP 0 D.M.YYYY hh:mm $timestamp $date',
      time: 'TIME 0 hh:mm',
      span: 'INTERVAL 0 hh:mm',
      year: 'INTEGER 0 ###0',
      day: 'INTEGER 0 ###0',
      month: 'UNKNOWN 0',
      weekday: 'UNKNOWN 0',
      auto: 'INTEGER 0 0',
      num: 'REAL 0 00',
      plain: 'INTEGER 0',
      money: 'MONEY 0 #,##0 kr',
      round: 'FIX 2',
      made: 'DATE 0 YYYY-MM-DD $date $timestamp',
      chosen: 'UNKNOWN 0',
      code: 'UNKNOWN 0',
      monthname: 'UNKNOWN 0',
      label: 'UNKNOWN 0',
      half: 'REAL 0',
      text: 'INTEGER 0',
    })
  })

  it('and of aggregations, groups, stacked LOADs, RESIDENT, JOIN, CONCATENATE and RENAME', async () => {
    const header =
      await stored(`S: LOAD Money(x,'#,##0 kr') as m, Date(x,'D.M.YYYY') as d, x ${inline('x', '45000', '45001')};
      T: LOAD d as dd, s, mx, y * 1 as y1, y; LOAD d, Sum(m) as s, Max(x) as mx, Max(Year(d)) as y RESIDENT S GROUP BY d;
      Left Join (T) LOAD d as dd, m RESIDENT S; Concatenate (T) LOAD 45002 as dd AutoGenerate 1; RENAME FIELD m TO amount; DROP TABLE S;`)
    expect(header).toEqual({
      dd: 'DATE 0 D.M.YYYY $date $timestamp',
      s: 'UNKNOWN 0',
      mx: 'UNKNOWN 0',
      y1: 'INTEGER 0',
      y: 'UNKNOWN 0',
      amount: 'MONEY 0 #,##0 kr',
    })
  })

  it('and of a file that was loaded as it is, but not that its numbers are whole', async () => {
    const header = await stored('T: LOAD * FROM [lib://d/q.qvd] (qvd);', { 'q.qvd': FILE })
    expect(header).toEqual({
      d: 'DATE 0 M/D/YYYY $date $timestamp',
      ts: 'TIMESTAMP 0 M/D/YYYY h:mm:ss[.fff] TT $timestamp',
      tm: 'TIME 0 h:mm TT',
      iv: 'INTERVAL 0 hh:mm',
      m: 'MONEY 0 $#.##0,00',
      r: 'REAL 0 ##############',
      f: 'REAL 0 00',
      i: 'UNKNOWN 0',
      u: 'UNKNOWN 0',
      t: 'DATE 0 M/D/YYYY $date $timestamp',
    })
    const transformed = await stored('T: LOAD d, i, i + 1 as j FROM [lib://d/q.qvd] (qvd);', {
      'q.qvd': FILE,
    })
    expect(transformed).toEqual({ d: 'INTEGER 0', i: 'INTEGER 0', j: 'INTEGER 0' })
  })

  it('a format is told where every value is a number, and texts stay beside the numbers', async () => {
    const script = `T: LOAD If(x='-', x, x) as t, Date(x,'D.M.YYYY') as d ${inline('x', '45000', '-')}; Concatenate (T) LOAD 'none' as d AutoGenerate 1;
      STORE T INTO [lib://d/out.qvd] (qvd);`
    await withScript(script, {}, async ({ file }) => {
      const bytes = await file('out.qvd')
      expect(headerOf(bytes)).toEqual({ t: 'UNKNOWN 0', d: 'UNKNOWN 0' })
      expect(readPlainQvd(bytes).rows[0]).toEqual([45000, { text: '15.3.2023', number: 45000 }])
    })
  })

  it('AUTONUMBER makes counters, and as text it shows what the file showed', async () => {
    expect(await stored(`T: LOAD * ${inline('k', 'b', 'a')}; AUTONUMBER k;`)).toEqual({ k: 'INTEGER 0 0' })
    const script = 'T: LOAD d, m FROM [lib://d/q.qvd] (qvd); STORE T INTO [lib://d/t.txt] (txt);'
    await withScript(script, { 'q.qvd': FILE }, async ({ file }) => {
      expect((await file('t.txt')).toString()).toBe('\ufeffd,m\r\n4/18/2013,"$1.234,50"\r\n')
    })
  })
})
