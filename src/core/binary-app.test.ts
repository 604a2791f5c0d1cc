import { expect, it } from 'vitest'
import { binaryApp } from './binary-app.ts'

it.each([
  ['BINARY Sales;', 'Sales'],
  [
    '///$tab Main\r\n\r\n/* SET x=1; */ // BINARY no;\n Binary [lib://Team:DataFiles/My sales.qvf] ; SET a=1;',
    'lib://Team:DataFiles/My sales.qvf',
  ],
  ['binary "a b"', 'a b'],
  ["BINARY'a'", 'a'],
  ['BINARY 116dbfae-7fb9-4983-8e23-5ccd8c508722;', '116dbfae-7fb9-4983-8e23-5ccd8c508722'],
])('%j names %s', (script, app) => {
  expect(binaryApp(script)).toBe(app)
})

it.each([
  '',
  ' ',
  'SET a=1; BINARY x;',
  'BINARY',
  'BINARY ;',
  'BINARYx y;',
  'BINARY: LOAD 1 AS a AUTOGENERATE 1;',
  '// BINARY x;',
  '/* BINARY x;',
])('%j names no app', (script) => {
  expect(binaryApp(script)).toBeUndefined()
})

it('reads a head of very many comments at once', () => {
  expect(binaryApp(`${'/**/ //x\n'.repeat(200_000)}BINARY x;`)).toBe('x')
})
