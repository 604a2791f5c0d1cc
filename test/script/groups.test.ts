/** SEMANTICS block J: DISTINCT, GROUP BY, ORDER BY, preceding LOADs; B8 and B9. */
import { describeScripts, inline } from '../support/script-under-test.ts'

const TEAMS = `S: LOAD * ${inline('t,w', 'Gamma,20', 'Gamma,21', 'Alpha,25', 'Delta,14', 'Beta,20')};`
const drop = 'DROP TABLE S;'

describeScripts('DISTINCT and ORDER BY', [
  {
    rule: 'J1: DISTINCT keeps the first of equal rows',
    script: `T: LOAD DISTINCT * ${inline('v,w', '1,a', '2,b', '1,a', '1,c')};`,
    tables: { T: 'v,w: 1,a | 2,b | 1,c' },
  },
  {
    rule: 'J2: rows added later are made distinct too',
    script: `T: LOAD DISTINCT * ${inline('v', '1', '1')}; LOAD * ${inline('v', '1', '2')};`,
    tables: { T: 'v: 1 | 2' },
  },
  {
    rule: 'J3: by identity, not by text',
    script: `T: LOAD DISTINCT * ${inline('v', '1.0', '1')};`,
    tables: { T: 'v: 1.0#1' },
  },
  {
    rule: 'J3: NULL equals NULL, and an empty text is something else',
    script: `T: LOAD DISTINCT If(RecNo()<3, Null(), '') as v AutoGenerate 3;`,
    tables: { T: "v: ∅ | ''" },
  },
  {
    rule: 'J13: numbers first, then texts; NULL last',
    script: `S: LOAD If(v='-',Null(),v) as v ${inline('v', 'b', '10', 'a', '-', '9', 'B')};
      NoConcatenate T: LOAD v RESIDENT S ORDER BY v; NoConcatenate U: LOAD v RESIDENT S ORDER BY v DESC; DROP TABLE S;`,
    tables: { T: 'v: 9 | 10 | a | b | B | ∅', U: 'v: B | b | a | 10 | 9 | ∅' },
  },
  {
    rule: 'I10: equal rows stay in load order',
    script: `S: LOAD * ${inline('v,w', '1,a', '0,b', '1,c', '0,d')}; NoConcatenate T: LOAD * RESIDENT S ORDER BY v; DROP TABLE S;`,
    tables: { T: 'v,w: 0,b | 0,d | 1,a | 1,c' },
  },
  {
    rule: 'J13: ORDER BY needs a RESIDENT table',
    script: `T: LOAD * ${inline('v', '1')} ORDER BY v;`,
    fault: [16, 'RESIDENT'],
  },
  {
    rule: 'J13: so it cannot sort the rows of a LOAD below',
    script: `S: LOAD * ${inline('v', '1')}; T: LOAD v as w ORDER BY v; LOAD v RESIDENT S;`,
    fault: [16, 'RESIDENT'],
  },
  {
    rule: 'J14: the source is sorted before groups and row functions',
    script: `S: LOAD * ${inline('k,v', 'a,3', 'b,1', 'a,2')}; T: LOAD k, FirstValue(v) as f RESIDENT S GROUP BY k ORDER BY v;
      U: LOAD v, Previous(v) as p, RowNo() as n RESIDENT S ORDER BY v; DROP TABLE S;`,
    tables: { T: 'k,f: b,1 | a,2', U: 'v,p,n: 1,∅,1 | 2,1,2 | 3,2,3' },
  },
])

describeScripts('GROUP BY', [
  {
    rule: 'J4: a field outside GROUP BY is a fault',
    script: `S: LOAD * ${inline('a,b,c', '1,2,3')}; T: LOAD a, b, Sum(c) as s RESIDENT S GROUP BY a;`,
    fault: [16, "'b'"],
  },
  {
    rule: 'J5: aggregation without GROUP BY gives one row, also over no rows',
    script: `S: LOAD * ${inline('v', '1', '2')}; T: LOAD Sum(v) as s, Count(v) as c, Max(v) as m, Concat(v) as x RESIDENT S WHERE v>5; DROP TABLE S;`,
    tables: { T: 's,c,m,x: 0,0,∅,∅' },
  },
  {
    rule: 'GROUP BY over no rows gives none',
    script: `S: LOAD * ${inline('v', '1')}; T: LOAD v as k, Sum(v) as s RESIDENT S WHERE v>5 GROUP BY v; DROP TABLE S;`,
    tables: { T: 'k,s: ' },
  },
  {
    rule: 'J6: groups come in the order of their first row; NULL is a group',
    script: `S: LOAD If(k='-',Null(),k) as k, v ${inline('k,v', 'b,1', '-,2', 'a,3', '-,4', 'b,5')}; T: LOAD k, Sum(v) as s RESIDENT S GROUP BY k; DROP TABLE S;`,
    tables: { T: 'k,s: b,6 | ∅,6 | a,3' },
  },
  {
    rule: 'B8, B9: what Count, Sum, Min, Max and Avg make of texts and NULL',
    script: `S: LOAD If(v='-',Null(),v) as v ${inline('k,v', '1,3', '1,', '1,-', '1,a')};
      T: LOAD Count(v) as c, Sum(v) as s, Avg(v) as a, Min(v) as m, NumericCount(v) as n, TextCount(v) as t, NullCount(v) as z RESIDENT S;
      U: LOAD Sum(v) as s, Max(v) as m, Avg(v) as a, Only(v) as o RESIDENT S WHERE v='a' or IsNull(v); DROP TABLE S;`,
    tables: { T: 'c,s,a,m,n,t,z: 3,3,3,3,1,2,1', U: 's,m,a,o: 0,∅,∅,a' },
  },
  {
    rule: 'Count and Sum DISTINCT go by identity',
    script: `S: LOAD * ${inline('v', '01', '1', '2', 'x', 'x')}; T: LOAD Count(DISTINCT v) as c, Sum(DISTINCT v) as s, Count(v) as n RESIDENT S; DROP TABLE S;`,
    tables: { T: 'c,s,n: 3,3,5' },
  },
  {
    rule: 'Keys may be expressions, and results may be computed with',
    script: `S: LOAD * ${inline('v', '1', '2', '3', '4')}; T: LOAD Mod(v,2) as odd, Sum(v)/Count(v) as mean, Num(Mod(v,2)*10) as z RESIDENT S GROUP BY Mod(v,2); DROP TABLE S;`,
    tables: { T: 'odd,mean,z: 1,2,10 | 0,3,0' },
  },
  {
    rule: 'J7: Concat sorts by value',
    script: `${TEAMS} T: LOAD Concat(t) as c RESIDENT S; ${drop}`,
    tables: { T: 'c: AlphaBetaDeltaGammaGamma' },
  },
  {
    rule: 'J8: Concat DISTINCT with a weight: the lowest first, then by value',
    script: `${TEAMS} T: LOAD Concat(DISTINCT t,'-',w) as c, Concat(t,', ',-w) as d RESIDENT S; ${drop}`,
    tables: { T: 'c,d: Delta-Beta-Gamma-Alpha,Alpha, Gamma, Beta, Gamma, Delta' },
  },
  {
    rule: 'A delimiter is data: quotes in it do no harm',
    script: `${TEAMS} T: LOAD Concat(DISTINCT t,[w]&'') as c RESIDENT S; ${drop}`,
    fault: [11, 'must not depend on a row'],
  },
  {
    rule: 'A NUL in a delimiter is a fault, not a broken statement of the engine',
    script: `S: LOAD * ${inline('t', 'a', 'b')}; T: LOAD Concat(t,Chr(0)) as c RESIDENT S;`,
    fault: [16, 'NUL'],
  },
  {
    rule: 'A delimiter with a quote',
    script: `S: LOAD * ${inline('t', 'a', 'b')}; T: LOAD Concat(t,''';DROP TABLE t1;--') as c RESIDENT S; ${drop}`,
    tables: { T: "c: a';DROP TABLE t1;--b" },
  },
  {
    rule: 'J9: FirstSortedValue: a tie is NULL, DISTINCT lifts a tie of equal values',
    script: `S: LOAD * ${inline('p,w', 'AA,16', 'AA,16', 'DD,10')}; T: LOAD FirstSortedValue(p,w) as a, FirstSortedValue(p,-w) as b,
      FirstSortedValue(DISTINCT p,-w) as c, FirstSortedValue(p,-w,2) as e RESIDENT S; ${drop}`,
    tables: { T: 'a,b,c,e: DD,∅,AA,DD' },
  },
  {
    rule: 'J10: Only and Mode are NULL when there is no single answer',
    script: `S: LOAD * ${inline('g,v', 'a,1', 'a,1', 'a,2', 'b,1', 'b,2', 'c,01', 'c,1')}; T: LOAD g, Only(v) as o, Mode(v) as m RESIDENT S GROUP BY g; ${drop}`,
    tables: { T: 'g,o,m: a,∅,1 | b,∅,∅ | c,1,1' },
  },
  {
    rule: 'J11: Max and Min with a rank count values; a missing rank is NULL',
    script: `S: LOAD * ${inline('v', '18', '10', '9', '18', '2')}; T: LOAD Max(v,2) as a, Min(v,2) as b, Max(v,9) as c RESIDENT S; ${drop}`,
    tables: { T: 'a,b,c: 10,9,∅' },
  },
  {
    rule: 'J12: FirstValue and LastValue go by load order; MinString, MaxString by text; Median, Stdev',
    script: `${TEAMS} T: LOAD FirstValue(t) as f, LastValue(t) as l, MinString(t) as i, MaxString(t) as x, Median(w) as m, Round(Stdev(w),0.001) as s RESIDENT S; ${drop}`,
    tables: { T: 'f,l,i,x,m,s: Gamma,Beta,Alpha,Gamma,20,3.937' },
  },
  {
    rule: 'An aggregation inside an aggregation is a fault',
    script: `S: LOAD 1 as v AutoGenerate 1; LOAD Sum(Max(v)) as s RESIDENT S;`,
    fault: [16, 'inside'],
  },
])

describeScripts('Preceding LOADs and row multiplication', [
  {
    rule: 'J15: the lower LOAD runs first, the upper sees its aliases',
    script: `T: LOAD x*2 as y WHERE x>1; LOAD a as x ${inline('a', '1', '2')};`,
    tables: { T: 'y: 4' },
  },
  {
    rule: 'J6, A2: groups keep the text of their first row; 0 and -0 are one group, NULL is one',
    script: `S: LOAD If(v<>9,v) as k, v*0*If(RecNo()>1,-1,1) as z, v ${inline('v', '01', '9', '1', '9.0')};
      T: LOAD k, Count(v) as c RESIDENT S GROUP BY k; U: LOAD z, Count(v) as cz, Concat(v) as all, Concat(DISTINCT z,'/') as zs RESIDENT S GROUP BY z;
      W: LOAD z as w, Count(v) as cw RESIDENT S GROUP BY z; ${drop}`,
    tables: { T: 'k,c: 01#1,2 | ∅,2', U: 'z,cz,all,zs: 0,4,010199#10199,0', W: 'w,cw: 0,4' },
  },
  {
    rule: 'J15: over a LOAD that groups, and over one that is distinct',
    script: `S: LOAD * ${inline('k,v', 'a,1', 'b,2', 'a,3')}; T: LOAD k, s*10 as s10 WHERE s>2; LOAD k, Sum(v) as s RESIDENT S GROUP BY k;
      U: LOAD k, RecNo() as n; LOAD DISTINCT k RESIDENT S; ${drop}`,
    tables: { T: 'k,s10: a,40', U: 'k,n: a,1 | b,2' },
  },
  {
    rule: 'J17: SubField with two arguments multiplies rows, several give all combinations',
    script: `T: LOAD SubField(a,',') as x, SubField(b,',') as y, RowNo() as n ${`INLINE [a|b\nNeil,Mike|Music,Video] (delimiter is '|')`};`,
    tables: { T: 'x,y,n: Neil,Music,1 | Neil,Video,2 | Mike,Music,3 | Mike,Video,4' },
  },
  {
    rule: 'J18, B16: SubField of an empty text is one row with NULL',
    script: `T: LOAD SubField('',';') as x, 1 as y AutoGenerate 1;`,
    tables: { T: 'x,y: ∅,1' },
  },
  {
    rule: 'J20: FIRST limits the rows read, before WHERE',
    script: `T: First 2 LOAD * ${inline('v', '1', '2', '3')} WHERE v>1;`,
    tables: { T: 'v: 2' },
  },
  { rule: 'FIRST 0 loads nothing', script: `T: First 0 LOAD * ${inline('v', '1')};`, tables: { T: 'v: ' } },
  {
    rule: 'AUTOGENERATE of a negative number is a fault',
    script: 'LOAD 1 as a AutoGenerate -1;',
    fault: [16, 'not negative'],
  },
])
