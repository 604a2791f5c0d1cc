/** Scripts as data engineers write them, with results worked out by hand. */
import { inline, type ScriptCase } from '../../support/script-under-test.ts'

export const WHOLE: readonly ScriptCase[] = [
  {
    rule: 'a calendar between the first and the last order, by WHILE and IterNo',
    script: `Orders: LOAD * ${inline('id,date,amt', '1,2024-01-15,10', '2,2024-02-03,20', '3,2024-01-31,5')};
      Ends: LOAD Min(date) as first, Max(date) as last RESIDENT Orders;
      LET vFirst = Num(Peek('first',0,'Ends')); LET vLast = Num(Peek('last',0,'Ends'));
      DROP TABLES Ends, Orders;
      Calendar: LOAD date, MonthName(date) as month, Week(date) as week, WeekDay(date) as day;
      LOAD Date($(vFirst) + IterNo() - 1) as date AUTOGENERATE 1 WHILE $(vFirst) + IterNo() - 1 <= $(vLast);
      Months: LOAD month, Count(date) as days, Concat(DISTINCT week,' ') as weeks, FirstValue(day) as begins
        RESIDENT Calendar GROUP BY month;
      DROP TABLE Calendar;`,
    tables: {
      Months: 'month,days,weeks,begins: Jan 2024#45292,17,3 4 5#345,Mon#0 | Feb 2024#45323,3,5,Thu#3',
    },
  },
  {
    rule: 'an incremental load: new and changed rows first, then the stored ones that they do not replace',
    script: `Fact: LOAD * ${inline('id,v', '2,B', '4,d')};
      CONCATENATE (Fact) LOAD * FROM [lib://d/stored.csv] (txt) WHERE NOT Exists(id);
      INNER JOIN (Fact) LOAD * ${inline('id', '1', '2', '4')};
      STORE Fact INTO [lib://d/stored.csv] (txt); DROP TABLE Fact;
      Again: LOAD * FROM [lib://d/stored.csv] (txt);`,
    files: { 'stored.csv': 'id,v\n1,a\n2,b\n3,c\n' },
    tables: { Again: 'id,v: 2,B | 4,d | 1,a' },
  },
  {
    rule: 'maps behind maps, with a default at each step',
    script: `Country: MAPPING LOAD * ${inline('k,v', 'DE,Germany', 'FR,France')};
      Region: MAPPING LOAD * ${inline('k,v', 'Germany,Europe')};
      T: LOAD c, ApplyMap('Region', ApplyMap('Country', Upper(Trim(c)), 'Unknown'), 'elsewhere') as region
        ${inline('c', 'DE', 'fr', 'xx')};`,
    tables: { T: 'c,region: DE,Europe | fr,elsewhere | xx,elsewhere' },
  },
  {
    rule: 'every file of a kind, each with its name',
    script: `FOR EACH vFile IN FileList('lib://d/in/sales_*.csv')
        LET vYear = SubField(SubField(vFile,'_',-1),'.',1);
        Sales: LOAD *, Num#('$(vYear)') as year, FileBaseName() as file FROM [$(vFile)] (txt, delimiter is ';');
      NEXT vFile`,
    files: {
      'in/sales_2024.csv': 'a;b\n3;z\n',
      'in/sales_2023.csv': 'a;b\n1;x\n2;y\n',
      'in/other.csv': 'a;b\n9;9\n',
    },
    tables: {
      Sales: 'a,b,year,file: 1,x,2023#2023,sales_2023 | 2,y,2023#2023,sales_2023 | 3,z,2024#2024,sales_2024',
    },
  },
  {
    rule: 'a table joined with itself, running sums and ranks within groups',
    script: `Emp: LOAD * ${inline('id,boss,sal', '1,,100', '2,1,80', '3,1,70', '4,2,60')};
      LEFT JOIN (Emp) LOAD id as boss, sal as bosssal RESIDENT Emp;
      Run: LOAD id as who, boss as under, bosssal - sal as less,
        If(boss=Previous(boss), RangeSum(Peek('sum'), sal), sal) as sum,
        If(boss=Previous(boss), Peek('rank') + 1, 1) as rank RESIDENT Emp ORDER BY boss, sal DESC;
      DROP TABLE Emp;`,
    tables: {
      Run: `who,under,less,sum,rank: 2,1,20,80,1 | 3,1,30,150,2 | 4,2,20,60,1 | 1,'',∅,100,1`,
    },
  },
  {
    rule: 'columns turned into rows by a loop over field names in a sub',
    script: `Raw: LOAD * ${inline('p,Jan,Feb', 'A,1,2', 'B,4,')};
      SUB Unpivot(vTable)
        LET vLast = NoOfFields('$(vTable)');
        FOR i = 2 TO vLast
          LET vField = FieldName(i, '$(vTable)');
          Long: LOAD p as product, '$(vField)' as month, [$(vField)] as value RESIDENT [$(vTable)]
            WHERE Len([$(vField)]) > 0;
        NEXT i
        DROP TABLE [$(vTable)];
      END SUB
      CALL Unpivot('Raw')`,
    tables: { Long: 'product,month,value: A,Jan,1 | B,Jan,4 | A,Feb,2' },
  },
]
