import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ScriptFaultError } from '../fault/fault.ts'
import { parseStatement } from '../parse/parse-statement.ts'

function faultOf(text: string) {
  try {
    parseStatement(text)
  } catch (error) {
    if (error instanceof ScriptFaultError) return error.fault
    throw error
  }
  return undefined
}

describe('what is wrong is named', () => {
  it.each<[string, number, RegExp]>([
    ['ThisFailsForSure...', 11002, /^Unknown statement: ThisFailsForSure\.\.\.$/],
    ['Foo bar', 11002, /Unknown statement: Foo bar/],
    ['T: Foo bar', 11002, /Unknown statement: Foo bar/],
    ['LOAD a, RESIDENT t', 11003, /Unexpected token: 't'/],
    ['LOAD a b RESIDENT t', 11003, /Unexpected token: 'b'/],
    ['LOAD a FROM', 11003, /Unexpected end of the statement, expected a file path/],
    ['LOAD a RESIDENT t x', 11003, /Unexpected token: 'x', expected WHERE/],
    ['LOAD a RESIDENT t WHERE b WHERE c', 11003, /WHERE stands twice/],
    ['LOAD a RESIDENT t WHERE b WHILE c', 11003, /WHERE and WHILE/],
    ['LOAD a RESIDENT t WHERE b>3,5', 11003, /Unexpected token: ','/],
    ['LOAD a INLINE x', 11003, /expected table text/],
    ["LOAD a RESIDENT t WHERE b = 'x", 11003, /never closed/],
    ['Left LOAD a RESIDENT t', 11003, /LEFT needs JOIN or KEEP/],
    ['KEEP LOAD a RESIDENT t', 11022, /KEEP needs INNER, LEFT or RIGHT/],
    ['Mapping Left Join LOAD a RESIDENT t', 11022, /mapping and join exclude/],
    ['Concatenate NoConcatenate LOAD a RESIDENT t', 11022, /exclude each other/],
    ['Generic Merge On a LOAD o, a, b RESIDENT t', 11022, /GENERIC .* cannot stand with merge/],
    ['Merge On a Generic LOAD o, a, b RESIDENT t', 11022, /GENERIC .* cannot stand with merge/],
    ['Buffer (forever) LOAD a RESIDENT t', 11003, /expected INCREMENTAL or STALE/],
    ['Mapping Mapping LOAD a RESIDENT t', 11022, /stands twice/],
    ['SET x y', 11003, /variable name and =/],
    ['DROP a', 11003, /expected TABLE/],
    ['RENAME FIELD a b', 11003, /expected TO/],
    ['STORE a, b INTO c', 11003, /expected FROM/],
    ['LOAD a FROM b (txt, header is x)', 11003, /header is/],
  ])('%s', (text, engineErrorCode, message) => {
    expect(faultOf(text)).toMatchObject({ scriptError: engineErrorCode === 11022 ? 16 : 2, engineErrorCode })
    expect(faultOf(text)?.message).toMatch(message)
  })

  it.each([
    ['EXECUTE cmd.exe /c dir', 'EXECUTE'],
    ["SQL SELECT 'it", 'SQL'],
    ['T: SQL SELECT * FROM x', 'SQL'],
    ['Left Join (T) SELECT * FROM x', 'SELECT'],
    ["LIB CONNECT TO 'x'", 'LIB CONNECT'],
    ['OLEDB CONNECT TO [x;y]', 'OLEDB CONNECT'],
    ['Bundle Info LOAD * RESIDENT t', 'BUNDLE'],
    ['DIRECT QUERY dimension a FROM b', 'DIRECT QUERY'],
    ['DROP RELATIONSHIP a', 'DROP RELATIONSHIP'],
    ['LOAD a EXTENSION p.f()', 'EXTENSION'],
    ['LOAD a FROM b (txt, filters(remove(x)))', 'filters'],
    ['LOAD a FROM b (txt, user is x)', 'user is'],
    ['STORE a, b FROM t, u INTO c', 'STORE'],
  ])('a part of the language that is not supported: %s', (text, name) => {
    expect(faultOf(text)).toMatchObject({ scriptError: 16 })
    expect(faultOf(text)?.message).toContain(name)
  })
})

it('gives a statement or a fault for any text, and nothing else', () => {
  const words =
    'LOAD|SET|LET|STORE|DROP|TABLE|FROM|INTO|INLINE|RESIDENT|AUTOGENERATE|WHERE|GROUP|BY|JOIN|LEFT|KEEP|CONCATENATE|FIRST|T|:|;|,|*|(|)|[|]|\'|"|=|a|1|AS|is|txt|\n'.split(
      '|',
    )
  const text = fc.array(fc.constantFrom(...words), { maxLength: 14 }).map((list) => list.join(' '))
  fc.assert(
    fc.property(text, (statement) => {
      faultOf(statement)
    }),
    { numRuns: 2000 },
  )
})
