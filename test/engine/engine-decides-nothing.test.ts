import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'

/** What the planner finds in a statement and in what is loaded (script/plan). */
const DECIDED = [
  'syntax',
  'fieldNotFound',
  'mapNotFound',
  'tableNotFound',
  'nameTaken',
  'groupBy',
  'autogenerateCount',
  'prefixes',
  'nothingToConcatenate',
  'merge',
  'semantic',
]

/** Faults of data and files, which no planner can foresee: the file that raises them, and why. */
const OF_DATA: Readonly<Record<string, string>> = {
  'duckdb/merge-rows.ts merge': 'a row tells no operation',
  'source/html-source.ts tableNotFound': 'a page has no such table',
  'source/record-source.ts tableNotFound': 'a document has no such table',
  'source/spreadsheet-source.ts tableNotFound': 'a workbook has no such sheet',
  'sql/pair-sql.ts semantic': 'a computed text holds a NUL character',
}

const ENGINE = path.join(import.meta.dirname, '../../src/engine')

it('The engine refuses nothing that the planner decides', () => {
  const raised = readdirSync(ENGINE, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .flatMap((name) => {
      const text = readFileSync(path.join(ENGINE, name), 'utf8')
      const kinds = [...text.matchAll(/\bfaults\.(\w+)/g)].map(([, kind]) => kind!)
      return [...new Set(kinds)].filter((kind) => DECIDED.includes(kind)).map((kind) => `${name} ${kind}`)
    })
  expect(raised.sort()).toEqual(Object.keys(OF_DATA).sort())
})
