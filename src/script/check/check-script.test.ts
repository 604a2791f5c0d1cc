import { describe, expect, it } from 'vitest'
import { checkScript } from './check-script.ts'

const lines = (script: string) => checkScript(script).map(({ line }) => line)

describe('checkScript', () => {
  it('finds nothing in a sound script', () => {
    const script = [
      'SET vFolder = lib://DataFiles;',
      'LET vCount = 1 + 2;',
      'SUB Read(name)',
      '  TRACE reading;',
      'END SUB',
      'FOR i = 1 TO 3',
      '  IF i > 1 THEN',
      "    Sales: LOAD a, Sum(b) AS total FROM [lib://DataFiles/x.csv] (txt, embedded labels) WHERE c = 'x' GROUP BY a;",
      '  ELSE',
      '    CALL Read(7)',
      '  END IF',
      'NEXT i',
      'DROP TABLE Sales;',
      'EXIT SCRIPT;',
    ].join('\n')
    expect(checkScript(script)).toEqual([])
    expect(checkScript('')).toEqual([])
  })

  it('tells each statement that cannot be parsed, with its line', () => {
    const script = 'TRACE ok;\nLOAD a b c FROM;\n\nThisFailsForSure now;\nTRACE ok;'
    expect(lines(script)).toEqual([2, 4])
    expect(checkScript(script)[1]).toMatchObject({ statement: 'ThisFailsForSure now' })
  })

  it('tells the column of each of several statements in one line', () => {
    const issues = checkScript('TRACE ok; Nonsense a; Nonsense b;')
    expect(issues.map(({ line, column }) => [line, column])).toEqual([
      [1, 11],
      [1, 23],
    ])
  })

  it.each([
    ['IF 1 THEN\nTRACE x;', [1]],
    ['TRACE x;\nEND IF', [2]],
    ['FOR i = 1 TO 2\nTRACE x;\nEND IF', [1]],
    ['IF THEN\nTRACE x;\nEND IF', [1]],
  ])('tells blocks that do not match: %j', (script, expected) => {
    expect(lines(script).slice(0, 1)).toEqual(expected)
  })

  it('does not judge what is known only at run time', () => {
    const issues = checkScript('LOAD $(fields) FROM $(path);\n$(statement);')
    expect(issues.map(({ severity, code }) => [severity, code])).toEqual([
      ['warning', 'VariableNotSet'],
      ['warning', 'VariableNotSet'],
      ['warning', 'VariableNotSet'],
    ])
  })

  it.each([
    ['is refused', 'T: LOAD x RESIDENT Nowhere;'],
    ['may fail', 'T: LOAD x FROM [lib://DataFiles/perhaps.csv] (txt);'],
  ])('does not count on a LOAD that %s and that ErrorMode lets the reload go on from', (_, load) => {
    const script = [
      'SET ErrorMode = 0;',
      load,
      'SET ErrorMode = 1;',
      'T: LOAD 1 as a AUTOGENERATE 1;',
      'LOAD a as b RESIDENT T;',
    ]
    const errors = (text: string) => checkScript(text).filter(({ severity }) => severity === 'error')
    expect(errors(script.join('\n'))).toEqual([])
    expect(errors(script.with(4, 'LOAD a RESIDENT U;').join('\n'))).toMatchObject([{ line: 5 }])
  })

  it.each(["LET x = 'open", 'LOAD * INLINE [', '/* open', '((((', 'SUB', '\u0000', 'IF '.repeat(50)])(
    'is total: %j',
    (script) => {
      expect(Array.isArray(checkScript(script))).toBe(true)
    },
  )
})
