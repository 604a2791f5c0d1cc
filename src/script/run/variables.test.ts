import { describe, expect, it } from 'vitest'
import { type Answers, run } from '../../../test/support/scripted-host.ts'

/** What TRACE says at the end of the script, with blanks made visible. */
function trace(script: string, answers?: Answers): readonly string[] {
  const ran = run(script, answers)
  if (ran.end.kind === 'failed') throw new Error(ran.end.fault.message)
  return ran.traced
}

describe('SEMANTICS block O: variables and expansion', () => {
  it.each<[string, string, string[], Answers?]>([
    ['O1 SET keeps text, LET a value', 'SET x=3+4; LET y=3+4; z=$(y)+1\nTRACE $(x) $(y) $(z);', ['3+4 7 8']],
    [
      'O2 SET drops outer blanks and quotes',
      'SET v = $ ; SET c="My string"; TRACE [$(v)] [$(c)];',
      ['[$] [My string]'],
    ],
    [
      'O3 an apostrophe in SET needs brackets',
      "SET v=[This year's number]; TRACE $(v);",
      ["This year's number"],
    ],
    ['O3 LET doubles it', "LET v='This year''s number'; TRACE $(v);", ["This year's number"]],
    ['O4 an unknown variable is nothing', "LET a='x$(nix)y'; TRACE $(a) $(#nix);", ['xy 0']],
    [
      'O5 $(#v) always has a point',
      "SET DecimalSep=','; SET ThousandSep='.'; LET X=7/2; TRACE $(X) $(#X);",
      ['3,5 3.5'],
    ],
    ['O7 parameters in SET', "SET MUL='$1*$2'; SET X=$(MUL(3,7)); TRACE $(X);", ['3*7']],
    ['O7 parameters in LET', "SET MUL='$1*$2'; LET X=$(MUL(3,7)); TRACE $(X);", ['21']],
    ['O7 a missing argument stays', "SET MUL='$1*$2'; SET X=$(MUL(10)); TRACE $(X);", ['10*$2']],
    ['O7 a surplus one is ignored', "SET MUL='$1*$2'; LET X=$(MUL(5,7,8)); TRACE $(X);", ['35']],
    [
      'O8 arguments may hold commas in parentheses',
      'SET f=$2; LET x=$(f(RangeSum(1,2),3)); TRACE $(x);',
      ['3'],
    ],
    ['O9 expansion works inside quotes', "SET c=Rome; LET d='$(c)'; TRACE $(d);", ['Rome']],
    ['O10 a bare date is arithmetic', 'LET d=Date(45413); LET x=$(d); TRACE $(d) $(x);', ['2024-05-01 2018']],
    [
      'O11 NULL and no value expand to nothing',
      "LET v=Null(); SET w=; LET n=Len('$(v)$(w)'); TRACE $(n);",
      ['0'],
    ],
    ['O12 double quotes are a variable', 'SET a=5; LET b="a"+1; TRACE $(b);', ['6']],
    ['O13 names are case-sensitive', "SET V=1; LET w='$(v)'; TRACE [$(w)];", ['[]']],
    [
      'O14 a value that starts with = goes in as it is',
      "LET s='=0'; LET t=0 $(s); TRACE $(t) $(s);",
      ['-1 =0'],
    ],
    ['O14 so is $(=...)', "SET a=2; TRACE $(=a*3) $(=Upper('x')) $(#=7/2);", ['6 X 3.5']],
    ['O15 names resolve inside out', 'SET p_x=7; SET k=x; LET r=$(p_$(k)); TRACE $(r);', ['7']],
    ['O16 expansion is anew on every pass', 'FOR i=1 to 2\nTRACE f$(i).csv;\nNEXT', ['f1.csv', 'f2.csv']],
    ['O18 LET keeps the dual', 'LET d=Date(45000); LET n=d+1; TRACE $(d) $(n);', ['2023-03-15 45001']],
    ['O19 a missing Include is silent', '$(Include=nix.qvs);\nTRACE $(ScriptErrorCount);', ['0']],
    [
      'O20 included text is script and may define subs',
      '$(Must_Include=[lib://a/b.qvs])\nCALL s(7)\nTRACE $(v);',
      ['in 7', '2'],
      { files: { 'lib://a/b.qvs': 'SUB s(x)\nTRACE in $(x);\nEND SUB\nLET v = 1+1;' } },
    ],
    [
      'O20 an Include may stand in a loop and be built by macros',
      'FOR i=1 to 2\n$(Include=f$(i).qvs)\nNEXT',
      ['one 1', 'two 2'],
      { files: { 'f1.qvs': 'TRACE one $(i)', 'f2.qvs': 'TRACE two $(i)' } },
    ],
    [
      'O20 included text may be a part of a statement, by an unquoted path',
      'LET x = 1 $(Include=lib://a/plus.txt);\nTRACE $(x);',
      ['3'],
      { files: { 'lib://a/plus.txt': '+ 2 // two' } },
    ],
    ['O22 an undefined name is NULL', 'IF zz=1 THEN\nTRACE yes;\nELSE\nTRACE no;\nEND IF', ['no']],
    [
      'O23 names may have dots, or anything in brackets',
      'LET a.b = 1; SET [my var]=2; TRACE $(a.b) $(my var);',
      ['1 2'],
    ],
    ['a macro may hold whole statements', 'SET code=[LET a=1; LET b=2];\n$(code);\nTRACE $(a)$(b);', ['12']],
    ['and blocks, expanded anew in them', 'SET code=[FOR i=1 to 2\nTRACE x;\nNEXT];\n$(code);', ['x', 'x']],
    ['a macro that is empty is no statement', '$(nix);\nTRACE ok;', ['ok']],
    ['a macro may comment a statement out', 'SET skip=//;\n$(skip) TRACE no;\nTRACE ok;', ['ok']],
  ])('%s', (_row, script, traced, answers) => {
    expect(trace(script, answers)).toEqual(traced)
  })

  it('O6 a decimal comma from an expansion is a syntax error', () => {
    const { end } = run("SET DecimalSep=','; SET ThousandSep='.'; LET X=7/2; LOAD a RESIDENT t WHERE a>$(X);")
    expect(end).toMatchObject({
      kind: 'failed',
      fault: { scriptError: 2 },
      statement: 'LOAD a RESIDENT t WHERE a>3,5',
    })
  })

  it('O17 more than 1,000 expansions in a statement fail', () => {
    const { end } = run("SET a=$;\nSET b=[$(a)(c)];\nLET c = 'x$' & '(c)';\nTRACE $(c);")
    expect(end).toMatchObject({ kind: 'failed', line: 4 })
  })

  it('O19 a missing Must_Include fails', () => {
    const { end } = run('$(Must_Include=nix.qvs)')
    expect(end).toMatchObject({
      kind: 'failed',
      line: 1,
      fault: { scriptError: 8, engineErrorCode: 11020, message: "Cannot open file 'nix.qvs'" },
    })
  })

  it('names the file and its line when included text fails', () => {
    const { end } = run('x=1\n\n$(Include=a.qvs)', { files: { 'a.qvs': 'y=2\nNonsense here;' } })
    expect(end).toEqual({
      kind: 'failed',
      line: 3,
      statement: 'Nonsense here',
      fault: {
        code: 'UnknownStatement',
        scriptError: 2,
        engineErrorCode: 11002,
        message: 'Unknown statement: Nonsense here (line 2, column 1 of a.qvs)',
        span: { start: 0, end: 8 },
      },
    })
  })

  it('ends a file that includes itself', () => {
    const { end } = run('$(Include=a.qvs)', { files: { 'a.qvs': '$(Include=a.qvs)' } })
    expect(end).toMatchObject({
      kind: 'failed',
      line: 1,
      fault: { message: expect.stringMatching(/nested more than 256/) },
    })
  })

  it('takes the variables of the request before the first statement, as SET would', () => {
    expect(trace('TRACE $(a) $(b); LET c = a+1; TRACE $(c);', { variables: { a: '5', b: "it's" } })).toEqual([
      "5 it's",
      '6',
    ])
  })

  it('NullInterpret knows three states (B12)', () => {
    const nullInterpret = (set: string) => {
      const { requests } = run(`${set} LOAD a RESIDENT t;`)
      const load = requests.find((request) => request.kind === 'load')
      return load?.settings.nullInterpret
    }
    expect(nullInterpret('')).toBeUndefined()
    expect(nullInterpret("SET NullInterpret='';")).toBe('')
    expect(nullInterpret('SET NullInterpret=NULL;')).toBe('NULL')
    expect(nullInterpret('SET NullInterpret=NULL; SET NullInterpret=;')).toBeUndefined()
  })

  it('puts table functions to the host, with names as text', () => {
    const lookups = {
      'peek(code,0,T)': 101,
      'noofrows(T)': 6,
      'fieldname(1,my T)': 'code',
      'applymap(m,101)': 'x',
    }
    const script = `LET a = Peek('code', 0, 'T'); LET b = NoOfRows(T) + 1; SET t=my T; LET c = FieldName(1, t);
      LET d = ApplyMap('m', Peek(code, 1-1, 'T')); TRACE $(a) $(b) $(c) $(d) [$(=Peek('code',99,'T'))];`
    expect(trace(script, { lookups })).toEqual(['101 7 code x []'])
  })
})
