/** What a person reads about a broken script: the line, and a message that says what to do. */
import { expect, it } from 'vitest'
import { withScript } from '../support/script-under-test.ts'

const CSV = {
  'x.csv': 'aa,b\n1,2\n',
  'bad.qvd': 'hello',
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
