/** Where a fault is told to be: the same by check and by a run, whatever stands between and around. */
import { describe, expect, it } from 'vitest'
import { run } from '../../../test/support/scripted-host.ts'
import { checkScript } from '../check/check-script.ts'

/** The script without its ^, and the line and column where that stood. */
function marked(text: string) {
  const at = text.indexOf('^')
  const before = text.slice(0, at).split('\n')
  const position = { line: before.length, column: before.at(-1)!.length + 1 }
  return { script: text.slice(0, at) + text.slice(at + 1), position }
}

describe('the position of a fault in the script', () => {
  it.each([
    ['of a statement', 'TRACE a;\n ^Nonsense here;'],
    ['of the second of a line', 'TRACE a; ^Nonsense here; TRACE b;'],
    ['behind a comment', '/* a\n b */ ^Nonsense here;'],
    ['behind comments that end lines', '// one\nTRACE a; // two\n// three\n^Nonsense here;'],
    ['behind a comment in the statement', 'LET /* a;\n b */ x = /* Foo */ ^Foo(1);'],
    ['behind a comment with the same words', 'LET x = // Foo(1)\n 1 + ^Foo(1);'],
    ['in a line of many', 'T:\nLOAD a,\n  b, // c\n  ^Foo(c) as d\nRESIDENT x;'],
    ['behind a quoted text over lines', "LET x = 'a\nb' &\n  ^Foo(1);"],
    [
      'at the end where something is missing',
      'LET x =\n  (1 + 2 // three\n  ^;'.replace(' // three\n  ^', '^'),
    ],
    ['behind a label that waits', 'T: TRACE a; ^Nonsense; LOAD 1 as a AUTOGENERATE 1;'],
    ['of a label without a LOAD', 'TRACE a; ^T: TRACE b;'],
    ['of a second label', 'T: TRACE a;\n ^S: LOAD 1 as a AUTOGENERATE 1;'],
    ['of a LOAD without a source', 'TRACE a; ^LOAD a; TRACE b;'],
    ['behind WHEN', 'WHEN 1 = 1 LET x = ^Foo(1);'],
    ['in WHEN', 'WHEN ^Foo(1) LET x = 1;'],
    ['in an assignment', 'x = 1 +\ty = ^Foo(1)'.replace(' +\ty', '\ny')],
    ['in IF', 'IF 1 = 1 and ^Foo(1) THEN\nEND IF'],
    ['in ELSEIF', 'IF 0 THEN\nELSEIF ^Foo(1) THEN\nEND IF'],
    ['in FOR', 'FOR i = 1 TO ^Foo(1)\nNEXT'],
    ['in NEXT', 'FOR i = 1 TO 2\nTRACE a;\nNEXT i ^j'],
    ['of another NEXT', 'FOR i = 1 TO 2\nTRACE a;\nNEXT ^j'],
    ['in DO', 'DO WHILE ^Foo(1)\nLOOP'],
    ['in LOOP', 'DO\nTRACE a;\nLOOP UNTIL ^Foo(1)'],
    ['in SWITCH', 'SWITCH ^Foo(1)\nCASE 1\nEND SWITCH'],
    ['in CASE', 'SWITCH 1\nCASE 2, ^Foo(1)\nEND SWITCH'],
    ['of an argument', 'SUB s(a)\nEND SUB\nCALL s(1, ^Foo(1))'],
    ['in the body of a sub', 'SUB s(a)\n  LET x = ^Foo(a);\nEND SUB\nCALL s(1)'],
    ['of a prefix', 'LEFT JOIN (T) ^KEEP (T) LOAD a RESIDENT x;'],
    ['of a clause', 'LOAD a RESIDENT x\nWHERE a = 1\n^WHERE b = 2;'],
    ['of a statement without names', 'QUALIFY^;'],
    ['of MAP without USING', 'MAP^ a, b;'],
    ['of a name where USING should have one', 'MAP a USING ^= b;'],
    ['of what is not supported', 'TRACE a;\n  ^DIRECT QUERY x;'],
    ['behind ü and 😀', "LET x = 'ü😀' & ^Foo(1);"],
    ['behind a carriage return', 'TRACE a;\r\nLET x =\r\n ^Foo(1);'],
  ])('%s', (_what, text) => {
    const { script, position } = marked(text)
    expect(checkScript(script)).toMatchObject([position])
    expect(run(script).end).toMatchObject({ kind: 'failed', ...position })
  })

  it.each([
    ['behind what a macro expanded to', "SET v = a long text;\nLET x = '$(v)' & ^Foo(1);"],
    ['in what a macro expanded to', 'SET v = 1 + Foo(1);\nLET x = 2 + ^$(v) + 3;'],
    ['behind a macro over lines', 'SET v = 1\n+ 1;\nLET x = $(v) + /* a */\n  ^Foo(1);'],
    [
      'in one of several statements of a macro',
      'SET v = TRACE a; TRACE b;\n  ^$(v) Nonsense;'.replace(
        'TRACE a; TRACE b',
        "'TRACE a; Nonsense; TRACE b'",
      ),
    ],
    ['behind the statements of a macro', "SET v = 'TRACE a; TRACE b;';\n$(v) LET x = ^Foo(1);"],
    [
      'in the lower LOAD of a stack',
      'SET v = a;\nT: LOAD $(v), b;\nLOAD a, ^b b\nRESIDENT x;'.replace('^b b', 'b ^b'),
    ],
    ['in the upper LOAD of a stack', 'T:\nLOAD a, // c\n  b ^b;\nLOAD a, b RESIDENT x;'],
    ['in a loop', "FOR i = 1 TO 3\nIF i = 2 THEN\nLET x = '$(i)' & ^Foo(1);\nEND IF\nNEXT"],
    ['at the foot of a loop that ran', 'FOR i = 1 TO 3\nDO\nTRACE a;\nLOOP UNTIL $(i) = 2 or ^Foo(1)\nNEXT'],
  ])('%s', (_what, text) => {
    const { script, position } = marked(text)
    expect(run(script).end).toMatchObject({ kind: 'failed', ...position })
  })

  it('of an included file is in its message, and the line is that of the include', () => {
    const inner = marked('TRACE a; // b\n LET x = ^Foo(1);')
    const { end } = run('TRACE a;\n  $(Must_Include=a.qvs)', { files: { 'a.qvs': inner.script } })
    expect(end).toMatchObject({
      kind: 'failed',
      line: 2,
      fault: { message: 'Unknown function: foo() (line 2, column 10 of a.qvs)' },
    })
    expect(end).not.toHaveProperty('column')
  })

  it('of an included file that is not there is the macro', () => {
    const { script, position } = marked('TRACE a;\nLET x = ^$(Must_Include=a.qvs);')
    expect(run(script).end).toMatchObject({ kind: 'failed', ...position })
  })

  it('is the statement where nothing closer is known', () => {
    const { end } = run('TRACE a;\n\n DROP TABLE t;', { missing: ['t'] })
    expect(end).toMatchObject({ kind: 'failed', line: 3 })
    expect(end).not.toHaveProperty('column')
  })
})
