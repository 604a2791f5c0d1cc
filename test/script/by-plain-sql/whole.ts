/** Results of the scripts of projects/whole.ts, asked of DuckDB. */
import type { PlainSql } from './plain-sql.ts'

export const WHOLE_BY_SQL: Readonly<Record<string, PlainSql>> = {
  'a calendar between the first and the last order, by WHILE and IterNo': {
    made: `CREATE TABLE days AS SELECT unnest(generate_series(DATE '2024-01-15', DATE '2024-02-03', INTERVAL 1 DAY))::DATE AS d;
      CREATE TABLE months AS SELECT date_trunc('month', d)::DATE AS m, count(*) AS days, list_sort(list(DISTINCT week(d))) AS weeks, min(d) AS first FROM days GROUP BY m;`,
    tables: {
      // Digits with blanks between read as a number.
      Months: `SELECT dual(strftime(m, '%b %Y'), serial(m)) AS month, days, dual(array_to_string(weeks, ' '), array_to_string(weeks, '')::INT) AS weeks,
          dual(strftime(first, '%a'), isodow(first) - 1) AS begins FROM months ORDER BY m`,
    },
  },
  'an incremental load: new and changed rows first, then the stored ones that they do not replace': {
    made: `CREATE TABLE fresh AS FROM (VALUES (1, 2, 'B'), (2, 4, 'd')) t(o, id, v); CREATE TABLE stored AS FROM (VALUES (3, 1, 'a'), (4, 2, 'b'), (5, 3, 'c')) t(o, id, v);`,
    tables: {
      Again:
        'SELECT id, v FROM (FROM fresh UNION ALL FROM stored ANTI JOIN fresh USING (id)) WHERE id IN (1, 2, 4) ORDER BY o',
    },
  },
  'maps behind maps, with a default at each step': {
    tables: {
      T: `SELECT c, CASE CASE upper(trim(c)) WHEN 'DE' THEN 'Germany' WHEN 'FR' THEN 'France' ELSE 'Unknown' END WHEN 'Germany' THEN 'Europe' ELSE 'elsewhere' END AS region
        FROM (VALUES (1, 'DE'), (2, 'fr'), (3, 'xx')) t(o, c) ORDER BY o`,
    },
  },
  'every file of a kind, each with its name': {
    tables: {
      // Num# keeps the text that it reads.
      Sales: `SELECT a, b, dual(y, y) AS year, 'sales_' || y AS file FROM (VALUES (3, 'z', 2024), (1, 'x', 2023), (2, 'y', 2023)) t(a, b, y) ORDER BY y, a`,
    },
  },
  'a table joined with itself, running sums and ranks within groups': {
    made: `CREATE TABLE emp AS FROM (VALUES (1, NULL, 100), (2, 1, 80), (3, 1, 70), (4, 2, 60)) t(id, boss, sal);`,
    tables: {
      Run: `SELECT e.id AS who, mixed(coalesce(e.boss::VARCHAR, '')) AS under, b.sal - e.sal AS less, sum(e.sal) OVER w AS sum, row_number() OVER w AS rank
        FROM emp e LEFT JOIN emp b ON b.id = e.boss WINDOW w AS (PARTITION BY e.boss ORDER BY e.sal DESC) ORDER BY e.boss NULLS LAST, e.sal DESC`,
    },
  },
  'columns turned into rows by a loop over field names in a sub': {
    tables: {
      Long: `SELECT p AS product, month, value FROM (VALUES ('A', 'Jan', 1, 1), ('B', 'Jan', 4, 2), ('A', 'Feb', 2, 3), ('B', 'Feb', NULL, 4)) t(p, month, value, o) WHERE value IS NOT NULL ORDER BY o`,
    },
  },
}
