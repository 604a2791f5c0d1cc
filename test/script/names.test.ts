/** SEMANTICS block F: names, catalog, concatenation; blocks A and B where they show in tables. */
import { describeScripts, inline } from '../support/script-under-test.ts'

const A = `A: LOAD * ${inline('x,y', '1,2')};`

describeScripts('Values as they are stored', [
  {
    rule: 'A2: the first text of a number wins, over all tables',
    script: `T1: LOAD * ${inline('x', '1.0')}; T2: LOAD * ${inline('x,y', '1,a', '1.000,b')};`,
    tables: { T1: 'x: 1.0#1', T2: 'x,y: 1.0#1,a | 1.0#1,b' },
  },
  {
    rule: 'A2: a number without a text of its own also comes first',
    script: `T1: LOAD 7 as x AutoGenerate 1; T2: LOAD * ${inline('x,y', '007,a')};`,
    tables: { T1: 'x: 7', T2: 'x,y: 7,a' },
  },
  {
    rule: 'A3: leading zeros stay',
    script: `T: LOAD * ${inline('x', '06884')};`,
    tables: { T: 'x: 06884#6884' },
  },
  {
    rule: 'A4: codes with equal numbers show the first text',
    script: `T: LOAD * ${inline('x', '007', '7')};`,
    tables: { T: 'x: 007#7 | 007#7' },
  },
  {
    rule: 'A5: Text() keeps codes apart',
    script: `T: LOAD Text(x) as x ${inline('x', '007', '7')};`,
    tables: { T: 'x: "007" | "7"' },
  },
  {
    rule: 'A15: the first text also wins between date formats of one field',
    script: `T: LOAD Date(45000,'DD/MM/YYYY') as d AutoGenerate 1; Concatenate LOAD Date(45000) as d AutoGenerate 1;`,
    tables: { T: 'd: 15/03/2023#45000 | 15/03/2023#45000' },
  },
  {
    rule: 'B1: an empty cell is empty, not NULL',
    script: `T: LOAD * ${inline('a,b', '1,')};`,
    tables: { T: "a,b: 1,''" },
  },
  {
    rule: 'B2: missing cells are empty, surplus cells are ignored',
    script: `T: LOAD * ${inline('a,b', '1', '1,2,3')};`,
    tables: { T: "a,b: 1,'' | 1,2" },
  },
  {
    rule: 'B11: the NullInterpret symbol is NULL',
    script: `SET NullInterpret=NULL; T: LOAD * ${inline('a,b', '1,NULL')};`,
    tables: { T: 'a,b: 1,∅' },
  },
  {
    rule: 'C4: NOT keeps rows that SQL would drop',
    script: `S: LOAD If(RecNo()=1, 1) as x AutoGenerate 2; NoConcatenate T: LOAD x RESIDENT S WHERE not (x=1);`,
    tables: { S: 'x: 1 | ∅', T: 'x: ∅' },
  },
  {
    rule: 'D7: the values of one field may mix kinds',
    script: `T: LOAD * ${inline('v', '1', 'x', '2012-03-04')};`,
    tables: { T: 'v: 1 | x | 2012-03-04#40972' },
  },
])

describeScripts('Names', [
  {
    rule: 'F1: field names are case-sensitive',
    script: 'T: LOAD 1 as Name, 2 as name AutoGenerate 1;',
    tables: { T: 'Name,name: 1,2' },
  },
  {
    rule: 'F2: a field without alias is named by its expression as written',
    script: 'T: LOAD RecNo( ) AutoGenerate 1;',
    tables: { T: 'RecNo( ): 1' },
  },
  {
    rule: 'F3: aliases are not visible in the same LOAD',
    script: 'LOAD 1 as x, x+1 as y AutoGenerate 1;',
    fault: [11, "Field 'x' not found"],
  },
  {
    rule: "F4: 'x' is a literal left of AS and a name right of it",
    script: `T: LOAD 'a' as 'b' AutoGenerate 1;`,
    tables: { T: 'b: a' },
  },
  {
    rule: 'F5: brackets hide everything',
    script: `T: LOAD 3 as [year(2012)] AutoGenerate 1; NoConcatenate U: LOAD [year(2012)] RESIDENT T;`,
    tables: { T: 'year(2012): 3', U: 'year(2012): 3' },
  },
  {
    rule: 'F6: a name that occurs twice in one LOAD is a fault',
    script: `${A} B: LOAD *, x RESIDENT A;`,
    fault: [16, 'unique'],
  },
  { rule: 'A LOAD without any field is a fault', script: 'LOAD * AutoGenerate 3;', fault: [16, 'no fields'] },
  {
    rule: 'Names never reach SQL: quotes, semicolons and comments in them are harmless',
    script: `[T"; DROP TABLE t1; --]: LOAD 1 as [a"; --], 2 as "rn", 3 as [c1_n] AutoGenerate 1;`,
    tables: { 'T"; DROP TABLE t1; --': 'a"; --,rn,c1_n: 1,2,3' },
  },
])

describeScripts('Concatenation and table names', [
  {
    rule: 'F7: the same field set is appended to the older table, its label is ignored',
    script: `${A} B: LOAD * ${inline('y,x', '3,4')};`,
    tables: { A: 'x,y: 1,2 | 4,3' },
  },
  {
    rule: 'F7: the ignored label names no table',
    script: `${A} B: LOAD * ${inline('y,x', '3,4')}; C: LOAD x RESIDENT B;`,
    fault: [10, "'B'"],
  },
  {
    rule: 'F8: all earlier tables count, not only the last',
    script: `${A} C: LOAD * ${inline('z', '9')}; D: LOAD * ${inline('x,y', '5,6')};`,
    tables: { A: 'x,y: 1,2 | 5,6', C: 'z: 9' },
  },
  {
    rule: 'F9: the copy bug of the language',
    script: `${A} T: LOAD * RESIDENT A; DROP TABLE A; LET n = NoOfTables(); TRACE tables $(n);`,
    tables: {},
    traced: ['tables 0'],
  },
  {
    rule: 'F10: NOCONCATENATE makes a second table',
    script: `${A} NoConcatenate T: LOAD * RESIDENT A;`,
    tables: { A: 'x,y: 1,2', T: 'x,y: 1,2' },
  },
  {
    rule: 'F11: a label in use with other fields gets -1',
    script: `B: LOAD * ${inline('x', '1')}; B: LOAD * ${inline('z', '1')};`,
    tables: { B: 'x: 1', 'B-1': 'z: 1' },
  },
  {
    rule: 'F12: tables without label are named by their source',
    script: `LOAD * ${inline('a', '1')}; LOAD * ${inline('b', '1')}; LOAD 1 as c AutoGenerate 1;
      LOAD * FROM [lib://d/sales.csv] (txt); LOAD * FROM [lib://d/a name of more than thirty-two characters.csv] (txt);`,
    files: { 'sales.csv': 'e\n1', 'a name of more than thirty-two characters.csv': 'f\n1' },
    tables: {
      INLINE01: 'a: 1',
      INLINE02: 'b: 1',
      AUTOGENERATE01: 'c: 1',
      sales: 'e: 1',
      'a name of more than thirty-two c': 'f: 1',
    },
  },
  {
    rule: 'F13, F15: CONCATENATE fills with NULL, new fields go to the end',
    script: `A: LOAD * ${inline('a,b', '1,2')}; Concatenate(A) LOAD * ${inline('c,a', '4,3', '4,3')};`,
    tables: { A: 'a,b,c: 1,2,∅ | 3,∅,4 | 3,∅,4' },
  },
  {
    rule: 'F14: CONCATENATE without a name takes the last created table',
    script: `${A} B: LOAD * ${inline('k', '1')}; Concatenate LOAD * ${inline('z', '2')};`,
    tables: { A: 'x,y: 1,2', B: 'k,z: 1,∅ | ∅,2' },
  },
  {
    rule: 'F14: without any table it is a fault',
    script: `Concatenate LOAD 1 as a AutoGenerate 1;`,
    fault: [16, 'no table'],
  },
  {
    rule: 'F16: DROP TABLE removes the values that only it had',
    script: `A: LOAD * ${inline('k', '1')}; DROP TABLE A; LET e = Exists('k',1); TRACE exists $(e);`,
    traced: ['exists 0'],
  },
  {
    rule: 'F17: DROP FIELD, everywhere or in one table',
    script: `A: LOAD * ${inline('k,a', '1,2')}; B: LOAD * ${inline('k,b', '1,3')}; DROP FIELD k FROM A; DROP FIELD b;`,
    tables: { A: 'a: 2', B: 'k: 1' },
  },
  {
    rule: 'F17: a table without fields disappears',
    script: `${A} B: LOAD * ${inline('b', '3')}; DROP FIELD b;`,
    tables: { A: 'x,y: 1,2' },
  },
  {
    rule: 'F18: RENAME TABLE to a name in use is a fault',
    script: `${A} B: LOAD * ${inline('b', '3')}; RENAME TABLE A TO B;`,
    fault: [16, "'B'"],
  },
  { rule: 'F18: RENAME FIELD cannot merge', script: `${A} RENAME FIELD x TO y;`, fault: [16, "'y'"] },
  {
    rule: 'RENAME works everywhere and may exchange names',
    script: `${A} RENAME TABLE A TO Z; RENAME FIELDS x TO y, y TO x;`,
    tables: { Z: 'y,x: 1,2' },
  },
  {
    rule: 'F19: mapping tables have names of their own',
    script: `M: MAPPING LOAD * ${inline('a,b', '1,x')}; M: LOAD ApplyMap('M', 1) as v AutoGenerate 1;`,
    tables: { M: 'v: x' },
  },
  {
    rule: 'F20, S3: QUALIFY renames at store time; the last rule that matches wins',
    script: `Qualify *; Unqualify a; x: LOAD * ${inline('a,b', '1,2')};`,
    tables: { x: 'a,x.b: 1,2' },
  },
  {
    rule: 'F21, F22: table functions and what they give for unknown names',
    script: `${A} LET a=FieldNumber('zz','A'); LET b=FieldNumber('y','A'); LET c=FieldName(1,'A'); LET e=TableName(0);
      LET f=TableNumber('A'); LET g=Alt(TableNumber('zz'),'null'); LET h=Alt(NoOfRows('zz'),'null'); LET i=NoOfFields('A');
      TRACE $(a) $(b) $(c) $(e) $(f) $(g) $(h) $(i);`,
    traced: ['0 2 x A 0 null null 2'],
  },
])
