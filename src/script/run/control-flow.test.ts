import { describe, expect, it } from 'vitest'
import { type Answers, HostLimitReached, run } from '../../../test/support/scripted-host.ts'

function trace(script: string, answers?: Answers): readonly string[] {
  const ran = run(script, answers)
  if (ran.end.kind === 'failed') throw new Error(ran.end.fault.message)
  return ran.traced
}

describe('SEMANTICS block P: control flow', () => {
  it.each<[string, string, string[], Answers?]>([
    ['P2 bounds are inclusive', 'FOR i=1 to 3\nTRACE $(i);\nNEXT', ['1', '2', '3']],
    ['P2 the end is evaluated once', 'n=3\nFOR i=1 to n\nn=9\nTRACE $(i);\nNEXT', ['1', '2', '3']],
    ['P3 start beyond end runs no pass (pin)', 'FOR i=1 to 0\nTRACE no;\nNEXT\nTRACE ok;', ['ok']],
    ['P3 the counter stands behind the end (pin)', 'FOR i=1 to 3\nNEXT\nTRACE $(i);', ['4']],
    ['P4 negative steps', 'FOR i=3 to 1 step -1\nTRACE $(i);\nNEXT', ['3', '2', '1']],
    [
      'P4 fractional steps reach their end',
      'FOR i=0 to 0.3 step 0.1\nTRACE $(i);\nNEXT i',
      ['0', '0.1', '0.2', '0.3'],
    ],
    [
      'P5 FOR EACH: text, numbers, variables',
      "v='w'\nfor each a in 1,3,7+1,'xyz',v\nTRACE $(a);\nnext a",
      ['1', '3', '8', 'xyz', 'w'],
    ],
    [
      'P6 files and folders by mask',
      "SET d=lib://d;\nFOR EACH f in FileList('$(d)/*.qvd'), DirList(d & '/*')\nTRACE $(f);\nNEXT",
      ['lib://d/a.qvd', 'lib://d/b.qvd', 'lib://d/sub'],
      { fileLists: { 'lib://d/*.qvd': ['lib://d/a.qvd', 'lib://d/b.qvd'], 'lib://d/*': ['lib://d/sub'] } },
    ],
    ['P6 nothing found is no pass', "FOR EACH f in FileList('x')\nTRACE no;\nNEXT\nTRACE ok;", ['ok']],
    [
      'P7 values of a field',
      "FOR EACH a in FieldValueList('FIELD')\nTRACE $(a);\nNEXT\nFOR EACH a in FieldValueList(FIELD)\nTRACE $(a);\nNEXT",
      ['one', '2', 'one', '2'],
      { fieldValues: { FIELD: ['one', 2] } },
    ],
    ['P8 DO WHILE tests first', 'a=1\nDO WHILE a<3\nTRACE $(a);\na=a+1\nLOOP', ['1', '2']],
    ['P8 DO UNTIL tests first', 'a=3\nDO UNTIL a=3\nTRACE no;\nLOOP\nTRACE ok;', ['ok']],
    ['P8 LOOP WHILE tests last', 'a=9\nDO\nTRACE $(a);\na=a+1\nLOOP WHILE a<3', ['9']],
    ['P8 LOOP UNTIL tests last', 'a=1\nDO\nTRACE $(a);\na=a+1\nLOOP UNTIL a>2', ['1', '2']],
    [
      'P9 the first equal CASE only',
      'SWITCH 2\nCASE 1,2\nTRACE a;\nCASE 2\nTRACE b;\nDEFAULT\nTRACE c;\nEND SWITCH',
      ['a'],
    ],
    ['P9 DEFAULT when none is equal', "SWITCH 'x'\nCASE 1\nTRACE a;\nDEFAULT\nTRACE c;\nENDSWITCH", ['c']],
    ['P9 nothing when there is no DEFAULT', 'SWITCH 1\nCASE 2\nTRACE a;\nEND SWITCH\nTRACE ok;', ['ok']],
    [
      'P10, P11 values are copied back to plain variables; missing ones are NULL',
      `Sub P(A,B,C)\nA=A+1\nB=B+1\nC=C+1\nTRACE $(A) $(B) [$(C)];\nEnd Sub
A=1\nX=1\nC=1\nCall P(A,(X+1)*2)\nTRACE $(A) $(X) $(C);`,
      ['2 5 []', '2 1 1'],
    ],
    [
      'P10 a name in parentheses is an expression, which gets nothing back',
      'SUB s(a, b, c)\na=2\nb=2\nc=2\nEND SUB\nx=1\ny=1\nz=1\nCALL s((x), y, ((z)))\nTRACE $(x) $(y) $(z);',
      ['1 2 1'],
    ],
    [
      'P12 EXIT SUB copies back',
      'Sub INCR(I,J)\nI=I+1\nExit Sub when I<10\nJ=J+1\nEnd Sub\nX=1\nY=1\nCall INCR(X,Y)\nTRACE $(X) $(Y);\nX=9\nCall INCR(X,Y)\nTRACE $(X) $(Y);',
      ['2 1', '10 2'],
    ],
    [
      'P13 a later SUB replaces an earlier one',
      'SUB s\nTRACE a;\nEND SUB\nSUB s\nTRACE b;\nEND SUB\nCALL s',
      ['b'],
    ],
    ['P14 other variables of a sub are global', 'SUB s\nLET g=1;\nEND SUB\nCALL s\nTRACE $(g);', ['1']],
    [
      'P14 parameters shadow globals',
      'SUB s(g)\nLET g=2;\nTRACE $(g);\nEND SUB\ng=1\nCALL s(5)\nTRACE $(g);',
      ['2', '1'],
    ],
    [
      'P15 recursion',
      'SUB fac(n, r)\nIF n<=1 THEN\nr=1\nELSE\nm=n-1\nCALL fac(m, r)\nr=r*n\nEND IF\nEND SUB\nCALL fac(5, x)\nTRACE $(x);',
      ['120'],
    ],
    [
      'P16 WHEN and UNLESS in front of a statement',
      'A=1\nB=1\nwhen A=1 unless B=2 TRACE a;\nwhen A=1 unless B=1 TRACE b;',
      ['a'],
    ],
    [
      'P17 EXIT SCRIPT in a sub ends the run',
      'SUB s\nEXIT SCRIPT\nEND SUB\nTRACE a;\nCALL s\nTRACE b;',
      ['a'],
    ],
    ['EXIT SCRIPT UNLESS', 'EXIT SCRIPT UNLESS 1=1\nTRACE a;\nexit script when 1=1\nTRACE b;', ['a']],
    [
      'P19 both spellings of the ends',
      'IF 1 THEN\nENDIF\nIF 1 THEN\nEND IF\nSUB s\nENDSUB\nTRACE ok;',
      ['ok'],
    ],
    [
      'P20 a branch that is not taken is never parsed',
      "IF 1=0 THEN\nNonsense it's $(= 1 +) here;\nCALL nobody\nELSE\nTRACE ok;\nEND IF",
      ['ok'],
    ],
    [
      'IF takes the first true branch',
      'FOR i=1 to 4\nIF i=1 THEN\nTRACE a;\nELSEIF i=2 THEN\nTRACE b;\nELSEIF i<4 THEN\nTRACE c;\nELSE\nTRACE d;\nEND IF\nNEXT',
      ['a', 'b', 'c', 'd'],
    ],
    ['IF on one line', 'if 1=1 then; TRACE a; else; TRACE b; end if;', ['a']],
    [
      'blocks nest',
      'FOR i=1 to 2\nIF i=1 THEN\nFOR EACH j in 1,2\nTRACE $(i)$(j);\nNEXT\nELSE\nTRACE x;\nEND IF\nNEXT',
      ['11', '12', 'x'],
    ],
    [
      'EXIT FOR leaves the innermost loop',
      'FOR i=1 to 2\nFOR j=1 to 9\nEXIT FOR WHEN j=2\nTRACE $(i)$(j);\nNEXT\nNEXT',
      ['11', '21'],
    ],
    [
      'EXIT FOR leaves the DO inside it',
      'FOR i=1 to 2\nDO\nIF i=1 THEN\nEXIT DO\nEND IF\nEXIT FOR\nLOOP\nTRACE $(i);\nNEXT\nTRACE end $(i);',
      ['1', 'end 2'],
    ],
    [
      'EXIT SUB leaves loops',
      'SUB s\nFOR i=1 to 9\nEXIT SUB WHEN i=2\nTRACE $(i);\nNEXT\nTRACE no;\nEND SUB\nCALL s\nTRACE ok;',
      ['1', 'ok'],
    ],
    [
      'a false branch hides a bad block inside it only from parsing',
      'IF 0 THEN\nFOR x\nNEXT\nEND IF\nTRACE ok;',
      ['ok'],
    ],
  ])('%s', (_row, script, traced, answers) => {
    expect(trace(script, answers)).toEqual(traced)
  })

  it.each<[string, string, number, number, RegExp]>([
    ['P1 THEN on the next line', 'x=1\nIF a=1\nTHEN\nEND IF', 2, 2, /expected THEN on the same line/],
    ['P13 CALL before SUB', 'CALL s\nSUB s\nEND SUB', 1, 16, /sub s is not defined/],
    ['P15 endless recursion', 'SUB s\nCALL s\nEND SUB\nCALL s', 2, 1, /nested more than 256 deep/],
    ['P18 NEXT of another variable', 'FOR i=1 to 2\nNEXT j', 2, 2, /NEXT j stands where FOR i ends/],
    ['FOR without NEXT', 'x=1\nFOR i=1 to 2\nTRACE a;', 2, 2, /FOR has no NEXT/],
    ['blocks that cross', 'FOR i=1 to 2\nIF 1 THEN\nNEXT\nEND IF', 1, 2, /NEXT stands where IF needs END IF/],
    ['END IF alone', 'END IF', 1, 2, /END IF stands outside/],
    ['ELSE alone', 'ELSE', 1, 2, /ELSE stands outside/],
    ['EXIT SUB outside of a sub', 'EXIT SUB', 1, 2, /EXIT SUB stands outside/],
    [
      'EXIT FOR in a sub that a loop calls',
      'SUB s\nEXIT FOR\nEND SUB\nFOR i=1 to 2\nCALL s\nNEXT',
      2,
      2,
      /EXIT FOR stands outside/,
    ],
    ['a step of 0', 'FOR i=1 to 2 step 0\nNEXT', 1, 16, /step of FOR is 0/],
    ['FOR without a number', "FOR i='a' to 2\nNEXT", 1, 16, /start of FOR is not a number/],
    ['too many arguments', 'SUB s(a)\nEND SUB\nCALL s(1,2)', 3, 16, /takes 1 argument/],
    ['a loop over ScriptError', 'FOR ScriptError=1 to 2\nNEXT', 1, 16, /can only be read/],
  ])('%s fails with its line', (_row, script, line, scriptError, message) => {
    const { end } = run(script)
    expect(end).toMatchObject({ kind: 'failed', line, fault: { scriptError } })
    expect(end.kind === 'failed' && end.fault.message).toMatch(message)
  })

  it.each(['DO\nLOOP', 'DO WHILE 1\nIF 1 THEN\nEND IF\nLOOP', 'FOR i=1 to 1e15\nNEXT'])(
    'a script that never ends tells where it is on every pass: %s',
    (script) => {
      expect(() => run(script, { limit: 1000 })).toThrow(HostLimitReached)
    },
  )

  it('refuses blocks that nest without end before the stack overflows', () => {
    const { end } = run('IF 1 THEN\n'.repeat(3000) + 'END IF\n'.repeat(3000))
    expect(end).toMatchObject({
      kind: 'failed',
      fault: { message: expect.stringMatching(/nested more than/) },
    })
  })

  it('tells of a fault in the innermost block', () => {
    const { end } = run(`${'IF 1 THEN\n'.repeat(512)}CALL nix;\n${'END IF\n'.repeat(512)}`)
    expect(end).toMatchObject({
      kind: 'failed',
      fault: { message: expect.stringContaining('sub nix') },
      line: 513,
    })
  })
})
