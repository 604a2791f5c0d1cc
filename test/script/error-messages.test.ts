/** What a person reads about a broken script: the line, and a message that says what to do. */
import { expect, it } from 'vitest'
import { withScript } from '../support/script-under-test.ts'

const CSV = {
  'x.csv': 'aa,b\n1,2\n',
  'bad.qvd': 'hello',
  'semi.csv': 'CustomerID;Name;Country\n1;Ann;UK\n',
  'tabs.csv': 'CustomerID\tName\n1\tAnn\n',
  'subs/z.csv': 'a\n1\n',
  '2024/jan.csv': 'a\n1\n',
  'inc.qvs': '// one\nLOAD zz FROM [lib://d/x.csv];\n',
}

it.each<[script: string, line: number, column: number | undefined, message: string]>([
  ['LET x =\n If(1=1, 2;', 2, 11, "Unexpected end of the statement, expected ',' or ')'"],
  ['TRACE a;\nLET x = Foo(1);', 2, 9, 'Unknown function: foo()'],
  ['LET x = (1 + 2 as y);', 1, 16, "Unexpected token: 'as', expected ')'"],
  [
    'T: LOAD aa FROM [lib://d/x.csv] WHERE aa != 1;',
    1,
    42,
    'WHERE, WHILE, GROUP BY, ORDER BY or the end of the statement; not equal is written <>',
  ],
  ['T: LOAD aa FROM [lib://d/x.csv]\n WHERE aa IN (1,2);', 2, 11, 'write Match(value, a, b ...) for IN'],
  [
    'T: LOAD CASE WHEN aa = 1 THEN 2 END FROM [lib://d/x.csv];',
    1,
    14,
    'write If(condition, value, other) for CASE',
  ],
  ['T: LOAD aa FROM [lib://d/x.csv] WHERE aa IS NULL;', 1, 42, 'write IsNull(value) for IS NULL'],
  ['T: LOAD AA FROM [lib://d/x.csv];', 1, 9, "Field 'AA' not found: names are case-sensitive, there is 'aa'"],
  ['T: LOAD zz FROM [lib://d/x.csv];', 1, 9, "Field 'zz' not found: the source has aa, b"],
  [
    'T: LOAD RecNo() as r AUTOGENERATE vN;',
    1,
    35,
    "Variable 'vN' not found: AUTOGENERATE must not depend on a row",
  ],
  ['T: LOAD * FROM [lib://d/y.csv];', 1, undefined, "Cannot open file 'lib://d/y.csv'"],
  [
    'T: LOAD * FROM [lib://d/X2.csv];',
    1,
    undefined,
    "Cannot open file 'lib://d/X2.csv' (did you mean 'x.csv'?)",
  ],
  [
    'T: LOAD * FROM [lib://d/sub/z.csv];',
    1,
    undefined,
    "'lib://d' has no folder 'sub' (did you mean 'subs'?)",
  ],
  ['T: LOAD * FROM [lib://d/other.xlsx] (ooxml);', 1, undefined, "; folders of 'lib://d': 2024, subs"],
  ['T: LOAD * FROM [lib://d/2024/*.xls] (biff);', 1, 16, "Cannot open file 'lib://d/2024/*.xls'"],
  ['$(Must_Include=lib://d/in.qvs);', 1, undefined, "(did you mean 'inc.qvs'?)"],
  [
    'LOAD * FROM [lib://D/x.csv];',
    1,
    undefined,
    "Connection 'D' not found (path 'lib://D/x.csv'), did you mean 'd'?",
  ],
  ['Sales: LOAD 1 AS a AUTOGENERATE 1;\nLOAD a AS b RESIDENT sales;', 2, 22, "(did you mean 'Sales'?)"],
  ['M: MAPPING LOAD 1 AS a, 2 AS b AUTOGENERATE 1;\nMAP x USING m;', 2, undefined, "(did you mean 'M'?)"],
  ['LET a = 1;\nLET b = a * $(vRate);', 2, 13, '$(vRate) has no value: Unexpected end'],
  ['LET v = Null();\nIF $(v) > 1 THEN\nEND IF', 2, 4, '$(v) has no value: Unexpected token'],
  ['LET x = 1 +\n$(=Foo(1));', 2, 1, '$(=Foo(1)) has no value (Unknown function: foo()): Unexpected end'],
  ['T: LOAD aa FROM [lib://d/$(vFile).csv] WHERE 1=1;', 1, 26, '$(vFile) has no value: Cannot open file'],
  ['LET a = 1;\nIF a == 1 THEN\nEND IF', 2, 7, 'equal is written with one ='],
  ['T: LOAD aa FROM [lib://d/x.csv]\nWHERE b = "North";', 2, 11, "a text stands in single quotes: 'North'"],
  ['LET a = 1\nLET b = 2;', 2, 1, "is a ';' missing before it?"],
  ['A: LOAD 1 as a AUTOGENERATE 1\nB: LOAD 2 as b AUTOGENERATE 1;', 2, 1, "is a ';' missing before it?"],
  [
    'T: LOAD aa FROM [lib://d/x.csv]\nSTORE T INTO [lib://d/t.csv] (txt);',
    2,
    1,
    "is a ';' missing before it?",
  ],
  ['LET a = \u2018one\u2019;', 1, 9, "a text stands in straight quotes: 'text'"],
  [
    'T: LOAD CustomerID FROM [lib://d/semi.csv] (txt);',
    1,
    9,
    "the source has one field 'CustomerID;Name;Country': delimiter is ';'?",
  ],
  ['T: LOAD Name FROM [lib://d/tabs.csv] (txt);', 1, 9, "delimiter is '\\t'?"],
  ['T: LOAD * FROM [lib://d/bad.qvd] (qvd);', 1, undefined, 'it does not start with an XML header'],
  ['LET a = 1;\nIF a = 1 THEN\nTRACE x;', 2, undefined, 'IF has no END IF that closes it'],
  ['FOR i = 1 TO 3\nNEXT j', 2, 6, 'NEXT j stands where FOR i ends'],
  ['$(Must_Include=lib://d/inc.qvs);', 1, undefined, '(line 2, column 6 of lib://d/inc.qvs)'],
])('%j', async (script, line, column, message) => {
  await withScript(script, CSV, ({ run: { end } }) => {
    if (end.kind !== 'failed') throw new Error(`it ${end.kind}`)
    expect(end.fault.message).toContain(message)
    expect([end.line, end.column]).toEqual([line, column])
  })
})
