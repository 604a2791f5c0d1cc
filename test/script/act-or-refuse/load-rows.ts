/** Pairs of scripts for the parts of a LOAD: prefixes, sources, clauses. */
import { CSV, type Documented, HELP, OLD, type Row, T, TREE, U } from './rows.ts'

const load = (before: string, rest = 'LOAD k, a RESIDENT t;') => `${T}${U}r: ${before} ${rest}`

const NO_CACHE: Documented = {
  says: 'The result of the statement is cached as a QVD, and is read anew from the source when there is none.',
  at: `${HELP}/ScriptPrefixes/Buffer.htm`,
}

export const PREFIX_ROWS: readonly Row[] = [
  { name: 'label', script: `${T}«r:» LOAD k AS z RESIDENT t;` },
  { name: 'JOIN', script: load('«JOIN (u)»') },
  { name: 'JOIN without table', script: load('«JOIN»') },
  { name: 'LEFT JOIN', script: load('LEFT JOIN (u)').replace('LEFT', '«LEFT»') },
  { name: 'RIGHT JOIN', script: load('«RIGHT» JOIN (u)') },
  { name: 'INNER JOIN', script: load('«INNER» JOIN (u)') },
  { name: 'JOIN table', script: `${T}${U}JOIN «(t)» LOAD 2 AS k, 'n' AS z AUTOGENERATE 1;` },
  {
    name: 'OUTER JOIN',
    script: load('«OUTER» JOIN (u)'),
    changesNothing: {
      says: 'A join is an outer join when nothing else is said; the word may be written.',
      at: `${HELP}/ScriptPrefixes/Outer.htm`,
    },
  },
  { name: 'LEFT KEEP', script: load('«LEFT KEEP (u)»') },
  { name: 'RIGHT KEEP', script: load('«RIGHT KEEP (u)»') },
  { name: 'INNER KEEP', script: load('«INNER KEEP (u)»') },
  { name: 'KEEP', script: load('«KEEP (u)»') },
  { name: 'KEEP table', script: load('LEFT KEEP «(t)»', 'LOAD 1 AS k AUTOGENERATE 1;') },
  { name: 'CONCATENATE', script: load('«CONCATENATE (u)»') },
  { name: 'CONCATENATE table', script: load('CONCATENATE «(t)»') },
  { name: 'NOCONCATENATE', script: load('«NOCONCATENATE»', 'LOAD k, a, b RESIDENT t;') },
  { name: 'MAPPING', script: load('«MAPPING»') },
  { name: 'FIRST', script: load('«FIRST 2»') },
  { name: 'SAMPLE', script: load('«SAMPLE 0»') },
  { name: 'ADD', script: 't: «ADD» LOAD 5 AS k, 6 AS v AUTOGENERATE 1;', ...OLD },
  { name: 'REPLACE', script: 't: «REPLACE» LOAD 5 AS k, 6 AS v AUTOGENERATE 1;', ...OLD },
  { name: 'ONLY', script: load('ADD «ONLY»') },
  { name: 'REPLACE ONLY', script: load('REPLACE «ONLY»') },
  { name: 'MERGE ONLY', script: load('MERGE «ONLY» ON k', "LOAD 'I' AS o, k, a RESIDENT t;") },
  { name: 'MERGE', script: load('«MERGE ON k»', "LOAD 'I' AS o, k, a RESIDENT t;") },
  { name: 'MERGE ON', script: load('MERGE ON k«, a»', "LOAD 'I' AS o, k, a RESIDENT t;") },
  {
    name: 'MERGE sequence',
    script: load('MERGE «(b)» ON k', "LOAD 'I' AS o, k, If(a='z', 1, 2) AS b, a RESIDENT t;"),
  },
  {
    name: 'MERGE variable',
    script: `${load('MERGE (b«, v») ON k', "LOAD 'I' AS o, k, b, a RESIDENT t;")} TRACE v=$(v);`,
  },
  {
    name: 'INTERVALMATCH',
    script: load('«INTERVALMATCH (b)»', 'LOAD k * 9 AS from, k * 11 AS to RESIDENT t;'),
  },
  {
    name: 'INTERVALMATCH key',
    script: load('INTERVALMATCH (b«, k»)', 'LOAD 0 AS from, 99 AS to, 2 AS k AUTOGENERATE 1;'),
  },
  { name: 'CROSSTABLE', script: load('«CROSSTABLE (x, y, 1)»', 'LOAD k, a, b RESIDENT t;') },
  { name: 'CROSSTABLE fields', script: load('CROSSTABLE (x, y«, 2»)', 'LOAD k, a, b RESIDENT t;') },
  { name: 'GENERIC', script: load('«GENERIC»', 'LOAD k, a, b RESIDENT t;') },
  { name: 'HIERARCHY', script: `«HIERARCHY (id, parent, name)» LOAD * ${TREE};` },
  { name: 'HIERARCHY parent name', script: `HIERARCHY (id, parent, name«, up») LOAD * ${TREE};` },
  { name: 'HIERARCHY path source', script: `HIERARCHY (id, parent, name, ,«id», path) LOAD * ${TREE};` },
  { name: 'HIERARCHY path', script: `HIERARCHY (id, parent, name, , , «path») LOAD * ${TREE};` },
  { name: 'HIERARCHY delimiter', script: `HIERARCHY (id, parent, name, , , path, «'-'») LOAD * ${TREE};` },
  { name: 'HIERARCHY depth', script: `HIERARCHY (id, parent, name, , , path, '/', «depth») LOAD * ${TREE};` },
  { name: 'HIERARCHYBELONGSTO', script: `«HIERARCHYBELONGSTO (id, parent, name, a, d)» LOAD * ${TREE};` },
  {
    name: 'HIERARCHYBELONGSTO difference',
    script: `HIERARCHYBELONGSTO (id, parent, name, a, d«, diff») LOAD * ${TREE};`,
  },
  { name: 'BUFFER', script: '«BUFFER» LOAD * FROM [lib://d/f.csv] (txt);', ...CSV, changesNothing: NO_CACHE },
  {
    name: 'BUFFER INCREMENTAL',
    script: '«BUFFER (INCREMENTAL)» LOAD * FROM [lib://d/f.csv] (txt);',
    ...CSV,
    changesNothing: NO_CACHE,
  },
  {
    name: 'BUFFER STALE',
    script: '«BUFFER (STALE AFTER 2 DAYS)» LOAD * FROM [lib://d/f.csv] (txt);',
    ...CSV,
    changesNothing: NO_CACHE,
  },
  { name: 'BUFFER other', script: '«BUFFER (forever)» LOAD * FROM [lib://d/f.csv] (txt);', ...CSV },
  { name: 'SEMANTIC', script: load('«SEMANTIC»') },
  { name: 'INFO', script: load('«INFO»') },
  { name: 'BUNDLE', script: load('«BUNDLE»') },
  { name: 'IMAGE_SIZE', script: load('«IMAGE_SIZE (1, 1)»') },
]

export const SOURCE_ROWS: readonly Row[] = [
  { name: 'RESIDENT', script: `${T}${U}LOAD k AS z RESIDENT «t|u»;` },
  { name: 'INLINE', script: 'LOAD 1 AS z «INLINE [a\n1\n2]|AUTOGENERATE 1»;' },
  { name: 'AUTOGENERATE', script: 'LOAD 1 AS z AUTOGENERATE «3|2»;' },
  { name: 'FROM', script: 'LOAD * FROM [lib://d/«in/»f.csv] (txt);', ...CSV },
  { name: 'LOAD below', script: 'LOAD a; LOAD «a + 1 AS» a INLINE [a\n1];' },
  { name: 'FROM_FIELD', script: `${T}LOAD * FROM_FIELD (t, «a|b») (txt, no labels);` },
  { name: 'EXTENSION', script: `${T}LOAD k AS z «EXTENSION p.f()|RESIDENT t»;` },
]

export const CLAUSE_ROWS: readonly Row[] = [
  { name: 'DISTINCT', script: `${T}LOAD «DISTINCT» k AS z RESIDENT t;` },
  { name: 'WHERE', script: `${T}LOAD k AS z RESIDENT t «WHERE k > 1»;` },
  { name: 'WHILE', script: `${T}LOAD k AS z RESIDENT t «WHILE IterNo() < 3»;` },
  { name: 'GROUP BY', script: `${T}LOAD Sum(b) AS s RESIDENT t «GROUP BY k»;` },
  { name: 'ORDER BY', script: `${T}LOAD k AS z RESIDENT t «ORDER BY b DESC»;` },
  { name: 'DESC', script: `${T}LOAD k AS z RESIDENT t ORDER BY k «DESC»;` },
  {
    name: 'ASC',
    script: `${T}LOAD k AS z RESIDENT t ORDER BY k «ASC»;`,
    changesNothing: {
      says: 'Fields are sorted ascending when no sort order is given.',
      at: `${HELP}/ScriptRegularStatements/Load.htm`,
    },
  },
  { name: 'AS', script: `${T}LOAD k «AS z» RESIDENT t;` },
  { name: 'DISTINCT in an aggregation', script: `${T}LOAD Sum(«DISTINCT» b) AS s RESIDENT t;` },
  { name: 'TOTAL in an aggregation', script: `${T}LOAD Sum(«TOTAL» b) AS s RESIDENT t;` },
  { name: 'ALL in an aggregation', script: `${T}LOAD Sum(«ALL» b) AS s RESIDENT t;` },
  { name: 'DISTINCT in a function', script: `${T}LOAD Upper(«DISTINCT» a) AS s RESIDENT t;` },
]
