/** Results of the scripts of corpus/, over the files of corpus-on-engine.test.ts, asked of DuckDB. */
import type { PlainSql } from './plain-sql.ts'

export const CORPUS_BY_SQL: Readonly<Record<string, PlainSql>> = {
  'calendar.qvs': {
    made: `CREATE TABLE days AS SELECT unnest(generate_series(DATE '2022-01-01', DATE '2024-12-31', INTERVAL 1 DAY))::DATE AS d; CREATE MACRO us(d) AS dual(strftime(d, '%-m/%-d/%Y'), serial(d));
      CREATE MACRO broken(d) AS strftime(d, '%U')::INT + (dayofweek(date_trunc('year', d)) > 0)::INT;`,
    tables: {
      MasterCalendar: `SELECT us(d) AS "OrderDate", broken(d) AS "Week", year(d) AS "Year", dual(strftime(d, '%b'), month(d)) AS "Month", day(d) AS "Day", 'Q' || quarter(d) AS "Quarter",
          broken(d - dayofweek(d)::INT) || '-' || year(d) AS "WeekYear", dual(strftime(d, '%a'), dayofweek(d)) AS "WeekDay", (d <= today())::INT AS "Is Past", (year(d) = 2024)::INT AS "CurYTDFlag" FROM days ORDER BY d`,
    },
  },
  'mapping.qvs': {
    tables: {
      'Sales (renamed)': `SELECT id AS "Customer [ID]", upper(split_part(place, '-', 1)) AS "Country", CASE split_part(place, '-', 1) WHEN 'de' THEN 'Germany' WHEN 'us' THEN 'United States' ELSE 'Côte d''Ivoire' END AS "Country_Name",
          row_number() OVER (ORDER BY id) AS "#Row" FROM (VALUES (1, 'de-Berlin'), (2, 'us-Boston'), (3, 'ci-Abidjan')) t(id, place) ORDER BY id`,
    },
  },
  'qualify.qvs': {
    made: `CREATE TABLE b AS FROM (VALUES (1, 'Bo', 'k'), (2, 'Al', 'k')) t(id, name, key); CREATE TABLE s AS FROM (VALUES (2, 'Al', 'k'), (3, 'Cy', 'k')) t(id, name, key);`,
    tables: {
      Buyers: 'SELECT id AS "%Id", name AS "Buyers.Name", key AS "Key Field" FROM b ORDER BY id',
      Sellers: 'SELECT id AS "%Id", name AS "Sellers.Name", key AS "Key Field" FROM s ORDER BY id',
      LinkTable: `SELECT id AS "%Id", n AS "Number of Buyers", names AS "Names" FROM (SELECT unnest([1, 2]) AS id) LEFT JOIN (SELECT id, count(name) AS n, string_agg(DISTINCT name, ', ') AS names FROM b GROUP BY id) USING (id) ORDER BY id`,
    },
  },
  'incremental.qvs': {
    tables: {
      Facts: `SELECT id AS "ID", v AS "Value", dual(strftime(d, '%Y-%m-%d'), serial(d)) AS "ModifiedAt" FROM (VALUES (1, 10, DATE '2024-01-02'), (2, 20, DATE '2024-01-03')) t(id, v, d) WHERE d >= DATE '2023-01-01' ORDER BY id`,
    },
    traced: `SELECT '2 rows in Facts'`,
  },
  'orders.qvs': {
    made: `CREATE TABLE o AS FROM (VALUES (1, 1, DATE '2024-01-02', 3, 2.5), (2, 2, '2024-02-02', 0, 2)) t(id, cust, d, q, p); CREATE TABLE kept AS FROM o WHERE q > 0;`,
    tables: {
      Customers: `SELECT * FROM (VALUES (1, 'Acme, Inc', 'DE / Berlin', dual('n/a', NULL)), (2, 'It''s Us', 'US / Boston', dual('555', 555))) t("CustomerID", "Customer Name", "Customer Place", "Phone") ORDER BY 1`,
      Orders: `SELECT id AS "OrderID", cust AS "CustomerID", dual(strftime(d, '%-m/%-d/%Y'), serial(d)) AS "OrderDate", dual(format('{:.2f}', q * p), q * p) AS "Amount", year(d) AS "Year", dual(strftime(d, '%b'), month(d)) AS "Month" FROM kept ORDER BY id`,
      segments: `SELECT s AS "CustomerID", n AS "Segment" FROM (VALUES (1, 'A'), (9, 'B')) t(s, n) WHERE s IN (SELECT cust FROM kept)`,
    },
  },
}
