/**
 * Vectors of the functions whose meaning depends on the place: whole scripts, each with the functions it
 * shows and the source of its expectation.
 */
import { inline, type ScriptCase } from '../../support/script-under-test.ts'

export interface ContextVector extends ScriptCase {
  readonly shows: readonly string[]
}

const CODES = `T: LOAD * ${inline('code,name', '101,a', '102,b', '103,c', '104,d', '105,e', '106,f')};`

export const CONTEXT_VECTORS: readonly ContextVector[] = [
  {
    shows: ['RecNo', 'RowNo'],
    rule: 'I1: input and output rows, and RowNo runs on through concatenation',
    script: `T: LOAD A, RecNo() as r, RowNo() as o ${inline('A', '1', '2', '3')} WHERE A<>2;
      LOAD A, RecNo() as r, RowNo() as o ${inline('A', '5', '4', '6')} WHERE A<>5;`,
    tables: { T: 'A,r,o: 1,1,1 | 3,3,2 | 4,2,3 | 6,3,4' },
  },
  {
    shows: ['RowNo', 'RecNo'],
    rule: 'I2, I16: in a LOAD below another RowNo is 0, RecNo counts its own input',
    script: `T: LOAD r, o, RecNo() as r2, RowNo() as o2; LOAD RecNo() as r, RowNo() as o ${inline('A', '1', '2')};`,
    tables: { T: 'r,o,r2,o2: 1,0,1,1 | 2,0,2,2' },
  },
  {
    shows: ['IterNo'],
    rule: 'I15: the days of a range',
    script: `T: LOAD IterNo() as d, Date(Start+IterNo()-1) as x WHILE Start+IterNo()-1<=End;
      LOAD * ${inline('Start,End', '2014-01-22,2014-01-24')};`,
    tables: { T: 'd,x: 1,2014-01-22#41661 | 2,2014-01-23#41662 | 3,2014-01-24#41663' },
  },
  {
    shows: ['IterNo'],
    rule: 'functions.tsv: 1 without WHILE; no row where the condition fails at once',
    script: `T: LOAD IterNo() as i ${inline('A', '1')}; U: LOAD A, IterNo() as j ${inline('A', '0', '2')} WHILE IterNo()<=A;`,
    tables: { T: 'i: 1', U: 'A,j: 2,1 | 2,2' },
  },
  {
    shows: ['Previous'],
    rule: 'FACTS, Previous: of the row before in the source, filtered or not; NULL on the first; nested it goes further back',
    script: `T: LOAD v, Previous(v) as p, Previous(Previous(v)) as pp, Previous(v&'x') as t ${inline('v', '1', '2', '3', '4')} WHERE v<>2;`,
    tables: { T: 'v,p,pp,t: 1,∅,∅,∅ | 3,2,1,2x | 4,3,2,3x' },
  },
  {
    shows: ['Peek'],
    rule: 'I4 to I6: from the end, from the start, of the field being made, and of no field',
    script: `${CODES} P: LOAD code as c, Peek('c',-2) as b, Peek('c') as l, Peek('c',0) as f, Peek('zz') as n,
      RangeSum(code,Peek('s')) as s RESIDENT T WHERE code<104; DROP TABLE T;`,
    tables: { P: 'c,b,l,f,n,s: 101,∅,∅,∅,∅,101 | 102,∅,101,101,∅,203 | 103,101,102,101,∅,306' },
  },
  {
    shows: ['Peek'],
    rule: 'I7, I8: with a table, in a LOAD and outside; a row, field or table that is not there is NULL',
    script: `${CODES} LET a = Peek('code',0,'T'); LET b = Peek('code',-1,'T'); LET c = Peek('code',99,'T');
      LET d = Peek('zz',0,'T'); LET e = Peek('code',0,'zz');
      U: LOAD Peek('code',-2,'T') as x, '$(a)$(b)$(c)$(d)$(e)' as y AutoGenerate 1; DROP TABLE T;`,
    tables: { U: 'x,y: 105,101106' },
  },
  {
    shows: ['Exists'],
    rule: 'H1, H5, H7: over all tables; bare, quoted and with an expression; by identity; H6: an unknown field has no values',
    script: `E: LOAD * ${inline('Employee', 'Bill', 'John', '1')};
      T: LOAD Name, Exists(Employee,Name) as a, Exists('Employee',Upper(Name)) as b, Exists('zz',1) as c, Exists(Employee,'01') as d,
      Exists(Employee,Null()) as n ${inline('Name', 'Bill', 'Mary')}; DROP TABLE E;`,
    tables: { T: 'Name,a,b,c,d,n: Bill,-1,0,0,-1,0 | Mary,0,0,0,-1,0' },
  },
  {
    shows: ['Exists'],
    rule: 'H2: rows of the same LOAD count; H3: not for a field that it does not fill',
    script: `E: LOAD * ${inline('k', 'a')}; A: NoConcatenate LOAD k, v ${inline('k,v', 'b,1', 'b,2', 'a,3')} WHERE not Exists(k);
      B: LOAD k as k2, v as v2 ${inline('k,v', 'c,1', 'c,2', 'a,3')} WHERE not Exists(k,k); DROP TABLE E;`,
    tables: { A: 'k,v: b,1', B: 'k2,v2: c,1 | c,2' },
  },
  {
    shows: ['Lookup'],
    rule: 'I11: of the first row that matches; NULL without one, and without the table',
    script: `P: LOAD * ${inline('id,cat', '1,x', '3,y', '3,z')};
      T: LOAD Lookup('cat','id',3,'P') as a, Lookup('cat','id',9,'P') as b, Lookup('cat','id',Null(),'P') as c,
      Lookup('cat','id',3,'zz') as d AutoGenerate 1; DROP TABLE P;`,
    tables: { T: 'a,b,c,d: y,∅,∅,∅' },
  },
  {
    shows: ['AutoNumber'],
    rule: 'I12: by first appearance over the run, a counter for each id',
    script: `T: LOAD AutoNumber(k) as a, AutoNumber(k,'o') as o ${inline('k', 'N5', 'N5', 'N6', 'S6')};
      U: LOAD AutoNumber(k) as b, AutoNumber(k,'p') as p ${inline('k', 'S5', 'N6', 'S7')};`,
    tables: { T: 'a,o: 1,1 | 1,1 | 2,2 | 3,3', U: 'b,p: 4,1 | 2,2 | 5,3' },
  },
  {
    shows: ['AutoNumberHash128', 'AutoNumberHash256'],
    rule: 'functions.tsv: of several expressions, each function with a counter of its own',
    script: `T: LOAD AutoNumberHash128(a,b) as x, AutoNumberHash256(a,b) as y ${inline('a,b', '1,2', '12,', '1,2', ',12')};`,
    tables: { T: 'x,y: 1,1 | 2,2 | 1,1 | 3,3' },
  },
  {
    shows: ['ApplyMap'],
    rule: 'M1 to M4: the first key wins; no match gives the input or the default; by identity; duals stay',
    script: `M: Mapping LOAD k, If(k=1,Dual('one',1),v) as v ${inline('k,v', 'a,1', 'a,2', '01,x')};
      T: LOAD ApplyMap('M','a') as a, ApplyMap('M','z') as z, ApplyMap('M','z','?') as d, ApplyMap('M',1) as i,
      ApplyMap('M',Null()) as n, ApplyMap('M',Null(),'?') as m AutoGenerate 1;`,
    tables: { T: 'a,z,d,i,n,m: 1,z,?,one#1,∅,?' },
  },
  {
    shows: ['ApplyMap'],
    rule: 'M7: a map that is not there is a fault',
    script: `T: LOAD ApplyMap('zz',1) as a AutoGenerate 1;`,
    fault: [10, 'zz'],
  },
  {
    shows: ['MapSubString'],
    rule: 'M5: every key, left to right, minding case, what was put in is not looked at; NULL stays',
    script: `M: Mapping LOAD * ${inline('k,v', 'R,Red', 'C,Cotton', 'S,Small', 'e,E')};
      T: LOAD MapSubString('M','R C S') as a, MapSubString('M','rcs') as b, MapSubString('M',Null()) as c, MapSubString('M','') as d AutoGenerate 1;`,
    tables: { T: "a,b,c,d: Red Cotton Small,rcs,∅,''" },
  },
  {
    shows: ['ApplyMap', 'MapSubString'],
    rule: 'LANGUAGE 2.1: outside of a LOAD, with the name of the map as a text or a bare word',
    script: `M: Mapping LOAD * ${inline('k,v', 'R,Red', 'C,Cotton')};
      LET a = MapSubString('M','R C'); LET b = MapSubString(M,'C'); LET c = ApplyMap('M','R');
      T: LOAD '$(a)' as a, '$(b)' as b, '$(c)' as c AutoGenerate 1;`,
    tables: { T: 'a,b,c: Red Cotton,Cotton,Red' },
  },
  {
    shows: ['FieldValue', 'FieldValueCount', 'FieldIndex'],
    rule: 'I14: distinct values in load order over all tables; beyond them NULL and 0',
    script: `A: LOAD * ${inline('k', 'b', 'a', 'b')}; B: LOAD * ${inline('k,w', 'c,1', 'a,2')};
      T: LOAD FieldValue('k',RecNo()) as v, FieldIndex('k',FieldValue('k',RecNo())) as i AutoGenerate FieldValueCount('k');
      U: LOAD FieldValue('k',0) as z, FieldValue('k',9) as n, FieldIndex('k','zz') as m, FieldValueCount('zz') as c AutoGenerate 1;
      DROP TABLES A, B;`,
    tables: { T: 'v,i: b,1 | a,2 | c,3', U: 'z,n,m,c: ∅,∅,0,∅' },
  },
  {
    shows: ['FieldName', 'FieldNumber', 'NoOfFields', 'NoOfRows', 'NoOfTables', 'TableName', 'TableNumber'],
    rule: 'F21, F22: tables count from 0, fields from 1; an unknown field is 0, an unknown table NULL',
    script: `A: LOAD * ${inline('x,y', '1,2', '3,4')}; B: LOAD * ${inline('z', '1')};
      T: LOAD FieldName(2,'A') as a, FieldName(9,'A') as b, FieldNumber('y','A') as c, FieldNumber('zz','A') as d,
      FieldNumber('y','zz') as e, NoOfFields('A') as f, NoOfFields('zz') as g, NoOfRows('A') as h, NoOfRows('zz') as i,
      NoOfTables() as j, TableName(1) as k, TableName(9) as l, TableNumber('B') as m, TableNumber('zz') as n AutoGenerate 1;
      DROP TABLES A, B;`,
    tables: { T: 'a,b,c,d,e,f,g,h,i,j,k,l,m,n: y,∅,2,0,∅,2,∅,2,∅,2,B,∅,1,∅' },
  },
  {
    shows: ['FileBaseName', 'FileDir', 'FileExtension', 'FileName', 'FilePath', 'FileSize', 'FileTime'],
    rule: 'E13, E14: of the file that is read or named; a file that is not there is NULL',
    files: { 'x1.csv': 'a\n1\n' },
    script: `T: LOAD FileBaseName() as b, FileDir() as d, FileExtension() as e, FileName() as n, FilePath() as p, FileSize() as s,
      FileTime()>40000 as t, FileSize('lib://d/zz.csv') as z, FileTime('lib://d/zz.csv') as y, FileName('lib://d/x1.csv') as w
      FROM [lib://d/x1.csv] (txt);`,
    tables: { T: 'b,d,e,n,p,s,t,z,y,w: x1,lib://d,csv,x1.csv,lib://d/x1.csv,4,-1,∅,∅,x1.csv' },
  },
  {
    shows: ['QvdCreateTime', 'QvdFieldName', 'QvdNoOfFields', 'QvdNoOfRecords', 'QvdTableName'],
    rule: 'functions.tsv, E14: of the header; NULL for a file that is missing or no QVD, and for no field of that number',
    files: { 'x.csv': 'a\n1\n' },
    script: `Sales: LOAD 1 as id, RecNo() as [a b] AutoGenerate 3; STORE Sales INTO [lib://d/s.qvd]; DROP TABLE Sales;
      LET r = QvdNoOfRecords('lib://d/s.qvd'); DIRECTORY [lib://d];
      T: LOAD QvdTableName('s.qvd') as t, QvdNoOfFields('lib://d/s.qvd') as f, QvdFieldName('s.qvd', 2) as n,
        QvdFieldName('s.qvd', 0) as n0, QvdFieldName('s.qvd', 3) as n3, $(r) as r,
        Interval(Now(1) - QvdCreateTime('s.qvd')) < 1 as recent, IsNum(QvdCreateTime('s.qvd')) as c,
        QvdNoOfRecords('zz.qvd') as z, QvdCreateTime('x.csv') as x AutoGenerate 1;`,
    tables: { T: 't,f,n,n0,n3,r,recent,c,z,x: Sales,2,a b,∅,∅,3,-1,-1,∅,∅' },
  },
  {
    shows: ['SubField', 'SubFieldRegEx', 'ExtractRegEx'],
    rule: 'J17, J18: rows of parts and of matches, all combinations; nothing found is one row of NULL',
    script: `T: LOAD SubField(a,';') as x, SubFieldRegEx(b,'[,.]') as y ${inline('a|b', 'p;q|1,2.3', '|9')} (txt, delimiter is '|');
      U: LOAD ExtractRegEx(c,'[0-9]+') as z, ExtractRegExGroup(c,'([a-z])([0-9])',1) as g ${inline('c', 'a12b3', '-')};`,
    tables: {
      T: 'x,y: p,1 | p,2 | p,3 | q,1 | q,2 | q,3 | ∅,9',
      U: 'z,g: 12,a | 12,b | 3,a | 3,b | ∅,∅',
    },
  },
]
