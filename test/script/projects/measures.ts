/**
 * Scripts in the manner of real projects, worked out by hand from the language: measures, formats, keys,
 * macros.
 */
import { inline, type ScriptCase } from '../../support/script-under-test.ts'

export const MEASURES: readonly ScriptCase[] = [
  {
    rule: 'retail star schema with flags and rolling sums',
    script: `Prod: MAPPING LOAD pid, cat ${inline('pid,cat', 'p1,Food', 'p2,Toys')};
      Sales: LOAD *, ApplyMap('Prod', pid, 'Unknown') as cat, qty * price as amt, If(qty < 0, 1, 0) as isReturn, Class(price, 10, 'p') as band, MonthName(d) as mon
        ${inline('d,pid,qty,price', '2024-01-05,p1,2,9.5', '2024-01-09,p2,1,20', '2024-02-01,p1,-1,9.5', '2024-03-01,px,3,1')};
      M: LOAD mon, Sum(amt) as s, Sum(isReturn) as r, Count(DISTINCT pid) as p RESIDENT Sales GROUP BY mon ORDER BY mon;
      R: LOAD mon as m2, s, RangeSum(s, Peek('s'), Peek('s', -2)) as roll3, s / Previous(s) - 1 as growth RESIDENT M; DROP TABLES Sales, M;`,
    tables: {
      R: 'm2,s,roll3,growth: Jan 2024#45292,39,39,∅ | Feb 2024#45323,-9.5,29.5,-1.2435897435897436 | Mar 2024#45352,3,32.5,-1.3157894736842106',
    },
  },
  {
    rule: 'order by in group by',
    script: `T: LOAD * ${inline('k,t,v', 'b,2,x', 'a,1,y', 'b,1,z', 'a,3,w')};
      G: LOAD k, FirstValue(v) as f, LastValue(v) as l, Concat(v, '') as c, Concat(DISTINCT v, ',', t) as w, Max(t) as m RESIDENT T GROUP BY k ORDER BY k, t; DROP TABLE T;`,
    tables: { G: 'k,f,l,c,w,m: a,y,w,wy,y,w,3 | b,z,x,xz,z,x,2' },
  },
  {
    rule: 'HR: age and tenure, AddMonths, NetWorkDays, LastWorkDate, Age',
    script: `E: LOAD n, Age('2024-02-29', b) as age, AddMonths(h, 6) as prob, NetWorkDays(h, '2024-01-31') as nwd, Floor((MakeDate(2024,2,29) - h) / 365.25) as yrs, MonthEnd(h) - Floor(MonthEnd(h)) < 1 as me, YearStart(h) as ys, QuarterName(h) as q, InMonth('2024-01-15', h, 0) as im
      ${inline('n,b,h', 'Ann,1990-03-01,2024-01-15', 'Bo,2000-02-29,2019-08-31')};`,
    tables: {
      E: 'n,age,prob,nwd,yrs,me,ys,q,im: Ann,33,2024-07-15#45488,13,0,-1,2024-01-01#45292,Jan-Mar 2024#45292,-1 | Bo,24,2020-02-29#43890,1153,4,-1,2019-01-01#43466,Jul-Sep 2019#43647,0',
    },
  },
  {
    rule: 'concatenated keys with NULLs and blanks',
    script: `A: LOAD a & '|' & b as k, v ${inline('a,b,v', '1,,x', ',2,y')};
      LEFT JOIN (A) LOAD a & '|' & b as k, w ${inline('a,b,w', '1,,p')};
      LEFT JOIN (A) LOAD Null() as k, 'no' as z AUTOGENERATE 1;
      C: LOAD Count(w) as cw, Count(z) as cz, NullCount(w) as nw, Count(k) as ck RESIDENT A;`,
    tables: { A: 'k,v,w,z: 1|,x,p,∅ | |2,y,∅,∅', C: 'cw,cz,nw,ck: 1,0,1,2' },
  },
  {
    rule: 'number formats',
    script: `SET ThousandSep=','; SET DecimalSep='.'; SET MoneyFormat='$#,##0.00;($#,##0.00)'; SET MoneyThousandSep=','; SET MoneyDecimalSep='.';
      LET a = Num(1234567.891, '#,##0.00'); LET b = Money(-12.5); LET c = Num(0.256, '0.0%'); LET d = Num(5, '000'); LET e = Num(-3, '#,##0;(#,##0)'); LET f = Num(1234.5, '# ##0,00', ',', ' '); LET g = Num#('1.234,5', '#.##0,#', ',', '.') + 1; LET h = Date#('31-12-2023','DD-MM-YYYY') + 1; LET i = Interval#('1:30', 'h:mm') * 24; LET j = Timestamp#('20240102 0304','YYYYMMDD hhmm') & ''; LET k = Time(0.5,'hh:mm TT'); LET l = Num(12345.678, '0'); LET m = Round(2.345, 0.01); LET n = Date(45000.75, 'WWW D MMMM YYYY');
      TRACE $(a)|$(b)|$(c)|$(d)|$(e)|$(f)|$(g)|$(h)|$(i)|$(k)|$(l)|$(m)|$(n);`,
    traced: [
      '1,234,567.89|($12.50)|25.6%|005|(3)|1 234,50|1235.5|45292|1.5|12:00 PM|12346|2.35|Wed 15 March 2023',
    ],
  },
  {
    rule: 'FOR EACH with FieldValueList, dynamic fields, alternating joins',
    script: `R: LOAD * ${inline('reg,amt', 'N,1', 'S,2', 'N,3')};
      Out: LOAD DISTINCT 1 as one AUTOGENERATE 1;
      FOR EACH r IN FieldValueList('reg')
        JOIN (Out) LOAD Sum(amt) as [Sum $(r)] RESIDENT R WHERE reg = '$(r)';
      NEXT r
      DROP TABLE R;`,
    tables: { Out: 'one,Sum N,Sum S: 1,4,2' },
  },
  {
    rule: 'recursion: factorial and depth',
    script: `SUB Fact(n, r)
        IF n <= 1 THEN
          LET r = 1;
        ELSE
          LET m$(n) = n;
          CALL Fact(n - 1, r);
          LET r = r * n;
        ENDIF
      END SUB
      LET res = 0; CALL Fact(5, res); TRACE $(res);`,
    traced: ['120'],
  },
  {
    rule: 'while over ranges of weeks and splitting a list of fields',
    script: `P: LOAD id, SubField(list, ',', IterNo()) as part, IterNo() as pos WHILE IterNo() <= SubStringCount(list, ',') + 1; LOAD * INLINE [id;list
1;a,b,c
2;z] (delimiter is ';');`,
    tables: { P: 'id,part,pos: 1,a,1 | 1,b,2 | 1,c,3 | 2,z,1' },
  },
  {
    rule: 'FIRST, DISTINCT, WHERE on csv; RowNo and RecNo',
    script: `A: FIRST 3 LOAD a, RecNo() as rec, RowNo() as row FROM [lib://d/x.csv] (txt) WHERE a <> 2;
      B: LOAD DISTINCT b FROM [lib://d/x.csv] (txt);`,
    files: { 'x.csv': 'a,b\n1,p\n2,q\n3,p\n4,q\n' },
    tables: { A: 'a,rec,row: 1,1,1 | 3,3,2', B: 'b: p | q' },
  },
  {
    rule: 'join in of aggregated totals and share',
    script: `T: LOAD * ${inline('g,v', 'a,1', 'a,3', 'b,4')};
      LEFT JOIN (T) LOAD g, Sum(v) as tot RESIDENT T GROUP BY g;
      JOIN (T) LOAD Sum(v) as all RESIDENT T;
      F: NOCONCATENATE LOAD *, Round(v / tot, 0.01) as share, v / all as gs RESIDENT T WHERE tot >= 4 ORDER BY g DESC, v; DROP TABLE T;`,
    tables: { F: 'g,v,tot,all,share,gs: b,4,4,8,1,0.5 | a,1,4,8,0.25,0.125 | a,3,4,8,0.75,0.375' },
  },
  {
    rule: 'currency conversion with latest rate by peek in a concatenated timeline',
    script: `T: LOAD cur, d, rate, 'r' as src ${inline('cur,d,rate', 'EUR,1,1.1', 'EUR,5,1.2', 'SEK,1,0.1')};
      CONCATENATE (T) LOAD cur, d, amt, 's' as src ${inline('cur,d,amt', 'EUR,3,10', 'EUR,5,10', 'SEK,9,100', 'USD,1,7')};
      X: LOAD cur as c, d as day, amt as a, src as s, If(src = 'r', rate, If(cur = Peek('c'), Peek('cr'))) as cr RESIDENT T ORDER BY cur, d, src;
      Y: LOAD c as c2, Round(a * Alt(cr, 1), 0.001) as usd RESIDENT X WHERE s = 's'; DROP TABLES T, X;`,
    tables: { Y: 'c2,usd: EUR,11 | EUR,12 | SEK,10 | USD,7' },
  },
  {
    rule: 'as-of table',
    script: `M: LOAD Date(AddMonths('2024-01-01', RecNo() - 1), 'MMM-YY') as Month AUTOGENERATE 3;
      A: LOAD Month as AsOf RESIDENT M; JOIN (A) LOAD Month RESIDENT M;
      B: NOCONCATENATE LOAD AsOf, Month, Round((AsOf - Month) * 12 / 365.2425) as Diff, Year(AsOf) - Year(Month) as yd RESIDENT A WHERE AsOf >= Month; DROP TABLE A; DROP TABLE M;`,
    tables: {
      B: 'AsOf,Month,Diff,yd: Jan-24#45292,Jan-24#45292,0,0 | Feb-24#45323,Jan-24#45292,1,0 | Feb-24#45323,Feb-24#45323,0,0 | Mar-24#45352,Jan-24#45292,2,0 | Mar-24#45352,Feb-24#45323,1,0 | Mar-24#45352,Mar-24#45352,0,0',
    },
  },
  {
    rule: 'labels with brackets and variables, quoted table names',
    script: `SET vT = 'My Table'; [$(vT)]: LOAD 1 as a AUTOGENERATE 1; "$(vT) 2": LOAD 2 as b RESIDENT "My Table"; 'x y': LOAD b as c RESIDENT [My Table 2]; LET n = NoOfRows('$(vT)'); CONCATENATE ([x y]) LOAD $(n) as c AUTOGENERATE 1;`,
    tables: { 'My Table': 'a: 1', 'My Table 2': 'b: 2', 'x y': 'c: 2 | 1' },
  },
  {
    rule: 'SET of expressions with quotes and commas used later',
    script: `SET vCond = If(status = 'open', 'O', "other col"); SET vFilter = WHERE status <> 'void';
      T: LOAD status, $(vCond) as s ${inline('status,other col', 'open,1', 'void,2', 'shut,3')} $(vFilter);
      SET vFields = a, b; U: LOAD $(vFields) ${inline('a,b,c', '1,2,3')};`,
    tables: { T: 'status,s: open,O | shut,3', U: 'a,b: 1,2' },
  },
  {
    rule: 'macro with nested commas and parameters',
    script: `SET fMax = If($1 > $2, $1, $2); SET fQ = 'Q' & Ceil(Month($1) / 3);
      T: LOAD $(fMax(Len(t), Index(t, ','))) as m, $(fQ(Date#(d, 'YYYYMMDD'))) as q INLINE [t;d
a,b;20240501
xyz;20241231] (delimiter is ';');`,
    tables: { T: 'm,q: 3,Q2 | 3,Q4' },
  },
  {
    rule: 'applymap with NULL and date keys; map of expressions',
    script: `H: MAPPING LOAD Date#(d, 'DD/MM/YYYY'), 1 ${inline('d', '01/01/2024', '25/12/2024')};
      T: LOAD Date(45291 + RecNo()) as d, ApplyMap('H', 45291 + RecNo(), 0) as hol, ApplyMap('H', Null(), 'def') as n AUTOGENERATE 2;`,
    tables: { T: 'd,hol,n: 2024-01-01#45292,1,def | 2024-01-02#45293,0,def' },
  },
  {
    rule: 'store several tables in a loop to qvd and read by wildcard',
    script: `A: LOAD 1 as id, 'a' as t AUTOGENERATE 1; B: NOCONCATENATE LOAD 2 as id, 'b' as t AUTOGENERATE 1;
      FOR i = NoOfTables() - 1 TO 0 STEP -1
        LET t = TableName(i);
        STORE [$(t)] INTO [lib://d/out_$(t).qvd] (qvd);
        DROP TABLE [$(t)];
      NEXT
      All: LOAD *, FileBaseName() as src, Left(FileName(), 5) as l FROM [lib://d/out_*.qvd] (qvd);`,
    tables: { All: 'id,t,src,l: 1,a,out_A,out_A | 2,b,out_B,out_B' },
  },
  {
    rule: 'exists with optimised qvd and a single field',
    script: `S: LOAD RecNo() as k, 'v' & RecNo() as v AUTOGENERATE 5; STORE S INTO [lib://d/s.qvd]; DROP TABLE S;
      Keys: LOAD * ${inline('k', '2', '4', '9')};
      R: LOAD k, v FROM [lib://d/s.qvd] (qvd) WHERE Exists(k); DROP TABLE Keys;
      Q: LOAD k as k2 FROM [lib://d/s.qvd] (qvd) WHERE NOT Exists(k);`,
    tables: { R: 'k,v: 2,v2 | 4,v4', Q: 'k2: 1 | 3 | 5' },
  },
  {
    rule: 'weeks with other first days',
    script: `SET FirstWeekDay = 6; T: LOAD d, WeekStart(d) as s, WeekDay(d) as wd, Num(WeekDay(d)) as nd, WeekEnd(d) - Frac(WeekEnd(d)) as e, WeekStart(d, 0, 1) as t ${inline('d', '2024-01-03')};`,
    tables: { T: 'd,s,wd,nd,e,t: 2024-01-03#45294,2023-12-31#45291,Wed#3,3,45297,2024-01-02#45293' },
  },
  {
    rule: 'previous in where and nested previous; peek by name with position',
    script: `T: LOAD v, Previous(Previous(v)) as pp, Peek('v', -2) as p2, Peek('v', 0) as first ${inline('v', '1', '2', '3')}; U: LOAD v as u RESIDENT T WHERE v <> Previous(v) + 1;`,
    tables: { T: 'v,pp,p2,first: 1,∅,∅,∅ | 2,∅,∅,1 | 3,1,1,1', U: 'u: 1' },
  },
]
