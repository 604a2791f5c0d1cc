/** Results of the scripts of projects/control.ts, asked of DuckDB. */
import type { PlainSql } from './plain-sql.ts'

const rows = (field: string, count: number) => `SELECT n AS ${field} FROM range(1, ${count + 1}) r(n)`

export const CONTROL_BY_SQL: Readonly<Record<string, PlainSql>> = {
  'nested names, macro parameters, calculated expansion': {
    tables: {
      T: `SELECT n, round(n * 1.25, 2)::DOUBLE AS gross, 1 + 2 * 3 AS seven, upper('x') AS up FROM (VALUES (100), (10)) t(n) ORDER BY n DESC`,
    },
  },
  'arrays of variables by loop': {
    traced: `SELECT 'sum ' || sum(i * i) || ' i ' || max(i) + 1 FROM range(1, 4) r(i)`,
  },
  'sub by reference, nested subs, default null': {
    traced: `SELECT unnest(['A ' || (10 + 5) || ' no', 'B ' || (10 + 5 + 7 + 7) || ' yes []'])`,
  },
  'included library and subs': {
    tables: {
      All: `SELECT name, n FROM (VALUES ('A'), ('B')) t(name), range(1, 3) r(n) ORDER BY name, n`,
    },
  },
  'switch, do until, exit do': {
    traced: `SELECT string_agg(CASE n % 4 WHEN 0 THEN 'a' WHEN 1 THEN 'b' WHEN 2 THEN 'b' ELSE 'c' END, '' ORDER BY n) FROM range(1, 7) r(n) UNION ALL SELECT '3'`,
  },
  'exit for unless, exit sub, exit script when': {
    traced: `SELECT 'k=' || k || ' m=' || CASE WHEN n IS NULL OR n > 2 THEN k ELSE (n * 10)::VARCHAR END FROM (VALUES ('1', 1), ('2', 2), ('3', 3), ('x', NULL)) t(k, n) ORDER BY k`,
  },
  'bare variables as numbers of rows, FIRST, FOR': {
    tables: {
      A: rows('r', 3),
      B: rows('q', 2),
      C: rows('s', 1),
      D: rows('t', 2),
      E: rows('u', 2),
      F: rows('w', 1),
    },
  },
  'German and other decimal settings': {
    tables: {
      T: `SELECT dual(b, n) AS "Betrag", n * 2 AS zwei, dual(g || ' €', n) AS geld, dual(strftime(d, '%d.%m.%Y'), serial(d)) AS "Datum", dual(mo, month(d)) AS m, dual('So', 6) AS wd,
          dual(mo || ' ' || year(d), serial(date_trunc('month', d))) AS mn, dual(n1, n) AS n1, dual(strftime(d + 1, '%d.%m.%Y'), serial(d + 1)) AS d2
        FROM (VALUES ('1.234,5', 1234.5::DOUBLE, '1.234,50', '1.234,5', DATE '2024-03-03', 'Mrz'), ('-0,25', -0.25, '-0,25', '-0,3', DATE '2023-12-31', 'Dez')) t(b, n, g, n1, d, mo)
        WHERE isodow(d) = 7 ORDER BY d DESC`,
    },
    traced: `SELECT replace((7 / 2)::VARCHAR, '.', ',') || ' ' || (7 / 2)`,
  },
  'US settings: week by Sunday, broken weeks': {
    made: `CREATE TABLE t AS FROM (VALUES (1, DATE '2024-01-01'), (2, '2024-01-07'), (3, '2023-12-31')) t(o, d); CREATE MACRO us(d) AS dual(strftime(d, '%-m/%-d/%Y'), serial(d));`,
    tables: {
      // Weeks of a year begin on its first day and on each Sunday.
      T: `SELECT us(d) AS d, strftime(d, '%U')::INT + (dayofweek(date_trunc('year', d)) > 0)::INT AS w, us(d - dayofweek(d)::INT) AS ws, dual(strftime(d, '%a'), dayofweek(d)) AS wd,
          year(d) * 100 + month(d) AS ym FROM t ORDER BY o`,
      U: `SELECT dual('1/2/2024 3:05:00 PM', n) AS t, 15 AS h, dual('3:05:00 PM', n) AS tt, dual('2024-01-02 15:05', n) AS iso
        FROM (SELECT serial(DATE '2024-01-02') + (15 * 60 + 5)::DOUBLE / 1440 AS n)`,
    },
  },
  'Swedish settings': {
    tables: {
      T: `SELECT dual(t, a) AS a, a AS n, dual(m || ' kr', a * 1000) AS m, dual(k, a * 1000) AS k FROM (VALUES ('1 234,5', 1234.5::DOUBLE, '1 234 500,00', '1 234 500'),
          ('0,5', 0.5, '500,00', '500')) t(t, a, m, k) ORDER BY a DESC`,
      U: `SELECT iso(d) AS d, week(d) AS w, dual(isoyear(d) || '/' || strftime(d, '%V'), serial(date_trunc('week', d))) AS wn FROM (VALUES (DATE '2024-12-30'), (DATE '2021-01-01')) t(d) ORDER BY d DESC`,
    },
  },
  'timestamp arithmetic and intervals': {
    made: `CREATE MACRO moment(t) AS serial(t) + epoch(t::TIME) / 86400;
      CREATE TABLE t AS FROM (VALUES (1, TIMESTAMP '2024-01-01 22:30:00', TIMESTAMP '2024-01-03 01:00:00'), (2, '2024-02-28 23:59:30', '2024-03-01 00:00:00')) t(id, s, e);`,
    tables: {
      T: `SELECT id, dual(date_diff('second', s, e) // 3600 || ':' || strftime(TIMESTAMP '2000-01-01' + (e - s), '%M:%S'), moment(e) - moment(s)) AS dur,
          dual(date_diff('second', s, e) // 3600 || ':' || strftime(TIMESTAMP '2000-01-01' + (e - s), '%M'), moment(e) - moment(s)) AS hm,
          round(date_diff('second', s, e) / 3600, 2) AS hours, dual(strftime(date_trunc('hour', s), '%H:00'), moment(date_trunc('hour', s))) AS h, -1 AS same FROM t ORDER BY id`,
    },
  },
  'file lists and dir lists, wildcard with FileBaseName, recursion': {
    made: `CREATE TABLE f AS FROM (VALUES ('a', 'in', 1, 2), ('b', 'in', 3, 4), ('c', 'sub', 5, 6), ('d', 'deep', 7, 8)) t(base, dir, x, y);`,
    tables: {
      Files: `SELECT base, 'csv' AS ext, dir, x, y FROM f ORDER BY x`,
      W: `SELECT base AS wbase, x AS wx FROM f WHERE dir = 'in' ORDER BY base`,
    },
  },
  'step loops, fractional and negative, next variable': {
    traced: `SELECT (SELECT replace(string_agg((1 + n / 4)::VARCHAR, ' ' ORDER BY n), '.0', '') FROM range(5) r(n)) || ' ' || string_agg(n, '' ORDER BY n DESC) FROM range(1, 4) r(n)`,
  },
  'peek, fieldvalue and table functions outside of LOAD': {
    tables: { T: `SELECT k, v FROM (VALUES ('a', 1), ('b', 2), ('a', 3)) t(k, v) ORDER BY v` },
    traced: `SELECT max(v) || ' b ' || count(*) || ' 2 b ' || count(DISTINCT k) || ' T v [] []' FROM (VALUES ('a', 1), ('b', 2), ('a', 3)) t(k, v)`,
  },
  'dates in variables': {
    made: `CREATE TABLE x AS SELECT DATE '2024-02-28' AS d;`,
    tables: { T: 'SELECT iso(d) AS x FROM x', U: 'SELECT iso(d) AS y FROM x' },
    traced: `SELECT concat_ws(' ', strftime(d, '%Y-%m-%d'), strftime(d + INTERVAL 12 MONTH, '%Y-%m-%d'), serial(d), strftime(d, '%Y%m%d'), strftime(d - INTERVAL 1 MONTH, '%b %Y'),
      strftime(d + INTERVAL 18 HOUR, '%Y-%m-%d %H:%M:%S')) FROM x`,
  },
}
