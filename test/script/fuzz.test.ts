/**
 * No input breaks the language's front end: mutilated scripts end, completed or with a coded fault, in
 * bounded steps.
 */
import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkScript } from '../../src/script/check/check-script.ts'
import { split } from '../../src/script/syntax/split.ts'
import { HostLimitReached, run } from '../support/scripted-host.ts'
import { expectTokensInPlace } from '../support/tokens-in-place.ts'

const FOLDER = new URL('corpus/', import.meta.url)
const corpus = readdirSync(FOLDER).filter((name) => name.endsWith('.qvs'))
const scripts = corpus.map((name) => readFileSync(new URL(name, FOLDER), 'utf8'))
const TOKEN = /[\p{L}\p{N}_]+|\s+|[^\p{L}\p{N}_\s]/gu
const NASTY = [
  '$(',
  ')',
  "'",
  '"',
  '`',
  '[',
  ']',
  ';',
  '/*',
  '*/',
  '//',
  '=',
  '\0',
  '\ud800',
  'END SUB',
  'NEXT',
  '$(=',
  '$($(',
]

type Mutation = readonly [kind: 'delete' | 'double' | 'swap' | 'cut' | 'insert', at: number, what: number]
const mutation: fc.Arbitrary<Mutation> = fc.tuple(
  fc.constantFrom('delete', 'double', 'swap', 'cut', 'insert'),
  fc.nat(),
  fc.nat(),
)

function mutated(script: string, mutations: readonly Mutation[]): string {
  const tokens: string[] = script.match(TOKEN) ?? []
  for (const [kind, at, what] of mutations) {
    if (tokens.length === 0) break
    const place = at % tokens.length
    const other = what % tokens.length
    if (kind === 'delete') tokens.splice(place, 1)
    else if (kind === 'double') tokens.splice(place, 0, tokens[place]!)
    else if (kind === 'swap') [tokens[place], tokens[other]] = [tokens[other]!, tokens[place]!]
    else if (kind === 'cut') tokens.length = place
    else tokens.splice(place, 0, NASTY[what % NASTY.length]!)
  }
  return tokens.join('')
}

/**
 * Its tokens are where they say, it can be checked, and it runs as far as the host lets it: a loop that a
 * mutation made endless ends at the host's bound of requests.
 */
function survives(script: string): void {
  expectTokensInPlace(script)
  for (const { line, column, severity, engineErrorCode } of checkScript(script)) {
    expect(line).toBeGreaterThan(0)
    expect(column).toBeGreaterThan(0)
    if (severity === 'error') expect(engineErrorCode).toBeGreaterThan(0)
  }
  try {
    const { end } = run(script)
    if (end.kind === 'failed') expect(end.fault.engineErrorCode).toBeGreaterThan(0)
  } catch (error) {
    if (!(error instanceof HostLimitReached)) throw error
  }
}

it.each(scripts)('the tokens of a whole script are where they say', (script) => expectTokensInPlace(script))

describe('the front end survives', () => {
  it('real-looking scripts with tokens lost, doubled, swapped, cut off and put in', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...scripts),
        fc.array(mutation, { minLength: 1, maxLength: 6 }),
        (script, mutations) => survives(mutated(script, mutations)),
      ),
      { numRuns: 150 },
    )
  }, 120_000)

  it('any text', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        ...NASTY,
        'LOAD ',
        'SET a=',
        'LET a=',
        'IF ',
        'FOR i=1 TO ',
        'SUB s',
        'CALL s',
        '$1',
        '\n',
      ),
      fc.string({ maxLength: 8 }),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => survives(pieces.join(''))),
      { numRuns: 300 },
    )
  }, 120_000)
})

describe('limits end in coded faults', () => {
  it.each([
    ['SUB that calls itself', 'SUB s\nCALL s;\nEND SUB\nCALL s;', undefined],
    [
      'a file that includes itself',
      '$(Must_Include=lib://d/a.qvs);',
      { 'lib://d/a.qvs': '$(Must_Include=lib://d/a.qvs);' },
    ],
    ['an expansion that holds itself', "LET a = '$' & '(a)x'; TRACE $(a);", undefined],
    [
      'an expansion that doubles',
      `SET a0 = xxxxxxxxxxxxxxxx; ${Array.from({ length: 40 }, (_, n) => `SET a${n + 1} = $(a${n})$(a${n});`).join(' ')} TRACE $(a40);`,
      undefined,
    ],
    ['brackets without end', `LET a = ${'('.repeat(100_000)};`, undefined],
    ['blocks without end', 'IF 1 THEN\n'.repeat(5000), undefined],
  ])('%s', (_name, script, files) => {
    const { end } = run(script, files === undefined ? {} : { files })
    expect(end).toMatchObject({ kind: 'failed', fault: { engineErrorCode: expect.any(Number) } })
  })

  it.each([
    ['blocks without end', 'DO\n'],
    ['ends without blocks', 'END IF\n'],
    ['branches', 'IF x THEN\nLET b = 1;\nEND IF\n'],
    ['loops that nothing closes', 'FOR i = 1 TO 3\nLET a = i;\n'],
    ['assignments', 'LET a = b + 1;\n'],
  ])(
    'checking takes time in proportion to the script: %s',
    (_name, piece) => {
      const timeOf = (count: number) => {
        const before = process.cpuUsage()
        checkScript(piece.repeat(count))
        return process.cpuUsage(before).user / 1000
      }
      timeOf(1500)
      const small = Math.max(20, timeOf(1500))
      expect(timeOf(15_000)).toBeLessThan(small * 40)
    },
    60_000,
  )

  it('splitting takes linear time for openers that nothing closes', () => {
    for (const opener of ['$(', '/*', "'", '[', '"', 'SUB a\n', 'x:']) {
      expect(split(opener.repeat(20_000)).length).toBeGreaterThan(0)
    }
  }, 30_000)
})
