import { describe, expect, it } from 'vitest'
import { withoutSpans } from '../../../test/support/without-spans.ts'
import type { FileFormat, LoadStatement, StoreStatement } from '../syntax/statement.ts'
import { parseExpression as expression } from './parse-expression.ts'
import { parseStatement as parse } from './parse-statement.ts'

const FORMAT: FileFormat = {}

const parseStatement = (text: string) => withoutSpans(parse(text))
const parseExpression = (text: string) => withoutSpans(expression(text))
const load = (text: string) => parseStatement(text) as LoadStatement
const level = (text: string) => load(text).levels[0]!

describe('statements (LANGUAGE 3)', () => {
  it.each<[string, unknown]>([
    ['SET v = $ ', { kind: 'set', name: 'v', text: '$' }],
    ['SET c="My string"', { kind: 'set', name: 'c', text: 'My string' }],
    ["SET q='a'&'b'", { kind: 'set', name: 'q', text: "'a'&'b'" }],
    ["SET v=[This year's number]", { kind: 'set', name: 'v', text: "This year's number" }],
    ["SET n=''", { kind: 'set', name: 'n', text: '' }],
    ['SET n=', { kind: 'let', name: 'n' }],
    ['set [my var]=1', { kind: 'set', name: 'my var', text: '1' }],
    ['SET a.b=x=y', { kind: 'set', name: 'a.b', text: 'x=y' }],
    ['LET n=', { kind: 'let', name: 'n' }],
    ['LET "a b" = 1+2', { kind: 'let', name: 'a b', expression: parseExpression('1+2') }],
    ['n = 1', { kind: 'let', name: 'n', expression: { kind: 'number', value: 1 } }],
    ["TRACE 'hi'", { kind: 'trace', text: "'hi'" }],
    ["REM it's nothing", { kind: 'rem' }],
    ['SLEEP 10*2', { kind: 'sleep', milliseconds: parseExpression('10*2') }],
    ['DROP TABLE a', { kind: 'drop-tables', tables: ['a'] }],
    ['drop tables [a b], \'c\', "d"', { kind: 'drop-tables', tables: ['a b', 'c', 'd'] }],
    ['DROP FIELDS a, b', { kind: 'drop-fields', fields: ['a', 'b'] }],
    ['DROP FIELD a FROM t, u', { kind: 'drop-fields', fields: ['a'], tables: ['t', 'u'] }],
    ['RENAME TABLE a TO b', { kind: 'rename-tables', pairs: [{ from: 'a', to: 'b' }] }],
    [
      'RENAME FIELDS a TO b, [c d] TO e',
      {
        kind: 'rename-fields',
        pairs: [
          { from: 'a', to: 'b' },
          { from: 'c d', to: 'e' },
        ],
      },
    ],
    ['RENAME FIELDS USING m', { kind: 'rename-fields-using', map: 'm' }],
    ['RENAME TABLES USING [m n]', { kind: 'rename-tables-using', map: 'm n' }],
    ['QUALIFY *', { kind: 'qualify', patterns: ['*'] }],
    ["UNQUALIFY id, 'k*', [a, b]", { kind: 'unqualify', patterns: ['id', 'k*', 'a, b'] }],
    ["DIRECTORY 'lib://a b/'", { kind: 'directory', path: 'lib://a b/' }],
    ['DIRECTORY lib://a b/c', { kind: 'directory', path: 'lib://a b/c' }],
    ['DIRECTORY', { kind: 'directory', path: '' }],
    ['TRACE = a', { kind: 'trace', text: '= a' }],
    ['TRACE: a', { kind: 'trace', text: ': a' }],
  ])('%s', (text, statement) => {
    expect(parseStatement(text)).toEqual(statement)
  })
})

describe('STORE (LANGUAGE 8)', () => {
  it.each<[string, Partial<StoreStatement>]>([
    ['STORE T INTO lib://D/t.qvd', { table: 'T', path: 'lib://D/t.qvd' }],
    [
      "STORE [my T] INTO [lib://D/it's.csv] (txt)",
      { table: 'my T', path: "lib://D/it's.csv", format: { ...FORMAT, type: 'txt' } },
    ],
    [
      'STORE * FROM T INTO t.parquet (parquet, compression is zstd)',
      { table: 'T', path: 't.parquet', format: { ...FORMAT, type: 'parquet', compression: 'zstd' } },
    ],
    [
      "STORE a, [b c] AS 'd' FROM T INTO my file.csv (txt, delimiter is ';')",
      {
        table: 'T',
        fields: [
          { field: 'a', as: 'a' },
          { field: 'b c', as: 'd' },
        ],
        path: 'my file.csv',
        format: { ...FORMAT, type: 'txt', delimiter: ';' },
      },
    ],
  ])('%s', (text, statement) => {
    expect(parseStatement(text)).toEqual({ kind: 'store', format: FORMAT, ...statement })
  })
})

describe('label and prefixes, in any order (LANGUAGE 5)', () => {
  it.each<[string, Partial<LoadStatement>]>([
    ['T: LOAD a RESIDENT s', { label: 'T' }],
    ["'my T': LOAD a RESIDENT s", { label: 'my T' }],
    ['[my T]:\nLOAD a RESIDENT s', { label: 'my T' }],
    ['Left: LOAD a RESIDENT s', { label: 'Left' }],
    ['T: NoConcatenate LOAD a RESIDENT s', { label: 'T', prefixes: { noConcatenate: true } }],
    ['NoConcatenate T: LOAD a RESIDENT s', { label: 'T', prefixes: { noConcatenate: true } }],
    ['M: MAPPING LOAD a, b RESIDENT s', { label: 'M', prefixes: { mapping: true } }],
    ['CONCATENATE LOAD a RESIDENT s', { prefixes: { concatenate: {} } }],
    ['Concatenate ([a b]) LOAD a RESIDENT s', { prefixes: { concatenate: { table: 'a b' } } }],
    ['JOIN LOAD a RESIDENT s', { prefixes: { join: { type: 'outer' } } }],
    ['OUTER JOIN (t) LOAD a RESIDENT s', { prefixes: { join: { type: 'outer', table: 't' } } }],
    ['Left Join (t) LOAD a RESIDENT s', { prefixes: { join: { type: 'left', table: 't' } } }],
    ['RIGHT JOIN LOAD a RESIDENT s', { prefixes: { join: { type: 'right' } } }],
    ['INNER KEEP (t) LOAD a RESIDENT s', { prefixes: { keep: { type: 'inner', table: 't' } } }],
    ['FIRST 10 LOAD a RESIDENT s', { prefixes: { first: { kind: 'number', value: 10 } } }],
    ['First (2*5) T: LOAD a RESIDENT s', { label: 'T', prefixes: { first: parseExpression('2*5') } }],
    ['REPLACE LOAD a RESIDENT s', { prefixes: { partial: { kind: 'replace', only: false } } }],
    [
      'Add Only Concatenate(T) LOAD a RESIDENT s',
      { prefixes: { partial: { kind: 'add', only: true }, concatenate: { table: 'T' } } },
    ],
    [
      'NoConcatenate Left Keep (t) LOAD a RESIDENT s',
      { prefixes: { noConcatenate: true, keep: { type: 'left', table: 't' } } },
    ],
  ])('%s', (text, head) => {
    const { levels, kind, ...rest } = load(text)
    expect(kind).toBe('load')
    expect(levels).toHaveLength(1)
    expect(rest).toEqual({ prefixes: {}, ...head })
  })
})

describe('field lists (LANGUAGE 6; SEMANTICS F2, F4, F5)', () => {
  const names = (fields: string) =>
    level(`LOAD ${fields} RESIDENT t`).items.map((item) => (item.kind === 'all' ? '*' : item.name))

  it.each<[string, string[]]>([
    ['*', ['*']],
    ['*, a*2 as b', ['*', 'b']],
    ['RecNo( ), a +  b', ['RecNo( )', 'a +  b']],
    ["'a' as 'b', [year(2012)], 1 as 2", ['b', 'year(2012)', '2']],
    ['From, To, Where as Group', ['From', 'To', 'Group']],
    ['Distinct, a', ['Distinct', 'a']],
    ['[a]]b] & c', ['[a]]b] & c']],
  ])('%s', (fields, expected) => {
    expect(names(fields)).toEqual(expected)
  })

  it('reads DISTINCT before the list', () => {
    expect(level('LOAD DISTINCT a RESIDENT t').distinct).toBe(true)
    expect(level('LOAD DISTINCT * RESIDENT t').distinct).toBe(true)
    expect(level('LOAD DISTINCT (a) as b RESIDENT t').distinct).toBe(true)
    expect(level('LOAD Distinct RESIDENT t').distinct).toBe(false)
  })
})

describe('sources and formats (LANGUAGE 6, 7)', () => {
  it.each<[string, unknown]>([
    ['RESIDENT [a b]', { kind: 'resident', table: 'a b' }],
    ['AutoGenerate(10)', { kind: 'autogenerate', count: { kind: 'number', value: 10 } }],
    ['INLINE [\na,b\n1,2\n]', { kind: 'inline', text: '\na,b\n1,2\n', format: FORMAT }],
    ['INLINE "a\nx]y"', { kind: 'inline', text: 'a\nx]y', format: FORMAT }],
    [
      "inline [a;b] (txt, no labels, delimiter is ';')",
      { kind: 'inline', text: 'a;b', format: { ...FORMAT, type: 'txt', labels: 'none', delimiter: ';' } },
    ],
    ['FROM lib://D/my file*.csv', { kind: 'file', path: 'lib://D/my file*.csv', format: FORMAT }],
    [
      "FROM it's.csv (txt, utf8, embedded labels, delimiter is '\\t', msq)",
      {
        kind: 'file',
        path: "it's.csv",
        format: {
          ...FORMAT,
          type: 'txt',
          encoding: 'utf8',
          labels: 'embedded',
          delimiter: '\t',
          quoting: 'msq',
        },
      },
    ],
    [
      'FROM [lib://D/a (1).csv] (txt, codepage is 1252, delimiter is \\t, no quotes, header is 3 lines)',
      {
        kind: 'file',
        path: 'lib://D/a (1).csv',
        format: {
          ...FORMAT,
          type: 'txt',
          encoding: 'cp1252',
          delimiter: '\t',
          quoting: 'none',
          header: { size: 3, of: 'lines' },
        },
      },
    ],
    [
      "FROM 'a.txt' (txt, delimiter is ,, header is line, comment is '#', no eof)",
      {
        kind: 'file',
        path: 'a.txt',
        format: {
          ...FORMAT,
          type: 'txt',
          delimiter: ',',
          header: { size: 1, of: 'lines' },
          comment: '#',
          eof: 'data',
        },
      },
    ],
    [
      'FROM a.txt (txt, delimiter is |, header is 128)',
      {
        kind: 'file',
        path: 'a.txt',
        format: { ...FORMAT, type: 'txt', delimiter: '|', header: { size: 128, of: 'bytes' } },
      },
    ],
    [
      'FROM a.txt (txt, delimiter is spaces)',
      { kind: 'file', path: 'a.txt', format: { ...FORMAT, type: 'txt', delimiter: 'spaces' } },
    ],
    [
      'FROM [a.xlsx] (ooxml, table is [Sheet 1])',
      { kind: 'file', path: 'a.xlsx', format: { ...FORMAT, type: 'ooxml', table: 'Sheet 1' } },
    ],
  ])('%s', (source, expected) => {
    expect(level(`LOAD a ${source}`).source).toEqual(expected)
    expect(level(`LOAD a ${source} WHERE a>1`).source).toEqual(expected)
  })

  it('reads the clauses behind the source', () => {
    const read = level(
      'LOAD a, Sum(b) as s RESIDENT t WHERE a>1 GROUP BY a, Year(c) ORDER BY a DESC, 2 asc, c',
    )
    expect(read.where).toEqual(parseExpression('a>1'))
    expect(read.groupBy).toEqual([parseExpression('a'), parseExpression('Year(c)')])
    expect(read.orderBy?.map(({ descending }) => descending)).toEqual([true, false, false])
    expect(level('LOAD IterNo() as i RESIDENT t WHILE IterNo()<=n').while).toEqual(
      parseExpression('IterNo()<=n'),
    )
  })
})

describe('stacks of LOADs (J15, J16)', () => {
  it('are read top first, from one text', () => {
    const { label, levels } = load('T: LOAD DISTINCT x*2 as y WHERE x>1;\nLOAD a as x;\nLOAD * INLINE [a]')
    expect(label).toBe('T')
    expect(levels.map(({ source }) => source.kind)).toEqual(['preceding', 'preceding', 'inline'])
    expect(levels.map(({ distinct }) => distinct)).toEqual([true, false, false])
    expect(levels[0]!.where).toEqual(parseExpression('x>1'))
  })

  it('are not complete while the last level has no source', () => {
    expect(load('LOAD x*2 as y').levels.map(({ source }) => source.kind)).toEqual(['preceding'])
  })

  it('take no prefix below the top', () => {
    expect(() => load('LOAD *; Concatenate(T) LOAD a RESIDENT s')).toThrow(
      /concatenate must stand at the top/,
    )
  })
})
