import { describe, expect, it } from 'vitest'
import { run } from '../../../test/support/scripted-host.ts'

const MISSING = { missing: ['nix.csv', 'gone'] }
const traced = (script: string) => run(script, MISSING).traced

describe('SEMANTICS block Q: errors', () => {
  it('Q1 ErrorMode 0 goes on, and ScriptError holds until the next successful statement', () => {
    const script =
      'SET ErrorMode=0; LOAD * FROM nix.csv; LET e=ScriptError; LET f=ScriptError; LET n=Num(e); LET m=Num(f); TRACE $(n) $(m);'
    expect(run(script, MISSING)).toMatchObject({ end: { kind: 'completed' }, traced: ['8 0'] })
  })

  it('Q1 control clauses leave ScriptError as it is', () => {
    const script = `SET ErrorMode=0;\nLOAD * FROM nix.csv;\nIF ScriptError=3 THEN\nTRACE no;\nELSEIF ScriptError=8 THEN
LET n=Num(ScriptError);\nTRACE $(n);\nEND IF`
    expect(traced(script)).toEqual(['8'])
  })

  it('the log of an error that is passed over tells where in the script it stands', () => {
    const { log } = run('SET ErrorMode=0;\nLET v = 1 +\n foo(2);')
    expect(log.join('\n')).toContain('Unknown function: foo() (line 3, column 2)')
  })

  it('Q2 ScriptError is a dual', () => {
    expect(
      traced(
        "SET ErrorMode=0;\nLOAD * FROM nix.csv;\nIF ScriptError=8 and ScriptError='File not found' THEN\nTRACE both;\nEND IF",
      ),
    ).toEqual(['both'])
    expect(
      traced('SET ErrorMode=0;\nLOAD * FROM nix.csv;\nTRACE $(ScriptError);\nTRACE $(ScriptError);'),
    ).toEqual(['File not found', '0'])
  })

  it('Q4 ScriptErrorCount counts, ScriptErrorList lists', () => {
    expect(
      traced(
        'SET ErrorMode=0; LOAD * FROM nix.csv; Nonsense; TRACE $(ScriptErrorCount); TRACE $(ScriptErrorList);',
      ),
    ).toEqual(['2', 'Cannot open file\nUnknown statement: Nonsense'])
  })

  it('Q4 a thousand errors are listed, all are counted', () => {
    const script = `SET ErrorMode=0;\nFOR i=1 to 1200\nNonsense;\nNEXT\nLET n=SubStringCount(ScriptErrorList,'Nonsense');
TRACE $(ScriptErrorCount) $(n);`
    expect(traced(script)).toEqual(['1200 1000'])
  })

  it('shows no more than the beginning of a huge statement and message', () => {
    const { end } = run(`LET a = Foo${'o'.repeat(10_000)}(1);`)
    if (end.kind !== 'failed') throw new Error('expected a failure')
    expect(end.statement).toMatch(/^LET a = Foo{3990,} \.\.\.$/)
    expect(end.fault.message).toMatch(/^Unknown function: foo+ \.\.\.$/)
    expect(end.statement.length + end.fault.message.length).toBe(2 * 4004)
  })

  it('Q5 an unknown function or a wrong count is a syntax error of the whole statement', () => {
    expect(run('LET a = Foo(1);').end).toMatchObject({ kind: 'failed', fault: { scriptError: 2 } })
    expect(run('LET a = Left(1,2,3);').end).toMatchObject({ kind: 'failed', fault: { scriptError: 2 } })
  })

  it('Q6 a condition that fails is false under ErrorMode 0 (pin)', () => {
    expect(
      traced('SET ErrorMode=0;\nIF Foo(1) THEN\nTRACE no;\nELSEIF 1=1 THEN\nTRACE yes;\nEND IF'),
    ).toEqual(['yes'])
    expect(traced('SET ErrorMode=0;\nFOR i=1 to Foo(1)\nTRACE no;\nNEXT\nTRACE ok;')).toEqual(['ok'])
    expect(traced('SET ErrorMode=0;\nDO WHILE Foo(1)\nTRACE no;\nLOOP\nTRACE ok;')).toEqual(['ok'])
    expect(traced('SET ErrorMode=0;\nSWITCH Foo(1)\nDEFAULT\nTRACE no;\nEND SWITCH\nTRACE ok;')).toEqual([
      'ok',
    ])
    expect(
      traced('SET ErrorMode=0;\nSWITCH 1\nCASE Foo(1)\nTRACE no;\nCASE 1\nTRACE ok;\nEND SWITCH'),
    ).toEqual(['ok'])
  })

  it.each(['', 'SET ErrorMode=1;', 'SET ErrorMode=2;'])('stops at once otherwise: %s', (mode) => {
    const { end, traced } = run(`${mode}TRACE a;\nDROP TABLE\n gone;\nTRACE b;`, MISSING)
    expect(traced).toEqual(['a'])
    expect(end).toEqual({
      kind: 'failed',
      fault: { code: 'FileNotFound', scriptError: 8, engineErrorCode: 11020, message: 'Cannot open file' },
      line: 2,
      statement: 'DROP TABLE\n gone',
    })
  })

  it('names the expanded statement and its line, also inside of subs', () => {
    const { end } = run("SUB s(t)\nDROP TABLE $(t);\nEND SUB\nCALL s('gone')", MISSING)
    expect(end).toMatchObject({ kind: 'failed', line: 2, statement: 'DROP TABLE gone' })
  })

  it('writes the error to the log', () => {
    expect(run('SET ErrorMode=0;\nDROP TABLE gone;', MISSING).log).toEqual([
      '0001 SET ErrorMode=0',
      '0002 DROP TABLE gone',
      '---- Error: Cannot open file',
    ])
  })

  it('shows the line of the script with a caret, a long one cut', () => {
    const long = `LET b = 1${' + 1'.repeat(30)} + Foo(1)${' + 2'.repeat(30)};`
    const { log } = run(`SET v = 12;\nLET\ta = $(v) + ^(1);\n${long}`.replace('^', 'Foo'))
    expect(log.slice(-3)).toEqual([
      '---- Error: Unknown function: foo() (line 2, column 16)',
      '---- LET a = $(v) + Foo(1);',
      '----                ^',
    ])
    const [shown, caret] = run(`x = 1\n${long}`)
      .log.slice(-2)
      .map((line) => line.slice(5))
    expect(shown!.length).toBeLessThanOrEqual(100)
    expect(shown!.slice(caret!.length - 1)).toMatch(/^Foo/)
  })

  it('goes on behind a block without an end only outside of it', () => {
    expect(traced('SET ErrorMode=0;\nTRACE a;\nFOR i=1 to 2\nTRACE no;')).toEqual(['a'])
  })

  it('does not let a script set what only shows errors', () => {
    const fault = { scriptError: 16, message: 'The variable ScriptErrorCount can only be read' }
    expect(run('SET ScriptErrorCount=0;').end).toMatchObject({ kind: 'failed', fault })
    const { end } = run('TRACE a;', { variables: { ScriptErrorCount: '0' } })
    expect(end).toMatchObject({ kind: 'failed', line: 1, fault })
  })

  it.each([
    ['a text that doubles until nothing holds it', `LET a='x';\nFOR i=1 TO 60\nLET a=a&a;\nNEXT`],
    ['a replacement that multiplies', `LET x=Repeat('a',100000);\nLET y=Replace(x,'a',x);`],
  ])('%s is a fault of its statement', (_what, script) => {
    expect(run(script).end).toMatchObject({
      kind: 'failed',
      fault: { scriptError: 1, message: 'A text grows longer than the engine can hold' },
    })
  })
})
