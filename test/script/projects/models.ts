/**
 * Scripts in the manner of real projects, worked out by hand from the language: models, calendars, histories,
 * joins.
 */
import { inline, type ScriptCase } from '../../support/script-under-test.ts'

export const MODELS: readonly ScriptCase[] = [
  {
    rule: 'slowly changing dimension by interval match with key, joined back',
    script: `Rates: LOAD emp, Date(from) as from, Date(If(Len(Trim(to)) = 0, '2999-12-31', to)) as to, dept
        ${inline('emp,from,to,dept', '1,2024-01-01,2024-03-31,IT', '1,2024-04-01,,HR', '2,2024-02-01,,IT')};
      Fact: LOAD * ${inline('emp,day,hours', '1,2024-03-31,5', '1,2024-04-01,6', '2,2024-01-15,7', '2,2024-02-02,8')};
      INNER JOIN (Fact) INTERVALMATCH (day, emp) LOAD from, to, emp RESIDENT Rates;
      LEFT JOIN (Fact) LOAD * RESIDENT Rates;
      DROP TABLE Rates; DROP FIELDS from, to;
      Sum: LOAD dept, Sum(hours) as h, Count(DISTINCT emp) as people RESIDENT Fact GROUP BY dept;`,
    tables: {
      Fact: 'emp,day,hours,dept: 1,2024-03-31#45382,5,IT | 1,2024-04-01#45383,6,HR | 2,2024-02-02#45324,8,IT',
      Sum: 'dept,h,people: IT,13,2 | HR,6,1',
    },
  },
  {
    rule: 'link table with composite keys and AutoNumberHash',
    script: `Sales: LOAD AutoNumberHash128(Date, Store) as %Key, Date, Store, Amt ${inline('Date,Store,Amt', '2024-01-01,A,1', '2024-01-02,A,2', '2024-01-01,B,3')};
      Budget: LOAD AutoNumberHash128(Date, Store) as %Key, Date, Store, Bud ${inline('Date,Store,Bud', '2024-01-01,B,10', '2024-01-03,A,20')};
      Link: LOAD DISTINCT %Key, Date, Store RESIDENT Sales;
      CONCATENATE (Link) LOAD DISTINCT %Key, Date, Store RESIDENT Budget WHERE Date > '2024-01-02';
      DROP FIELDS Date, Store FROM Sales, Budget;`,
    tables: {
      Sales: '%Key,Amt: 1,1 | 2,2 | 3,3',
      Budget: '%Key,Bud: 3,10 | 4,20',
      Link: '%Key,Date,Store: 1,2024-01-01#45292,A | 2,2024-01-02#45293,A | 3,2024-01-01#45292,B | 4,2024-01-03#45294,A',
    },
  },
  {
    rule: 'master calendar from min and max, with autogenerate, peek and fiscal year',
    script: `Fact: LOAD * ${inline('OrderDate,x', '2023-12-30,1', '2024-01-02,2')};
      MinMax: LOAD Min(OrderDate) as mn, Max(OrderDate) as mx; LOAD Date(FieldValue('OrderDate', RecNo())) as OrderDate AUTOGENERATE FieldValueCount('OrderDate');
      LET vMin = Peek('mn', 0, 'MinMax'); LET vMax = Peek('mx'); DROP TABLE MinMax; 
      SET vFM = 4;
      Cal: LOAD D as OrderDate, Year(D) as Year, Dual(Year(D) & '-Q' & Ceil(Month(D)/3), QuarterStart(D)) as YQ, Dual(Month(D), Mod(Month(D) - $(vFM), 12) + 1) as FMonth,
        Year(D) + If(Month(D) >= $(vFM), 1, 0) as FY, WeekDay(D) as WD, Num(Month(D), '00') as MM, YearName(D,0,$(vFM)) as YN, Week(D) & '-' & WeekYear(D) as WY;
      LOAD Date($(vMin) + RecNo() - 1) as D AUTOGENERATE $(vMax) - $(vMin) + 1;`,
    tables: {
      Fact: 'OrderDate,x: 2023-12-30#45290,1 | 2024-01-02#45293,2',
      Cal: 'OrderDate,Year,YQ,FMonth,FY,WD,MM,YN,WY: 2023-12-30#45290,2023,2023-Q4#45200,Dec#9,2024,Sat#5,12#12,2023-2024#45017,52-2023 | 2023-12-31#45291,2023,2023-Q4#45200,Dec#9,2024,Sun#6,12#12,2023-2024#45017,52-2023 | 2024-01-01#45292,2024,2024-Q1#45292,Jan#10,2024,Mon#0,01#1,2023-2024#45017,1-2024 | 2024-01-02#45293,2024,2024-Q1#45292,Jan#10,2024,Tue#1,01#1,2023-2024#45017,1-2024',
    },
  },
  {
    rule: 'fill gaps: ordered resident, Peek of a computed field, while',
    script: `Stock: LOAD * ${inline('item,day,qty', 'A,45292,5', 'B,45292,1', 'A,45295,7', 'B,45293,')};
      Ranges: LOAD item, day as from, If(item = Peek('item'), Peek('from') - 1, 45296) as to, qty RESIDENT Stock ORDER BY item, day DESC;
      Daily: LOAD item, Date(from + IterNo() - 1) as day, If(Len(qty) = 0, Null(), qty) as qty2 RESIDENT Ranges WHILE from + IterNo() - 1 <= to;
      Filled: NOCONCATENATE LOAD item as i, day as d, If(IsNull(qty2) AND item = Peek('i'), Peek('q'), qty2) as q RESIDENT Daily ORDER BY item, day;
      DROP TABLES Stock, Daily, Ranges;
      S: LOAD i, Concat(Day(d) & ':' & q, ' ', d) as all RESIDENT Filled GROUP BY i; DROP TABLE Filled;`,
    tables: { S: 'i,all: A,1:5 2:5 3:5 4:7 5:7 | B,1:1 2:1 3:1 4:1 5:1' },
  },
  {
    rule: 'running totals with reset and rank within group',
    script: `T: LOAD * ${inline('g,n,v', 'b,1,10', 'a,1,1', 'a,2,2', 'b,2,20', 'a,3,3')};
      R: LOAD g as G, n as N, v, If(g = Previous(g), RangeSum(Peek('run'), v), v) as run, If(g = Previous(g), Peek('seq') + 1, 1) as seq,
        v - Alt(If(g = Previous(g), Previous(v)), 0) as diff, AutoNumber(RowNo(), g) as an RESIDENT T ORDER BY g ASC, n ASC; DROP TABLE T;`,
    tables: {
      R: 'G,N,v,run,seq,diff,an: a,1,1,1,1,1,1 | a,2,2,3,2,1,2 | a,3,3,6,3,1,3 | b,1,10,10,1,10,1 | b,2,20,30,2,10,2',
    },
  },
  {
    rule: 'qualify and unqualify with joins and renames',
    script: `QUALIFY *; UNQUALIFY '%*', id;
      Cust: LOAD * ${inline('id,%k,name', '1,x,Bo')};
      Shop: LOAD * ${inline('id,%k,name', '1,x,Mall', '2,y,Lane')};
      LEFT JOIN (Cust) LOAD id, city ${inline('id,city', '1,Rome')};
      UNQUALIFY *;
      Z: LOAD name ${inline('name', 'q')};`,
    tables: {
      Cust: 'id,%k,Cust.name,Cust.city: 1,x,Bo,Rome',
      Shop: 'id,%k,Shop.name: 1,x,Mall | 2,y,Lane',
      Z: 'name: q',
    },
  },
  {
    rule: 'hierarchy with path',
    script: `H: HIERARCHY (id, parent, name, parentName, name, path, '/', depth) LOAD * ${inline('id,parent,name', '1,,World', '2,1,Europe', '3,2,UK', '4,1,Asia')};
      B: HIERARCHYBELONGSTO (nid, npar, nname, anc, ancName, diff) LOAD id as nid, parent as npar, name as nname ${inline('id,parent,name', '1,,World', '2,1,Europe', '3,2,UK')};`,
    tables: {
      H: `id,parent,name,name1,name2,name3,parentName,path,depth: 1,'',World,World,∅,∅,∅,World,1 | 2,1,Europe,World,Europe,∅,World,World/Europe,2 | 3,2,UK,World,Europe,UK,Europe,World/Europe/UK,3 | 4,1,Asia,World,Asia,∅,World,World/Asia,2`,
      B: 'nid,nname,anc,ancName,diff: 1,World,1,World,0 | 2,Europe,2,Europe,0 | 2,Europe,1,World,1 | 3,UK,3,UK,0 | 3,UK,2,Europe,1 | 3,UK,1,World,2',
    },
  },
  {
    rule: 'mapping chain, default expressions, MapSubString',
    script: `M1: MAPPING LOAD code, iso ${inline('code,iso', 'S,SE', 'D,DE', 'S,XX')};
      M2: MAPPING LOAD iso, name ${inline('iso,name', 'SE,Sweden', 'DE,Germany')};
      M3: MAPPING LOAD * ${inline('k,v', 'blu,blue', 'blue,BLUE', '&,and')};
      T: LOAD c, ApplyMap('M2', ApplyMap('M1', c), Null()) as n, ApplyMap('M1', c, 'n/a: ' & c) as i, MapSubString('M3', t) as t, Alt(ApplyMap('M1', c, 0) , 5) as z
        ${inline('c,t', 'S,a & blu', 'Q,blue sky')};`,
    tables: { T: 'c,n,i,t,z: S,Sweden,SE,a and blue,5 | Q,∅,n/a: Q,BLUE sky,0' },
  },
  {
    rule: 'exists forms',
    script: `A: LOAD * ${inline('id', '1', '2')};
      B: LOAD id as bid, v ${inline('id,v', '1,x', '3,y', '2,z')} WHERE Exists(id);
      C: LOAD key as ckey ${inline('key', '1', '5')} WHERE NOT Exists('id', key);
      D: LOAD id & '' as did, 1 as o ${inline('id', '1', '7', '7')} WHERE NOT Exists(id, Num(id) - 5) AND NOT Exists(did, id);`,
    tables: { A: 'id: 1 | 2', B: 'bid,v: 1,x | 2,z', C: 'ckey: 5', D: 'did,o: 1,1' },
  },
  {
    rule: 'group by expressions, firstsortedvalue, concat with weight, having by preceding',
    script: `S: LOAD * ${inline('c,d,a,p', 'x,2024-01-10,5,pen', 'x,2024-01-20,7,ink', 'y,2024-02-01,1,pen', 'x,2024-02-03,9,nib', 'y,2024-02-02,,ink')};
      G: LOAD *, total / n as mean WHERE total > 1;
      LOAD c, Month(d) as m, Sum(a) as total, Count(a) as n, FirstSortedValue(p, -d) as last, FirstSortedValue(p, d) as first, Concat(p, '|', -d) as ps,
        MinString(p) as mins, Max(a, 2) as second, NumericCount(a) as nc, MissingCount(a) as mc, TextCount(p) as tc, Only(c) as oc
      RESIDENT S GROUP BY c, Month(d); DROP TABLE S;`,
    tables: {
      G: 'c,m,total,n,last,first,ps,mins,second,nc,mc,tc,oc,mean: x,Jan#1,12,2,ink,pen,ink|pen,ink,5,2,0,2,x,6 | x,Feb#2,9,1,nib,nib,nib,nib,∅,1,0,1,x,9',
    },
  },
  {
    rule: 'where with wildmatch, like, match, mixed logic',
    script: `T: LOAD * ${inline('n', 'Apple', 'banana', 'Cherry', '10', '9', '')};
      A: LOAD n as a RESIDENT T WHERE WildMatch(n, 'a*', '*rr?') AND NOT (n like 'cher*');
      B: LOAD n as b RESIDENT T WHERE n > 9; C: LOAD n as c RESIDENT T WHERE Match(n, 'banana', '9') > 0 OR n = '';
      D: LOAD n as d RESIDENT T WHERE NOT IsNum(n) AND n follows 'B'; E: LOAD n as e RESIDENT T WHERE Len(Trim(n)) AND IsNum(n); DROP TABLE T;`,
    tables: {
      A: 'a: Apple',
      B: 'b: Apple | banana | Cherry | 10',
      C: 'c: banana | 9',
      D: 'd: banana | Cherry',
      E: 'e: 10 | 9',
    },
  },
  {
    rule: 'dual sort order, order by two keys, mixed values',
    script: `P: LOAD Dual(t, n) as prio, x ${inline('t,n,x', 'High,3,a', 'Low,1,b', 'Mid,2,c', 'Low,1,d')};
      Q: LOAD prio as p, x as y, Num(prio) as n RESIDENT P ORDER BY prio DESC, x DESC;
      V: LOAD * ${inline('v', 'b', '10', 'a', '9', 'B', '')};
      W: LOAD v as w RESIDENT V ORDER BY v; DROP TABLES P, V;`,
    tables: { Q: 'p,y,n: High#3,a,3 | Mid#2,c,2 | Low#1,d,1 | Low#1,b,1', W: 'w: 9 | 10 | a | b | B' },
  },
  {
    rule: 'keep variants and chained joins',
    script: `A: LOAD * ${inline('k,a', '1,x', '2,y', '3,z')};
      B: INNER KEEP (A) LOAD * ${inline('k,b', '2,p', '3,q', '4,r')};
      C: LEFT KEEP (B) LOAD * ${inline('k,c', '3,m', '9,n')};
      RIGHT JOIN (A) LOAD DISTINCT k RESIDENT C;
      JOIN (C) LOAD * ${inline('k,d', '3,1', '3,2', '8,3')};`,
    tables: { A: 'k,a: 3,z', B: 'k,b: 2,p | 3,q', C: 'k,c,d: 3,m,1 | 3,m,2 | 8,∅,3' },
  },
  {
    rule: 'concatenate different fields, flags, distinct after join',
    script: `F: LOAD *, 'Actual' as type ${inline('m,acct,amt', '1,a,10', '1,b,5')};
      CONCATENATE (F) LOAD m, acct, amt * 1.1 as amt, 'Budget' as type, 'v1' as ver ${inline('m,acct,amt', '1,a,100')};
      LEFT JOIN (F) LOAD DISTINCT acct, grp ${inline('acct,grp', 'a,G', 'a,G', 'b,H')};
      X: LOAD DISTINCT type as t, grp as g RESIDENT F;`,
    tables: {
      F: 'm,acct,amt,type,ver,grp: 1,a,10,Actual,∅,G | 1,a,110.00000000000001,Budget,v1,G | 1,b,5,Actual,∅,H',
      X: 't,g: Actual,G | Budget,G | Actual,H',
    },
  },
  {
    rule: 'generic and a loop that joins it back',
    script: `G: GENERIC LOAD * ${inline('id,attr,val', '1,Color,red', '1,Size,L', '2,Color,blue')};
      Ids: LOAD DISTINCT id ${inline('id', '1', '2')};
      FOR i = NoOfTables() - 1 TO 0 STEP -1
        LET t = TableName($(i));
        IF WildMatch('$(t)', 'G.*') THEN
          LEFT JOIN (Ids) LOAD * RESIDENT [$(t)];
          DROP TABLE [$(t)];
        END IF
      NEXT i`,
    tables: { Ids: 'id,Size,Color: 1,L,red | 2,∅,blue' },
  },
  {
    rule: 'subfield rows, textbetween, keepchar, purgechar, cleaning of names',
    script: `T: LOAD id, Trim(SubField(tags, ';')) as tag, SubField(mail, '@', 2) as host, TextBetween(full, '(', ')') as code, Capitalize(Lower(SubField(full, ' (', 1))) as name, KeepChar(full, '0123456789') as digits, PurgeChar(full, ' ()') as purged, Len(full) as l
        INLINE [id|tags|mail|full
1|a; b|x@y.se|ANNA LEE (07)
2||z|BO (1)] (delimiter is '|');`,
    tables: {
      T: 'id,tag,host,code,name,digits,purged,l: 1,a,y.se,07#7,Anna Lee,07#7,ANNALEE07,13 | 1,b,y.se,07#7,Anna Lee,07#7,ANNALEE07,13 | 2,∅,∅,1,Bo,1,BO1,6',
    },
  },
  {
    rule: 'section access stored apart',
    script: `SECTION ACCESS; Acc: LOAD * ${inline('access,userid,region', 'admin,dom\\bo,*', 'user,dom\\al,north')}; SECTION APPLICATION;
      T: LOAD Upper(r) as REGION, v ${inline('r,v', 'north,1')};`,
    tables: { T: 'REGION,v: NORTH,1' },
  },
  {
    rule: 'first text wins across tables, codes keep their zeros with Text',
    script: `A: LOAD * ${inline('c', '007', '7')}; B: LOAD Text(c) as tc, Num(c) as nc, c & '' as s ${inline('c', '007', '7')};
      C: LOAD Date(45000, 'DD/MM/YYYY') as d AUTOGENERATE 1; CONCATENATE (C) LOAD Date(45000) as d AUTOGENERATE 1;`,
    tables: {
      A: 'c: 007#7 | 007#7',
      B: 'tc,nc,s: "007",7,007#7 | "7",7,007#7',
      C: 'd: 15/03/2023#45000 | 15/03/2023#45000',
    },
  },
  {
    rule: 'preceding loads three deep with where at each level',
    script: `T: LOAD c, c * 2 as dd WHERE c < 9; LOAD b + 1 as c, b WHERE b > 1; LOAD a * 2 as b WHILE IterNo() <= n; LOAD a, n ${inline('a,n', '1,2', '0,1', '2,1', '5,1')};`,
    tables: { T: 'c,dd: 3,6 | 3,6 | 5,10' },
  },
  {
    rule: 'self referencing concatenation and noconcatenate copy; autoconcatenation trap',
    script: `A: LOAD * ${inline('x,y', '1,2')}; B: LOAD y, x RESIDENT A; LET n = NoOfRows('A');
      C: NOCONCATENATE LOAD * RESIDENT A; DROP TABLE A; TRACE $(n);`,
    tables: { C: 'x,y: 1,2 | 1,2' },
    traced: ['2'],
  },
]
