/**
 * The forms that people write: quotes, comments, line ends, macros, labels, one-liners, calls (LANGUAGE 1, 2,
 * 4, 6, 10).
 */
import { describeScripts, inline } from '../support/script-under-test.ts'

describeScripts('Where statements begin and end', [
  {
    rule: 'one-liners of IF, with and without semicolons, in both spellings of their end',
    script: `LET a=1; if a=1 then LET b=2; end if
      if a=1 then; TRACE b$(b); end if;
      if a=2 then TRACE one; else TRACE two; endif
      IF a = 1 THEN // comment; with ' quote
        TRACE in; /* block ; */ TRACE again;
      ENDIF // x`,
    traced: ['b2', 'two', 'in', 'again'],
  },
  {
    rule: 'ELSE IF opens a block of its own, ELSEIF does not',
    script: `LET v=2;
      IF v=1 THEN
      TRACE 1;
      ELSE IF v=2 THEN
      TRACE nested;
      END IF
      END IF
      IF v=1 THEN
      ELSEIF v=2 THEN
      TRACE beside;
      END IF`,
    traced: ['nested', 'beside'],
  },
  {
    rule: 'comments and section tabs in odd places; a text that looks like one',
    script: `///$tab Main
      SET a=1; // it's a comment with ' quote and (paren
      /* multi ' line
      ;; */ T: // label comment
      /* x */ LOAD /* y */ 1 as a, // z, 'q
       'lib://x//y' as b /* ; */ AutoGenerate 1 // end
      ; // last`,
    tables: { T: 'a,b: 1,lib://x//y' },
  },
  {
    rule: 'REM and TRACE take text as it is; SET may span lines',
    script: `REM it's "fine" [; TRACE it's 'quoted' [ok; rem; SET v = line1
line2; TRACE $(v);`,
    traced: ["it's 'quoted' [ok", 'line1', 'line2'],
  },
  {
    rule: 'semicolons and brackets in texts; blank and comment-like lines of INLINE',
    script: `LET v='a;b'; T: LOAD 'x;y' as a, * INLINE [
      b, c

      1, http://x
      // d, 2
      ]; TRACE $(v);`,
    tables: { T: 'a,b,c: x;y,1,http://x | x;y,// d,2' },
    traced: ['a;b'],
  },
  {
    rule: 'INLINE with other marks and delimiters',
    script: `T: LOAD * INLINE "a|b\n1|x,y" (delimiter is '|'); U: LOAD * Inline 'c;d\n1;2' (txt, delimiter is ';', embedded labels);
      V: LOAD * INLINE [e\tf\n1\t2] (delimiter is \\t);`,
    tables: { T: 'a,b: 1,x,y', U: 'c,d: 1,2', V: 'e,f: 1,2' },
  },
  {
    rule: 'the semicolon at the end may be missing, and so may the name behind NEXT',
    script: `FOR i=1 to 2
      FOR EACH x in 'a', "i"
      TRACE $(i)$(x);
      NEXT
      next i
      TRACE end $(i)`,
    traced: ['1a', '11', '2a', '22', 'end 3'],
  },
])

describeScripts('Names and labels', [
  {
    rule: 'labels in quotes, on a line of their own, made by expansion',
    script: `[My Table]: LOAD 1 as a AutoGenerate 1; "Other T": LOAD 1 as b AutoGenerate 1; 'Third': LOAD 1 as c AutoGenerate 1;
      SET n=Dyn; $(n)_T: LOAD 1 as d AutoGenerate 1; [$(n) X]: LOAD 1 as e AutoGenerate 1;
      F
      :
      LOAD 1 as f AutoGenerate 1;`,
    tables: {
      'My Table': 'a: 1',
      'Other T': 'b: 1',
      Third: 'c: 1',
      Dyn_T: 'd: 1',
      'Dyn X': 'e: 1',
      F: 'f: 1',
    },
  },
  {
    rule: 'fields in all quotes, beside *, with numbers and words of the language as names',
    script: `T: Load *, a*2 as [b c], "a" as 'd', \`a\` as e, [a] as 2014, a as "f""g", a as From, a as #id, a as a.b ${inline('a', '1')};
      U: LOAD [b c] as x, [2014] as y, From as z, #id as %k, a.b as ä RESIDENT T; DROP TABLE T;`,
    tables: { U: 'x,y,z,%k,ä: 2,1,1,1,1' },
  },
  {
    rule: 'lists of DROP, RESIDENT of qualified names, prefixes without blanks',
    script: `QUALIFY *; a: LOAD 1 as x AutoGenerate 1; UNQUALIFY *; b: LOAD a.x as z, [a.x]+1 as q RESIDENT a;
      c: LOAD 3 as z3, 4 as w AutoGenerate 1; Concatenate([b]) Load 7 as q AutoGenerate 1;
      join(c)load 5 as v autogenerate 1; drop tables a; drop fields w, [z3] from c;`,
    tables: { b: 'z,q: 1,2 | ∅,7', c: 'v: 5' },
  },
  {
    rule: 'variables in quotes, with dots and blanks, without LET',
    script: `SET [my var]=5; LET b="my var"+1
      ; a.b = 5
      SET x=q; v$(x) = 7; LET c = 1 +
      2; TRACE $(my var) $(b) $(a.b) $(vq) $(c);`,
    traced: ['5 6 5 7 3'],
  },
  {
    rule: 'O2: SET removes one pair of marks around all of it',
    script: `SET a='x'; SET b="y z"; SET c=[w]; SET d='a'&'b'; SET e = a'b; SET f=; LET g=; TRACE $(a)|$(b)|$(c)|$(d)|$(e)|$(f)|$(g)|;`,
    traced: ["x|y z|w|'a'&'b'|a'b|||"],
  },
])

describeScripts('Macros', [
  {
    rule: 'expressions with quotes and parentheses; macros in macros, in parameters, in names',
    script: `TRACE $(=Date(45000,'YYYY')) $(='it''s') $(=Upper('a)b')); SET f=Left($1,$2); SET g=Upper($(f($1,$2)));
      LET x=$(g('hello',2)); SET add=($1+$2); LET y=$(add($(add(1,2)),3)); SET k=x; TRACE $(x) $(y) $($(k));`,
    traced: ["2023 it's A)B", 'HE 6 HE'],
  },
  {
    rule: 'as a whole statement, a prefix, a clause, a source, a list of fields, a format, the start of a comment',
    script: `SET s='TRACE hi'; $(s); SET p=NoConcatenate; SET w=WHERE x>1; SET src=INLINE [x\n1\n2]; SET f='x, x*2 as y'; SET c=//;
      T: LOAD $(f) $(src) $(w); U: $(p) LOAD $(f) $(src) ($(nix)txt) $(w); $(c) TRACE hidden;
      TRACE shown;`,
    tables: { T: 'x,y: 2,4', U: 'x,y: 2,4' },
    traced: ['hi', 'shown'],
  },
  {
    rule: 'in labels, fields, texts and paths of a SUB that loads',
    script: `SUB LoadIt(name, n)
      [$(name)]:
      NoConcatenate
      LOAD RecNo() as [$(name)_id], '$(name)' as [t $(name)] FROM [lib://d/$(name).csv] (txt) WHERE RecNo() <= $(n);
      LET vRows_$(name) = NoOfRows('$(name)');
      END SUB
      FOR EACH n IN 'Alpha','Beta'
      CALL LoadIt('$(n)', 2);
      NEXT n
      TRACE $(vRows_Alpha) $(vRows_Beta);`,
    files: { 'Alpha.csv': 'a\n1\n2\n3\n', 'Beta.csv': 'a\n1\n' },
    tables: { Alpha: 'Alpha_id,t Alpha: 1,Alpha | 2,Alpha', Beta: 'Beta_id,t Beta: 1,Beta' },
    traced: ['2 1'],
  },
  {
    rule: 'limits: depth of calls and includes, expansions of one statement, size of what comes out',
    script: `SUB F
      CALL F;
      END SUB
      SET ErrorMode=0; CALL F; LET e1=Num(ScriptError);
      $(Include=lib://d/i.qvs)
      LET e2=Num(ScriptError); LET a='$'&'(a)x'; TRACE $(a); LET e3=Num(ScriptError);
      SET b=0123456789abcdef; FOR i=1 to 20
      LET b='$(b)$(b)';
      NEXT
      TRACE $(e1)$(e2)$(e3) $(ScriptErrorCount);`,
    files: { 'i.qvs': '$(Include=lib://d/i.qvs)' },
    traced: ['111 4'],
  },
])

describeScripts('Calls and loops', [
  {
    rule: 'arguments: missing, expressions, commas in texts, all quotes; copied back; names of subs are exact',
    script: `Sub P(A, B, C)
      TRACE [$(A)] [$(B)] [$(C)];
      LET A = A & 'x';
      End Sub
      LET q='1'; Call P(q); CALL P(q, 'te,xt', Date(45000)); call P("q")
      TRACE $(q);`,
    traced: ['[1] [] []', '[1x] [te,xt] [2023-03-15]', '[1xx] [] []', '1xxx'],
  },
  {
    rule: 'a walk through folders: FileList and DirList of a parameter, recursion',
    script: `SUB Walk(root)
      FOR EACH f IN FileList(root & '/*.csv')
      Files: LOAD '$(f)' as file, FileSize('$(f)') as size AutoGenerate 1;
      NEXT f
      FOR EACH d IN DirList(root & '/*')
      CALL Walk(d);
      NEXT d
      END SUB
      CALL Walk('lib://d');`,
    files: { 'a.csv': '1', 'x/b.csv': '22', 'x/y/c.csv': '333' },
    tables: { Files: 'file,size: lib://d/a.csv,1 | lib://d/x/b.csv,2 | lib://d/x/y/c.csv,3' },
  },
  {
    rule: 'EXIT with WHEN and UNLESS, out of nested blocks, from a sub in an included file',
    script: `$(Include=lib://d/i.qvs)
      CALL Inc(3);
      for i=1 to 5
      exit for when i=3;
      IF i=2 THEN
      TRACE in $(i);
      END IF
      next
      $(include=lib://d/nix.qvs)
      exit script unless i=4; TRACE never;`,
    files: {
      'i.qvs':
        'SUB Inc(x)\nFOR j=1 to x\nIF j=2 THEN\nEXIT SUB\nEND IF\nTRACE j$(j);\nNEXT\nEND SUB\nTRACE included',
    },
    traced: ['included', 'j1', 'in 2'],
  },
  {
    rule: 'WHEN and UNLESS before LOAD, DROP and TRACE',
    script: `LET full=0; WHEN full=1 T: LOAD 1 as a AutoGenerate 1; UNLESS full=1 U: LOAD 2 as b AutoGenerate 1;
      When full=0 Unless full=2 V: LOAD 3 as c AutoGenerate 1; when full=0 drop table V; unless full=0 TRACE never;`,
    tables: { U: 'b: 2' },
  },
  {
    rule: 'every form of EXISTS',
    script: `A: LOAD * ${inline('k', '1', '2')}; B: LOAD k as kb ${inline('k', '1', '3')} WHERE Exists(k);
      C: LOAD k2 as kc ${inline('k2', '2', '3')} WHERE EXISTS(k, k2);
      D: LOAD k2 as kd ${inline('k2', '2', '3')} WHERE NOT EXISTS('k', k2) AND k2 > 0;
      E: LOAD k2 as ke ${inline('k2', '2', '4')} WHERE not exists([k], k2 - 2) or exists("k",k2);`,
    tables: { A: 'k: 1 | 2', B: 'kb: 1', C: 'kc: 2', D: 'kd: 3', E: 'ke: 2' },
  },
])

describeScripts('Rows of the tables of rules that no other file holds', [
  {
    rule: 'Count(*) counts rows, also by groups',
    script: `S: LOAD * ${inline('g,v', 'a,1', 'a,', 'b,3')}; T: LOAD g as h, Count(*) as rows, Sum(v) as sum RESIDENT S GROUP BY g;
      DROP TABLE S;`,
    tables: { T: 'h,rows,sum: a,2,1 | b,1,3' },
  },
  {
    rule: 'I16: RecNo in a stack counts the rows of its own level',
    script: `T: LOAD a, r, RecNo() as upper WHERE a <> 2; LOAD a, RecNo() as r ${inline('a', '1', '2', '3')};`,
    tables: { T: 'a,r,upper: 1,1,1 | 3,3,3' },
  },
  {
    rule: 'J19: WHERE sees source fields only, before SubField multiplies rows',
    script: `T: LOAD SubField(a, ';') as part, RowNo() as row ${inline('a', 'x;y', 'z')} WHERE RecNo() = 1;
      SET ErrorMode=0; U: LOAD a as b ${inline('a', '1')} WHERE b = 1; TRACE $(=Num(ScriptError));`,
    tables: { T: 'part,row: x,1 | y,2' },
    traced: ['11'],
  },
  {
    rule: 'O21: an included file may be UTF-8 with a mark, without one, or Windows-1252',
    script: `$(Must_Include=lib://d/u8.qvs); $(Must_Include=lib://d/bom.qvs); $(Must_Include=lib://d/ansi.qvs);`,
    files: {
      'u8.qvs': 'TRACE ä1',
      'bom.qvs': '\ufeffTRACE ä2;',
      'ansi.qvs': Uint8Array.from([...Buffer.from('TRACE '), 0xe4, 0x33]),
    },
    traced: ['ä1', 'ä2', 'ä3'],
  },
  {
    rule: 'a path in a text may have its brackets with it',
    script: `A: LOAD 1 as a AUTOGENERATE 1; STORE A INTO '[lib://d/s/a.qvd]';
      IF not IsNull(QvdCreateTime('[lib://d/s/a.qvd]')) THEN
        B: LOAD a as b, FilePath() as p FROM '[lib://d/s/a.qvd]' (qvd);
      END IF`,
    files: { 's/x': '' },
    tables: { A: 'a: 1', B: 'b,p: 1,lib://d/s/a.qvd' },
  },
  {
    rule: 'S1: BINARY anywhere but at the beginning',
    script: 'TRACE one; BINARY [lib://d/x.qvf];',
    fault: [16, 'BINARY must be the first statement of the script'],
  },
  {
    rule: 'S7: TRACE keeps its quotes and lines',
    script: "TRACE 'hi'; TRACE\n  two\n  lines;",
    traced: ["'hi'", 'two', '  lines'],
  },
  {
    rule: 'S8: SLEEP takes an expression; a text is a fault',
    script: `LET n=1; SLEEP n; Sleep(n + 1); SET ErrorMode=0; SLEEP 'x'; TRACE $(=Num(ScriptError));`,
    traced: ['16'],
  },
])
