/**
 * Scripts in the manner of real projects, worked out by hand from the language: variables, control flow,
 * locales, errors.
 */
import { inline, type ScriptCase } from '../../support/script-under-test.ts'

export const CONTROL: readonly ScriptCase[] = [
  {
    rule: 'nested names, macro parameters, calculated expansion',
    script: `SET vPre_DE = 1.19; SET vPre_SE = 1.25; SET vLand = SE;
      SET mGross = Round($1 * (1 + ($2 - 1)), 0.01);
      T: LOAD n, $(mGross(n, $(vPre_$(vLand)))) as gross, $(=1+2*3) as seven, '$(=Upper('x'))' as up ${inline('n', '100', '10')};`,
    tables: { T: 'n,gross,seven,up: 100,125,7,X | 10,12.5,7,X' },
  },
  {
    rule: 'arrays of variables by loop',
    script: `FOR i = 1 TO 3
        LET v$(i) = $(i) * $(i);
      NEXT i
      LET vSum = 0;
      FOR i = 1 TO 3
        LET vSum = vSum + $(v$(i));
      NEXT
      TRACE sum $(vSum) i $(i);`,
    traced: ['sum 14 i 4'],
  },
  {
    rule: 'LET with quotes, doubled apostrophes, TRACE',
    script: `LET a = 'It''s'; LET b = a & ' "ok"'; SET c = [This year's]; SET d = "x'y";
      TRACE $(a)/$(b)/$(c)/$(d);`,
    traced: [`It's/It's "ok"/This year's/x'y`],
  },
  {
    rule: 'sub by reference, nested subs, default null',
    script: `SUB Add(x, total, opt)
        LET total = total + x;
        IF IsNull(opt) THEN
          LET gSeen = 'no';
        ELSE
          LET gSeen = opt;
        END IF
      END SUB
      SUB Twice(v, sum)
        CALL Add(v, sum);
        CALL Add(v, sum, 'yes');
      END SUB
      LET s = 10;
      CALL Add(5, s);
      TRACE A $(s) $(gSeen);
      CALL Twice(7, s);
      TRACE B $(s) $(gSeen) [$(total)];`,
    traced: ['A 15 no', 'B 29 yes []'],
  },
  {
    rule: 'included library and subs',
    script: `$(Must_Include=lib://d/lib/subs.qvs);
      $(Include=lib://d/nope.qvs);
      CALL Lib.Load('A'); CALL Lib.Load('B');
      DROP FIELD junk;`,
    files: {
      'lib/subs.qvs': `// library
SUB Lib.Load(vName)
  /* appends */
  All: LOAD '$(vName)' as name, RecNo() as n, 1 as junk AUTOGENERATE 2;
END SUB
`,
    },
    tables: { All: 'name,n: A,1 | A,2 | B,1 | B,2' },
  },
  {
    rule: 'error mode',
    script: `SET ErrorMode = 0;
      T: LOAD * FROM [lib://d/nope.csv] (txt);
      LET e1 = ScriptError; LET t1 = Text(ScriptError);
      LOAD zz RESIDENT Nope;
      LET e2 = Num(ScriptError);
      LET n = ScriptErrorCount;
      SET ErrorMode = 1;
      IF ScriptErrorCount > 1 THEN
        TRACE two or more: $(n), $(e2);
      END IF
      U: LOAD $(n) as n AUTOGENERATE 1;`,
    tables: { U: 'n: 2' },
    traced: ['two or more: 2, 10'],
  },
  {
    rule: 'switch, do until, exit do',
    script: `LET n = 0; LET out = '';
      DO
        LET n = n + 1;
        SWITCH Mod(n, 4)
          CASE 0
            LET out = out & 'a';
          CASE 1, 2
            LET out = out & 'b';
          DEFAULT
            LET out = out & 'c';
        END SWITCH
        EXIT DO WHEN n >= 50
      LOOP UNTIL n = 6
      TRACE $(out);
      DO WHILE n > 3
        n = n - 1
      LOOP
      TRACE $(n);`,
    traced: ['bbcabb', '3'],
  },
  {
    rule: 'exit for unless, exit sub, exit script when',
    script: `SUB s(n)
        IF n > 2 THEN
          EXIT SUB;
        END IF
        LET n = n * 10;
      END SUB
      FOR EACH k IN 1, 2, 3, 'x'
        LET m = k;
        CALL s(m);
        TRACE k=$(k) m=$(m);
        EXIT FOR UNLESS IsNum(k)
      NEXT k
      EXIT SCRIPT WHEN 1 = 1;
      TRACE never;
      this is not a statement;`,
    traced: ['k=1 m=10', 'k=2 m=20', 'k=3 m=3', 'k=x m=x'],
  },
  {
    rule: 'bare variables as numbers of rows, FIRST, FOR',
    script: `LET vN = 3; LET vF = 2;
      A: LOAD RecNo() as r AUTOGENERATE vN;
      B: FIRST vF LOAD r as q RESIDENT A;
      C: FIRST (vF - 1) LOAD r as s RESIDENT A;
      D: FIRST $(vF) LOAD r as t RESIDENT A;
      E: LOAD RowNo() as u AUTOGENERATE (vN - 1);
      F: LOAD RowNo() as w AUTOGENERATE NoOfRows('A') - 2;`,
    tables: { A: 'r: 1 | 2 | 3', B: 'q: 1 | 2', C: 's: 1', D: 't: 1 | 2', E: 'u: 1 | 2', F: 'w: 1' },
  },
  {
    rule: 'comments everywhere',
    script: `///$tab Main
      /* block ; with 'quote */ SET a /* mid */ = 5; // tail ; comment
      REM this is it's own; LET b = a + 1; // it's fine
      T: // label comment
      LOAD // fields
        x, // the 'x'
        /* y, */
        '//no' as z, "x" as [w/*] // last
      INLINE [
x, y // not a comment
1, 2
];
      TRACE http://x/$(b);`,
    tables: { T: 'x,z,w/*: 1,//no,1' },
    traced: ['http://x/6'],
  },
  {
    rule: 'German and other decimal settings',
    script: `SET ThousandSep='.'; SET DecimalSep=','; SET MoneyThousandSep='.'; SET MoneyDecimalSep=',';
      SET MoneyFormat='#.##0,00 €;-#.##0,00 €'; SET DateFormat='DD.MM.YYYY'; SET TimestampFormat='DD.MM.YYYY hh:mm:ss[.fff]';
      SET MonthNames='Jan;Feb;Mrz;Apr;Mai;Jun;Jul;Aug;Sep;Okt;Nov;Dez'; SET DayNames='Mo;Di;Mi;Do;Fr;Sa;So';
      T: LOAD Betrag, Betrag * 2 as zwei, Money(Betrag) as geld, Datum, Month(Datum) as m, WeekDay(Datum) as wd,
        MonthName(Datum) as mn, Num(Betrag, '#.##0,0') as n1, Date(Datum + 1) as d2
        INLINE [
Betrag;Datum
1.234,5;03.03.2024
-0,25;31.12.2023
] (delimiter is ';');
      LET x = 7 / 2; TRACE $(x) $(#x);`,
    tables: {
      T:
        'Betrag,zwei,geld,Datum,m,wd,mn,n1,d2: 1.234,5#1234.5,2469,1.234,50 €#1234.5,03.03.2024#45354,Mrz#3,So#6,Mrz 2024#45352,1.234,5#1234.5,04.03.2024#45355' +
        ' | -0,25#-0.25,-0.5,-0,25 €#-0.25,31.12.2023#45291,Dez#12,So#6,Dez 2023#45261,-0,3#-0.25,01.01.2024#45292',
    },
    traced: ['3,5 3.5'],
  },
  {
    rule: 'US settings: week by Sunday, broken weeks',
    script: `SET DateFormat='M/D/YYYY'; SET TimeFormat='h:mm:ss TT'; SET TimestampFormat='M/D/YYYY h:mm:ss[.fff] TT';
      SET FirstWeekDay=6; SET BrokenWeeks=1; SET ReferenceDay=0;
      T: LOAD d, Week(d) as w, WeekStart(d) as ws, WeekDay(d) as wd, Year(d)*100+Month(d) as ym
        ${inline('d', '1/1/2024', '1/7/2024', '12/31/2023')};
      U: LOAD t, Hour(t) as h, Time(t) as tt, Timestamp(t,'YYYY-MM-DD hh:mm') as iso ${inline('t', '1/2/2024 3:05:00 PM')};`,
    tables: {
      T: 'd,w,ws,wd,ym: 1/1/2024#45292,1,12/31/2023#45291,Mon#1,202401 | 1/7/2024#45298,2,1/7/2024#45298,Sun#0,202401 | 12/31/2023#45291,53,12/31/2023#45291,Sun#0,202312',
      U: 't,h,tt,iso: 1/2/2024 3:05:00 PM#45293.62847222222,15,3:05:00 PM#45293.62847222222,2024-01-02 15:05#45293.62847222222',
    },
  },
  {
    rule: 'Swedish settings',
    script: `SET ThousandSep=' '; SET DecimalSep=','; SET MoneyFormat='# ##0,00 kr;-# ##0,00 kr'; SET MoneyThousandSep=' '; SET MoneyDecimalSep=',';
      SET DateFormat='YYYY-MM-DD'; SET FirstWeekDay=0; SET BrokenWeeks=0; SET ReferenceDay=4;
      T: LOAD a, a + 0 as n, Money(a * 1000) as m, Num(a * 1000, '# ##0') as k
        INLINE [
a
1 234,5
0,5
] (delimiter is '|');
      U: LOAD d, Week(d) as w, WeekName(d) as wn ${inline('d', '2024-12-30', '2021-01-01')};`,
    tables: {
      T: 'a,n,m,k: 1 234,5#1234.5,1234.5,1 234 500,00 kr#1234500,1 234 500#1234500 | 0,5#0.5,0.5,500,00 kr#500,500#500',
      U: 'd,w,wn: 2024-12-30#45656,1,2025/01#45656 | 2021-01-01#44197,53,2020/53#44193',
    },
  },
  {
    rule: 'timestamp arithmetic and intervals',
    script: `T: LOAD id, Interval(e - s) as dur, Interval(e - s, 'hh:mm') as hm, Round((e - s) * 24, 0.01) as hours,
        Timestamp(Floor(s, 1/24), 'hh:mm') as h, DayStart(s) = Floor(s) as same
        ${inline('id,s,e', '1,2024-01-01 22:30:00,2024-01-03 01:00:00', '2,2024-02-28 23:59:30,2024-03-01 00:00:00')};`,
    tables: {
      T: 'id,dur,hm,hours,h,same: 1,26:30:00#1.1041666666642413,26:30#1.1041666666642413,26.5,22:00#45292.916666666664,-1 | 2,24:00:30#1.000347222223354,24:00#1.000347222223354,24.01,23:00#45350.958333333336,-1',
    },
  },
  {
    rule: 'file lists and dir lists, wildcard with FileBaseName, recursion',
    script: `SUB Walk(Root)
        FOR EACH f IN FileList('$(Root)/*.csv')
          Files: LOAD FileBaseName() as base, FileExtension() as ext, SubField(FileDir(),'/',-1) as dir, * FROM [$(f)] (txt, utf8, embedded labels, delimiter is ';', msq);
        NEXT f
        FOR EACH dd IN DirList('$(Root)/*')
          CALL Walk('$(dd)');
        NEXT dd
      END SUB
      CALL Walk('lib://d/in');
      W: LOAD FileBaseName() as wbase, x as wx FROM [lib://d/in/*.csv] (txt, embedded labels, delimiter is ';');`,
    files: {
      'in/a.csv': 'x;y\n1;2\n',
      'in/b.csv': 'x;y\n3;4',
      'in/sub/c.csv': 'x;y\r\n5;6\r\n',
      'in/sub/deep/d.csv': 'x;y\n7;8\n',
    },
    tables: {
      Files: 'base,ext,dir,x,y: a,csv,in,1,2 | b,csv,in,3,4 | c,csv,sub,5,6 | d,csv,deep,7,8',
      W: 'wbase,wx: a,1 | b,3',
    },
  },
  {
    rule: 'when and unless prefixes, macro statements, macro labels',
    script: `LET A = 1; SET vTab = 'Dyn'; SET vCmd = LOAD 1 as one AUTOGENERATE 1;
      WHEN A = 1 UNLESS A = 2 [$(vTab)]: LOAD 5 as five AUTOGENERATE 1;
      UNLESS A = 1 LOAD 6 as six AUTOGENERATE 1;
      M: $(vCmd);
      SET vAll = "TRACE one; TRACE two";
      $(vAll);
      IF A = 1 THEN; TRACE inline if; END IF;`,
    tables: { Dyn: 'five: 5', M: 'one: 1' },
    traced: ['one', 'two', 'inline if'],
  },
  {
    rule: 'step loops, fractional and negative, next variable',
    script: `LET o = '';
      FOR x = 1 TO 2 STEP 0.25
        LET o = o & x & ' ';
      NEXT x
      FOR y = 3 TO 1 STEP -1
        LET o = o & y;
      NEXT y
      FOR z = 1 TO 0
        LET o = 'bad';
      NEXT
      TRACE $(o);`,
    traced: ['1 1.25 1.5 1.75 2 321'],
  },
  {
    rule: 'peek, fieldvalue and table functions outside of LOAD',
    script: `T: LOAD * ${inline('k,v', 'a,1', 'b,2', 'a,3')};
      LET p = Peek('v', -1, 'T'); LET q = Peek('k', 1, 'T'); LET n = NoOfRows('T'); LET f = NoOfFields('T');
      LET fv = FieldValue('k', 2); LET c = FieldValueCount('k'); LET tn = TableName(0); LET fn = FieldName(2,'T');
      LET nx = Peek('v', 99, 'T'); LET nn = NoOfRows('zz');
      TRACE $(p) $(q) $(n) $(f) $(fv) $(c) $(tn) $(fn) [$(nx)] [$(nn)];`,
    traced: ['3 b 3 2 b 2 T v [] []'],
  },
  {
    rule: 'variables removed and emptied; null tests',
    script: `LET a = Null(); SET b = ; LET c = ''; LET d=;
      IF Len('$(a)$(b)$(c)') = 0 AND IsNull(zz) THEN
        TRACE empty;
      ELSE
        TRACE full;
      ENDIF
      IF Alt(QvdNoOfRecords('lib://d/nix.qvd'), 0) = 0 AND Len(FileSize('lib://d/nix.qvd')) = 0 AND IsNull(FileTime('lib://d/nix.csv')) THEN
        TRACE first run;
      END IF`,
    traced: ['empty', 'first run'],
  },
  {
    rule: 'dates in variables',
    script: `LET d = MakeDate(2024,2,28); LET e = AddMonths(d, 12); LET n = Num(d); LET s = Date(d, 'YYYYMMDD'); LET q = Date(MonthStart(d,-1),'MMM YYYY');
      LET t = Timestamp(d + 0.75); LET w = '$(d)' & ' ' & Year(d) + 1;
      TRACE $(d) $(e) $(n) $(s) $(q) $(t);
      T: LOAD * ${inline('x', '2024-02-27', '2024-02-28')} WHERE x = '$(d)';
      U: LOAD x as y RESIDENT T WHERE x >= $(n);`,
    tables: { T: 'x: 2024-02-28#45350', U: 'y: 2024-02-28#45350' },
    traced: ['2024-02-28 2025-02-28 45350 20240228 Jan 2024 2024-02-28 18:00:00'],
  },
]
