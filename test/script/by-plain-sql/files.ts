/** Results of the scripts of projects/files.ts, asked of DuckDB. */
import type { PlainSql } from './plain-sql.ts'

export const FILES_BY_SQL: Readonly<Record<string, PlainSql>> = {
  'first run and second run of an incremental load with a QVD': {
    made: `CREATE TABLE r AS FROM (VALUES (1, 1, 10, TIMESTAMP '2024-01-01 10:00:00', 1), (1, 2, 20, '2024-01-01 11:00:00', 2), (2, 2, 25, '2024-01-02 09:00:00', 3), (2, 3, 30, '2024-01-02 10:30:00', 4)) t(run, id, amount, moment, o);`,
    tables: {
      Result: `SELECT id AS "Id", amount AS "Amount", iso(moment) AS day FROM (SELECT *, max(run) OVER (PARTITION BY id) AS last FROM r) WHERE run = last ORDER BY run DESC, o`,
    },
    traced: `SELECT unnest([(SELECT count(*) || ' rows until ' || max(moment) FROM r WHERE run = 1), (SELECT count(DISTINCT id) || ' rows until ' || max(moment) FROM r),
      (SELECT count(DISTINCT id) || '/3/Facts/Amount' FROM r)])`,
  },
  'headers, comments, footers, embedded newlines, quotes': {
    tables: {
      A: `SELECT * FROM (VALUES (1, 'two' || chr(10) || 'lines; "quoted"'), (2, 'plain')) t(id, text) ORDER BY id`,
      B: 'SELECT * FROM (VALUES (1, 2), (5, 6)) t(ba, bb) ORDER BY ba',
      C: `SELECT * FROM (VALUES ('x', '''z'''), ('p', '"q')) t(a, c) ORDER BY a DESC`,
      D: `SELECT * FROM (VALUES ('x,y', 'it''s'), ('p ""q""', 'r s')) t(a, b) ORDER BY a DESC`,
    },
  },
  'fixed width': {
    made: `CREATE TABLE l AS FROM (VALUES (1, 'A01  Anna      5.50'), (2, 'B2   Böö      12')) t(o, line);`,
    tables: {
      A: `SELECT trim(line[1:5]) AS code, trim(line[6:12]) AS name, dual(trim(line[13:]), trim(line[13:])::DOUBLE) AS amount FROM l ORDER BY o`,
    },
  },
  'inline with other delimiters, odd quoting, missing and surplus cells': {
    tables: {
      A: `SELECT * FROM (VALUES (1, 'a|b', 'it''s'), (2, '', ''), (3, '', ''), (4, 'x', 'y')) t(k, "v w", z) ORDER BY k`,
      B: `SELECT * FROM (VALUES (1, '[x]'), (2, 'y, z')) t(a, b) ORDER BY a`,
      C: `SELECT 'q''s' AS p`,
      D: 'SELECT 1 AS m, 2 AS n',
    },
  },
  'wildcard with different fields': {
    tables: {
      T: `SELECT * FROM (VALUES (1, 2, 'x1.csv'), (4, 3, 'x2.csv')) t(a, b, f) ORDER BY f`,
      'T-1': `SELECT 5 AS a, 6 AS c, 'x3.csv' AS f`,
    },
    traced: `SELECT unnest(['0 T', '1 T-1'])`,
  },
  'wildcard with concatenate into an empty first table': {
    tables: { T: 'SELECT * FROM (SELECT 1 AS a, 2 AS b UNION ALL BY NAME SELECT 5 AS a, 6 AS c) ORDER BY a' },
  },
  'directory, relative paths, mixed slashes': {
    tables: { A: 'SELECT 1 AS a', B: 'SELECT 2 AS b', C: 'SELECT 1 AS c' },
  },
  'NullInterpret, NullAsValue, nulls in joins': {
    made: `CREATE TABLE a AS FROM (VALUES (1, '1', 'x'), (2, NULL, 'y'), (3, '', 'z')) t(o, k, v);`,
    tables: {
      B: `SELECT dual(k, try_cast(k AS INT)) AS kk, coalesce(length(k), 0) AS l, -(k IS NULL)::INT AS n, CASE WHEN coalesce(k, '') = '' THEN dual('leer', NULL) ELSE dual(k, try_cast(k AS INT)) END AS t FROM a ORDER BY o`,
      C: `SELECT v AS vv, CASE v WHEN 'y' THEN v ELSE '<none>' END AS x, '<none>' AS y, NULL AS z FROM a ORDER BY o`,
      D: `SELECT CASE v WHEN 'y' THEN v END AS x2 FROM a ORDER BY o`,
    },
  },
  'rename, drop, tags, comments and map renames': {
    tables: { Fact: 'SELECT 1 AS "Customer ID", 5 AS "Amount"', 'Dim 1': 'SELECT 1 AS "Customer ID"' },
  },
  'format guessed, delimiter default, label by file name': {
    tables: {
      sales: 'SELECT 1 AS a, 2 AS b',
      prices: 'SELECT 3 AS c, 4 AS d',
      AUTOGENERATE01: 'SELECT 1 AS q',
      INLINE01: 'SELECT 1 AS z',
    },
  },
  'crosstable from csv with two keys, and value dates from attributes': {
    tables: {
      Y: `SELECT region AS "Region", prod AS "Prod", dual(strftime(mo, '%b %y'), serial(mo)) AS "M", sales AS "Sales" FROM (
          SELECT region, prod, unnest([DATE '2024-01-01', DATE '2024-02-01']) AS mo, unnest([a, b]) AS sales FROM (VALUES ('N', 'a', 1, 2), ('S', 'b', NULL, 4)) t(region, prod, a, b))
        WHERE sales IS NOT NULL ORDER BY region, mo`,
    },
  },
  'spaces in names, quotes of all kinds, duplicates told': {
    tables: {
      T: `SELECT 1 AS "a b", 2 AS "c d", 3 AS e, '1-2' AS "f g", 1 AS h`,
      U: `SELECT 1 AS "n'1", '1-2' AS "f g"`,
    },
  },
}
