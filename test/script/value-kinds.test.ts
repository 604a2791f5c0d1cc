/** Which texts are numbers, and what their values keep, over whole scripts (FACTS, sections 1 and 5). */
import { describeScripts, inline } from '../support/script-under-test.ts'

const ONE = 'AutoGenerate 1'

describeScripts('A text that a LOAD makes is read as a cell is (FACTS 2)', [
  {
    rule: 'what & joins, with its leading zeros',
    script: `T: LOAD 2009 & '01' as p, '0' & 7 as q, 'a' & 1 as r ${ONE}; S: LOAD Sum(p) as s RESIDENT T;`,
    tables: { T: 'p,q,r: 200901,07#7,a1', S: 's: 200901' },
  },
  {
    rule: 'literals',
    script: `T: LOAD '12' as a, '007' as b, '1.50' as c, 'x' as d, '' as e, '2024-05-01' as f ${ONE};`,
    tables: { T: "a,b,c,d,e,f: 12,007#7,1.50#1.5,x,'',2024-05-01#45413" },
  },
  {
    rule: 'whatever function made it',
    script: `m: MAPPING LOAD 'x' as k, '9' as v ${ONE}; T: LOAD Left(t,2) as a, Right(t,2) as b, Mid(t,3,2) as c, Replace(t,'x','') as d, Trim(' 05 ') as e,
      SubField(u,';',2) as f, PurgeChar(t,'x') as g, KeepChar(t,'0123456789') as h, TextBetween(u,';',';') as i,
      Upper(t) as j, Repeat('0',3) as k, Chr(55) as l, MapSubString('m',t) as m;
      LOAD '01x02' as t, '3;04;5' as u ${ONE};`,
    tables: {
      T: 'a,b,c,d,e,f,g,h,i,j,k,l,m: 01#1,02#2,x0,0102#102,05#5,04#4,0102#102,0102#102,04#4,01X02,000#0,7,01902#1902',
    },
  },
  {
    rule: 'through what gives its arguments on',
    script: `m: MAPPING LOAD 'x' as k, 'y' as v ${ONE}; T: LOAD If(1,'01') as a, Alt('x','02') as b, Pick(2,'x','03') as c, Coalesce(Null(),'04') as d,
      ApplyMap('m','zz','05') as e, EmptyIsNull('06') as f, RangeOnly('07') as g, ApplyMap('m','08') as h ${ONE};`,
    tables: { T: 'a,b,c,d,e,f,g,h: 01#1,02#2,03#3,04#4,05#5,06#6,07#7,08#8' },
  },
  {
    rule: 'rows that SubField makes',
    script: `T: LOAD SubField('1;02;x',';') as s ${ONE};`,
    tables: { T: 's: 1 | 02#2 | x' },
  },
  {
    rule: 'Previous and Peek of it',
    script: `T: LOAD k & '' as t, Previous(k & '0') as p, Peek('t') as q ${inline('k', '1', '2')};`,
    tables: { T: 't,p,q: 1,∅,∅ | 2,10,1' },
  },
  {
    rule: 'results of aggregations, their arguments and groups',
    script: `T: LOAD k & '' as g, Concat(v,'') as c, MaxString(v) as m, Sum(Left(v,1)) as s, FirstValue(v & '') as f
      ${inline('k,v', '01,10', '01,2', '1,7')} GROUP BY k & '';`,
    tables: { T: 'g,c,m,s,f: 01#1,2710,7,10,10' },
  },
  {
    rule: 'keys of maps, lookups and counters',
    script: `m: MAPPING LOAD * ${inline('k,v', '01,one')}; K: LOAD * ${inline('id,w', '05,five')};
      T: LOAD ApplyMap('m',Left('01x',2),'none') as a, Lookup('w','id',Mid('x05',2),'K') as b,
      FieldIndex('id','5' & '') as c, AutoNumber('01' & '','c') as d, AutoNumber(1,'c') as e,
      If(Exists(id,'0' & '5'),'yes') as f ${ONE}; DROP TABLE K;`,
    tables: { T: 'a,b,c,d,e,f: one,five,1,1,1,yes' },
  },
  {
    rule: 'values of a map that expressions make',
    script: `m: MAPPING LOAD k, '0' & v ${inline('k,v', 'a,1')}; T: LOAD ApplyMap('m','a') + 1 as n, ApplyMap('m','a') as t ${ONE};`,
    tables: { T: 'n,t: 2,01#1' },
  },
  {
    rule: 'joins meet it by its number',
    script: `T: LOAD * ${inline('k,a', '7,x')}; Left Join LOAD '0' & '7' as k, 'y' as b ${ONE};`,
    tables: { T: 'k,a,b: 7,x,y' },
  },
  {
    rule: 'by query and by row machine, RESIDENT',
    script: `S: LOAD * ${inline('k', '1', '2')}; NoConcatenate Q: LOAD k, '07' as l, If(k=1,'08','x') as m RESIDENT S;
      NoConcatenate M: LOAD k, '07' as l, If(k=1,'08','x') as m RESIDENT S WHERE IterNo()>0;`,
    tables: { S: 'k: 1 | 2', Q: 'k,l,m: 1,07#7,08#8 | 2,07#7,x', M: 'k,l,m: 1,07#7,08#8 | 2,07#7,x' },
  },
  {
    rule: 'Text() keeps a text, also through other LOADs and functions that give it on',
    script: `T: LOAD Text('0' & '7') as a, If(1,Text('08')) as b, Alt(Text('x'),Text('09')) as c ${ONE};
      NoConcatenate U: LOAD a, If(1,a) as d, Peek('a') as p, Previous(a) as q, a & '' as e RESIDENT T;
      NoConcatenate V: LOAD *, a as f RESIDENT T WHERE IterNo()>0; G: LOAD Only(a) as o, FirstValue(Text(b)) as g RESIDENT T;`,
    tables: {
      T: 'a,b,c: "07","08","09"',
      U: 'a,d,p,q,e: "07","07",∅,∅,07#7',
      V: 'a,b,c,f: "07","08","09","07"',
      G: 'o,g: "07","08"',
    },
  },
  {
    rule: 'paths of a hierarchy',
    script: `T: HIERARCHY (n, p, name, up, name, path) LOAD * ${inline('n,p,name', '1,,07', '2,1,08')};
      NoConcatenate S: LOAD path RESIDENT T; DROP TABLE T;`,
    tables: { S: 'path: 07#7 | 07/08' },
  },
  {
    rule: 'the value that stands for NULL',
    script: `NULLASVALUE n; SET NullValue = 00; T: LOAD If(0,1) as n, 1 as k ${ONE}; Concatenate (T) LOAD 0 as n, 2 as k ${ONE};`,
    tables: { T: 'n,k: 00#0,1 | 00#0,2' },
  },
  {
    rule: 'NullInterpret is for cells, not for texts that are made',
    script: `SET NullInterpret='-'; T: LOAD '-' as a, 'x' & '' as b ${ONE};`,
    tables: { T: 'a,b: -,x' },
  },
  {
    rule: 'a date in the format of its LOAD, and a text kept when the format changes',
    script: `SET DateFormat='D.M.YYYY'; T: LOAD '1.' & '5.2024' as d, '2024/05/01' as e ${ONE};
      SET DateFormat='YYYY/MM/DD'; NoConcatenate U: LOAD d, e, e & '' as f RESIDENT T;`,
    tables: {
      T: 'd,e: 1.5.2024#45413,2024/05/01',
      U: 'd,e,f: 1.5.2024#45413,2024/05/01,2024/05/01#45413',
    },
  },
])

describeScripts('More than 14 significant digits are a text (FACTS 2a)', [
  {
    rule: 'cells and made texts alike, and long keys stay apart',
    script: `T: LOAD k, k & '' as l, '1' & Right(k,14) as m ${inline('k', '99999999999999', '100000000000000', '1234567890123456', '1234567890123457')};
      S: LOAD Count(DISTINCT k) as n, Sum(k) as s RESIDENT T;`,
    tables: {
      T: 'k,l,m: 99999999999999,99999999999999,"199999999999999" | "100000000000000","100000000000000","100000000000000" | "1234567890123456","1234567890123456","134567890123456" | "1234567890123457","1234567890123457","134567890123457"',
      S: 'n,s: 4,99999999999999',
    },
  },
])

describeScripts('Files', [
  {
    rule: 'FACTS 2a, 23a: copied columns and read rows agree',
    files: {
      'k.csv':
        'k\n99999999999999\n100000000000000\n000000000000001\n0.12345678901234\n1.23456789012345\n1e3\n4E\n2967 542\n31 12 34 56\n"0,15"\n',
    },
    script: `Q: LOAD k FROM [lib://d/k.csv] (txt, embedded labels, delimiter is ';', no quotes);
      NoConcatenate M: LOAD k FROM [lib://d/k.csv] (txt, embedded labels, delimiter is ';', no quotes) WHERE IterNo()>0;`,
    tables: Object.fromEntries(
      ['Q', 'M'].map((name) => [
        name,
        'k: 99999999999999 | "100000000000000" | 000000000000001#1 | 0.12345678901234#0.12345678901234 | "1.23456789012345" | 1e3#1000 | 4E | 2967 542#2967542 | 31 12 34 56#31123456 | "0,15"',
      ]),
    ),
  },
])

describeScripts('Previous sees the row before in the source (FACTS, Previous)', [
  {
    rule: 'also one that WHERE drops',
    script: `N: LOAD RecNo() as n AutoGenerate 8;
      NoConcatenate Q: LOAD n, Previous(n) as p, Peek('n') as k, RowNo() as r RESIDENT N WHERE n/2<>3 and (n=1 or n=3 or n=5 or n=7);
      NoConcatenate M: LOAD n, Previous(n) as p, Peek('n') as k, RowNo() as r RESIDENT N WHERE Odd(n);`,
    tables: {
      N: 'n: 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8',
      Q: 'n,p,k,r: 1,∅,∅,1 | 3,2,1,2 | 5,4,3,3 | 7,6,5,4',
      M: 'n,p,k,r: 1,∅,∅,1 | 3,2,1,2 | 5,4,3,3 | 7,6,5,4',
    },
  },
  {
    rule: 'the first row that is kept has one too',
    script: `N: LOAD RecNo() as n AutoGenerate 4; NoConcatenate Q: LOAD n, Previous(n) as p RESIDENT N WHERE n>2;
      NoConcatenate M: LOAD n, Previous(n) as p, Previous(Previous(n)) as pp RESIDENT N WHERE n>2;
      NoConcatenate W: LOAD n, Previous(n) as p RESIDENT N WHERE Previous(n)=2;`,
    tables: { N: 'n: 1 | 2 | 3 | 4', Q: 'n,p: 3,2 | 4,3', M: 'n,p,pp: 3,2,1 | 4,3,2', W: 'n,p: 3,2' },
  },
  {
    rule: 'in the order of ORDER BY, from files, and in each LOAD of a stack its own input',
    script: `N: LOAD RecNo() as n AutoGenerate 4;
      O: LOAD n as o, Previous(n) as p RESIDENT N WHERE n<3 ORDER BY n DESC;
      F: LOAD f, Previous(f) as p ${inline('f', 'a', 'b', 'c')} WHERE f<>'b';
      S: LOAD s, Previous(s) as p WHERE s<>3; LOAD n as s RESIDENT N WHERE n<>2;`,
    tables: {
      N: 'n: 1 | 2 | 3 | 4',
      O: 'o,p: 2,3 | 1,2',
      F: 'f,p: a,∅ | c,b',
      S: 's,p: 1,∅ | 4,3',
    },
  },
])

const KEYS = `T: LOAD * ${inline('k,a', '2,p', '1,q', '3,r', '1,s')};`

describeScripts('Rows after a JOIN stand grouped by key (FACTS 23)', [
  {
    rule: 'in the order in which the keys came, each with its rows in theirs',
    script: `${KEYS} Left Join LOAD * ${inline('k,b', '1,x', '2,y')};`,
    tables: { T: 'k,a,b: 2,p,y | 1,q,x | 1,s,x | 3,r,∅' },
  },
  {
    rule: 'with several partners',
    script: `${KEYS} Left Join LOAD * ${inline('k,b', '1,x', '2,y', '1,z')};`,
    tables: { T: 'k,a,b: 2,p,y | 1,q,x | 1,q,z | 1,s,x | 1,s,z | 3,r,∅' },
  },
  {
    rule: 'INNER and RIGHT, where new keys follow in their order',
    script: `${KEYS} U: NoConcatenate LOAD * RESIDENT T; Inner Join (T) LOAD * ${inline('k,b', '1,x', '3,y')};
      Right Join (U) LOAD * ${inline('k,b', '9,x', '1,y', '8,z', '9,w')};`,
    tables: { T: 'k,a,b: 1,q,x | 1,s,x | 3,r,y', U: 'k,a,b: 1,q,y | 1,s,y | 9,∅,x | 9,∅,w | 8,∅,z' },
  },
  {
    rule: 'OUTER, and rows without a key together',
    script: `T: LOAD If(k>0,k) as k, a ${inline('k,a', '0,p', '1,q', '0,r')}; Join LOAD * ${inline('k,b', '5,x', '1,y', '5,z')};`,
    tables: { T: 'k,a,b: ∅,p,∅ | ∅,r,∅ | 1,q,y | 5,∅,x | 5,∅,z' },
  },
  {
    rule: 'a key of two fields; a table sorted by a join',
    script: `T: LOAD * ${inline('k,l,a', '1,1,p', '1,2,q', '1,1,r')}; Left Join LOAD * ${inline('k,l,b', '1,2,x', '1,1,y')};
      D: LOAD * ${inline('d,v', '3,a', '1,b', '2,c', '1,d')}; S: NoConcatenate LOAD DISTINCT d RESIDENT D ORDER BY d;
      Left Join (S) LOAD * RESIDENT D; DROP TABLE D;`,
    tables: { T: 'k,l,a,b: 1,1,p,y | 1,1,r,y | 1,2,q,x', S: 'd,v: 1,b | 1,d | 2,c | 3,a' },
  },
])

describeScripts('Settled rules of statements and settings', [
  {
    rule: 'FACTS F17: DROP FIELD takes the DISTINCT of the table away',
    script: `D: LOAD DISTINCT * ${inline('a,b', '1,1', '1,2')}; DROP FIELD b; Concatenate (D) LOAD 1 as a AutoGenerate 2;`,
    tables: { D: 'a: 1 | 1 | 1 | 1' },
  },
  {
    rule: 'FACTS F17: from its table only',
    script: `D: LOAD DISTINCT * ${inline('a,b', '1,1', '1,2')}; E: LOAD DISTINCT b, a as c RESIDENT D; DROP FIELD b FROM D;
      Concatenate (D) LOAD 1 as a AutoGenerate 1; Concatenate (E) LOAD 1 as b, 1 as c AutoGenerate 1;`,
    tables: { D: 'a: 1 | 1 | 1', E: 'b,c: 1,1 | 2,1' },
  },
  {
    rule: 'FACTS I13: AUTONUMBER counts numbers by value and texts in load order',
    script: `Y: LOAD * ${inline('y,t', '2014,b', '2013,a', '2014,c')}; AUTONUMBER y; AUTONUMBER t;`,
    tables: { Y: 'y,t: 2,1 | 1,2 | 2,3' },
  },
  {
    rule: 'FACTS I13: numbers before texts, over all tables and fields of a namespace',
    script: `A: LOAD * ${inline('m', 'x', '5', '3')}; B: LOAD * ${inline('m,n', '4,y', 'x,1')}; AUTONUMBER m; AUTONUMBER n USING 'n';
      C: LOAD * ${inline('n2', '1', '0')}; AUTONUMBER n2 USING 'n';`,
    tables: { A: 'm: 4 | 3 | 1', B: 'm,n: 2,2 | 4,1', C: 'n2: 1 | 3' },
  },
  {
    rule: 'FACTS L11: ReferenceDay 0 and others mean 4; broken weeks have none',
    script: `SET FirstWeekDay=6; SET BrokenWeeks=0; SET ReferenceDay=0; LET a = Week('2021-01-01'); SET ReferenceDay=9;
      LET b = Week('2021-01-01'); SET ReferenceDay=1; LET c = Week('2021-01-01'); SET BrokenWeeks=1; SET ReferenceDay=0;
      LET d = Week('2021-01-01'); TRACE $(a) $(b) $(c) $(d);`,
    traced: ['53 53 1 1'],
  },
  {
    rule: 'FACTS, week names: two names of one week are two values of a field',
    script: `SET BrokenWeeks=1; T: LOAD WeekName(d) as w ${inline('d', '2020-12-31', '2021-01-01', '2020-12-28')};
      S: LOAD Count(DISTINCT w) as n RESIDENT T;`,
    tables: { T: 'w: 2020/53#44193 | 2021/01#44197 | 2020/53#44193', S: 'n: 2' },
  },
])
