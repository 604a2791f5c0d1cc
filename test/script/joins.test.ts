/** SEMANTICS block G: joins and keep. */
import { describeScripts, inline } from '../support/script-under-test.ts'

const A = `A: LOAD * ${inline('k,b', '1,aa', '2,cc', '3,ee')};`
const B = `LOAD * ${inline('k,c', '1,xx', '4,yy')};`
const NULL_KEY = 'LOAD If(0,1) as k'

describeScripts('Joins', [
  {
    rule: 'G1: JOIN is a full outer join',
    script: `${A} Join (A) ${B}`,
    tables: { A: 'k,b,c: 1,aa,xx | 2,cc,∅ | 3,ee,∅ | 4,∅,yy' },
  },
  { rule: 'G2: LEFT', script: `${A} Left Join (A) ${B}`, tables: { A: 'k,b,c: 1,aa,xx | 2,cc,∅ | 3,ee,∅' } },
  { rule: 'G2: RIGHT', script: `${A} Right Join (A) ${B}`, tables: { A: 'k,b,c: 1,aa,xx | 4,∅,yy' } },
  { rule: 'G2: INNER', script: `${A} Inner Join (A) ${B}`, tables: { A: 'k,b,c: 1,aa,xx' } },
  {
    rule: 'G3: without common fields every row meets every row',
    script: `${A} Join LOAD * ${inline('z', 'p', 'q')};`,
    tables: { A: 'k,b,z: 1,aa,p | 1,aa,q | 2,cc,p | 2,cc,q | 3,ee,p | 3,ee,q' },
  },
  {
    rule: 'G3: all common fields are keys',
    script: `T: LOAD * ${inline('k,l,a', '1,1,x', '1,2,y')}; Left Join LOAD * ${inline('k,l,b', '1,2,z')};`,
    tables: { T: 'k,l,a,b: 1,1,x,∅ | 1,2,y,z' },
  },
  {
    rule: 'G4: duplicates multiply',
    script: `T: LOAD * ${inline('k,a', '1,x')}; Left Join LOAD * ${inline('k,b', '1,p', '1,q')};`,
    tables: { T: 'k,a,b: 1,x,p | 1,x,q' },
  },
  {
    rule: 'G5: without a name the last created table is joined',
    script: `${A} T: LOAD * ${inline('k,z', '1,z')}; Left Join ${B}`,
    tables: { A: 'k,b: 1,aa | 2,cc | 3,ee', T: 'k,z,c: 1,z,xx' },
  },
  {
    rule: 'G6: NULL keys do not match',
    script: `T: ${NULL_KEY} AutoGenerate 1; Join ${NULL_KEY}, 1 as v AutoGenerate 1;`,
    tables: { T: 'k,v: ∅,∅ | ∅,1' },
  },
  {
    rule: 'G7: a second LEFT JOIN cannot fill gaps',
    script: `T: LOAD 1 as k, If(0,1) as v AutoGenerate 1; Left Join LOAD * ${inline('k,v', '1,9')};`,
    tables: { T: 'k,v: 1,∅' },
  },
  {
    rule: 'G8, G11: values match by identity and keep the first text',
    script: `T: LOAD * ${inline('k', '01')}; Left Join LOAD * ${inline('k,v', '1,9')};`,
    tables: { T: 'k,v: 01#1,9' },
  },
  {
    rule: 'G8: a text never matches a number',
    script: `T: LOAD Text(k) as k ${inline('k', '01')}; Left Join LOAD * ${inline('k,v', '1,9')};`,
    tables: { T: 'k,v: "01",∅' },
  },
  {
    rule: 'B15: an empty text is an ordinary key',
    script: `T: LOAD '' as k AutoGenerate 1; Left Join LOAD * ${inline('k,v', ',1')};`,
    tables: { T: "k,v: '',1" },
  },
  {
    rule: 'G10: LEFT KEEP',
    script: `${A} B: Left Keep (A) ${B}`,
    tables: { A: 'k,b: 1,aa | 2,cc | 3,ee', B: 'k,c: 1,xx' },
  },
  {
    rule: 'G10: INNER KEEP',
    script: `${A} B: Inner Keep (A) ${B}`,
    tables: { A: 'k,b: 1,aa', B: 'k,c: 1,xx' },
  },
  {
    rule: 'G10: RIGHT KEEP',
    script: `${A} B: Right Keep (A) ${B}`,
    tables: { A: 'k,b: 1,aa', B: 'k,c: 1,xx | 4,yy' },
  },
  {
    rule: 'FACTS 23: a left join of keys that are unique groups many rows by key, those of each in their order; several rows without a key match none',
    script: `T: LOAD RecNo() as r, If(Mod(RecNo(),3)>0, Mod(RecNo(),1000)) as k AutoGenerate 150000;
      Left Join (T) LOAD If(RecNo()<3, Null(), RecNo()) as k, RecNo() as v AutoGenerate 999;
      S: LOAD Count(r) as rows, Sum(begins) as groups, Sum(If(begins=0 and r<before,1,0)) as moved, Sum(If(IsNull(k)<>IsNull(v),1,0)) as odd;
      LOAD *, Previous(r) as before, If(RecNo()=1 or Alt(k,-1)<>Alt(Previous(k),-1),1,0) as begins RESIDENT T; DROP TABLE T;`,
    tables: { S: 'rows,groups,moved,odd: 150000,1001,0,300' },
  },
  {
    rule: 'a left join by two fields where only both together are unique',
    script: `T: LOAD * ${inline('a,b', '1,x', '2,y', '1,y')}; Left Join (T) LOAD * ${inline('a,b,c', '1,x,p', '1,y,q', '2,x,r')};`,
    tables: { T: 'a,b,c: 1,x,p | 2,y,∅ | 1,y,q' },
  },
  {
    rule: 'G12: a JOIN with the field set of an earlier table is still a join',
    script: `${A} T: LOAD * ${inline('k', '1', '5')}; Join (T) LOAD * ${inline('k,b', '1,new')};`,
    tables: { A: 'k,b: 1,aa | 2,cc | 3,ee', T: 'k,b: 1,new | 5,∅' },
  },
  { rule: 'JOIN to a table that is not there is a fault', script: `${A} Join (Z) ${B}`, fault: [10, "'Z'"] },
  {
    rule: 'Q3: a JOIN that fails leaves its target as it was',
    script: `${A} SET ErrorMode=0; Join (A) LOAD k, nix ${inline('k,c', '1,xx')}; TRACE error;`,
    tables: { A: 'k,b: 1,aa | 2,cc | 3,ee' },
  },
])
