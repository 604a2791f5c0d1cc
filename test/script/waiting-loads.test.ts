/** Labels and LOADs without a source, which wait for the next LOAD that runs, whatever stands between. */
import { describeScripts } from '../support/script-under-test.ts'

describeScripts('A label waits for the next LOAD', [
  {
    rule: 'behind TRACE, SET, LET, DIRECTORY, REM, SLEEP and an assignment',
    script: `A: TRACE x; LOAD 1 AS a AUTOGENERATE 1;
      B: Directory; LOAD 1 AS b AUTOGENERATE 1;
      C: SET v=1; LET w=2; x=3
      REM y; SLEEP 0; LOAD $(v) AS c AUTOGENERATE 1;`,
    tables: { A: 'a: 1', B: 'b: 1', C: 'c: 1' },
  },
  {
    rule: 'behind statements about tables, and in a branch, a loop, a sub and a text of a macro',
    script: `Old: LOAD 0 AS o AUTOGENERATE 1;
      A: DROP TABLE Old; LOAD 1 AS a AUTOGENERATE 1;
      SUB s
        LOAD 2 AS b AUTOGENERATE 1;
      END SUB
      B: CALL s
      C: IF 1=1 THEN
        LOAD 3 AS c AUTOGENERATE 1;
      END IF
      D: FOR i=1 TO 2
        LOAD $(i) AS d AUTOGENERATE 1;
      NEXT
      SET code = [TRACE y; LOAD 5 AS e AUTOGENERATE 1];
      E: $(code);`,
    tables: { A: 'a: 1', B: 'b: 2', C: 'c: 3', D: 'd: 1 | 2', E: 'e: 5' },
  },
  {
    rule: 'over a branch that is not taken and a LOAD that WHEN leaves out',
    script: `A: IF 1=0 THEN
        LOAD 1 AS x AUTOGENERATE 1;
      END IF
      WHEN 1=0 LOAD 2 AS y AUTOGENERATE 1;
      WHEN 1=1 LOAD 3 AS a AUTOGENERATE 1;
      B: WHEN 1=1 LOAD 4 AS b AUTOGENERATE 1;`,
    tables: { A: 'a: 3', B: 'b: 4' },
  },
  {
    rule: 'one directly before a LOAD that WHEN or UNLESS leaves out goes with it',
    script: `A: WHEN 1=0 LOAD 1 AS x AUTOGENERATE 1;
      LOAD 2 AS b AUTOGENERATE 1;
      C: UNLESS 1=1 LOAD 3 AS y;
      LOAD 4 AS y AUTOGENERATE 1;
      D: LOAD 5 AS d AUTOGENERATE 1;
      E: WHEN 1=0 LOAD 6 AS z AUTOGENERATE 1;`,
    tables: { AUTOGENERATE01: 'b: 2', D: 'd: 5' },
  },
  {
    rule: 'it may name a mapping table',
    script: `M: TRACE x; MAPPING LOAD 1 AS k, 'one' AS v AUTOGENERATE 1;
      T: LOAD ApplyMap('M', 1) AS a AUTOGENERATE 1;`,
    tables: { T: 'a: one' },
  },
  {
    rule: 'two labels in a row are an error',
    script: `A:\nB: LOAD 1 AS a AUTOGENERATE 1;`,
    fault: [2, "'A'"],
  },
  {
    rule: 'also with a statement between them',
    script: `A: TRACE x;\nB: LOAD 1 AS a AUTOGENERATE 1;`,
    fault: [2, "'A'"],
  },
  {
    rule: 'and before a LOAD that has one behind its prefix',
    script: `A: TRACE x;\nNOCONCATENATE B: LOAD 1 AS a AUTOGENERATE 1;`,
    fault: [2, "'A'"],
  },
  {
    rule: 'a label that nothing follows is an error',
    script: `T: LOAD 1 AS a AUTOGENERATE 1;\nLost: TRACE x;`,
    fault: [2, "'Lost'"],
  },
  {
    rule: 'also at the very end',
    script: `T: LOAD 1 AS a AUTOGENERATE 1;\nLost:`,
    fault: [2, "'Lost'"],
  },
])

describeScripts('LOADs without a source wait for the next LOAD that runs', [
  {
    rule: 'over a branch that is not taken',
    script: `T: LOAD *, x*2 AS y;
      IF 1=0 THEN
        LOAD x WHERE x>1;
      END IF
      LOAD RecNo() AS x AUTOGENERATE 3;`,
    tables: { T: 'x,y: 1,2 | 2,4 | 3,6' },
  },
  {
    rule: 'with a LOAD of a branch that is taken',
    script: `T: LOAD *, x*2 AS y;
      IF 1=1 THEN
        LOAD x WHERE x>1;
      END IF
      LOAD RecNo() AS x AUTOGENERATE 3;`,
    tables: { T: 'x,y: 2,4 | 3,6' },
  },
  {
    rule: 'the branches of IF and SWITCH each have a source',
    script: `SET kind = b;
      T: LOAD x AS y;
      SWITCH '$(kind)'
      CASE 'a'
        LOAD 1 AS x AUTOGENERATE 1;
      CASE 'b'
        LOAD 2 AS x AUTOGENERATE 1;
      END SWITCH
      U: LOAD x AS z;
      IF '$(kind)' = 'a' THEN
        LOAD 3 AS x AUTOGENERATE 1;
      ELSE
        LOAD 4 AS x AUTOGENERATE 1;
      END IF`,
    tables: { T: 'y: 2', U: 'z: 4' },
  },
  {
    rule: 'over a CALL, TRACE, SET and an assignment; a loop makes the levels',
    script: `SUB source(n)
        LOAD RecNo() AS x AUTOGENERATE $(n);
      END SUB
      T: LOAD x + 1 AS x;
      TRACE between; SET v = 1; w = 2
      CALL source(2)
      U: LOAD y;
      FOR i = 1 TO 2
        LOAD y * 10 AS y;
      NEXT
      LOAD 7 AS y AUTOGENERATE 1;`,
    tables: { T: 'x: 2 | 3', U: 'y: 700' },
  },
  {
    rule: 'WHEN before the top one leaves out the whole stack',
    script: `WHEN 1=0 LOAD x AS gone; LOAD 1 AS x AUTOGENERATE 1; T: LOAD 2 AS a AUTOGENERATE 1;`,
    tables: { T: 'a: 2' },
  },
  {
    rule: 'an endless loop of them ends',
    script: 'DO\nLOAD x;\nLOOP',
    fault: [1, 'LOADs wait for a source'],
  },
  {
    rule: 'no source follows',
    script: 'T: LOAD a;\nIF 1=0 THEN\nLOAD 1 AS a AUTOGENERATE 1;\nEND IF',
    fault: [2, 'This LOAD has no source'],
  },
  {
    rule: 'a statement about tables ends the waiting',
    script: 'Old: LOAD 1 AS a AUTOGENERATE 1; T: LOAD b; DROP TABLE Old; LOAD 2 AS b AUTOGENERATE 1;',
    fault: [2, 'This LOAD has no source'],
  },
])
