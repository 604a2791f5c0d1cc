/** SEMANTICS block E: text files and INLINE; B11 and B12. */
import { expect, it } from 'vitest'
import { describeScripts, inline, withScript } from '../support/script-under-test.ts'

const utf16 = (text: string) => new Uint8Array(Buffer.from(`\ufeff${text}`, 'utf16le'))

describeScripts('Text files', [
  {
    rule: 'E1: blanks around values of a file are dropped, tabs and hard spaces are not',
    script: 'T: LOAD * FROM [lib://d/t.csv] (txt);',
    files: { 't.csv': 'a,b\n1 , x y \n\t2,\u00a0x' },
    tables: { T: 'a,b: 1,x y | "\t2",\u00a0x' },
  },
  {
    rule: 'E1: in INLINE also tabs are dropped around names and values, and a line of them is none',
    script: `T: LOAD * INLINE [\n\ta\t,\t b\n\tx\t, y \n\t'q '\t,"r\t" \n \t \n\t];
      U: LOAD * INLINE [c\td\n1\t 2\n\t] (delimiter is '\\t'); V: LOAD * INLINE [\n\te|f\n\t1\t|\t\n\t] (delimiter is '|');
      X: LOAD 'g' & Chr(9) AS x AUTOGENERATE 2; W: LOAD * FROM_FIELD (X, x) (txt);`,
    tables: {
      T: 'a,b: x,y | q ,r\t',
      U: "c,d: 1,2 | '',''",
      V: "e,f: 1,''",
      X: 'x: g\t | g\t',
      W: 'g\t: g\t',
    },
  },
  {
    rule: 'E1: Verbatim keeps blanks',
    script: 'SET Verbatim=1; T: LOAD * INLINE [a,b\nx , y ];',
    tables: { T: 'a,b: x , y ' },
  },
  {
    rule: 'E2: standard quoting needs a mark at both ends of the cell',
    script: `T: LOAD * FROM [lib://d/t.csv] (txt);`,
    files: { 't.csv': `a,b\n'x,y',it's\n"a" b, "c,d" \n` },
    tables: { T: `a,b: x,y,it's | "a" b,c,d` },
  },
  {
    rule: 'E3: msq: delimiters, line ends and doubled marks in a cell',
    script: `T: LOAD * FROM [lib://d/t.csv] (txt, msq);`,
    files: { 't.csv': `a,b\n"a,""b""","two\r\nlines"\n'x',y\n` },
    tables: { T: `a,b: a,"b",two\r\nlines | 'x',y` },
  },
  {
    rule: 'E4: no quotes: marks are data',
    script: `T: LOAD * FROM [lib://d/t.csv] (txt, no quotes);`,
    files: { 't.csv': `a,b\n'abc',"d\n` },
    tables: { T: `a,b: 'abc',"d` },
  },
  {
    rule: 'E5: no labels: fields by position',
    script: `T: LOAD @2 as x INLINE [a;b] (txt, no labels, delimiter is ';');`,
    tables: { T: 'x: b' },
  },
  {
    rule: 'E7: header lines stand before the labels',
    script: `T: LOAD * FROM [lib://d/t.csv] (txt, header is 2 lines);`,
    files: { 't.csv': 'A "title\nof, two lines\na,b\n1,2\n' },
    tables: { T: 'a,b: 1,2' },
  },
  {
    rule: 'E8: INLINE is expanded first',
    script: `SET v=7; T: LOAD * INLINE [a\n$(v)];`,
    tables: { T: 'a: 7' },
  },
  {
    rule: 'E10: the delimiter is a comma unless given',
    script: `T: LOAD * INLINE [a;b\n1;2];`,
    tables: { T: 'a;b: 1;2' },
  },
  {
    rule: 'E11: a byte order mark decides the encoding',
    script: `T: LOAD * FROM [lib://d/u8.csv] (txt, codepage is 1252); U: LOAD * FROM [lib://d/u16.csv] (txt); V: LOAD * FROM [lib://d/ansi.csv] (txt, ansi);`,
    files: {
      'u8.csv': '\ufeffa\né',
      'u16.csv': utf16('b\né'),
      'ansi.csv': Uint8Array.of(99, 10, 0xe9, 0x80),
    },
    tables: { T: 'a: é', U: 'b: é', V: 'c: é€' },
  },
  {
    rule: 'E12: every file of a wildcard is loaded, in name order, by the normal rules',
    script: `T: LOAD * FROM [lib://d/*.csv] (txt);`,
    files: { 'x2.csv': 'b,a\n4,3', 'x1.csv': 'a,b\n1,2', 'y3.csv': 'a,b,c\n5,6,7', 'z.txt': 'q\n1' },
    tables: { T: 'a,b: 1,2 | 3,4', 'T-1': 'a,b,c: 5,6,7' },
  },
  {
    rule: 'E13: FileName and its family tell about the file being read',
    script: `T: LOAD FileBaseName() as f, FileName() as n, FileExtension() as e, FilePath() as p, FileSize() as s FROM [lib://d/x*.csv] (txt);`,
    files: { 'x1.csv': 'a\n1', 'x2.csv': 'a\n1\n' },
    tables: { T: 'f,n,e,p,s: x1,x1.csv,csv,lib://d/x1.csv,3 | x2,x2.csv,csv,lib://d/x2.csv,4' },
  },
  {
    rule: 'E14: a missing file has no size, and is a fault only when it is read',
    script: `LET s = Alt(FileSize('lib://d/nix.csv'),'none'); LET t = Alt(QvdNoOfRecords('lib://d/nix.qvd'),'none'); TRACE $(s) $(t);`,
    traced: ['none none'],
  },
  {
    rule: 'E14: reading it is fault 8',
    script: `LOAD * FROM [lib://d/nix.csv] (txt);`,
    fault: [8, "'lib://d/nix.csv'"],
  },
  {
    rule: 'A wildcard without a match is fault 8',
    script: `LOAD * FROM [lib://d/*.csv] (txt);`,
    fault: [8, '*.csv'],
  },
  {
    rule: 'E15: back slashes and .. inside the folder, relative to DIRECTORY',
    script: `DIRECTORY [lib://d/sub]; T: LOAD * FROM [..\\other\\t.csv] (txt);`,
    files: { 'other/t.csv': 'a\n1', 'sub/x': '' },
    tables: { T: 'a: 1' },
  },
  {
    rule: 'E16: no column is lost',
    script: `T: LOAD * INLINE [a,a,,a1\n1,2,3,4];`,
    tables: { T: 'a,a2,@3,a1: 1,2,3,4' },
  },
  {
    rule: 'E17: a field that the file does not have is fault 11',
    script: `LOAD zz FROM [lib://d/t.csv] (txt);`,
    files: { 't.csv': 'a\n1' },
    fault: [11, "'zz'"],
  },
  {
    rule: 'A comment sign hides lines',
    script: `T: LOAD * INLINE [a\n#x\n1] (txt, comment is '#');`,
    tables: { T: 'a: 1' },
  },
  {
    rule: 'A tab as delimiter; a line of empty cells is a row, an empty line none',
    script: `T: LOAD * FROM [lib://d/t.txt] (txt, delimiter is '\\t');`,
    files: { 't.txt': 'a\tb\r\n1\t2\r\n\r\n\t\r\n' },
    tables: { T: "a,b: 1,2 | '',''" },
  },
  {
    rule: 'The format is guessed from the extension',
    script: `T: LOAD * FROM [lib://d/t.csv];`,
    files: { 't.csv': 'a\n1' },
    tables: { T: 'a: 1' },
  },
  {
    rule: 'A binary file is a wrong format, by name',
    script: `LOAD * FROM [lib://d/t.csv] (txt);`,
    files: { 't.csv': Uint8Array.of(97, 10, 0, 1, 2, 3) },
    fault: [12, "'lib://d/t.csv'"],
  },
  {
    rule: 'A text that is not UTF-8 and whose format names no character set is read as Windows-1252',
    script: `T: LOAD * FROM [lib://d/t.csv] (txt); U: LOAD * FROM [lib://d/u.csv]; V: LOAD @1:2 as c, @3:n as d FROM [lib://d/t.txt] (fix);`,
    files: {
      't.csv': Uint8Array.of(97, 10, 0xe9, 0x80, 10),
      'u.csv': 'b\né€😀',
      't.txt': Uint8Array.of(0x80, 0xe9, 0xfc, 10),
    },
    tables: { T: 'a: é€', U: 'b: é€😀', V: 'c,d: €é,ü' },
    traced: ['t.csv', 't.txt'].map(
      (file) =>
        `Warning: The file 'lib://d/${file}' is not UTF-8 and its format names no character set: it is read as ` +
        'Windows-1252. Write the character set that it has into the format, such as codepage is 1252',
    ),
  },
  {
    rule: '0x1A ends a text, unless it is data by no eof',
    script: `T: LOAD * FROM [lib://d/t.csv] (txt); U: LOAD a as b FROM [lib://d/t.csv] (txt, no eof); V: LOAD * FROM [lib://d/v.csv] (txt);
      W: LOAD @1:2 as d FROM [lib://d/t.csv] (fix);`,
    files: { 't.csv': 'a\n1\n\x1a', 'v.csv': 'c\nx\x1ay\nz' },
    tables: { T: 'a: 1', U: 'b: 1 | \x1a', V: 'c: x', W: 'd: a | 1 | \x1a' },
  },
  {
    rule: 'delimiter is spaces: characters below 32 count as blanks',
    script: `T: LOAD * FROM [lib://d/t.txt] (txt, delimiter is spaces); U: LOAD * FROM [lib://d/u.txt] (txt, delimiter is spaces, msq);`,
    files: { 't.txt': ' a  b\r\n1\t2\n\x0b\x0b3\x01 \x1f4 \t\n \t \n', 'u.txt': 'c\td\n"x \ty"\t"z"\n' },
    tables: { T: 'a,b: 1,2 | 3,4', U: 'c,d: x \ty,z' },
  },
  {
    rule: 'So is text in another character set than its format names',
    script: `LOAD * FROM [lib://d/t.csv] (txt, utf8);`,
    files: { 't.csv': Uint8Array.of(97, 10, 0xe9, 10) },
    fault: [12, 'utf-8'],
  },
  {
    rule: 'And an empty file without labels',
    script: `LOAD * FROM [lib://d/t.csv] (txt);`,
    files: { 't.csv': '' },
    fault: [12, 'no row with field names'],
  },
  {
    rule: 'a text that is called a workbook',
    script: `LOAD * FROM [lib://d/t.xlsx] (ooxml, table is [S]);`,
    files: { 't.xlsx': 'x' },
    fault: [12, 'is not an xlsx workbook'],
  },
  {
    rule: 'A file that is no parquet',
    script: `LOAD * FROM [lib://d/t.parquet] (parquet);`,
    files: { 't.parquet': 'x' },
    fault: [12, "'lib://d/t.parquet'"],
  },
  {
    rule: 'FOR EACH over files and folders that are not there, or may not be listed, has no pass',
    script: [
      'lib://d/nix/*.csv',
      'lib://nix/*',
      'lib://d/../*',
      'C:\\data\\*',
      '/etc/*',
      'lib://d/a.csv/*',
      'x/*',
    ]
      .map((mask) => `FOR EACH f IN FileList('${mask}'), DirList('${mask}')\nTRACE $(f);\nNEXT`)
      .join('\n')
      .concat('\nTRACE end;'),
    files: { 'a.csv': '' },
    traced: [
      'end',
      "Warning: Path 'lib://d/../*' is outside the folder of connection 'd': the list is empty",
      "Warning: Connection 'nix' not found (path 'lib://nix/*'): the list is empty",
    ],
  },
  {
    rule: 'E15: a path of a machine leads to the place that stands for its folder, everywhere',
    script: `T: LOAD a, FileName() as f, FilePath() as p FROM [q:\\old\\t*.csv] (txt);
      STORE T INTO [\\\\FILES\\share\\o.csv] (txt); U: LOAD a as b FROM [lib://d/sub/o.csv] (txt);
      DIRECTORY \\\\files\\share; V: LOAD a as c FROM o.csv (txt); LET s = FileSize('Q:/Old/t.csv'); TRACE s=$(s);
      FOR EACH f IN FileList('Q:\\Old\\*.csv')\nTRACE $(f);\nNEXT\n$(Include=Q:\\Old\\part.qvs);`,
    files: { 't.csv': 'a\n1', 'sub/x': '', 'part.qvs': 'TRACE included;' },
    tables: { T: 'a,f,p: 1,t.csv,lib://d/t.csv', U: 'b: 1', V: 'c: 1' },
    traced: ['s=3', 'lib://d/t.csv', 'included'],
  },
  ...['C:\\x.csv', '\\\\nix\\share\\x.csv', 'Q:\\Old\\..\\x.csv', 'Q:\\Older\\x.csv'].map((path) => ({
    rule: `E15: other paths of machines are refused: ${path}`,
    script: `LOAD * FROM [${path}] (txt);`,
    fault: [8, 'a place that stands for its folder'] as const,
  })),
  {
    rule: 'FOR EACH over files, and a script file that is included',
    script: `FOR EACH f IN FileList('lib://d/*.csv')\nTRACE $(f);\nNEXT\n$(Include=lib://d/part.qvs);\n$(Include=lib://d/nix.qvs);`,
    files: { 'b.csv': '', 'a.csv': '', 'part.qvs': 'TRACE included;' },
    traced: ['lib://d/a.csv', 'lib://d/b.csv', 'included'],
  },
])

it('reads a file of many pieces: every row once, multi-byte characters whole', async () => {
  const rows = Array.from({ length: 40_000 }, (_, index) => `${index + 1},ä€😀${index % 7}`)
  const script = `S: LOAD * FROM [lib://d/big.csv] (txt, utf8);
    T: LOAD Count(n) as c, Sum(n) as s, Count(DISTINCT t) as d, Min(Len(t)) as l RESIDENT S; DROP TABLE S;`
  await withScript(script, { 'big.csv': `n,t\n${rows.join('\r\n')}` }, ({ run, tables }) => {
    expect(run.end).toEqual({ kind: 'completed' })
    expect(run.rowsRead).toBe(80_000)
    expect(tables).toEqual({ T: 'c,s,d,l: 40000,800020000,7,4' })
  })
})

it('leaves nothing behind of a wildcard LOAD whose last file fails', async () => {
  const script = `A: LOAD * ${inline('x', '1')}; SET ErrorMode=0; T: LOAD * FROM [lib://d/*.csv] (txt); LET e=ScriptError; TRACE e=$(e);`
  const files = { 'a.csv': 'x\n2', 'b.csv': 'y\n3', 'c.csv': Uint8Array.of(0, 1) }
  await withScript(script, files, ({ run, tables }) => {
    expect(run.end).toEqual({ kind: 'completed' })
    expect(tables).toEqual({ A: 'x: 1' })
  })
})
