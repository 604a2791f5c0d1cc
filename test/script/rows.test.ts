/** SEMANTICS blocks H and I: Exists, row counters, Previous, Peek, Lookup, AutoNumber. */
import { describeScripts, inline } from '../support/script-under-test.ts'

const EMPLOYEES = `E: LOAD * ${inline('Employee', 'Bill', 'John', 'Steve')};`
const CITIZENS = inline(
  'Employee,Address',
  'Bill,London',
  'Mary,London',
  'Steve,Paris',
  'Lucy,Madrid',
  'Lucy,Paris',
  'John,Miami',
)

describeScripts('Exists', [
  {
    rule: 'H1: looks at the field over all tables',
    script: `${EMPLOYEES} T: LOAD * ${inline('Name', 'Bill', 'Mary', 'Steve', 'Lucy', 'John')} WHERE Exists(Employee,Name);`,
    tables: { E: 'Employee: Bill | John | Steve', T: 'Name: Bill | Steve | John' },
  },
  {
    rule: 'H2: rows loaded by the same LOAD count',
    script: `${EMPLOYEES} T: LOAD * ${CITIZENS} WHERE NOT Exists(Employee); DROP TABLE E;`,
    tables: { T: 'Employee,Address: Mary,London | Lucy,Madrid' },
  },
  {
    rule: 'H2: also when a preceding LOAD stands between',
    script: `${EMPLOYEES} T: LOAD *; LOAD * ${CITIZENS} WHERE NOT Exists(Employee); DROP TABLE E;`,
    tables: { T: 'Employee,Address: Mary,London | Lucy,Madrid' },
  },
  {
    rule: 'H3: not when the tested field is not filled by this LOAD',
    script: `${EMPLOYEES} T: LOAD Employee as Name, Address ${CITIZENS} WHERE NOT Exists(Employee); DROP TABLE E;`,
    tables: { T: 'Name,Address: Mary,London | Lucy,Madrid | Lucy,Paris' },
  },
  {
    rule: 'H4: a positive test sees earlier rows of the load',
    script: `T: LOAD * ${inline('k', '1', '2', '1', '1')} WHERE Exists(k) or RecNo()=1;`,
    tables: { T: 'k: 1 | 1 | 1' },
  },
  {
    rule: 'H5: the field name may be quoted',
    script: `${EMPLOYEES} T: LOAD * ${CITIZENS} WHERE Exists('Employee'); DROP TABLE E;`,
    tables: { T: 'Employee,Address: Bill,London | Steve,Paris | John,Miami' },
  },
  {
    rule: 'H6, H7: an unknown field holds nothing; the text 01 is there when the number 1 is',
    script: `A: LOAD * ${inline('k', '1')}; T: LOAD Exists('zz',1) as a, Exists('k','01') as b, Exists('k', Dual('01',1)) as c AutoGenerate 1; DROP TABLE A;`,
    tables: { T: 'a,b,c: 0,-1,-1' },
  },
])

describeScripts('Row position', [
  {
    rule: 'I1: RecNo counts input rows, RowNo output rows through concatenation',
    script: `T: LOAD A, RecNo() as rec, RowNo() as row ${inline('A', '1', '2', '3')} WHERE A<>2;
      LOAD A, RecNo() as rec, RowNo() as row ${inline('A', '5', '4', '6')} WHERE A<>5;`,
    tables: { T: 'A,rec,row: 1,1,1 | 3,3,2 | 4,2,3 | 6,3,4' },
  },
  {
    rule: 'I2: RowNo in a lower LOAD is 0',
    script: `T: LOAD *, RowNo() as upper; LOAD RowNo() as lower AutoGenerate 2;`,
    tables: { T: 'lower,upper: 0,1 | 0,2' },
  },
  {
    rule: 'FACTS, Previous: the row before in the source, also one that WHERE drops',
    script: `T: LOAD v, Previous(v) as p, Previous(Previous(v)) as pp ${inline('v', '1', '2', '3', '4', '5')} WHERE v<>2;`,
    tables: { T: 'v,p,pp: 1,∅,∅ | 3,2,1 | 4,3,2 | 5,4,3' },
  },
  {
    rule: 'I4: Peek reads rows already written',
    script: `T: LOAD code, Peek(code,-2) as p, Peek('code') as q ${inline('code', '101', '102', '103', '104')};`,
    tables: { T: 'code,p,q: 101,∅,∅ | 102,∅,101 | 103,101,102 | 104,102,103' },
  },
  {
    rule: 'I5: Peek with a row from 0 counts from the start of the table',
    script: `T: LOAD code, Peek('code',0) as p ${inline('code', '101', '102', '103')};`,
    tables: { T: 'code,p: 101,∅ | 102,101 | 103,101' },
  },
  {
    rule: 'Peek with a row that depends on the row keeps the whole column',
    script: `T: LOAD v, Peek('v', RowNo()-3) as p ${inline('v', '5', '6', '7', '8')};`,
    tables: { T: 'v,p: 5,∅ | 6,5 | 7,5 | 8,6' },
  },
  {
    rule: 'I6: Peek sees the field being computed',
    script: `T: LOAD v, RangeSum(v,Peek('s')) as s ${inline('v', '1', '2', '3')};`,
    tables: { T: 'v,s: 1,1 | 2,3 | 3,6' },
  },
  {
    rule: 'I7: Peek with a table is independent of the row',
    script: `T: LOAD * ${inline('code', '101', '102', '103')}; U: LOAD Peek('code',-2,'T') as p, Peek('code', RecNo()-1, 'T') as q AutoGenerate 2;`,
    tables: { T: 'code: 101 | 102 | 103', U: 'p,q: 102,101 | 102,102' },
  },
  {
    rule: 'I8: Peek outside a LOAD; a row that is not there is NULL',
    script: `T: LOAD * ${inline('code', '101', '102')}; LET x=Peek('code',0,'T'); LET y=Peek('code',-1,'T'); LET z=Alt(Peek('code',99,'T'),'none');
      TRACE $(x) $(y) $(z);`,
    traced: ['101 102 none'],
  },
  {
    rule: 'I9: after concatenation Peek sees the last old row',
    script: `T: LOAD * ${inline('x', '1', '2')}; Concatenate LOAD x, Peek('x') as p, Peek('x',0) as f ${inline('x', '3', '4')};`,
    tables: { T: 'x,p,f: 1,∅,∅ | 2,∅,∅ | 3,2,1 | 4,3,1' },
  },
  {
    rule: 'I11: Lookup finds the first match in load order',
    script: `P: LOAD * ${inline('id,cat', '1,a', '3,b', '3,c')}; T: LOAD id2, Lookup('cat','id',id2,'P') as c ${inline('id2', '3', '9')}; DROP TABLE P;`,
    tables: { T: 'id2,c: 3,b | 9,∅' },
  },
  {
    rule: 'I12: AutoNumber counts by first appearance over the whole run, per counter',
    script: `T: LOAD k, AutoNumber(k) as n, AutoNumber(k,'other') as o ${inline('k', 'N5', 'N5', 'N6', 'S6', 'S5', 'S5')};
      U: LOAD AutoNumber(z) as m ${inline('z', 'S5', 'new')};`,
    tables: { T: 'k,n,o: N5,1,1 | N5,1,1 | N6,2,2 | S6,3,3 | S5,4,4 | S5,4,4', U: 'm: 4 | 5' },
  },
  {
    rule: 'I14: FieldValue and its family list the distinct values in load order',
    script: `A: LOAD * ${inline('k', 'b', 'a', 'b')}; B: LOAD * ${inline('k,z', 'c,1', 'a,2')}; Concatenate (A) LOAD * ${inline('k', 'd')};
      T: LOAD FieldValue('k',RecNo()) as v, FieldIndex('k','c') as i AutoGenerate FieldValueCount('k'); DROP TABLES A, B;`,
    tables: { T: 'v,i: b,3 | a,3 | c,3 | d,3' },
  },
  {
    rule: 'I15: WHILE repeats a row, IterNo counts',
    script: `T: LOAD IterNo() as d, Num(s)+IterNo()-1 as x WHILE s+IterNo()-1<=e; LOAD * ${inline('s,e', '3,5', '9,8', '1,1')};`,
    tables: { T: 'd,x: 1,3 | 2,4 | 3,5 | 1,1' },
  },
  {
    rule: 'A row number that is no whole number of the table is NULL, a name that depends on the row a fault',
    script: `T: LOAD Peek(If(a=1,'a','b')) as x ${inline('a,b', '1,2')};`,
    fault: [16, 'must not depend on the row'],
  },
])
