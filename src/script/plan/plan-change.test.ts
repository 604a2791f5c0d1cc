import { describe, expect, it } from 'vitest'
import { parseStatement } from '../parse/parse-statement.ts'
import type { StoreStatement } from '../syntax/statement.ts'
import type { Planned } from './findings.ts'
import { EMPTY_SHAPE, type ModelShape, type TableShape } from './model-shape.ts'
import {
  planAutoNumber,
  planDropFields,
  planDropTables,
  planMapUse,
  planRenameFields,
  planRenameTables,
} from './plan-change.ts'
import { planStore } from './plan-store.ts'

const table = (name: string, fields: string): TableShape => ({
  name,
  fields: { names: fields.split(','), open: false },
  maybe: false,
})

const LOADED: ModelShape = {
  ...EMPTY_SHAPE,
  tables: [table('A', 'k,a'), table('B', 'k')],
  lastCreated: 'B',
  maps: { names: ['M'], open: false },
}

/** Not everything is known. */
const OPEN: ModelShape = { ...LOADED, open: true, maps: { names: [], open: true } }

function outcome(answer: Planned<unknown>): string {
  if (answer.kind === 'refused')
    return answer.faults.map(({ code, message }) => `${code}: ${message}`).join('; ')
  const { tables, lastCreated } = answer.after
  return `${tables.map(({ name, fields }) => `${name}(${fields.names})`).join(' ')} | ${lastCreated}`
}

describe('DROP', () => {
  it.each([
    [['A'], 'B(k) | B'],
    [['B'], 'A(k,a) | A'],
    [['A', 'B'], ' | null'],
    [['C'], "TableNotFound: Table 'C' not found"],
    [['A', 'A'], "TableNotFound: Table 'A' not found"],
  ])('TABLES %j', (names, expected) => {
    expect(outcome(planDropTables(names, LOADED))).toBe(expected)
  })

  it.each<[string[], string[] | undefined, string]>([
    [['a'], undefined, 'A(k) B(k) | B'],
    [['k'], undefined, 'A(a) | A'],
    [['k'], ['A'], 'A(a) B(k) | B'],
    [['k', 'a'], undefined, ' | null'],
    [['x'], undefined, "FieldNotFound: Field 'x' not found"],
    [['a'], ['B'], "FieldNotFound: Field 'a' not found"],
    [['a', 'a'], undefined, "FieldNotFound: Field 'a' not found"],
    [['a', 'x'], ['C'], "TableNotFound: Table 'C' not found; TableNotFound: Table 'C' not found"],
  ])('FIELDS %j FROM %j', (fields, tables, expected) => {
    expect(outcome(planDropFields(fields, tables, LOADED))).toBe(expected)
  })

  it('plans a field that is the last of its table as a table', () => {
    expect(planDropFields(['k'], undefined, LOADED)).toMatchObject({
      plan: [
        { table: 'A', field: 'k', whole: false },
        { table: 'B', field: 'k', whole: true },
      ],
    })
  })
})

describe('RENAME', () => {
  it.each([
    [[{ from: 'A', to: 'B' }], "NameTaken: Cannot rename to 'B': there is a table of this name"],
    [
      [
        { from: 'A', to: 'B' },
        { from: 'B', to: 'A' },
      ],
      'B(k,a) A(k) | A',
    ],
    [[{ from: 'X', to: 'A' }], 'A(k,a) B(k) | B'],
  ])('TABLES %j', (pairs, expected) => {
    expect(outcome(planRenameTables(pairs, LOADED))).toBe(expected)
  })

  it.each([
    [[{ from: 'k', to: 'a' }], "NameTaken: Cannot rename to 'a': there is a field of this name"],
    [[{ from: 'k', to: 'key' }], 'A(key,a) B(key) | B'],
  ])('FIELDS %j', (pairs, expected) => {
    expect(outcome(planRenameFields(pairs, LOADED))).toBe(expected)
  })
})

describe('STORE', () => {
  it.each([
    ['STORE A INTO [lib://d/a.qvd] (qvd)', 'A(k,a) B(k) | B'],
    ['STORE C INTO [lib://d/a.qvd] (qvd)', "TableNotFound: Table 'C' not found"],
    ['STORE k, x FROM A INTO [lib://d/a.qvd] (qvd)', "FieldNotFound: Field 'x' not found in table 'A'"],
    ['STORE k AS x, a AS x FROM A INTO [lib://d/a.qvd] (qvd)', "FieldTwice: STORE names two fields 'x'"],
    [
      'STORE A INTO [lib://d/a.xml] (xml)',
      "WrongFormat: Cannot write 'lib://d/a.xml' as xml: STORE writes qvd, txt and parquet",
    ],
    [
      'STORE A INTO [lib://d/a.parquet] (parquet, compression is rar)',
      "Semantic: Parquet compression 'rar' is not known",
    ],
  ])('%s', (text, expected) => {
    expect(outcome(planStore(parseStatement(text) as StoreStatement, LOADED))).toBe(expected)
  })

  it('writes all fields under their names where it names none', () => {
    const statement = parseStatement('STORE A INTO [lib://d/a.txt] (txt)') as StoreStatement
    expect(planStore(statement, LOADED)).toMatchObject({
      plan: { table: 'A', type: 'txt', columns: [{ field: 'k', as: 'k' }, { field: 'a' }] },
    })
  })
})

it('AUTONUMBER and USING need what they name', () => {
  expect(planAutoNumber(['?'], LOADED)).toMatchObject({ plan: ['k', 'a'] })
  expect(outcome(planAutoNumber(['x*', 'y'], LOADED))).toBe("FieldNotFound: Field 'x*', 'y' not found")
  expect(planMapUse('M', LOADED)).toMatchObject({ plan: 'M' })
  expect(outcome(planMapUse('N', LOADED))).toBe("MapNotFound: Mapping table 'N' not found")
})

it('What is not known is never a fault', () => {
  for (const answer of [
    planDropTables(['C'], OPEN),
    planDropFields(['x'], ['C'], OPEN),
    planDropFields(['x'], undefined, OPEN),
    planStore(parseStatement('STORE x FROM C INTO [lib://d/a.qvd] (qvd)') as StoreStatement, OPEN),
    planAutoNumber(['x'], OPEN),
    planMapUse('N', OPEN),
  ]) {
    expect(answer.kind).toBe('plan')
  }
})
