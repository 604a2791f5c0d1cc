/** Results of the scripts of projects/models.ts, asked of DuckDB. */
import type { PlainSql } from './plain-sql.ts'

export const MODELS_BY_SQL: Readonly<Record<string, PlainSql>> = {
  'slowly changing dimension by interval match with key, joined back': {
    made: `CREATE TABLE rates AS FROM (VALUES (1, DATE '2024-01-01', DATE '2024-03-31', 'IT'),
        (1, '2024-04-01', '2999-12-31', 'HR'), (2, '2024-02-01', '2999-12-31', 'IT')) t(emp, f, t, dept);
      CREATE TABLE fact AS SELECT n, emp, day, hours, dept FROM (VALUES (1, 1, DATE '2024-03-31', 5), (2, 1, '2024-04-01', 6),
        (3, 2, '2024-01-15', 7), (4, 2, '2024-02-02', 8)) t(n, emp, day, hours) JOIN rates USING (emp) WHERE day BETWEEN f AND t;`,
    tables: {
      Fact: 'SELECT emp, iso(day) AS day, hours, dept FROM fact ORDER BY n',
      Sum: 'SELECT dept, sum(hours) AS h, count(DISTINCT emp) AS people FROM fact GROUP BY dept ORDER BY min(n)',
    },
  },
  'link table with composite keys and AutoNumberHash': {
    made: `CREATE TABLE sales AS FROM (VALUES (1, DATE '2024-01-01', 'A', 1), (2, '2024-01-02', 'A', 2), (3, '2024-01-01', 'B', 3)) t(n, d, s, amt);
      CREATE TABLE budget AS FROM (VALUES (4, DATE '2024-01-01', 'B', 10), (5, '2024-01-03', 'A', 20)) t(n, d, s, bud);
      CREATE TABLE keys AS SELECT d, s, min(n) AS first, row_number() OVER (ORDER BY min(n)) AS k
        FROM (SELECT n, d, s FROM sales UNION ALL SELECT n, d, s FROM budget) GROUP BY d, s;`,
    tables: {
      Sales: 'SELECT k AS "%Key", amt AS "Amt" FROM sales JOIN keys USING (d, s) ORDER BY n',
      Budget: 'SELECT k AS "%Key", bud AS "Bud" FROM budget JOIN keys USING (d, s) ORDER BY n',
      Link: `SELECT k AS "%Key", iso(d) AS "Date", s AS "Store" FROM keys
        WHERE (d, s) IN (SELECT (d, s) FROM sales) OR d > DATE '2024-01-02' ORDER BY first`,
    },
  },
  'master calendar from min and max, with autogenerate, peek and fiscal year': {
    made: "CREATE TABLE fact AS FROM (VALUES (DATE '2023-12-30', 1), ('2024-01-02', 2)) t(d, x);",
    tables: {
      Fact: 'SELECT iso(d) AS "OrderDate", x FROM fact ORDER BY d',
      Cal: `SELECT iso(d) AS "OrderDate", year(d) AS "Year", dual(year(d) || '-Q' || quarter(d), serial(date_trunc('quarter', d))) AS "YQ",
          dual(strftime(d, '%b'), (month(d) + 8) % 12 + 1) AS "FMonth", year(d) + (month(d) >= 4)::INT AS "FY",
          dual(strftime(d, '%a'), isodow(d) - 1) AS "WD", dual(strftime(d, '%m'), month(d)) AS "MM",
          dual(fy || '-' || (fy + 1), serial(make_date(fy, 4, 1))) AS "YN", week(d) || '-' || isoyear(d) AS "WY"
        FROM (SELECT d, year(d) - (month(d) < 4)::INT AS fy
          FROM (SELECT unnest(generate_series((SELECT min(d) FROM fact), (SELECT max(d) FROM fact), INTERVAL 1 DAY))::DATE AS d)) ORDER BY d`,
    },
  },
  'fill gaps: ordered resident, Peek of a computed field, while': {
    made: `CREATE TABLE stock AS FROM (VALUES ('A', 45292, 5), ('B', 45292, 1), ('A', 45295, 7), ('B', 45293, NULL)) t(item, day, qty);`,
    tables: {
      S: `SELECT item AS i, string_agg(day(unserial(day)) || ':' || q, ' ' ORDER BY day) AS "all" FROM (
          SELECT item, day, last_value(qty IGNORE NULLS) OVER (PARTITION BY item ORDER BY day) AS q
          FROM (SELECT item, day FROM (SELECT DISTINCT item FROM stock), (SELECT unnest(range(45292, 45297)) AS day)) LEFT JOIN stock USING (item, day))
        GROUP BY item ORDER BY item`,
    },
  },
  'running totals with reset and rank within group': {
    tables: {
      R: `SELECT g AS "G", n AS "N", v, sum(v) OVER w AS run, row_number() OVER w AS seq, v - coalesce(lag(v) OVER w, 0) AS diff, row_number() OVER w AS an
        FROM (VALUES ('b', 1, 10), ('a', 1, 1), ('a', 2, 2), ('b', 2, 20), ('a', 3, 3)) t(g, n, v) WINDOW w AS (PARTITION BY g ORDER BY n) ORDER BY g, n`,
    },
  },
  'qualify and unqualify with joins and renames': {
    tables: {
      Cust: `SELECT 1 AS id, 'x' AS "%k", 'Bo' AS "Cust.name", 'Rome' AS "Cust.city"`,
      Shop: `SELECT * FROM (VALUES (1, 'x', 'Mall'), (2, 'y', 'Lane')) t(id, "%k", "Shop.name") ORDER BY id`,
      Z: `SELECT 'q' AS name`,
    },
  },
  'hierarchy with path': {
    made: `CREATE TABLE tree AS FROM (VALUES (1, NULL, 'World'), (2, 1, 'Europe'), (3, 2, 'UK'), (4, 1, 'Asia')) t(id, up, name);
      CREATE TABLE paths AS WITH RECURSIVE p AS (SELECT id, up, name, [name] AS path FROM tree WHERE up IS NULL
        UNION ALL SELECT t.id, t.up, t.name, list_append(p.path, t.name) FROM tree t JOIN p ON t.up = p.id) FROM p;
      CREATE TABLE above AS WITH RECURSIVE a AS (SELECT id, name, id AS anc, name AS ancname, 0 AS diff FROM tree WHERE id < 4
        UNION ALL SELECT a.id, a.name, u.id, u.name, diff + 1 FROM a JOIN tree t ON t.id = a.anc JOIN tree u ON u.id = t.up) FROM a;`,
    tables: {
      H: `SELECT id, mixed(coalesce(up::VARCHAR, '')) AS parent, name, path[1] AS name1, path[2] AS name2, path[3] AS name3,
          path[len(path) - 1] AS "parentName", array_to_string(path, '/') AS path, len(path) AS depth FROM paths ORDER BY id`,
      B: 'SELECT id AS nid, name AS nname, anc, ancname AS "ancName", diff FROM above ORDER BY id, diff',
    },
  },
  'mapping chain, default expressions, MapSubString': {
    made: `CREATE TABLE m1 AS FROM (VALUES ('S', 'SE'), ('D', 'DE')) t(k, v); CREATE TABLE m2 AS FROM (VALUES ('SE', 'Sweden'), ('DE', 'Germany')) t(k, v);`,
    tables: {
      // The map of parts: the longest that stands at a place is replaced, once.
      T: `SELECT c, m2.v AS n, coalesce(m1.v, 'n/a: ' || c) AS i,
          replace(replace(replace(replace(replace(t, 'blue', '#1'), 'blu', '#2'), '&', 'and'), '#1', 'BLUE'), '#2', 'blue') AS t,
          CASE WHEN m1.v IS NULL THEN 0 ELSE 5 END AS z
        FROM (VALUES (1, 'S', 'a & blu'), (2, 'Q', 'blue sky')) r(o, c, t) LEFT JOIN m1 ON m1.k = c LEFT JOIN m2 ON m2.k = m1.v ORDER BY o`,
    },
  },
  'exists forms': {
    tables: {
      A: 'SELECT unnest([1, 2]) AS id',
      B: `SELECT id AS bid, v FROM (VALUES (1, 1, 'x'), (2, 3, 'y'), (3, 2, 'z')) t(n, id, v) WHERE id IN (1, 2) ORDER BY n`,
      C: 'SELECT key AS ckey FROM (VALUES (1), (5)) t(key) WHERE key NOT IN (1, 2)',
      // 7 - 5 is an id that is there; 1 - 5 is none.
      D: 'SELECT id AS did, 1 AS o FROM (VALUES (1), (7), (7)) t(id) WHERE id - 5 NOT IN (1, 2)',
    },
  },
  'group by expressions, firstsortedvalue, concat with weight, having by preceding': {
    made: `CREATE TABLE s AS FROM (VALUES (1, 'x', DATE '2024-01-10', 5, 'pen'), (2, 'x', '2024-01-20', 7, 'ink'), (3, 'y', '2024-02-01', 1, 'pen'),
        (4, 'x', '2024-02-03', 9, 'nib'), (5, 'y', '2024-02-02', NULL, 'ink')) t(o, c, d, a, p);`,
    tables: {
      G: `SELECT *, total / n AS mean FROM (SELECT c, dual(strftime(min(d), '%b'), month(min(d))) AS m, sum(coalesce(a, 0)) AS total, count(*) AS n,
            arg_max(p, d) AS last, arg_min(p, d) AS first, string_agg(p, '|' ORDER BY d DESC) AS ps, min(p) AS mins,
            (list(a ORDER BY a DESC))[2] AS second, count(a) AS nc, 0 AS mc, count(p) AS tc, c AS oc
          FROM s GROUP BY c, month(d) ORDER BY min(o)) WHERE total > 1`,
    },
  },
  'where with wildmatch, like, match, mixed logic': {
    made: `CREATE TABLE t AS FROM (VALUES (1, 'Apple', NULL), (2, 'banana', NULL), (3, 'Cherry', NULL), (4, '10', 10), (5, '9', 9), (6, '', NULL)) t(o, n, x);`,
    tables: {
      A: `SELECT n AS a FROM t WHERE (n ILIKE 'a%' OR n ILIKE '%rr_') AND NOT n ILIKE 'cher%' ORDER BY o`,
      // Texts are greater than numbers; an empty one is no text to compare.
      B: `SELECT mixed(n) AS b FROM t WHERE x > 9 OR (x IS NULL AND n <> '') ORDER BY o`,
      C: `SELECT mixed(n) AS c FROM t WHERE n IN ('banana', '9') ORDER BY o`,
      D: `SELECT n AS d FROM t WHERE x IS NULL AND lower(n) > 'b' ORDER BY o`,
      E: 'SELECT x AS e FROM t WHERE x IS NOT NULL ORDER BY o',
    },
  },
  'dual sort order, order by two keys, mixed values': {
    tables: {
      Q: `SELECT dual(t, n) AS p, x AS y, n FROM (VALUES ('High', 3, 'a'), ('Low', 1, 'b'), ('Mid', 2, 'c'), ('Low', 1, 'd')) t(t, n, x) ORDER BY n DESC, x DESC`,
      W: `SELECT mixed(v) AS w FROM (VALUES ('b', NULL), ('10', 10), ('a', NULL), ('9', 9), ('B', NULL), ('', NULL)) t(v, n)
        WHERE v <> '' ORDER BY n NULLS LAST, v COLLATE en_us`,
    },
  },
  'keep variants and chained joins': {
    made: `CREATE TABLE a AS FROM (VALUES (1, 'x'), (2, 'y'), (3, 'z')) t(k, a); CREATE TABLE b AS FROM (VALUES (2, 'p'), (3, 'q'), (4, 'r')) t(k, b);
      CREATE TABLE a2 AS FROM a SEMI JOIN b USING (k); CREATE TABLE b2 AS FROM b SEMI JOIN a USING (k);
      CREATE TABLE c AS FROM (VALUES (3, 'm'), (9, 'n')) t(k, c) SEMI JOIN b2 USING (k);`,
    tables: {
      A: 'SELECT k, a FROM a2 SEMI JOIN c USING (k) ORDER BY k',
      B: 'SELECT k, b FROM b2 ORDER BY k',
      C: 'SELECT k, c, d FROM c FULL JOIN (VALUES (1, 3, 1), (2, 3, 2), (3, 8, 3)) t(o, k, d) USING (k) ORDER BY o',
    },
  },
  'concatenate different fields, flags, distinct after join': {
    made: `CREATE TABLE f AS SELECT * FROM (VALUES (1, 1, 'a', 10::DOUBLE, 'Actual', NULL), (2, 1, 'b', 5, 'Actual', NULL),
        (3, 1, 'a', 100::DOUBLE * 1.1::DOUBLE, 'Budget', 'v1')) t(o, m, acct, amt, type, ver) JOIN (VALUES ('a', 'G', 1), ('b', 'H', 2)) g(acct, grp, k) USING (acct);`,
    tables: {
      // After a join rows stand by their keys.
      F: 'SELECT m, acct, amt, type, ver, grp FROM f ORDER BY k, o',
      X: 'SELECT type AS t, grp AS g FROM f GROUP BY type, grp, k ORDER BY k, min(o)',
    },
  },
  'generic and a loop that joins it back': {
    tables: {
      Ids: `SELECT id, max(val) FILTER (attr = 'Size') AS "Size", max(val) FILTER (attr = 'Color') AS "Color"
        FROM (VALUES (1, 'Color', 'red'), (1, 'Size', 'L'), (2, 'Color', 'blue')) t(id, attr, val) GROUP BY id ORDER BY id`,
    },
  },
  'subfield rows, textbetween, keepchar, purgechar, cleaning of names': {
    tables: {
      T: `SELECT id, tag, host, dual(code, code::INT) AS code, name, dual(code, code::INT) AS digits, purged, l FROM (SELECT id,
          trim(unnest(CASE WHEN tags = '' THEN [NULL] ELSE string_split(tags, ';') END)) AS tag, nullif(split_part(mail, '@', 2), '') AS host,
          regexp_extract("full", '\\((.*)\\)', 1) AS code, list_aggregate(list_transform(string_split(lower(split_part("full", ' (', 1)), ' '),
            lambda w: upper(w[1]) || w[2:]), 'string_agg', ' ') AS name, regexp_replace("full", '[ ()]', '', 'g') AS purged, length("full") AS l
        FROM (VALUES (1, 'a; b', 'x@y.se', 'ANNA LEE (07)'), (2, '', 'z', 'BO (1)')) t(id, tags, mail, "full")) ORDER BY id, tag`,
    },
  },
  'section access stored apart': { tables: { T: `SELECT upper('north') AS "REGION", 1 AS v` } },
  'first text wins across tables, codes keep their zeros with Text': {
    tables: {
      A: `SELECT dual('007', 7) AS c FROM range(2)`,
      B: `SELECT t AS tc, 7 AS nc, dual('007', 7) AS s FROM (VALUES ('007'), ('7')) t(t)`,
      C: `SELECT dual(strftime(unserial(45000), '%d/%m/%Y'), 45000) AS d FROM range(2)`,
    },
  },
  'preceding loads three deep with where at each level': {
    tables: {
      T: `SELECT b + 1 AS c, (b + 1) * 2 AS dd FROM (SELECT o, a * 2 AS b, unnest(range(n)) AS i FROM (VALUES (1, 1, 2), (2, 0, 1), (3, 2, 1), (4, 5, 1)) t(o, a, n))
        WHERE b > 1 AND b + 1 < 9 ORDER BY o, i`,
    },
  },
  'self referencing concatenation and noconcatenate copy; autoconcatenation trap': {
    made: 'CREATE TABLE a AS SELECT 1 AS x, 2 AS y FROM range(2);',
    tables: { C: 'FROM a' },
    traced: 'SELECT count(*)::VARCHAR FROM a',
  },
}
