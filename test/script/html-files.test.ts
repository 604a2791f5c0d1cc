/** Tables of HTML pages (LANGUAGE, section 7). */
import { expect, it } from 'vitest'
import { describeScripts, withScript } from '../support/script-under-test.ts'

const PAGE = `<!doctype html><html><head><title>x</title><style>td { color: red }</style></head><body>
<table><caption>Sales</caption>
  <thead><tr><th>id<th>what &amp; when<th></thead>
  <tr><td> 1 <td><b>pen</b><br>31.12.  <i>2025</i><script>no()</script><td>x</tr>
  <tr></tr>
  <tr><td>007<td colspan=2>a < b</td><td>too many</td>
</table>
<table id=outer><tr><td>k</td><td>v</td></tr>
<tr><td>in</td><td>text <table><tr><td>n</td></tr><tr><td>5</td></tr></table></td></tr></table>
</body></html>`

describeScripts('HTML', [
  {
    rule: 'the first table, its labels and cells as they are shown',
    script: 'T: LOAD * FROM [lib://d/p.html] (html, embedded labels);',
    files: { 'p.html': PAGE },
    tables: { T: "id,what & when,@3: 1,pen 31.12. 2025,x | 007#7,a < b,''" },
  },
  {
    rule: 'tables by number, also those within; no labels, header lines; the extension decides',
    script: `T: LOAD * FROM [lib://d/p.htm] (html, table is @2); U: LOAD * FROM [lib://d/p.htm] (html, table is [@3]);
      V: LOAD @1 as a FROM [lib://d/p.htm] (html, no labels, header is 2 lines);  W: LOAD id as b FROM [lib://d/p.htm];`,
    files: { 'p.htm': PAGE },
    tables: { T: 'k,v: in,text', U: 'n: 5', V: 'a: 007#7', W: 'b: 1 | 007#7' },
  },
  {
    rule: 'a cell that spans rows leaves the columns behind it where they are, within its group of rows',
    script: `T: LOAD * FROM [lib://d/1.html] (html); U: LOAD * FROM [lib://d/2.html] (html, header is 1 lines);`,
    files: {
      '1.html': `<table><thead><tr><td>a<td>b<td>c<tbody><tr><td rowspan=2>1<td>2<td>3<tr><td>4<td>5
        <tr><td>6<td colspan=2 rowspan=0>7<tr><td>8<tbody><tr><td>9<td rowspan=x>10<td>11</table>`,
      '2.html':
        '<table><tr><td colspan=9>title<tr><td>d<td>e<tr><td>1<td rowspan=2>2<tr></tr><tr><td>3<td>4</table>',
    },
    tables: { T: "a,b,c: 1,2,3 | '',4,5 | 6,7,'' | 8,'','' | 9,10,11", U: 'd,e: 1,2 | 3,4' },
  },
  {
    rule: 'character sets: of the format, of the page, else UTF-8 or Windows-1252',
    script: `A: LOAD * FROM [lib://d/1.html] (html, codepage is 1250); B: LOAD * FROM [lib://d/2.html] (html);
      C: LOAD * FROM [lib://d/3.html] (html); D: LOAD * FROM [lib://d/4.html] (html);`,
    files: {
      '1.html': Buffer.from('<meta charset=utf-8><table><tr><td>a<tr><td>\xb9</table>', 'latin1'),
      '2.html': Buffer.from('<meta charset="windows-1251"><table><tr><td>b<tr><td>\xe6</table>', 'latin1'),
      '3.html': '<table><tr><td>c<tr><td>é</table>',
      '4.html': Buffer.from('<table><tr><td>d<tr><td>\xe9</table>', 'latin1'),
    },
    tables: { A: 'a: ą', B: 'b: ж', C: 'c: é', D: 'd: é' },
  },
  ...(
    [
      ['a table that is not there', PAGE, '(html, table is @4)', 10, 'it has @1 to @3'],
      ['a table by a name', PAGE, '(html, table is Sales)', 10, "no table 'Sales'"],
      ['a page without tables', 'text', '(html)', 10, 'it has none'],
      ['depth', '<div>'.repeat(100_000), '(html)', 12, 'nested more than 500 deep'],
      [
        'spans',
        `<table>${'<tr><td colspan=1000>'.repeat(5000)}</table>`,
        '(html)',
        12,
        'more than 4000000 cells',
      ],
      ['a table without rows', '<table></table>', '(html)', 12, 'no row with field names'],
    ] as const
  ).map(([what, content, format, code, message]) => ({
    rule: `refused: ${what}`,
    script: `LOAD * FROM [lib://d/p.html] ${format};`,
    files: { 'p.html': content },
    fault: [code, message] as const,
  })),
])

it('reads a page of deep nesting and many rows', async () => {
  const page = `${'<div>'.repeat(400)}<table><tr><td>a${'<tr><td>1'.repeat(50_000)}</table>`
  const script = 'S: LOAD * FROM [lib://d/p.html] (html); T: LOAD Sum(a) as s RESIDENT S; DROP TABLE S;'
  await withScript(script, { 'p.html': page }, ({ run, tables }) => {
    expect(run.end).toEqual({ kind: 'completed' })
    expect(tables).toEqual({ T: 's: 50000' })
  })
})
