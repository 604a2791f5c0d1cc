/** Results of the scripts of projects/measures.ts, asked of DuckDB. */
import type { PlainSql } from './plain-sql.ts'

export const MEASURES_BY_SQL: Readonly<Record<string, PlainSql>> = {
  'retail star schema with flags and rolling sums': {
    made: `CREATE TABLE sales AS FROM (VALUES (DATE '2024-01-05', 2, 9.5), ('2024-01-09', 1, 20), ('2024-02-01', -1, 9.5), ('2024-03-01', 3, 1)) t(d, qty, price);
      CREATE TABLE m AS SELECT date_trunc('month', d)::DATE AS mon, sum(qty * price)::DOUBLE AS s FROM sales GROUP BY mon;`,
    tables: {
      R: `SELECT dual(strftime(mon, '%b %Y'), serial(mon)) AS m2, s, s + coalesce(lag(s, 1) OVER w, 0) + coalesce(lag(s, 2) OVER w, 0) AS roll3,
          s / lag(s) OVER w - 1 AS growth FROM m WINDOW w AS (ORDER BY mon) ORDER BY mon`,
    },
  },
  'order by in group by': {
    tables: {
      G: `SELECT k, arg_min(v, t) AS f, arg_max(v, t) AS l, string_agg(v, '' ORDER BY v) AS c, string_agg(v, ',' ORDER BY t) AS w, max(t) AS m
        FROM (VALUES ('b', 2, 'x'), ('a', 1, 'y'), ('b', 1, 'z'), ('a', 3, 'w')) t(k, t, v) GROUP BY k ORDER BY k`,
    },
  },
  'HR: age and tenure, AddMonths, NetWorkDays, LastWorkDate, Age': {
    tables: {
      E: `SELECT n, date_diff('year', b, DATE '2024-02-29') - (strftime(b, '%m%d') > '0229')::INT AS age, iso(h + INTERVAL 6 MONTH) AS prob,
          (SELECT count(*) FROM (SELECT unnest(generate_series(h, DATE '2024-01-31', INTERVAL 1 DAY)) AS x) WHERE isodow(x) < 6) AS nwd,
          floor((DATE '2024-02-29' - h) / 365.25)::INT AS yrs, -1 AS me, iso(date_trunc('year', h)) AS ys,
          dual(strftime(date_trunc('quarter', h), '%b') || '-' || strftime(date_trunc('quarter', h) + INTERVAL 2 MONTH, '%b %Y'), serial(date_trunc('quarter', h))) AS q,
          -(date_trunc('month', h) = DATE '2024-01-01')::INT AS im
        FROM (VALUES ('Ann', DATE '1990-03-01', DATE '2024-01-15'), ('Bo', '2000-02-29', '2019-08-31')) t(n, b, h) ORDER BY n`,
    },
  },
  'concatenated keys with NULLs and blanks': {
    made: `CREATE TABLE a AS SELECT k, v, w FROM (VALUES ('1|', 'x'), ('|2', 'y')) t(k, v) LEFT JOIN (VALUES ('1|', 'p')) u(k, w) USING (k);`,
    tables: {
      A: 'SELECT k, v, w, NULL AS z FROM a ORDER BY v',
      C: 'SELECT count(w) AS cw, 0 AS cz, count(*) FILTER (w IS NULL) AS nw, count(k) AS ck FROM a',
    },
  },
  'FOR EACH with FieldValueList, dynamic fields, alternating joins': {
    tables: {
      Out: `SELECT 1 AS one, sum(amt) FILTER (reg = 'N') AS "Sum N", sum(amt) FILTER (reg = 'S') AS "Sum S" FROM (VALUES ('N', 1), ('S', 2), ('N', 3)) t(reg, amt)`,
    },
  },
  'recursion: factorial and depth': { traced: 'SELECT factorial(5)::VARCHAR' },
  'while over ranges of weeks and splitting a list of fields': {
    tables: {
      P: `SELECT id, unnest(string_split(list, ',')) AS part, generate_subscripts(string_split(list, ','), 1) AS pos FROM (VALUES (1, 'a,b,c'), (2, 'z')) t(id, list) ORDER BY id, pos`,
    },
  },
  'FIRST, DISTINCT, WHERE on csv; RowNo and RecNo': {
    made: `CREATE TABLE x AS FROM (VALUES (1, 'p'), (2, 'q'), (3, 'p'), (4, 'q')) t(a, b);`,
    tables: {
      A: 'SELECT a, a AS rec, row_number() OVER (ORDER BY a) AS row FROM (FROM x ORDER BY a LIMIT 3) WHERE a <> 2 ORDER BY a',
      B: 'SELECT b FROM x GROUP BY b ORDER BY min(a)',
    },
  },
  'join in of aggregated totals and share': {
    tables: {
      F: `FROM (SELECT g, v, sum(v) OVER (PARTITION BY g) AS tot, sum(v) OVER () AS "all", round(v / sum(v) OVER (PARTITION BY g), 2) AS share, v / sum(v) OVER () AS gs
          FROM (VALUES ('a', 1), ('a', 3), ('b', 4)) t(g, v)) WHERE tot >= 4 ORDER BY g DESC, v`,
    },
  },
  'currency conversion with latest rate by peek in a concatenated timeline': {
    made: `CREATE TABLE rates AS FROM (VALUES ('EUR', 1, 1.1), ('EUR', 5, 1.2), ('SEK', 1, 0.1)) t(cur, d, rate);`,
    tables: {
      Y: `SELECT s.cur AS c2, round(amt * coalesce(rate, 1), 3)::DOUBLE AS usd
        FROM (VALUES ('EUR', 3, 10), ('EUR', 5, 10), ('SEK', 9, 100), ('USD', 1, 7)) s(cur, d, amt) ASOF LEFT JOIN rates ON s.cur = rates.cur AND s.d >= rates.d ORDER BY s.cur, s.d`,
    },
  },
  'as-of table': {
    made: `CREATE TABLE m AS SELECT (DATE '2024-01-01' + to_months(n::INT))::DATE AS m FROM range(3) r(n);`,
    tables: {
      B: `SELECT dual(strftime(a.m, '%b-%y'), serial(a.m)) AS "AsOf", dual(strftime(b.m, '%b-%y'), serial(b.m)) AS "Month",
          round((a.m - b.m) * 12 / 365.2425)::INT AS "Diff", year(a.m) - year(b.m) AS yd FROM m a JOIN m b ON a.m >= b.m ORDER BY a.m, b.m`,
    },
  },
  'labels with brackets and variables, quoted table names': {
    tables: {
      'My Table': 'SELECT 1 AS a',
      'My Table 2': 'SELECT 2 AS b',
      'x y': 'SELECT unnest([2, 1]) AS c',
    },
  },
  'SET of expressions with quotes and commas used later': {
    tables: {
      T: `SELECT status, CASE status WHEN 'open' THEN dual('O', NULL) ELSE dual(other, other) END AS s
        FROM (VALUES ('open', 1), ('void', 2), ('shut', 3)) t(status, other) WHERE status <> 'void' ORDER BY other`,
      U: 'SELECT 1 AS a, 2 AS b',
    },
  },
  'macro with nested commas and parameters': {
    tables: {
      T: `SELECT greatest(length(t), instr(t, ',')) AS m, 'Q' || quarter(strptime(d, '%Y%m%d')) AS q FROM (VALUES ('a,b', '20240501'), ('xyz', '20241231')) t(t, d) ORDER BY d`,
    },
  },
  'applymap with NULL and date keys; map of expressions': {
    tables: {
      T: `SELECT iso(d) AS d, (d IN (DATE '2024-01-01', DATE '2024-12-25'))::INT AS hol, 'def' AS n FROM (SELECT DATE '2024-01-01' + n::INT AS d FROM range(2) r(n)) ORDER BY 1`,
    },
  },
  'store several tables in a loop to qvd and read by wildcard': {
    tables: {
      All: `SELECT id, t, 'out_' || upper(t) AS src, 'out_' || upper(t) AS l FROM (VALUES (1, 'a'), (2, 'b')) t(id, t) ORDER BY src`,
    },
  },
  'exists with optimised qvd and a single field': {
    made: `CREATE TABLE s AS SELECT n AS k, 'v' || n AS v FROM range(1, 6) r(n);`,
    tables: {
      R: 'FROM s WHERE k IN (2, 4, 9) ORDER BY k',
      Q: 'SELECT k AS k2 FROM s WHERE k NOT IN (2, 4) ORDER BY k',
    },
  },
  'weeks with other first days': {
    tables: {
      T: `SELECT iso(d) AS d, iso(d - dayofweek(d)::INT) AS s, dual(strftime(d, '%a'), dayofweek(d)) AS wd, dayofweek(d) AS nd,
          serial(d - dayofweek(d)::INT) + 6 AS e, iso(d - ((isodow(d) + 5) % 7)::INT) AS t FROM (SELECT DATE '2024-01-03' AS d)`,
    },
  },
  'previous in where and nested previous; peek by name with position': {
    made: 'CREATE TABLE t AS SELECT n AS v FROM range(1, 4) r(n);',
    tables: {
      T: 'SELECT v, lag(v, 2) OVER w AS pp, lag(v, 2) OVER w AS p2, CASE WHEN v > 1 THEN first(v) OVER w END AS first FROM t WINDOW w AS (ORDER BY v) ORDER BY v',
      U: 'SELECT v AS u FROM (SELECT v, lag(v) OVER (ORDER BY v) AS before FROM t) WHERE before IS NULL OR v <> before + 1',
    },
  },
}
