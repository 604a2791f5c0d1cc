/** SEMANTICS block N: CROSSTABLE, INTERVALMATCH, GENERIC, HIERARCHY, HIERARCHYBELONGSTO. */
import { describeScripts, inline } from '../support/script-under-test.ts'

const MONTHS = inline('p,q,Jan,Feb', 'A,x,1,2', 'B,y,3,4')

describeScripts('Crosstable', [
  {
    rule: 'N4: one row for each value, in the order of rows and columns',
    script: `T: CrossTable(m,v) LOAD * ${inline('p,Jan,Feb', 'A,1,2', 'B,3,4')};`,
    tables: { T: 'p,m,v: A,Jan,1 | A,Feb,2 | B,Jan,3 | B,Feb,4' },
  },
  {
    rule: 'two qualifier fields; names may be quoted; the count may be an expression',
    script: `LET n = 1; T: CROSSTABLE ([the month], "v", $(n) + 1) LOAD * ${MONTHS};`,
    tables: { T: 'p,q,the month,v: A,x,Jan,1 | A,x,Feb,2 | B,y,Jan,3 | B,y,Feb,4' },
  },
  {
    rule: 'without qualifiers every field is data',
    script: `T: CrossTable(m,v,0) LOAD Jan, Feb ${MONTHS};`,
    tables: { T: 'm,v: Jan,1 | Feb,2 | Jan,3 | Feb,4' },
  },
  {
    rule: 'N4: NULL gives no row, an empty text does',
    script: `T: CrossTable(m,v) LOAD p, If(RecNo()>1,Jan) as Jan, Feb ${inline('p,Jan,Feb', 'A,1,', 'B,3,4')};`,
    tables: { T: "p,m,v: A,Feb,'' | B,Jan,3 | B,Feb,4" },
  },
  {
    rule: 'D6: names of columns are texts, also those that look like numbers',
    script: `Y: LOAD 2014 as year AutoGenerate 1; Tmp: CrossTable(year,v) LOAD * ${inline('p,2014', 'A,1')};
      TRACE $(=Peek('v',0,'Tmp'));`,
    tables: { Y: 'year: 2014', Tmp: 'p,year,v: A,"2014",1' },
  },
  {
    rule: 'expressions, WHERE and a stack of LOADs come first',
    script: `T: CrossTable(m,v) LOAD p, Jan * 10 as J, Feb as F WHERE p = 'B';
      LOAD p, Jan, Feb + 1 as Feb ${MONTHS};`,
    tables: { T: 'p,m,v: B,J,30 | B,F,5' },
  },
  {
    rule: 'the values of different columns keep their kinds',
    script: `T: CrossTable(m,v) LOAD * ${inline('p,a,b,c', 'x,01,text,2012-03-04')};`,
    tables: { T: 'p,m,v: x,a,01#1 | x,b,text | x,c,2012-03-04#40972' },
  },
  {
    rule: 'quotes in the name of a column are data',
    script: `T: CrossTable(m,v) LOAD 1 as p, 2 as [it's ""x""] AutoGenerate 1;`,
    tables: { T: `p,m,v: 1,it's ""x"",2` },
  },
  {
    rule: 'DISTINCT, GROUP BY and another table as its target',
    script: `S: LOAD * ${MONTHS}; Concatenate (S) LOAD * ${MONTHS};
      T: LOAD 'Z' as p, 'old' as m, 0 as v AutoGenerate 1;
      Concatenate (T) CrossTable(m,v) LOAD p, Sum(Jan) as Jan, Max(Feb) as Feb RESIDENT S GROUP BY p;
      NoConcatenate U: CrossTable(m,v,2) LOAD DISTINCT p, q, Jan RESIDENT S;
      DROP TABLE S;`,
    tables: {
      T: 'p,m,v: Z,old,0 | A,Jan,2 | A,Feb,2 | B,Jan,6 | B,Feb,4',
      U: 'p,q,m,v: A,x,Jan,1 | B,y,Jan,3',
    },
  },
  {
    rule: 'a field of every file',
    script: `T: CrossTable(m,v) LOAD * FROM [lib://d/*.csv] (txt);`,
    files: { 'a.csv': 'p,Jan\nA,1\n', 'b.csv': 'p,Feb,Mar\nB,2,3\n' },
    tables: { T: 'p,m,v: A,Jan,1 | B,Feb,2 | B,Mar,3' },
  },
  {
    rule: 'no field is left for data',
    script: `CrossTable(m,v,2) LOAD p, q ${MONTHS};`,
    fault: [16, 'CROSSTABLE keeps 2 fields and the LOAD has 2'],
  },
  {
    rule: 'below another LOAD it cannot stand',
    script: `T: LOAD *; CrossTable(m,v) LOAD * ${MONTHS};`,
    fault: [16, 'must stand at the top'],
  },
])

const EVENTS = `E: LOAD * ${inline('Time,Event', '00:00,0', '01:18,1', '02:23,2', '04:15,3', '08:00,4', '11:43,5')};`
const ORDERS = `O: LOAD * ${inline('Start,End,Order', '01:00,03:35,A', '02:30,07:58,B', '03:04,10:27,C', '07:23,11:43,D')};`

describeScripts('IntervalMatch', [
  {
    rule: 'N1: closed intervals, points from the loaded field',
    script: `${EVENTS} ${ORDERS} IM: IntervalMatch (Time) LOAD Start, End RESIDENT O;
      T: NoConcatenate LOAD Text(Time) & Text(End) as x RESIDENT IM; DROP TABLES E, O, IM;`,
    tables: {
      T: 'x: 01:1803:35 | 02:2303:35 | 04:1507:58 | 04:1510:27 | 08:0010:27 | 08:0011:43 | 11:4311:43',
    },
  },
  {
    rule: 'N2: a limit that is no number drops the interval',
    script: `P: LOAD * ${inline('t', '1', '5', 'x')};
      I: IntervalMatch (t) LOAD If(a<>'-',a) as a, b ${inline('a,b', '0,5', '-,9', '1,', 'x,9', '5,5', '9,1')};`,
    tables: { P: 't: 1 | 5 | x', I: 't,a,b: 1,0,5 | 5,0,5 | 5,5,5' },
  },
  {
    rule: 'N3: with keys: point, limits, keys, and only rows with both',
    script: `F: LOAD * ${inline('d,k,amount', '1,a,10', '5,a,20', '5,b,30', '5,b,31', '7,c,1')};
      I: IntervalMatch (d, k) LOAD * ${inline('from,to,k', '1,4,a', '5,9,a', '1,6,b')};`,
    tables: {
      F: 'd,k,amount: 1,a,10 | 5,a,20 | 5,b,30 | 5,b,31 | 7,c,1',
      I: 'd,from,to,k: 1,1,4,a | 5,5,9,a | 5,1,6,b',
    },
  },
  {
    rule: 'keys in another order and by place; values match by identity',
    script: `F: LOAD * ${inline('d,k,l', '5,01,x')};
      I: IntervalMatch (d, k, l) LOAD * ${inline('from,to,l,k', '1,9,x,1')};
      J: NoConcatenate IntervalMatch (d, k) LOAD * ${inline('from,to,other', '1,9,1.0')};`,
    tables: { F: 'd,k,l: 5,01#1,x', I: 'd,from,to,k,l: 5,1,9,01#1,x', J: 'd,from,to,other: 5,1,9,1.0#1' },
  },
  {
    rule: 'joined to the table of the points',
    script: `F: LOAD * ${inline('d,k', '1,a', '5,a', '12,a')};
      R: LOAD * ${inline('from,to,rate', '1,4,10', '5,9,20')};
      Left Join (F) IntervalMatch (d) LOAD from, to RESIDENT R;
      Left Join (F) LOAD * RESIDENT R; DROP TABLE R; DROP FIELDS from, to;`,
    tables: { F: 'd,k,rate: 1,a,10 | 5,a,20 | 12,a,∅' },
  },
  {
    rule: 'INNER JOIN with keys, to the last table',
    script: `R: LOAD * ${inline('from,to,k,rate', '1,4,a,10', '5,9,b,20')};
      F: LOAD * ${inline('d,k', '1,a', '5,a', '6,b')};
      Inner Join IntervalMatch (d, k) LOAD from, to, k RESIDENT R;`,
    tables: { R: 'from,to,k,rate: 1,4,a,10 | 5,9,b,20', F: 'd,k,from,to: 1,a,1,4 | 6,b,5,9' },
  },
  {
    rule: 'DISTINCT intervals; points of all tables, each once',
    script: `A: LOAD * ${inline('t', '2', '2')}; B: LOAD * ${inline('t,u', '2.0,x', '3,x')};
      I: IntervalMatch (t) LOAD DISTINCT * ${inline('a,b', '1,2', '1,2', '3,4')}; DROP TABLES A, B;`,
    tables: { I: 't,a,b: 2,1,2 | 3,3,4' },
  },
  {
    rule: 'a field that is not loaded, keys that are nowhere together, too many fields',
    script: `SET ErrorMode=0; A: LOAD 1 as t AutoGenerate 1; B: LOAD 1 as k AutoGenerate 1;
      IntervalMatch (nix) LOAD 1 as a, 2 as b AutoGenerate 1; LET e1 = ScriptError;
      IntervalMatch (t, k) LOAD 1 as a, 2 as b, 1 as k AutoGenerate 1;
      IntervalMatch (t) LOAD 1 as a, 2 as b, 3 as c AutoGenerate 1;
      TRACE $(=Num(e1)) $(ScriptErrorCount); TRACE $(ScriptErrorList);`,
    tables: { A: 't: 1', B: 'k: 1' },
    traced: ['11 3'],
  },
])

describeScripts('Generic', [
  {
    rule: 'N5: a table for each attribute, never added to another',
    script: `G: Generic LOAD * ${inline('id,a,v', '1,col,red', '1,size,5', '2,col,blue', '3,,x')};
      G: Generic LOAD * ${inline('id,a,v', '9,col,green')};`,
    tables: {
      'G.col': 'id,col: 1,red | 2,blue',
      'G.size': 'id,size: 1,5',
      'G.': 'id,: 3,x',
      'G.col-1': 'id,col: 9,green',
    },
  },
  {
    rule: 'several key fields; NULL attributes are passed over; the first text wins',
    script: `K: LOAD * ${inline('w', '01')};
      G: Generic LOAD k, l, If(a<>'-', a), v ${inline('k,l,a,v', '1,x,w,1', '1,y,-,2')};`,
    tables: { K: 'w: 01#1', 'G.w': 'k,l,w: 1,x,01#1' },
  },
  {
    rule: 'too few fields',
    script: 'Generic LOAD 1 as a, 2 as b AutoGenerate 1;',
    fault: [16, 'GENERIC needs a key'],
  },
  {
    rule: 'it has no other target',
    script:
      'T: LOAD 1 as a AutoGenerate 1; Left Join (T) Generic LOAD 1 as a, 2 as b, 3 as c AutoGenerate 1;',
    fault: [16, 'GENERIC makes tables of its own'],
  },
])

const NODES = inline('id,up,name', '5,,Europe', '4,5,UK', '1,4,London', '7,99,Asia', '8,9,a', '9,8,b')

describeScripts('Hierarchy', [
  {
    rule: 'N6, N7: levels, parent, path, depth; unknown parents are roots, circles vanish',
    script: `T: Hierarchy (id, up, name, parent, name, path, '/', depth) LOAD * ${NODES};`,
    tables: {
      T:
        'id,up,name,name1,name2,name3,parent,path,depth: ' +
        "5,'',Europe,Europe,∅,∅,∅,Europe,1 | 4,5,UK,Europe,UK,∅,Europe,Europe/UK,2 | " +
        '1,4,London,Europe,UK,London,UK,Europe/UK/London,3 | 7,99,Asia,Asia,∅,∅,∅,Asia,1',
    },
  },
  {
    rule: 'what is left empty is not made; the path may be of another field',
    script: `T: Hierarchy (id, up, name, , id, path, '\\', ) LOAD * ${NODES};`,
    tables: {
      T:
        "id,up,name,name1,name2,name3,path: 5,'',Europe,Europe,∅,∅,5 | 4,5,UK,Europe,UK,∅,5\\4 | " +
        '1,4,London,Europe,UK,London,5\\4\\1 | 7,99,Asia,Asia,∅,∅,7',
    },
  },
  {
    rule: 'N8: every node with each of its ancestors and itself',
    script: `T: HierarchyBelongsTo (id, up, name, aid, aname, diff) LOAD * ${NODES};`,
    tables: {
      T:
        'id,name,aid,aname,diff: 5,Europe,5,Europe,0 | 4,UK,4,UK,0 | 4,UK,5,Europe,1 | 1,London,1,London,0 | ' +
        '1,London,4,UK,1 | 1,London,5,Europe,2 | 7,Asia,7,Asia,0',
    },
  },
  {
    rule: 'a node with two parents has two ways to a root',
    script: `T: Hierarchy (id, up, n, , , p) LOAD * ${inline('id,up,n', 'a,,A', 'b,,B', 'c,a,C', 'c,b,C')};`,
    tables: {
      T: "id,up,n,n1,n2,p: a,'',A,A,∅,A | b,'',B,B,∅,B | c,a,C,A,C,A/C | c,b,C,B,C,B/C",
    },
  },
  {
    rule: 'a field that the LOAD does not have, and too few names',
    script: `SET ErrorMode=0; Hierarchy (id, nix, name) LOAD * ${NODES}; TRACE $(=Num(ScriptError));
      Hierarchy (id, up) LOAD * ${NODES}; TRACE $(=Num(ScriptError));`,
    traced: ['11', '2'],
  },
])

/** RowNo by the row machine and in a query; a lower LOAD has none. */
describeScripts('RowNo counts the rows that a prefix gets', [
  {
    rule: 'CROSSTABLE, without those that WHERE drops, and anew in each LOAD',
    script: `S: LOAD * ${MONTHS};
      T: CrossTable(m,v,2) LOAD RowNo() as n, p, Jan, Feb RESIDENT S WHERE p<>'A' or RecNo()>0;
      CrossTable(m,v,2) LOAD RowNo() as n, p, Jan, Feb RESIDENT S WHERE p='B' and IterNo()>0; DROP TABLE S;`,
    tables: { T: 'n,p,m,v: 1,A,Jan,1 | 1,A,Feb,2 | 2,B,Jan,3 | 2,B,Feb,4 | 1,B,Jan,3 | 1,B,Feb,4' },
  },
  {
    rule: 'CROSSTABLE over a stack of LOADs and over groups',
    script: `S: LOAD * ${inline('p,v', 'A,1', 'B,2', 'A,3')};
      T: CrossTable(m,x,2) LOAD p, RowNo() as n, low, s; LOAD p, RowNo() as low, Sum(v) as s RESIDENT S GROUP BY p;
      U: NoConcatenate CrossTable(m,x,2) LOAD p, RowNo() as n, Sum(v) as s RESIDENT S GROUP BY p; DROP TABLE S;`,
    tables: {
      T: 'p,n,m,x: A,1,low,0 | A,1,s,4 | B,2,low,0 | B,2,s,2',
      U: 'p,n,m,x: A,1,s,4 | B,2,s,2',
    },
  },
  {
    rule: 'GENERIC',
    script: `T: Generic LOAD RowNo() as n, a, v ${inline('a,v', 'color,red', 'size,4', 'color,blue')};`,
    tables: { 'T.color': 'n,color: 1,red | 3,blue', 'T.size': 'n,size: 2,4' },
  },
  {
    rule: 'HIERARCHY and HIERARCHYBELONGSTO',
    script: `S: LOAD * ${inline('p,n', ',a', '1,b')};
      T: Hierarchy(i, p, n) LOAD RowNo() as i, p, n RESIDENT S;
      B: HierarchyBelongsTo(i, p, n, over, overName) LOAD RowNo() as i, p, n RESIDENT S; DROP TABLE S;`,
    tables: {
      T: "i,p,n,n1,n2: 1,'',a,a,∅ | 2,1,b,a,b",
      B: 'i,n,over,overName: 1,a,1,a | 2,b,2,b | 2,b,1,a',
    },
  },
  {
    rule: 'INTERVALMATCH, also where it is joined',
    script: `P: LOAD * ${inline('t', '1', '2', '3')}; S: LOAD 3 as to AutoGenerate 2;
      T: IntervalMatch (t) LOAD RowNo() as from, to RESIDENT S;
      Inner Join (P) IntervalMatch (t) LOAD RowNo() as low, to RESIDENT S; DROP TABLE S;`,
    tables: {
      P: 't,low,to: 1,1,3 | 2,1,3 | 2,2,3 | 3,1,3 | 3,2,3',
      T: 't,from,to: 1,1,3 | 2,1,3 | 2,2,3 | 3,1,3 | 3,2,3',
    },
  },
  {
    rule: 'MERGE, on from the rows of its table',
    script: `T: LOAD * ${inline('k,n', 'a,9', 'b,9')};
      MERGE ON k CONCATENATE (T) LOAD * , RowNo() as n ${inline('op,k', 'i,c', 'u,c', 'i,d')};`,
    tables: { T: 'k,n: a,9 | b,9 | c,4 | d,5' },
  },
])
