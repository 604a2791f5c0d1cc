/**
 * Forms that scripts in use have and whose meaning files and logs of the original engine, or its
 * documentation, tell: remarks, values in texts, arguments left out, names in any case.
 */
import { describe, expect, it } from 'vitest'
import { describeScripts, inline, withScript } from '../support/script-under-test.ts'

describeScripts('Statements whose text is only text', [
  {
    rule: 'REM and TRACE take whatever stands behind the word',
    script: `REM ===== one =====;
      TRACE ===== two =====;
      REM = n;
      TRACE = three;
      rem: a remark with ' quote;
      Trace : four;
      TRACE=five;
      T: LOAD 1 AS a AUTOGENERATE 1;`,
    tables: { T: 'a: 1' },
    traced: ['===== two =====', '= three', '=five'],
  },
  {
    rule: 'also behind WHEN and UNLESS',
    script: `LET trace = 1; WHEN trace = 1 TRACE it's one; UNLESS trace = 1 TRACE it's none;
      WHEN trace = 1 SET v = it's; TRACE $(v) 'two';`,
    traced: ["it's one", "it's 'two'"],
  },
  {
    rule: 'they may still name a table, or a variable behind LET and SET',
    script: `Trace: LOAD 1 AS a AUTOGENERATE 1;
      Rem: NOCONCATENATE LOAD 2 AS a AUTOGENERATE 1;
      LET trace = 1; SET rem = 2; TRACE $(trace)$(rem);`,
    tables: { Trace: 'a: 1', Rem: 'a: 2' },
    traced: ['12'],
  },
  {
    rule: 'REM between the LOADs of a stack, with an equals sign',
    script: `T: LOAD a, a * 2 AS b; REM ---- a = 1 ----; LOAD 1 AS a AUTOGENERATE 1;`,
    tables: { T: 'a,b: 1,2' },
  },
])

describe('Keywords that take raw text', () => {
  it.each(['SQL', 'SELECT', 'QSL', 'EXECUTE'])(
    '%s is no variable, whatever stands behind it',
    async (word) => {
      await withScript(`${word} = 1;`, {}, ({ run }) => {
        expect(run.end).toMatchObject({ kind: 'failed', fault: { code: 'NotSupported' } })
      })
    },
  )
})

describeScripts('Expansion', [
  {
    rule: 'a value that starts with = goes in as it is',
    script: `SUB s(p)
        IF 0 $(p) THEN
          TRACE zero;
        END IF
      END SUB
      CALL s('=0')
      SET f = =$1; IF 2 $(f(2)) THEN
        TRACE two;
      END IF
      LET v = $(=1+1); TRACE $(v);`,
    traced: ['zero', 'two', '2'],
  },
  {
    rule: 'inside apostrophes the value comes in whole: apostrophes, slashes, semicolons, brackets',
    script: `SET ex = M >='02' // x; SET url = http://it's/[a; LET semi = 'a;b';
      SUB AE(e)
        TRACE <$(e)>;
      END SUB
      CALL AE('$(ex)')
      LET v = 'before $(url) after'; TRACE <$(v)>;
      T: LOAD '$(ex)' AS a, '$(semi)' AS b, '$(=Upper('$(url)'))' AS c, Len('$(nix)''') AS d AUTOGENERATE 1;
      IF '$(ex)' = 'M >=''02'' // x' THEN
        TRACE equal;
      END IF`,
    tables: { T: "a,b,c,d: M >='02' // x,a;b,HTTP://IT'S/[A,1" },
    traced: ["<M >='02' // x>", "<before http://it's/[a after>", 'equal'],
  },
  {
    rule: 'outside of them it is a part of the statement; SET and TRACE keep it as it is',
    script: `SET kept = [it's]; LET list = chr(39) & 'a' & chr(39);
      LET v = Upper($(list)); TRACE '$(kept)' $(v);
      T: LOAD [it's $(v)] INLINE [it's A\n$(kept)];`,
    tables: { T: "it's A: it's" },
    traced: ["'it's' A"],
  },
  {
    rule: 'a list of errors is a text',
    script: `SET ErrorMode = 0; LOAD * FROM [lib://d/it's.csv] (txt); SET ErrorMode = 1;
      T: LOAD '$(ScriptErrorList)' AS e AUTOGENERATE 1;`,
  },
  {
    rule: 'what cannot be evaluated gives an empty text',
    script: `SET v = Sum({<Year={$(=Max(Year))}>} S); TRACE <$(v)>;
      LET w = '$(=1 +)' & '$(=nofunction(1))' & '$(#=1+)'; TRACE [$(w)];
      T: LOAD '$(=only(Year))' & 'x' AS a AUTOGENERATE 1;`,
    tables: { T: 'a: x' },
    traced: ['<Sum({<Year={}>} S)>', '[]'],
  },
])

describeScripts('Subs', [
  {
    rule: 'a sub sees the parameters of the one that calls it, and sets them',
    script: `SUB b
        TRACE b $(p);
        LET p = 'changed';
      END SUB
      SUB a(p)
        CALL b
        TRACE a $(p);
      END SUB
      SUB c(p)
        CALL a('inner')
        TRACE c $(p);
      END SUB
      LET p = 'global';
      CALL c('outer')
      TRACE top $(p);`,
    traced: ['b inner', 'a changed', 'c outer', 'top global'],
  },
  {
    rule: 'results go back through two calls',
    script: `SUB inner(r)
        LET r = r + x;
      END SUB
      SUB outer(x, r)
        CALL inner(r)
      END SUB
      LET out = 1; CALL outer(41, out)
      TRACE $(out);`,
    traced: ['42'],
  },
  {
    rule: 'names in any case',
    script: `SUB Do.It(a)
        TRACE did $(a);
      END SUB
      CALL do.it(1)
      CALL [DO.IT](2)`,
    traced: ['did 1', 'did 2'],
  },
  {
    rule: 'an argument left out is NULL',
    script: `SUB s(a, b, c)
        TRACE [$(a)][$(b)][$(c)];
      END SUB
      CALL s(1, , 3)
      CALL s(, 2,)`,
    traced: ['[1][][3]', '[][2][]'],
  },
])

describeScripts('Arguments left out', [
  {
    rule: 'are NULL',
    script: `T: LOAD If(x=1, 'one', ) AS a, If(x=1, , 'other') AS b, RangeMax(x, ) AS c, RangeCount(, x,) AS d,
        Alt(, x) AS e, Peek('x', -1, ) AS f, ( 1 ) AS g;
      LOAD RecNo() AS x AUTOGENERATE 2;
      LET v = IsNull(If(0, 1, )); TRACE $(v);`,
    tables: { T: 'a,b,c,d,e,f,g: one,∅,1,1,1,∅,1 | ∅,other,2,1,2,∅,1' },
    traced: ['-1'],
  },
])

describeScripts('System variables in any case', [
  {
    rule: 'ErrorMode, NullInterpret, DateFormat and their like act',
    script: `set errormode=0; LOAD * RESIDENT nowhere; TRACE $(ErrorMode) $(SCRIPTERRORCOUNT); SET ERRORMODE=1;
      SET NULLINTERPRET=NULL; set dateformat='DD.MM.YYYY'; Set decimalsep=','; SET THOUSANDSEP='.';
      T: LOAD a, Date(45413) AS d, '1,5' + 1 AS n FROM [lib://d/a.csv] (txt, delimiter is ';');
      TRACE $(nullInterpret) $(NullInterpret);`,
    files: { 'a.csv': 'a;b\nNULL;1\n' },
    tables: { T: 'a,d,n: ∅,01.05.2024#45413,2.5' },
    traced: ['0 1', 'NULL NULL'],
  },
  {
    rule: 'what is maintained by the run can only be read, in any case',
    script: 'SET scripterror = 1;',
    fault: [16, 'can only be read'],
  },
  {
    rule: 'other names have their case',
    script: 'SET v = 1; SET V = 2; TRACE $(v)$(V);',
    traced: ['12'],
  },
])

describeScripts('REPLACE LOAD in a full reload', [
  {
    rule: 'without a label it makes the table with the same fields anew',
    script: `T: LOAD 1 AS a, 2 AS b AUTOGENERATE 1; Replace LOAD 3 AS b, 4 AS a AUTOGENERATE 1;`,
    tables: { T: 'b,a: 3,4' },
  },
  {
    rule: 'that table may be its own source',
    script: `T: LOAD 1 AS a AUTOGENERATE 2; Replace LOAD a + 1 AS a RESIDENT T WHERE RecNo() = 1;`,
    tables: { T: 'a: 2' },
  },
  {
    rule: 'with CONCATENATE it replaces the table that is named',
    script: `T: LOAD 1 AS a AUTOGENERATE 1; U: LOAD 1 AS u AUTOGENERATE 1;
      Replace CONCATENATE (T) LOAD 5 AS a, 6 AS b AUTOGENERATE 1;`,
    tables: { T: 'a,b: 5,6', U: 'u: 1' },
  },
  {
    rule: 'other tables stay',
    script: `T: LOAD 1 AS a AUTOGENERATE 1; U: Replace LOAD 2 AS b AUTOGENERATE 1;`,
    tables: { T: 'a: 1', U: 'b: 2' },
  },
])

describeScripts('Statements that drop', [
  {
    rule: 'mapping tables, one or more',
    script: `M: MAPPING LOAD 1 AS k, 'one' AS v AUTOGENERATE 1; N: MAPPING LOAD 1 AS k, 2 AS v AUTOGENERATE 1;
      O: MAPPING LOAD 1 AS k, 2 AS v AUTOGENERATE 1;
      DROP MAPPING TABLE M; Drop Mapping Tables N, [O];
      M: MAPPING LOAD 1 AS k, 'new' AS v AUTOGENERATE 1;
      T: LOAD ApplyMap('M', 1) AS a AUTOGENERATE 1;`,
    tables: { T: 'a: new' },
  },
  {
    rule: 'a mapping table that is not there',
    script: 'DROP MAPPING TABLE M;',
    fault: [10, "'M'"],
  },
  {
    rule: 'a mapping table is gone',
    script: `M: MAPPING LOAD 1 AS k, 'one' AS v AUTOGENERATE 1; DROP MAPPING TABLE M;
      T: LOAD ApplyMap('M', 1) AS a AUTOGENERATE 1;`,
    fault: [10, 'M'],
  },
  {
    rule: 'variables, one or more, there or not',
    script: `SET a = 1; SET b = 2; SET [c d] = 3; SET NullInterpret = x;
      DROP VARIABLE a; Drop Variables b, [c d], nix, nullinterpret;
      TRACE [$(a)$(b)$(c d)$(NullInterpret)];`,
    traced: ['[]'],
  },
  {
    rule: 'a field or a table that is named twice is dropped once',
    script: `T: LOAD 1 AS a, 2 AS b, 3 AS c AUTOGENERATE 1; U: LOAD 1 AS u AUTOGENERATE 1;
      DROP FIELDS a, a, b FROM T, T; DROP TABLES U, U;`,
    tables: { T: 'c: 3' },
  },
  {
    rule: 'SET without a value is an empty one',
    script: `SET x = 1; SET x; SET y ; LET z; LET n = Len('$(x)$(y)$(z)'); TRACE n$(n);`,
    traced: ['n0'],
  },
])

describeScripts('The counter of FOR', [
  {
    rule: 'an assignment to it acts',
    script: `FOR i=1 TO 6
        LET i=i+1;
        TRACE up $(i);
      NEXT
      TRACE end $(i);
      FOR i=6 TO 1 STEP -2
        TRACE down $(i);
        i = i - 1
      NEXT
      FOR i=1 TO 10
        TRACE once $(i);
        SET i = 10;
      NEXT i
      TRACE last $(i);`,
    traced: ['up 2', 'up 4', 'up 6', 'end 7', 'down 6', 'down 3', 'once 1', 'last 11'],
  },
  {
    rule: 'also one that a sub makes; the end and the step stay',
    script: `SUB skip
        LET i = i + 2; LET last = 100; LET by = 9;
      END SUB
      LET last = 6; LET by = 1;
      FOR i=1 TO last STEP by
        TRACE at $(i);
        CALL skip
      NEXT
      TRACE end $(i);`,
    traced: ['at 1', 'at 4', 'end 7'],
  },
  {
    rule: 'one that is no number is an error',
    script: 'FOR i=1 TO 2\nSET i = x;\nNEXT',
    fault: [16, 'counter'],
  },
  {
    rule: 'FOR EACH goes through its list whatever is assigned',
    script: `FOR EACH v IN 1, 2, 3
        TRACE each $(v);
        LET v = 9;
      NEXT`,
    traced: ['each 1', 'each 2', 'each 3'],
  },
])

describe('FROM_FIELD', () => {
  it.each(['xml', 'xmlSimple', 'html', 'qvd', 'ooxml', 'kml'])(
    'refuses the format %s, which it does not read',
    async (format) => {
      const script = `T: LOAD '[{"a":1}]' AS x AUTOGENERATE 1; U: LOAD * FROM_FIELD (T, x) (${format});`
      await withScript(script, {}, ({ run }) => {
        expect(run.end).toMatchObject({ kind: 'failed', fault: { scriptError: 12 } })
      })
    },
  )
})

describeScripts('JsonObject', [
  {
    rule: 'leaves out a pair whose value is NULL',
    script: `T: LOAD JsonObject('a', Null()) AS a, JsonObject('a', 1, 'b', Null(), 'c', 'x') AS b,
      JsonSetEx('{"a":1}', '/b', Null()) AS c AUTOGENERATE 1;`,
    tables: { T: 'a,b,c: {},{"a":1,"c":"x"},{"a":1}' },
  },
])

describeScripts('Files of a wildcard', [
  {
    rule: 'an empty one among them is passed over',
    script: `T: LOAD * FROM [lib://d/*.csv] (txt, delimiter is ',');`,
    files: { 'a.csv': 'a,b\n1,2\n', 'b.csv': '', 'c.csv': 'a,b\n3,4\n', 'd.csv': '\ufeff' },
    tables: { T: 'a,b: 1,2 | 3,4' },
  },
])

describeScripts('Tables of text in the script', [
  {
    rule: 'expansion in INLINE stays as it is',
    script: `SET v = it's; T: LOAD * ${inline('a,b', "'$(v)',2")};`,
  },
])
