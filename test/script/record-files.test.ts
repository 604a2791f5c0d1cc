/** Fixed-width files and workbooks (SEMANTICS E6, E11, D10; LANGUAGE, section 7). */

import { type CellObject, utils, type WorkBook, write } from '@e965/xlsx'
import { defined } from '../../src/core/defined.ts'
import { describeScripts } from '../support/script-under-test.ts'

const FIXED = 'AB 12345\r\nCD  6.50\r\n\r\nX\n'

describeScripts('Fixed-width files', [
  {
    rule: 'E6: positions, to the end with n; outer blanks are dropped',
    script: `T: LOAD @1:3 as a, @4:n as b FROM [lib://d/t.txt] (fix);`,
    files: { 't.txt': FIXED },
    tables: { T: "a,b: AB,12345 | CD,6.50#6.5 | X,''" },
  },
  {
    rule: 'names of their own, conditions, T and N, header lines, a preceding LOAD',
    script: `T: LOAD [@1:2] & '!' as x, @4:8; LOAD @1:2, @4:8T as @4:8 FROM [lib://d/t.txt] (fix, codepage is 1252, header is 1 lines, no eof) WHERE @4:8 > 1;
      SET Verbatim=1; U: LOAD @1:3 as v, @4:8N as n FROM [lib://d/t.txt] (fix) WHERE RecNo() = 1;`,
    files: { 't.txt': FIXED },
    tables: { T: 'x,@4:8: CD!,"6.50"', U: 'v,n: AB ,12345' },
  },
  {
    rule: 'records of bytes and of several lines',
    script: `T: LOAD @1:2 as a, @3:4 as b FROM [lib://d/t.bin] (fix, record is 4);
      U: LOAD @1:1 as c, @2:n as d FROM [lib://d/u.txt] (fix, record is 2 lines);
      V: LOAD @1:1 as e FROM [lib://d/u.txt] (fix, record is line) WHERE RecNo() > 3;`,
    files: { 't.bin': '0102030405', 'u.txt': 'a\n1\nb\n2\nc' },
    tables: { T: "a,b: 01#1,02#2 | 03#3,04#4 | 05#5,''", U: "c,d: a,1 | b,2 | c,''", V: 'e: 2 | c' },
  },
  {
    rule: 'binary numbers: I, U, R and B',
    script: `T: LOAD @1:1I as a, @1:1U as b, @2:3I as c, @4:7U as d, @8:15R as e, @16:18B as f, @19:n as g
      FROM [lib://d/t.bin] (fix, record is 19);`,
    files: {
      't.bin': Uint8Array.from([
        ...[0x80, 0xfe, 0xff, 1, 0, 0, 0x80],
        ...new Uint8Array(new Float64Array([1.5]).buffer),
        ...[0x01, 0x23, 0x4d, 0x41],
      ]),
    },
    tables: { T: 'a,b,c,d,e,f,g: -128,128,-2,2147483649,1.5,-1234,A' },
  },
  {
    rule: 'E11: positions are bytes; a byte order mark is none of them; oem is a code page of DOS',
    script: `T: LOAD @1:2 as a, @3:n as b FROM [lib://d/u8.txt] (fix); U: LOAD @1:1 as c, @2:2 as d FROM [lib://d/oem.txt] (fix, oem);
      V: LOAD * FROM [lib://d/oem.csv] (txt, codepage is 850);`,
    files: {
      'u8.txt': '\ufeffäbc',
      'oem.txt': Uint8Array.from([0x81, 0x99]),
      'oem.csv': Uint8Array.from([0x61, 0x0a, 0x81, 0x9d]),
    },
    tables: { T: 'a,b: ä,bc', U: 'c,d: ü,Ö', V: 'a: üØ' },
  },
  {
    rule: 'tabs stand for blanks up to the next stop',
    script: `T: LOAD @1:4 as a, @5:n as b FROM [lib://d/t.txt] (fix, tab is 4);`,
    files: { 't.txt': 'x\ty\n' },
    tables: { T: 'a,b: x,y' },
  },
  {
    rule: 'fields have no names of their own',
    script: 'LOAD * FROM [lib://d/t.txt] (fix);',
    files: { 't.txt': FIXED },
    fault: [11, 'are named by position'],
  },
  {
    rule: 'positions that cannot be',
    script: 'LOAD @0:3 FROM [lib://d/t.txt] (fix);',
    files: { 't.txt': FIXED },
    fault: [16, 'count from 1'],
  },
  {
    rule: 'record is belongs to fixed width',
    script: 'LOAD * FROM [lib://d/t.txt] (txt, record is 3 lines);',
    files: { 't.txt': FIXED },
    fault: [16, 'is for fixed-width files'],
  },
])

const number = (v: number, z?: string): CellObject => ({ t: 'n', v, ...defined({ z }) })
const text = (v: string): CellObject => ({ t: 's', v })

function book(
  sheets: Readonly<Record<string, readonly (readonly (CellObject | undefined)[])[]>>,
  more?: Partial<WorkBook>,
): WorkBook {
  const workbook = utils.book_new()
  for (const [name, rows] of Object.entries(sheets)) {
    const sheet: Record<string, unknown> = {}
    let width = 1
    for (const [r, row] of rows.entries()) {
      for (const [c, cell] of row.entries()) if (cell !== undefined) sheet[utils.encode_cell({ r, c })] = cell
      width = Math.max(width, row.length)
    }
    sheet['!ref'] = utils.encode_range({ s: { r: 0, c: 0 }, e: { r: rows.length - 1, c: width - 1 } })
    utils.book_append_sheet(workbook, sheet, name)
  }
  return Object.assign(workbook, more)
}

const written = (workbook: WorkBook, bookType: 'xlsx' | 'biff8' = 'xlsx'): Uint8Array =>
  new Uint8Array(write(workbook, { type: 'buffer', bookType }) as Buffer)

const SALES = book(
  {
    Sales: [
      [text('id'), text('day'), text('note'), undefined, text('note')],
      [number(5, '000'), number(45000, 'd/m/yyyy'), text(' 007 '), number(0.5, '0%'), text('x')],
      [number(6), number(45000.25, 'yyyy-mm-dd hh:mm'), undefined, number(0.25, 'h:mm'), text("it's")],
    ],
    'Other $heet': [
      [text('title')],
      [],
      [text('k'), text('v')],
      [text('a'), { t: 'b', v: true }],
      [text('b'), { t: 'e', v: 42 }],
    ],
  },
  { Workbook: { Names: [{ Name: 'Small', Ref: "'Other $heet'!$A$3:$B$4" }] } },
)

describeScripts('Workbooks', [
  {
    rule: 'D10: numbers as they are shown, dates and times as duals, texts as in text files; the first sheet without a name',
    script: `SET DateFormat='DD.MM.YYYY'; SET TimestampFormat='DD.MM.YYYY hh:mm'; SET TimeFormat='hh:mm';
      T: LOAD * FROM [lib://d/b.xlsx] (ooxml, embedded labels);`,
    files: { 'b.xlsx': written(SALES) },
    tables: {
      T:
        'id,day,note,F4,note1: 005#5,15.03.2023#45000,007#7,50%#0.5,x | ' +
        "6,15.03.2023 06:00#45000.25,∅,06:00#0.25,it's",
    },
  },
  {
    rule: 'a sheet by name, header lines, no labels: columns are letters; booleans and errors',
    script: `T: LOAD A as k, B as v FROM [lib://d/b.xlsx] (ooxml, no labels, header is 3 lines, table is [Other $heet]);
      U: LOAD v, k as l FROM [lib://d/b.xlsx] (ooxml, embedded labels, header is 2 lines, table is 'other $heet') WHERE k = 'a';`,
    files: { 'b.xlsx': written(SALES) },
    tables: { T: 'k,v: a,-1 | b,∅', U: 'v,l: -1,a' },
  },
  {
    rule: 'a named range',
    script: `T: LOAD * FROM [lib://d/b.xlsx] (ooxml, embedded labels, table is Small);`,
    files: { 'b.xlsx': written(SALES) },
    tables: { T: 'k,v: a,-1' },
  },
  {
    rule: 'an old workbook; the name of its sheet with $ behind; the extension decides',
    script: `T: LOAD id, note1 FROM [lib://d/b.xls] (biff, embedded labels, table is Sales$);
      U: LOAD id as x FROM [lib://d/b.xls];`,
    files: { 'b.xls': written(SALES, 'biff8') },
    tables: { T: "id,note1: 005#5,x | 6,it's", U: 'x: 005#5 | 6' },
  },
  ...(['xlsx', 'biff8'] as const).map((kind) => ({
    rule: `${kind}: the table begins with the first row that is used; blank labels are F and their position, also of columns without a cell`,
    script: `LET t = '${kind === 'xlsx' ? 'ooxml' : 'biff'}';
      T: LOAD * FROM [lib://d/b] ($(t), embedded labels); U: LOAD * FROM [lib://d/b] ($(t), no labels, header is 1 lines);
      V: LOAD a as c, F3 as d, [1.000000] as e FROM [lib://d/b] ($(t)) WHERE [1.000000] = 4; W: LOAD "1" as f FROM [lib://d/b] ($(t));`,
    files: {
      b: written(
        book({
          S: [
            [],
            [],
            [text('a'), undefined, undefined, number(1)],
            [number(0, '0.000'), number(2), undefined, number(1234.5, '#,##0.00')],
            [],
            [number(3), undefined, undefined, number(4)],
          ],
        }),
        kind,
      ),
    },
    tables: {
      T: 'a,F2,F3,1: 0.000#0,2,∅,1,234.50#1234.5 | ∅,∅,∅,∅ | 3,∅,∅,4',
      U: 'A,B,C,D: 0.000#0,2,∅,1,234.50#1234.5 | ∅,∅,∅,∅ | 3,∅,∅,4',
      V: 'c,d,e: 3,∅,4',
      W: 'f: 1,234.50#1234.5 | ∅ | 4',
    },
  })),
  {
    rule: 'header lines of a workbook are lines',
    script: 'LOAD * FROM [lib://d/b.xlsx] (ooxml, header is 2);',
    files: { 'b.xlsx': written(SALES) },
    fault: [16, 'is told in lines'],
  },
  {
    rule: 'days of 1904',
    script: `T: LOAD d FROM [lib://d/b.xlsx] (ooxml);`,
    files: {
      'b.xlsx': written(
        book(
          { S: [[text('d')], [number(43538, 'yyyy-mm-dd')]] },
          { Workbook: { WBProps: { date1904: true } } },
        ),
      ),
    },
    tables: { T: 'd: 2023-03-15#45000' },
  },
  {
    rule: 'CROSSTABLE: an empty cell is NULL and gives no row; sheets by loop and mask',
    script: `FOR EACH s IN 'A', 'B'
      T: CrossTable(m, v) LOAD p, Jan, Feb FROM [lib://d/*.xlsx] (ooxml, embedded labels, table is $(s));
      NEXT s`,
    files: {
      '1.xlsx': written(
        book({
          A: [
            [text('p'), text('Jan'), text('Feb')],
            [text('x'), number(1), undefined],
          ],
          B: [
            [text('p'), text('Jan'), text('Feb')],
            [text('y'), undefined, number(2)],
          ],
        }),
      ),
    },
    tables: { T: 'p,m,v: x,Jan,1 | y,Feb,2' },
  },
  {
    rule: 'a sheet that is not there',
    script: 'LOAD * FROM [lib://d/b.xlsx] (ooxml, table is Nix);',
    files: { 'b.xlsx': written(SALES) },
    fault: [10, "no named range 'Nix': it has Sales, Other $heet"],
  },
  {
    rule: 'a file that is no workbook',
    script: 'LOAD * FROM [lib://d/b.xlsx] (ooxml);',
    files: { 'b.xlsx': 'a,b\n1,2' },
    fault: [12, 'is not an xlsx workbook'],
  },
])
