import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Answers, HostLimitReached, run } from '../../../test/support/scripted-host.ts'

function trace(script: string, answers?: Answers): readonly string[] {
  const ran = run(script, answers)
  if (ran.end.kind === 'failed') throw new Error(ran.end.fault.message)
  return ran.traced
}

describe('statements', () => {
  const asked = (script: string, answers?: Answers) =>
    run(script, answers).requests.filter(
      ({ kind }) => kind !== 'log' && kind !== 'position' && kind !== 'progress',
    )

  it('hand tables and files to the host', () => {
    const script = `DIRECTORY lib://d; DROP TABLES a, b; DROP FIELD x FROM t; RENAME TABLE a TO b; RENAME FIELD a TO b;
      RENAME FIELDS USING m; SLEEP 1000*2; SLEEP 99999999;`
    expect(
      asked(script, {
        maps: {
          m: [
            ['p', 'q'],
            [1, { text: 'one', number: 1 }],
          ],
        },
      }),
    ).toEqual([
      { kind: 'directory', path: 'lib://d' },
      { kind: 'drop-tables', tables: ['a', 'b'] },
      { kind: 'drop-fields', fields: ['x'], tables: ['t'] },
      { kind: 'rename-tables', pairs: [{ from: 'a', to: 'b' }] },
      { kind: 'rename-fields', pairs: [{ from: 'a', to: 'b' }] },
      { kind: 'mapping-pairs', map: 'm' },
      {
        kind: 'rename-fields',
        pairs: [
          { from: 'p', to: 'q' },
          { from: '1', to: 'one' },
        ],
      },
      { kind: 'sleep', milliseconds: 2000 },
      { kind: 'sleep', milliseconds: 3_600_000 },
    ])
  })

  it('pass the QUALIFY rules and the settings with a load (S3)', () => {
    const script =
      "QUALIFY *; LOAD a RESIDENT t; UNQUALIFY id, k; SET DateFormat='D.M.YYYY'; LOAD a RESIDENT t;"
    const [first, second] = asked(script)
    expect(first).toMatchObject({
      rules: { qualify: [{ pattern: '*', on: true }] },
      settings: { dateFormat: 'YYYY-MM-DD' },
    })
    expect(second).toMatchObject({
      rules: {
        qualify: [
          { pattern: '*', on: true },
          { pattern: 'id', on: false },
          { pattern: 'k', on: false },
        ],
      },
      settings: { dateFormat: 'D.M.YYYY' },
    })
  })

  it('join a stack of preceding loads from the statements below', () => {
    const loads = asked(
      'SET x=9;\nT: LOAD a*2 as b;\n// c\nLOAD a WHERE a<$(x);\nREM x;\nLOAD * RESIDENT s;\nLOAD z RESIDENT q;',
    )
    expect(loads.map((request) => request.kind === 'load' && request.statement.levels.length)).toEqual([3, 1])
  })

  it.each(['LOAD a', 'LOAD a;\nTRACE x;', 'IF 1 THEN\nLOAD a;\nEND IF\nSTORE T INTO c;'])(
    'a LOAD without a source fails: %s',
    (script) => {
      expect(run(script).end).toMatchObject({ kind: 'failed', fault: { scriptError: 2 } })
    },
  )

  it('skip in a partial reload what is not meant for it (LANGUAGE 12)', () => {
    const script = `a: LOAD 1 as x; LOAD * RESIDENT s; b: ADD LOAD 1 as x RESIDENT s; c: REPLACE ONLY LOAD 1 as x RESIDENT s;
      m: MAPPING LOAD x, y RESIDENT s; LET p = IsPartialReload(); TRACE $(p);`
    const labels = (partial: boolean) =>
      asked(script, { partial }).map((request) => request.kind === 'load' && request.statement.label)
    expect(labels(false)).toEqual(['a', 'b', 'm'])
    expect(labels(true)).toEqual(['b', 'c', 'm'])
    expect(trace(script, { partial: true })).toEqual(['-1'])
  })

  it('run a guarded LOAD with its whole stack, or not at all', () => {
    expect(asked('WHEN 1=0 T: LOAD *;\nLOAD a RESIDENT s;')).toEqual([])
    expect(asked('WHEN 1=1 T: LOAD *;\nLOAD a RESIDENT s;')).toHaveLength(1)
  })
})

describe('log and progress (LANGUAGE 11; contract 02, section 6.1)', () => {
  it('shows each statement expanded, with its own line, deeper in blocks and calls', () => {
    const script = `SET n=2;
LET vDay = 45413;
SUB show(x)
  TRACE x is $(x);
END SUB
IF n=2 THEN
  T:
  LOAD a,
    b INLINE [
a,b
1,$(n)
];
  CALL show($(n))
ELSE
  TRACE never;
END IF
FOR i=1 to 2
NEXT`
    expect(run(script).log).toEqual([
      '0001 SET n=2',
      '0002 LET vDay = 45413',
      '0003 SUB show(x)',
      '0006 IF n=2 THEN',
      '0007   T:',
      '0008     LOAD a,',
      '0009       b INLINE [',
      '0010   a,b',
      '0011   1,2',
      '0012   ]',
      '----   2 fields found: a, b, 1000 lines fetched',
      '0013   CALL show(2)',
      '0004     TRACE x is 2',
      '0004     x is 2',
      '0016 END IF',
      '0017 FOR i=1 to 2',
      '0018 NEXT',
      '0018 NEXT',
    ])
  })

  it('adds up the rows of a target, until it is dropped', () => {
    const script = `T: LOAD a RESIDENT s; T: LOAD a RESIDENT s; RENAME TABLE T TO U; U: LOAD a RESIDENT s;
      DROP TABLE U; U: LOAD a RESIDENT s; TRACE hello;`
    expect(run(script).progress).toEqual([
      'T << s 1,000 Lines fetched',
      'T << s 2,000 Lines fetched',
      'U << s 3,000 Lines fetched',
      'U << s 1,000 Lines fetched',
    ])
  })

  it('tells where the script is before every statement', () => {
    const positions = run('x=1\n\ny=2\nFOR i=1 to 2\nz=i\nNEXT').requests.filter(
      ({ kind }) => kind === 'position',
    )
    expect(positions.map((request) => request.kind === 'position' && request.line)).toEqual([
      1, 3, 4, 5, 6, 5, 6,
    ])
    expect(positions.map((request) => request.kind === 'position' && request.statement)).toEqual([
      1, 2, 3, 4, 5, 6, 7,
    ])
  })
})

describe('any script', () => {
  const line = fc.constantFrom(
    ...[
      'IF a THEN',
      'ELSEIF 1 THEN',
      'ELSE',
      'END IF',
      'FOR i=1 to 2',
      'FOR EACH x in 1,a',
      'NEXT',
      'NEXT i',
      'DO',
      'LOOP',
    ],
    ...[
      'DO WHILE a<2',
      'LOOP UNTIL a',
      'SWITCH a',
      'CASE 1',
      'DEFAULT',
      'END SWITCH',
      'SUB s(a,b)',
      'END SUB',
      'CALL s(1,a)',
    ],
    ...[
      'CALL s',
      'EXIT SUB',
      'EXIT FOR WHEN a',
      'EXIT DO',
      'EXIT SCRIPT UNLESS a',
      'a=1',
      'a=a+1',
      'SET m=[IF 1 THEN',
      'TRACE x;',
    ],
    ...[
      '$(m)',
      '$(m);',
      '$(Include=f)',
      'LOAD a',
      ';',
      'LET a=$(=a+',
      'LOAD * RESIDENT $(a);',
      "SET ErrorMode='0';",
      'T:',
      'WHEN a',
      "'",
    ],
  )

  it('ends as completed or failed, or goes on for ever; the interpreter itself never throws', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 25 }), fc.boolean(), (lines, goesOn) => {
        const script = `${goesOn ? 'SET ErrorMode=0;\n' : ''}${lines.join('\n')}`
        try {
          const { end } = run(script, { limit: 500, files: { f: 'a=2\n$(m)\nTRACE y;\nEXIT FOR' } })
          expect(['completed', 'failed']).toContain(end.kind)
        } catch (error) {
          expect(error).toBeInstanceOf(HostLimitReached)
        }
      }),
      { numRuns: 200 },
    )
  })

  it('may loop over more values than fit on a stack', () => {
    const values = Array.from({ length: 200_000 }, (_none, index) => index)
    const script = 'FOR EACH v in FieldValueList(F)\nEXIT FOR WHEN v=1\nTRACE $(v);\nNEXT'
    expect(run(script, { fieldValues: { F: values } }).traced).toEqual(['0'])
  })
})
