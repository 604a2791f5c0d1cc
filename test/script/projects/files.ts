/**
 * Scripts in the manner of real projects, worked out by hand from the language: files of all kinds, read and
 * stored.
 */
import { inline, type ScriptCase } from '../../support/script-under-test.ts'

const utf16le = (text: string) => Buffer.from(`\uFEFF${text}`, 'utf16le')
export const FILES: readonly ScriptCase[] = [
  {
    rule: 'first run and second run of an incremental load with a QVD',
    script: `SUB LoadFacts(vFile)
        Facts: LOAD Id, Amount, Timestamp(Modified) as Modified FROM [$(vFile)] (txt, utf8, embedded labels, delimiter is ',', msq);
        IF FileSize('lib://d/qvd/facts.qvd') > 0 THEN
          CONCATENATE (Facts) LOAD * FROM [lib://d/qvd/facts.qvd] (qvd) WHERE NOT Exists(Id);
        END IF
        Max: LOAD Max(Modified) as maxModified RESIDENT Facts;
        LET vLast = Timestamp(Peek('maxModified', 0, 'Max'));
        DROP TABLE Max;
        STORE Facts INTO [lib://d/qvd/facts.qvd] (qvd);
        LET vCount = NoOfRows('Facts');
        DROP TABLE Facts;
        TRACE $(vCount) rows until $(vLast);
      END SUB
      CALL LoadFacts('lib://d/day1.csv'); CALL LoadFacts('lib://d/day2.csv');
      Result: LOAD Id, Amount, Date(Floor(Modified)) as day FROM [lib://d/qvd/facts.qvd] (qvd);
      LET q = QvdNoOfRecords('lib://d/qvd/facts.qvd') & '/' & QvdNoOfFields('lib://d/qvd/facts.qvd') & '/' & QvdTableName('lib://d/qvd/facts.qvd') & '/' & QvdFieldName('lib://d/qvd/facts.qvd', 2);
      TRACE $(q);`,
    files: {
      'day1.csv': 'Id,Amount,Modified\n1,10,2024-01-01 10:00:00\n2,20,2024-01-01 11:00:00\n',
      'day2.csv': 'Id,Amount,Modified\n2,25,2024-01-02 09:00:00\n3,30,2024-01-02 10:30:00\n',
      'qvd/.keep': '',
    },
    tables: {
      Result: 'Id,Amount,day: 2,25,2024-01-02#45293 | 3,30,2024-01-02#45293 | 1,10,2024-01-01#45292',
    },
    traced: ['2 rows until 2024-01-01 11:00:00', '3 rows until 2024-01-02 10:30:00', '3/3/Facts/Amount'],
  },
  {
    rule: 'windows-1252, UTF-8 with BOM, UTF-16, OEM',
    script: `A: LOAD * FROM [lib://d/ansi.csv] (ansi, txt, delimiter is ';', embedded labels);
      B: LOAD * FROM [lib://d/bom.csv] (txt, codepage is 1252, embedded labels, delimiter is ',');
      C: LOAD * FROM [lib://d/wide.txt] (unicode, txt, delimiter is '\\t', embedded labels);
      D: LOAD * FROM [lib://d/cp.csv] (txt, codepage is 1252, embedded labels);
      E: LOAD * FROM [lib://d/oem.csv] (txt, oem, embedded labels);`,
    files: {
      'ansi.csv': Buffer.from('Stra\xdfe;Preis\nK\xf6ln;5\x80\n', 'latin1'),
      'bom.csv': '\uFEFFnom,prénom\nÉva,Zoé\n',
      'wide.txt': utf16le('a\tб\r\n1\tж\r\n'),
      'cp.csv': Buffer.from('navn,by\nS\xf8ren,\xc5rhus\n', 'latin1'),
      'oem.csv': Buffer.from('ort\nM\x81nchen\n', 'latin1'),
    },
    tables: {
      A: 'Straße,Preis: Köln,5€',
      B: 'nom,prénom: Éva,Zoé',
      C: 'a,б: 1,ж',
      D: 'navn,by: Søren,Århus',
      E: 'ort: München',
    },
  },
  {
    rule: 'headers, comments, footers, embedded newlines, quotes',
    script: `A: LOAD * FROM [lib://d/h.csv] (txt, embedded labels, delimiter is ';', msq, header is 2 lines) WHERE IsNum(id);
      B: LOAD * FROM [lib://d/c.csv] (txt, comment is '#', embedded labels, delimiter is ',');
      RENAME FIELD a TO ba, b TO bb;
      C: LOAD @1 as a, @3 as c FROM [lib://d/n.csv] (txt, no labels, delimiter is '|', no quotes, header is 1 lines);
      D: LOAD * FROM [lib://d/q.csv] (txt, embedded labels, delimiter is ',');`,
    files: {
      'h.csv': 'Report\n2024\nid;text\n1;"two\nlines; ""quoted"""\n2;plain\nTotal;2\n',
      'c.csv': '# exported\na,b\n1,2\n#3,4\n5,6\n',
      'n.csv': "title\nx|y|'z'\np||\"q\n",
      'q.csv': `a,b\n'x,y',it's\n"p ""q""",  r s  \n`,
    },
    tables: {
      A: 'id,text: 1,two\nlines; "quoted" | 2,plain',
      B: 'ba,bb: 1,2 | 5,6',
      C: `a,c: x,'z' | p,"q`,
      D: `a,b: x,y,it's | p ""q"",r s`,
    },
  },
  {
    rule: 'fixed width',
    script: `A: LOAD Trim(@1:5) as code, @6:12 as name, @13:n as amount FROM [lib://d/f.txt] (fix, utf8, header is 1 lines);`,
    files: { 'f.txt': 'CODE NAME   AMOUNT\nA01  Anna      5.50\nB2   Böö      12\n' },
    tables: { A: 'code,name,amount: A01,Anna,5.50#5.5 | B2,Böö,12' },
  },
  {
    rule: 'inline with other delimiters, odd quoting, missing and surplus cells',
    script: `A: LOAD * INLINE [
        k | v w | z
        1 | "a|b" | it's
        2 | |
        3
        4 | x | y | surplus
      ] (delimiter is '|');
      B: LOAD * INLINE "a,b
1,[x]
2,'y, z'";
      C: LOAD * INLINE 'p
q''s';
      D: LOAD * INLINE [m	n
1	2] (txt, delimiter is '\\t');`,
    tables: {
      A: `k,v w,z: 1,a|b,it's | 2,'','' | 3,'','' | 4,x,y`,
      B: 'a,b: 1,[x] | 2,y, z',
      C: "p: q's",
      D: 'm,n: 1,2',
    },
  },
  {
    rule: 'store to csv with quoting, parquet and qvd, and read them again',
    script: `T: LOAD * INLINE [
id;text;d
1;a,b;2024-01-05
2;say "x";
003;;2024-02-01
] (delimiter is ';');
      STORE id, text as words, d FROM T INTO [lib://d/o.csv] (txt);
      STORE T INTO [lib://d/o.tsv] (txt, delimiter is '\\t');
      STORE T INTO [lib://d/o.parquet] (parquet);
      STORE * FROM T INTO [lib://d/o.qvd] (qvd);
      DROP TABLE T;
      C: LOAD * FROM [lib://d/o.csv] (txt, embedded labels, msq);
      V: NOCONCATENATE LOAD id as qid, text as qtext, d as qd FROM [lib://d/o.tsv] (txt, msq, delimiter is '\\t', embedded labels);
      Q: LOAD id as xid, text as xt, d as xd FROM [lib://d/o.qvd] (qvd);
      P: LOAD id as pid, text as pt, Date(d) as pd FROM [lib://d/o.parquet] (parquet);`,
    tables: {
      C: `id,words,d: 1,a,b,2024-01-05#45296 | 2,say "x",'' | 003#3,'',2024-02-01#45323`,
      V: `qid,qtext,qd: 1,a,b,2024-01-05#45296 | 2,say "x",'' | 003#3,'',2024-02-01#45323`,
      Q: `xid,xt,xd: 1,a,b,2024-01-05#45296 | 2,say "x",'' | 003#3,'',2024-02-01#45323`,
      P: `pid,pt,pd: "1",a,b,2024-01-05#45296 | "2",say "x",∅ | "003",'',2024-02-01#45323`,
    },
  },
  {
    rule: 'wildcard with different fields',
    script: `T: LOAD *, FileName() as f FROM [lib://d/x*.csv] (txt);
      LET n = NoOfTables();
      FOR i = 0 TO n - 1
        LET name = TableName(i);
        TRACE $(i) $(name);
      NEXT`,
    files: { 'x1.csv': 'a,b\n1,2\n', 'x2.csv': 'b,a\n3,4\n', 'x3.csv': 'a,c\n5,6\n' },
    tables: { T: 'a,b,f: 1,2,x1.csv | 4,3,x2.csv', 'T-1': 'a,c,f: 5,6,x3.csv' },
    traced: ['0 T', '1 T-1'],
  },
  {
    rule: 'wildcard with concatenate into an empty first table',
    script: `T: LOAD Null() as dummy AUTOGENERATE 0;
      CONCATENATE (T) LOAD * FROM [lib://d/x*.csv] (txt);
      DROP FIELD dummy FROM T;`,
    files: { 'x1.csv': 'a,b\n1,2\n', 'x3.csv': 'a,c\n5,6\n' },
    tables: { T: 'a,b,c: 1,2,∅ | 5,∅,6' },
  },
  {
    rule: 'directory, relative paths, mixed slashes',
    script: `DIRECTORY [lib://d/in];
      A: LOAD * FROM a.csv (txt);
      B: LOAD a as b FROM [..\\other/b b.csv] (txt);
      DIRECTORY lib://d;
      C: LOAD a as c FROM in/a.csv;`,
    files: { 'in/a.csv': 'a\n1\n', 'other/b b.csv': 'a\n2\n' },
    tables: { A: 'a: 1', B: 'b: 2', C: 'c: 1' },
  },
  {
    rule: 'NullInterpret, NullAsValue, nulls in joins',
    script: `SET NullInterpret = 'NULL';
      A: LOAD * ${inline('k,v', '1,x', 'NULL,y', ',z')};
      SET NullInterpret = ;
      LEFT JOIN (A) LOAD * ${inline('k,w', '1,p', ',q')};
      B: LOAD k as kk, Len(k) as l, IsNull(k) as n, If(Len(Trim(k)) = 0, 'leer', k) as t RESIDENT A;
      NULLASVALUE x, y; SET NullValue = '<none>';
      C: LOAD v as vv, If(v = 'y', v) as x, If(v = 'q', 1) as y, Null() as z RESIDENT A;
      NULLASNULL *;
      D: LOAD If(v='y', v) as x2 RESIDENT A; DROP TABLE A;`,
    tables: {
      B: `kk,l,n,t: 1,1,0,1 | ∅,0,-1,leer | '',0,0,leer`,
      C: 'vv,x,y,z: x,<none>,<none>,∅ | y,y,<none>,∅ | z,<none>,<none>,∅',
      D: 'x2: ∅ | y | ∅',
    },
  },
  {
    rule: 'rename, drop, tags, comments and map renames',
    script: `M: MAPPING LOAD * ${inline('from,to', 'cust_id,Customer ID', 'zz,nope')};
      T: LOAD * ${inline('cust_id,amt,x', '1,5,p')};
      U: LOAD * ${inline('cust_id,y', '1,q')};
      RENAME FIELDS USING M; RENAME FIELD amt TO Amount, x TO [X y]; RENAME TABLE T TO Fact, U TO [Dim 1];
      DROP FIELD y FROM [Dim 1]; TAG FIELD Amount WITH '$measure'; COMMENT FIELD Amount WITH 'it''s money'; COMMENT TABLE Fact WITH 'facts';
      DROP FIELDS [X y];`,
    tables: { Fact: 'Customer ID,Amount: 1,5', 'Dim 1': 'Customer ID: 1' },
  },
  {
    rule: 'format guessed, delimiter default, label by file name',
    script: `LOAD * FROM [lib://d/sales.csv];
      LOAD * FROM [lib://d/prices.tab] (txt, delimiter is \\t);
      LOAD 1 as q AUTOGENERATE 1;
      LOAD * INLINE [z
1];`,
    files: { 'sales.csv': 'a,b\n1,2\n', 'prices.tab': 'c\td\n3\t4\n' },
    tables: { sales: 'a,b: 1,2', prices: 'c,d: 3,4', AUTOGENERATE01: 'q: 1', INLINE01: 'z: 1' },
  },
  {
    rule: 'a header cell that is blank, double or odd',
    script: `T: LOAD * FROM [lib://d/x.csv] (txt, embedded labels, delimiter is ',');`,
    files: { 'x.csv': 'a, b c ,[d],"e,f",50%\n1,2,3,4,5\n' },
    tables: { T: 'a,b c,[d],e,f,50%: 1,2,3,4,5' },
  },
  {
    rule: 'crosstable from csv with two keys, and value dates from attributes',
    script: `X: CROSSTABLE (Month, Sales, 2) LOAD * FROM [lib://d/x.csv] (txt, embedded labels, delimiter is ';');
      Y: LOAD Region, Prod, Date(Date#(Month,'YYYY-MM'),'MMM YY') as M, Sales RESIDENT X WHERE Len(Sales) > 0;
      DROP TABLE X;`,
    files: { 'x.csv': 'Region;Prod;2024-01;2024-02\nN;a;1;2\nS;b;;4\n' },
    tables: { Y: 'Region,Prod,M,Sales: N,a,Jan 24#45292,1 | N,a,Feb 24#45323,2 | S,b,Feb 24#45323,4' },
  },
  {
    rule: 'spaces in names, quotes of all kinds, duplicates told',
    script: `T: LOAD [a b], "c d", \`e\`, [a b] & '-' & "c d" as 'f g', [a b] as "h" ${inline('a b,c d,e', '1,2,3')};
      U: LOAD Count([a b]) as [n'1], "f g" RESIDENT T GROUP BY "f g";`,
    tables: { T: 'a b,c d,e,f g,h: 1,2,3,1-2,1', U: "n'1,f g: 1,1-2" },
  },
  {
    rule: 'duplicate field is refused',
    script: `T: LOAD a, b as a ${inline('a,b', '1,2')};`,
    fault: [16, 'a'],
  },
]
