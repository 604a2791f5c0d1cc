import { describe, expect, it } from 'vitest'
import type { StoreRules } from '../host.ts'
import { parseStatement } from '../parse/parse-statement.ts'
import type { LoadStatement } from '../syntax/statement.ts'
import { DEFAULT_SETTINGS } from '../value/settings.ts'
import { EMPTY_SHAPE, type ModelShape, type TableShape } from './model-shape.ts'
import { type LoadFacts, type LoadScope, planLoad, planStorage } from './plan-load.ts'

const NO_RULES: StoreRules = {
  alias: [],
  qualify: [],
  maps: [],
  nullAsValue: [],
  nullValue: '',
  letters: 'mixed',
}

const table = (name: string, fields: string): TableShape => ({
  name,
  fields: { names: fields.split(','), open: false },
  maybe: false,
})

/** Two tables, of which Orders is the last created, and a mapping table. */
const LOADED: ModelShape = {
  ...EMPTY_SHAPE,
  tables: [table('Customers', 'customer,name'), table('Orders', 'order,customer,amount')],
  lastCreated: 'Orders',
  maps: { names: ['Countries'], open: false },
}

const SCOPE: LoadScope = {
  model: LOADED,
  rules: NO_RULES,
  settings: DEFAULT_SETTINGS,
  partial: false,
  hasVariable: (name) => name === 'vCount',
}

const parsed = (text: string) => parseStatement(text) as LoadStatement
const load = (text: string, facts: LoadFacts = {}, scope: Partial<LoadScope> = {}) =>
  planLoad(parsed(text), { ...SCOPE, ...scope }, facts)

/** `code: message` of each fault, with the text at its place in brackets. */
function refusal(text: string, facts: LoadFacts = {}, scope: Partial<LoadScope> = {}): string[] {
  const answer = load(text, facts, scope)
  if (answer.kind !== 'refused') return [answer.kind]
  return answer.faults.map(({ code, message, span }) => {
    const place = span === undefined ? '' : ` [${text.slice(span.start, span.end)}]`
    return `${code}: ${message}${place}`
  })
}

/** The tables after the LOAD: `Name(a,b)`; `?` behind what may be missing, `...` for fields not known. */
function after(text: string, facts: LoadFacts = {}, scope: Partial<LoadScope> = {}): string {
  const { tables, open, lastCreated } = load(text, facts, scope).after
  const shown = tables.map(({ name, fields, maybe }) => {
    const names = [...(fields.open ? ['...'] : fields.names)].join()
    return `${name}${maybe ? '?' : ''}(${names})`
  })
  return `${[...shown, ...(open ? ['...'] : [])].join(' ')} | ${lastCreated === undefined ? '?' : lastCreated}`
}

describe('A LOAD is refused from its text', () => {
  it.each([
    ['LOAD a RESIDENT Nowhere', ["TableNotFound: Table 'Nowhere' not found [Nowhere]"]],
    [
      'LOAD order RESIDENT Ordres',
      ["TableNotFound: Table 'Ordres' not found (did you mean 'Orders'?) [Ordres]"],
    ],
    [
      'LOAD order, Amount, nam RESIDENT Orders',
      [
        "FieldNotFound: Field 'Amount' not found: names are case-sensitive, there is 'amount' [Amount]",
        "FieldNotFound: Field 'nam' not found: the source has order, customer, amount [nam]",
      ],
    ],
    ['LOAD a, c INLINE [a,b\n1,2]', ["FieldNotFound: Field 'c' not found: the source has a, b [c]"]],
    ['LOAD a AUTOGENERATE 1', ["FieldNotFound: Field 'a' not found: the source has no fields [a]"]],
    ['LOAD a, b INLINE [a,b\n1,2] ORDER BY a', ['OrderBy: ORDER BY needs a RESIDENT table [a]']],
    ['LOAD x FROM [lib://d/a.csv] ORDER BY x', ['OrderBy: ORDER BY needs a RESIDENT table [x]']],
    ['LOAD x ORDER BY x; LOAD order AS x RESIDENT Orders', ['OrderBy: ORDER BY needs a RESIDENT table [x]']],
    ['LOAD order RESIDENT Orders ORDER BY 4', ['OrderBy: ORDER BY takes fields or field numbers [4]']],
    [
      'LOAD order RESIDENT Orders ORDER BY ordr',
      [
        "FieldNotFound: Field 'ordr' not found: the source has order, customer, amount (did you mean 'order'?) [ordr]",
      ],
    ],
    [
      'MAPPING LOAD a, b, c INLINE [a,b,c\n1,2,3]',
      ['MappingFields: A mapping table has two fields, not 3 [MAPPING]'],
    ],
    [
      'MAPPING LOAD a FROM [lib://d/a.csv]',
      ['MappingFields: A mapping table has two fields, not 1 [MAPPING]'],
    ],
    [
      'LOAD customer, Sum(amount) AS total RESIDENT Orders',
      ["GroupBy: Field 'customer' must be aggregated or stand in GROUP BY [customer]"],
    ],
    [
      'LOAD customer, Sum(amount) AS total FROM [lib://d/a.csv]',
      ["GroupBy: Field 'customer' must be aggregated or stand in GROUP BY [customer]"],
    ],
    [
      'LOAD Sum(Max(amount)) AS x RESIDENT Orders',
      ['GroupBy: An aggregation cannot stand inside an aggregation [Max(amount)]'],
    ],
    [
      'LOAD customer RESIDENT Orders GROUP BY customer',
      ['GroupBy: GROUP BY needs at least one aggregation [customer]'],
    ],
    [
      'LOAD order RESIDENT Orders WHERE Sum(amount) > 1',
      ['Syntax: Sum() is an aggregation: it belongs in a LOAD with GROUP BY [Sum(amount)]'],
    ],
    [
      'LOAD customer, Concat(order, name) AS all RESIDENT Orders GROUP BY customer',
      ["FieldNotFound: Variable 'name' not found: argument of Concat must not depend on a row [name]"],
    ],
    [
      'LOAD order AS a, amount AS a RESIDENT Orders',
      ["FieldTwice: Field names must be unique within table: 'a' occurs twice [amount AS a]"],
    ],
    [
      'LOAD *, amount RESIDENT Orders',
      ["FieldTwice: Field names must be unique within table: 'amount' occurs twice [amount]"],
    ],
    [
      'LOAD a, b AS a FROM [lib://d/a.csv]',
      ["FieldTwice: Field names must be unique within table: 'a' occurs twice [b AS a]"],
    ],
    [
      'LOAD * AUTOGENERATE 3',
      ['Semantic: The LOAD has no fields: its source has none for * [LOAD * AUTOGENERATE 3]'],
    ],
    [
      'JOIN (Nowhere) LOAD customer RESIDENT Orders',
      ["TableNotFound: Table 'Nowhere' not found [JOIN (Nowhere)]"],
    ],
    [
      'LEFT KEEP (Order) LOAD customer RESIDENT Orders',
      ["TableNotFound: Table 'Order' not found (did you mean 'Orders'?) [LEFT KEEP (Order)]"],
    ],
    [
      'CONCATENATE (Nowhere) LOAD customer RESIDENT Orders',
      ["TableNotFound: Table 'Nowhere' not found [CONCATENATE (Nowhere)]"],
    ],
    [
      'LOAD a, b',
      [
        'Syntax: This LOAD has no source: expected FROM, RESIDENT, INLINE, AUTOGENERATE or a LOAD below it [LOAD a, b]',
      ],
    ],
    [
      "LOAD ApplyMap('Cuontries', customer) AS c, ApplyMap('Countries', customer) AS d RESIDENT Orders",
      ["MapNotFound: Mapping table 'Cuontries' not found (did you mean 'Countries'?) ['Cuontries']"],
    ],
    [
      "LOAD Peek('a' & order) AS p RESIDENT Orders",
      ["Semantic: Peek: names of fields and tables must not depend on the row ['a' & order]"],
    ],
    [
      'IntervalMatch(amount) LOAD order, customer, amount RESIDENT Orders',
      [
        'Semantic: INTERVALMATCH needs a LOAD of lower limit, upper limit and its keys: 2 fields, not 3 [IntervalMatch(amount)]',
      ],
    ],
    [
      'IntervalMatch(when) LOAD order, amount RESIDENT Orders',
      [
        "FieldNotFound: Field 'when' not found: the source has customer, name, order, amount [IntervalMatch(when)]",
      ],
    ],
    [
      'IntervalMatch(amount, name) LOAD a, b, name INLINE [a,b,name\n1,2,3]',
      [
        "Semantic: INTERVALMATCH: no table has the fields 'amount' and 'name' together [IntervalMatch(amount, name)]",
      ],
    ],
    [
      'CROSSTABLE(month, sales, 2) LOAD * RESIDENT Customers',
      ['Semantic: CROSSTABLE keeps 2 fields and the LOAD has 2: none is left [CROSSTABLE(month, sales, 2)]'],
    ],
    [
      'GENERIC LOAD * RESIDENT Customers',
      ['Semantic: GENERIC needs a key, an attribute and a value: three fields at least [GENERIC]'],
    ],
    [
      'HIERARCHY(order, above, name) LOAD * RESIDENT Orders',
      [
        "FieldNotFound: Field 'name' not found: the source has order, customer, amount [HIERARCHY(order, above, name)]",
        "FieldNotFound: Field 'above' not found: the source has order, customer, amount [HIERARCHY(order, above, name)]",
      ],
    ],
    [
      'MERGE (amount, v) ON ordr LOAD * RESIDENT Orders',
      ["FieldNotFound: Field 'ordr' not found: the source has customer, amount [MERGE (amount, v) ON ordr]"],
    ],
    [
      'FIRST vNowhere LOAD * RESIDENT Orders',
      ["FieldNotFound: Variable 'vNowhere' not found: FIRST must not depend on a row [vNowhere]"],
    ],
    ["FIRST 'many' LOAD * RESIDENT Orders", ["Semantic: FIRST needs a number ['many']"]],
    [
      'LOAD 1 AS a AUTOGENERATE -1',
      ['AutogenerateCount: AUTOGENERATE needs a number of rows that is not negative [-1]'],
    ],
    [
      'LOAD * FROM_FIELD (Orders, ordr)',
      [
        "FieldNotFound: Field 'ordr' not found: the source has order, customer, amount (did you mean 'order'?) [(Orders, ordr)]",
      ],
    ],
    [
      'LOAD a FROM [lib://d/a.kml] (kml)',
      [
        "WrongFormat: File 'lib://d/a.kml': the format kml cannot be read yet; use txt, fix, qvd, parquet, ooxml, biff, xml, html, json or qvx [[lib://d/a.kml]]",
      ],
    ],
    [
      'LOAD a FROM [lib://d/a.txt] (fix)',
      [
        "FieldNotFound: Fields of the fixed-width file 'lib://d/a.txt' are named by position: LOAD @1:5 AS a, @6:n AS b [[lib://d/a.txt]]",
        "FieldNotFound: Field 'a' not found: the source has no fields [a]",
      ],
    ],
    ['LOAD a INLINE []', ['WrongFormat: The INLINE has no row with field names [[]]']],
  ])('%s', (text, faults) => {
    expect(refusal(text)).toEqual(faults)
  })

  it('with a table of nothing there is no last table to add to', () => {
    expect(refusal('CONCATENATE LOAD 1 AS a AUTOGENERATE 1', {}, { model: EMPTY_SHAPE })).toEqual([
      'NothingToConcatenate: There is no table yet to add rows to [CONCATENATE]',
    ])
  })

  it('tells a mapping table that MAP ... USING misses where a field is stored', () => {
    const rules = { ...NO_RULES, maps: [{ pattern: 'name', map: 'Names' }] }
    expect(refusal('LOAD * RESIDENT Customers', {}, { rules })).toEqual([
      "MapNotFound: Mapping table 'Names' not found [LOAD * RESIDENT Customers]",
    ])
    expect(refusal('NOCONCATENATE LOAD customer RESIDENT Customers', {}, { rules })).toEqual(['plan'])
  })
})

describe('A LOAD from a file waits for its fields', () => {
  const text = 'LOAD *, amuont AS x FROM [lib://d/a.csv]'

  it('and is judged with them', () => {
    expect(load(text)).toMatchObject({ kind: 'open', constants: [], source: { kind: 'file', type: 'txt' } })
    expect(refusal(text, { fields: ['id', 'amount'] })).toEqual([
      "FieldNotFound: Field 'amuont' not found: the source has id, amount (did you mean 'amount'?) [amuont]",
    ])
  })

  it('and for constants that have to be computed', () => {
    const waiting = 'FIRST vCount LOAD 1 AS a AUTOGENERATE vCount * 2'
    expect(load(waiting)).toMatchObject({ kind: 'open', constants: [{ name: 'rows' }, { name: 'first' }] })
    const constants = { rows: 6.5, first: '3' }
    expect(load(waiting, { constants })).toMatchObject({
      kind: 'plan',
      plan: { rows: 6, steps: [{ kind: 'rows', rules: { first: 3 } }] },
    })
    expect(refusal(waiting, { constants: { rows: null, first: 3 } })).toEqual([
      'AutogenerateCount: AUTOGENERATE needs a number of rows that is not negative [vCount * 2]',
    ])
  })

  it('what is not known is never a fault', () => {
    const open = { ...LOADED, open: true, maps: { names: [], open: true } }
    expect(refusal("LOAD ApplyMap('M', a) AS b RESIDENT Nowhere ORDER BY c", {}, { model: open })).toEqual([
      'open',
    ])
    expect(refusal('JOIN (Nowhere) LOAD order RESIDENT Orders', {}, { model: open })).toEqual(['plan'])
  })
})

describe('A LOAD is planned', () => {
  it('as steps from the bottom up', () => {
    const text = `LOAD k, total WHERE total > 1;
      LOAD DISTINCT k, Sum(v) AS total GROUP BY k;
      LOAD customer AS k, amount AS v RESIDENT Orders ORDER BY amount DESC`
    const answer = load(text)
    expect(answer).toMatchObject({
      kind: 'plan',
      plan: {
        source: {
          kind: 'resident',
          table: 'Orders',
          aside: false,
          order: [{ field: 'amount', descending: true }],
        },
        fields: ['k', 'total'],
        sink: { kind: 'table', fields: ['k', 'total'], target: { kind: 'create', name: 'Orders-1' } },
      },
    })
    expect(answer.kind === 'plan' && answer.plan.steps.map(({ kind }) => kind)).toEqual([
      'rows',
      'rows',
      'group',
      'rows',
      'distinct',
      'rows',
    ])
  })

  it.each([
    ['New: LOAD order RESIDENT Orders', { kind: 'create', name: 'New' }],
    ['Orders: LOAD order RESIDENT Orders', { kind: 'create', name: 'Orders-1' }],
    ['LOAD name, customer INLINE [customer,name\n1,2]', { kind: 'append', table: 'Customers' }],
    ['NOCONCATENATE LOAD name, customer INLINE [customer,name\n1,2]', { kind: 'create', name: 'INLINE01' }],
    ['CONCATENATE LOAD order RESIDENT Orders', { kind: 'append', table: 'Orders' }],
    ['CONCATENATE (Customers) LOAD order RESIDENT Orders', { kind: 'append', table: 'Customers' }],
    ['JOIN LOAD order RESIDENT Orders', { kind: 'join', type: 'outer', table: 'Orders' }],
    [
      'New: LEFT KEEP (Customers) LOAD order RESIDENT Orders',
      { kind: 'keep', type: 'left', table: 'Customers', name: 'New' },
    ],
  ])('with its target: %s', (text, target) => {
    expect(load(text)).toMatchObject({ kind: 'plan', plan: { sink: { kind: 'table', target } } })
  })

  it('with the table of the last reload in a partial one', () => {
    const partial = { partial: true }
    expect(load('Orders: ADD LOAD 1 AS x AUTOGENERATE 1', {}, partial)).toMatchObject({
      plan: { sink: { target: { kind: 'append', table: 'Orders' } } },
    })
    expect(load('REPLACE LOAD name, customer RESIDENT Customers', {}, partial)).toMatchObject({
      plan: { sink: { target: { kind: 'replace', table: 'Customers' } } },
    })
    expect(
      load("MERGE ON order LOAD 'i' AS op, order, customer, amount RESIDENT Orders", {}, partial),
    ).toMatchObject({ plan: { sink: { merge: { keys: [1], into: { table: 'Orders', keys: ['order'] } } } } })
  })

  it('under the names that ALIAS, QUALIFY and FORCE give', () => {
    const rules: StoreRules = {
      ...NO_RULES,
      alias: [{ from: 'order', to: 'id' }],
      qualify: [
        { pattern: '*', on: true },
        { pattern: 'id', on: false },
      ],
      letters: 'upper',
    }
    expect(load('New: LOAD order, amount RESIDENT Orders', {}, { rules })).toMatchObject({
      plan: { fields: ['order', 'amount'], sink: { fields: ['ID', 'NEW.AMOUNT'] } },
    })
  })

  it('without a sink where rows say which fields there are', () => {
    const text = 'New: HIERARCHY(order, customer, amount) LOAD * RESIDENT Orders'
    expect(load(text)).toMatchObject({ kind: 'plan', plan: { transform: { kind: 'hierarchy' } } })
    expect(load(text)).not.toHaveProperty('plan.sink')
    expect(planStorage(parsed(text), SCOPE, ['order', 'amount1', 'amount2'], undefined)).toMatchObject({
      kind: 'plan',
      plan: { kind: 'table', target: { kind: 'create', name: 'New' } },
    })
  })
})

describe('After a LOAD there is', () => {
  const before = 'Customers(customer,name) Orders(order,customer,amount)'

  it.each([
    ['New: LOAD order RESIDENT Orders', `${before} New(order) | New`],
    ['JOIN LOAD 1 AS x RESIDENT Orders', 'Customers(customer,name) Orders(order,customer,amount,x) | Orders'],
    [
      'CONCATENATE (Customers) LOAD 1 AS x RESIDENT Orders',
      'Customers(customer,name,x) Orders(order,customer,amount) | Orders',
    ],
    ['MAPPING LOAD order, amount RESIDENT Orders', `${before} | Orders`],
    ['GENERIC LOAD * RESIDENT Orders', `${before} ... | ?`],
    // It may be added to either of the tables.
    ['New: LOAD * FROM [lib://d/a.csv]', `${before} New?(...) | ?`],
    ['New: NOCONCATENATE LOAD * FROM [lib://d/a.csv]', `${before} New(...) | New`],
    ['New: LOAD a FROM [lib://d/a.csv]', `${before} New(a) | New`],
    ['NOCONCATENATE LOAD a FROM [lib://d/a*.csv]', `${before} ... | ?`],
    ['New: LOAD a FROM [lib://d/a*.csv]', `${before} New(a) | New`],
    ['New: LOAD * FROM [lib://d/a*.csv]', `${before} New?(...) ... | ?`],
    ['JOIN LOAD * FROM [lib://d/a.csv]', 'Customers(customer,name) Orders(...) | Orders'],
    ['Orders: REPLACE LOAD 1 AS x AUTOGENERATE 1', 'Customers(customer,name) Orders(x) | Orders'],
    ['IntervalMatch(amount) LOAD order, customer RESIDENT Orders', `${before} | Orders`],
    ['New: CROSSTABLE(a, v) LOAD * FROM [lib://d/a.csv]', `${before} New?(...) | ?`],
    ['New: CROSSTABLE(a, v) LOAD * RESIDENT Orders', `${before} New(order,a,v) | New`],
    // As if the fault were mended.
    ['New: LOAD nowhere RESIDENT Orders', `${before} New(nowhere) | New`],
  ])('%s', (text, expected) => {
    expect(after(text)).toBe(expected)
  })
})
