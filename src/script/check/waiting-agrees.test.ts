import fc from 'fast-check'
import { expect, it } from 'vitest'
import { run } from '../../../test/support/scripted-host.ts'
import { checkScript } from './check-script.ts'

/** Labels, LOADs with and without a source, and what may stand between them. */
const simple = fc.constantFrom(
  'A:',
  'B:',
  'LOAD *;',
  'C: LOAD *;',
  'LOAD 1 as a AUTOGENERATE 1;',
  'D: LOAD 1 as d AUTOGENERATE 1;',
  'WHEN 1=0 LOAD *;',
  'WHEN 1=0 LOAD 2 as a AUTOGENERATE 1;',
  'WHEN 1=1 LOAD *;',
  'TRACE x;',
  'SET v = 1;',
  'QUALIFY zz;',
  'CALL source',
  'CALL upper',
)

const { script: known } = fc.letrec<{ script: string; block: string }>((tie) => ({
  script: fc
    .array(fc.oneof({ depthSize: 'small', withCrossShrink: true }, simple, tie('block')), { maxLength: 6 })
    .map((lines) => lines.join('\n')),
  block: fc.oneof(
    tie('script').map((body) => `IF 1=1 THEN\n${body}\nELSE\nLOAD *;\nEND IF`),
    tie('script').map((body) => `IF 1=0 THEN\n${body}\nEND IF`),
  ),
}))

const open = fc.tuple(
  known,
  known,
  known,
  fc.constantFrom('IF Rand() > 0.4 THEN', 'FOR i = 1 TO 2', 'DO WHILE Rand() > 2'),
)

const SUBS = 'SUB source\nLOAD 3 as a AUTOGENERATE 1;\nEND SUB\nSUB upper\nLOAD *;\nEND SUB\n'

const END = { I: 'END IF', F: 'NEXT', D: 'LOOP' } as const

const errorsOf = (script: string) => checkScript(script).filter(({ severity }) => severity === 'error')

it('what a run refuses of what waits for a LOAD, check finds where the run does', () => {
  fc.assert(
    fc.property(known, (body) => {
      const script = SUBS + body
      const { end } = run(script)
      if (end.kind === 'completed') expect(errorsOf(script)).toEqual([])
      else expect(errorsOf(script).map(({ line }) => line)).toContain(end.line)
    }),
    { numRuns: 500 },
  )
})

it('what ran is not refused, whatever branches and loops it is in', () => {
  fc.assert(
    fc.property(open, ([before, inside, behind, opener]) => {
      const script = `${SUBS}${before}\n${opener}\n${inside}\n${END[opener.charAt(0) as keyof typeof END]}\n${behind}`
      if (run(script).end.kind === 'completed') expect(errorsOf(script)).toEqual([])
    }),
    { numRuns: 500 },
  )
})
