/**
 * ALIAS, MAP, NULLASVALUE, AUTONUMBER, TAG, COMMENT, SECTION, SAMPLE, BUFFER, FROM_FIELD (LANGUAGE 3, 5, 6).
 */
import { expect, it } from 'vitest'
import { Database } from '../../src/engine/duckdb/database.ts'
import { restoreModel } from '../../src/engine/duckdb/model-file.ts'
import { pairValue, readableTable, readBatches } from '../../src/engine/duckdb/row-source.ts'
import type { DataModel } from '../../src/script/model/data-model.ts'
import { describeScripts, inline, notation, withScript } from '../support/script-under-test.ts'

const COUNTRIES = `M: MAPPING LOAD * ${inline('c,name', 'US,United States', 'DE,Germany')};`

describeScripts('ALIAS', [
  {
    rule: 'S2: acts on every later LOAD, before QUALIFY',
    script: `Alias a as b, c as [d e]; T: LOAD * ${inline('a,c', '1,2')};
      QUALIFY b; U: LOAD a, 3 as x ${inline('a', '1')}; UNQUALIFY *;`,
    tables: { T: 'b,d e: 1,2', U: 'U.b,x: 1,3' },
  },
])

describeScripts('FORCE', [
  {
    rule: 'S10: names and values of later loads, texts of duals too, until another FORCE; loaded ones stay',
    script: `Z: LOAD * ${inline('z y', 'aB')}; FORCE CASE UPPER; T: LOAD * ${inline('ab,d', 'cd,1e3', '1,ß')};
      U: LOAD AB as x, 'lit' as [y z] RESIDENT T; FORCE CASE LOWER; L: LOAD X as UP RESIDENT U;
      FORCE CAPITALIZATION; C: LOAD * ${inline('ij kL,GH', 'mn OP,eF')};
      FORCE CASE MIXED; M: LOAD * ${inline('eF', 'gH')}; FLUSHLOG;`,
    tables: {
      Z: 'z y: aB',
      T: 'AB,D: CD,1E3#1000 | 1,SS',
      U: 'X,Y Z: CD,LIT | 1,LIT',
      L: 'up: cd | 1',
      C: 'Ij Kl,Gh: Mn Op,Ef',
      M: 'eF: gH',
    },
  },
  { rule: 'needs a word', script: 'FORCE CASE x;', fault: [2, 'expected UPPER, LOWER or MIXED'] },
  { rule: 'needs its end', script: 'FORCE x;', fault: [2, 'expected CAPITALIZATION or CASE'] },
])

describeScripts('MAP', [
  {
    rule: 'M6: acts on the stored field, not on expressions; ends with UNMAP',
    script: `${COUNTRIES} Map c Using M; T: LOAD c, c & '' as d, c as c2 ${inline('c', 'US', 'FR')};
      UNMAP c; U: LOAD c, 1 as u ${inline('c', 'US')};`,
    tables: { T: 'c,d,c2: United States,US,US | FR,FR,FR', U: 'c,u: US,1' },
  },
  {
    rule: 'patterns and exceptions; a RESIDENT load that could run as a query maps too',
    script: `${COUNTRIES} MAP * USING M; UNMAP keep; T: LOAD * ${inline('c,keep', 'US,US')};
      UNMAP *; S: LOAD c as raw ${inline('c', 'DE')}; MAP mapped USING M;
      NoConcatenate U: LOAD raw as mapped RESIDENT S;`,
    tables: { T: 'c,keep: United States,US', S: 'raw: DE', U: 'mapped: Germany' },
  },
  {
    rule: 'Exists sees what is stored',
    script: `${COUNTRIES} MAP c USING M; T: LOAD * ${inline('c', 'US', 'US')} WHERE NOT Exists(c, 'United States');`,
    tables: { T: 'c: United States' },
  },
  { rule: 'M7: an unknown map', script: 'MAP c USING nix;', fault: [10, "Mapping table 'nix' not found"] },
])

describeScripts('NULLASVALUE', [
  {
    rule: 'B13: NULL of later loads becomes NullValue',
    script: `NullAsValue b; SET NullValue='<n>'; T: LOAD 1 as a, Null() as b, Null() as c AutoGenerate 1;
      NullAsNull b; U: LOAD 2 as a, Null() as b AutoGenerate 1;`,
    tables: { T: 'a,b,c: 1,<n>,∅', U: 'a,b: 2,∅' },
  },
  {
    rule: 'without NullValue it is an empty text; * means every field; joins count it too',
    script: `NULLASVALUE *; NULLASNULL k; T: LOAD If(0,1) as k, If(0,1) as v AutoGenerate 1;
      NoConcatenate U: LOAD k, v RESIDENT T;`,
    tables: { T: "k,v: ∅,''", U: "k,v: ∅,''" },
  },
  {
    rule: 'NullInterpret makes the NULL that it turns back',
    script: `SET NullInterpret='-'; SET NullValue=none; NullAsValue v; T: LOAD * ${inline('v', '-', '1')};`,
    tables: { T: 'v: none | 1' },
  },
])

describeScripts('AUTONUMBER', [
  {
    rule: 'I13, FACTS: numbers first; equal values get equal integers in every table, others others; NULL stays',
    script: `A: LOAD If(k<>'-', k) as k ${inline('k', 'x', 'y', 'x', '-', '1', '01')};
      B: LOAD * ${inline('k,v', 'y,1', 'z,2')}; AutoNumber k;`,
    tables: { A: 'k: 2 | 3 | 2 | ∅ | 1 | 1', B: 'k,v: 3,1 | 4,2' },
  },
  {
    rule: 'fields of one namespace share their numbers; patterns',
    script: `A: LOAD * ${inline('%k,l,m', 'x,y,x')}; AUTONUMBER %k, l USING n; AUTONUMBER "m*" Using 'n';`,
    tables: { A: '%k,l,m: 1,2,1' },
  },
  { rule: 'an unknown field', script: 'AutoNumber nix;', fault: [11, "Field 'nix' not found"] },
])

describeScripts('SAMPLE, BUFFER, FROM_FIELD', [
  {
    rule: 'SAMPLE loads all or nothing at its ends',
    script: `A: SAMPLE 1 LOAD RecNo() as a AutoGenerate 3; B: SAMPLE 0 LOAD a as b RESIDENT A;`,
    tables: { A: 'a: 1 | 2 | 3', B: 'b: ' },
  },
  {
    rule: 'BUFFER is accepted in all its forms',
    script: `Buffer A: LOAD * ${inline('a', '1')}; Buffer (Incremental) LOAD 1 as b AutoGenerate 1;
      C: Buffer (Stale After 7 Days) LOAD 1 as c AutoGenerate 1;`,
    tables: { A: 'a: 1', AUTOGENERATE01: 'b: 1', C: 'c: 1' },
  },
  {
    rule: 'FROM_FIELD reads the values of a field as a file',
    script: `S: LOAD 'a;b' & Chr(10) & '1;2' as text AutoGenerate 1; Concatenate LOAD '3;4' as text AutoGenerate 1;
      T: LOAD a, b * 2 as b FROM_FIELD (S, text) (txt, embedded labels, delimiter is ';') WHERE a > 0; DROP TABLE S;`,
    tables: { T: 'a,b: 1,4 | 3,8' },
  },
  {
    rule: 'FROM_FIELD of a field that is not there',
    script: 'S: LOAD 1 as a AutoGenerate 1; LOAD * FROM_FIELD (S, b) (txt);',
    fault: [11, "Field 'b' not found"],
  },
])

/** The model that a script leaves, and its tables of SECTION ACCESS. */
function modelOf(script: string): Promise<{ model: DataModel; access: Record<string, string> }> {
  return withScript(script, {}, async ({ run, dataFile }) => {
    expect(run.end).toEqual({ kind: 'completed' })
    const database = await Database.open({
      file: dataFile,
      privateFolder: `${dataFile}.look`,
      readOnly: true,
    })
    try {
      const model = await restoreModel(database)
      const access: Record<string, string> = {}
      for (const table of model.aside?.tables ?? []) {
        const rows: string[] = []
        await readBatches(database, readableTable(table), (batch, count) => {
          for (let at = 0; at < count; at++) {
            rows.push(
              table.fields
                .map((_, i) => notation(pairValue(batch[2 * i]![at], batch[2 * i + 1]![at])))
                .join(','),
            )
          }
          return true
        })
        access[table.name] = `${table.fields.map(({ name }) => name).join(',')}: ${rows.join(' | ')}`
      }
      return { model, access }
    } finally {
      database.close()
    }
  })
}

it('SECTION ACCESS has tables, names and values of its own, in upper case', async () => {
  const { model, access } = await modelOf(`T: LOAD * ${inline('ACCESS,Region', 'admin,North')};
    Areas: LOAD Region & '' as Area RESIDENT T;
    Section Access;
    T: LOAD * ${inline('access,userid,region', 'user,u1,n', 'admin,u2,s')};
    LOAD 'x' as access, 'u3' as userid, Region as region ${inline('Region', 'w')};
    More: LOAD DISTINCT Area as reduction RESIDENT Areas;
    Section Application;
    U: LOAD * ${inline('x', 'low')};
    Concatenate LOAD 'er' as x AutoGenerate 1;`)
  expect(model.tables.map(({ name, rows }) => [name, rows])).toEqual([
    ['T', 1],
    ['Areas', 1],
    ['U', 2],
  ])
  expect(access).toEqual({
    T: 'ACCESS,USERID,REGION: USER,U1,N | ADMIN,U2,S | X,U3,W',
    More: 'REDUCTION: NORTH',
  })
})

it('S9: tags and comments are kept with their names; unknown names are passed over', async () => {
  const { model } = await modelOf(`C: MAPPING LOAD * ${inline('f,c', 'b,by map', 'nix,x')};
    T: LOAD * ${inline('a,b,c', '1,2,3')};
    TAG FIELD a WITH '$key', $hidden; TAG FIELDS a, b, nix WITH mine; UNTAG FIELD a WITH $hidden;
    TAG TABLE T WITH 'fact'; COMMENT FIELD a WITH 'first'; COMMENT FIELD a WITH "it's a"; COMMENT FIELDS USING C;
    COMMENT TABLE T WITH 'all of it'; COMMENT FIELD c WITH 'gone'; DROP FIELD c; RENAME FIELD a TO z; RENAME TABLE T TO U;`)
  expect(model.notes).toEqual({
    table: new Map([['U', { tags: ['fact'], comment: 'all of it' }]]),
    field: new Map([
      ['z', { tags: ['$key', 'mine'], comment: "it's a" }],
      ['b', { tags: ['mine'], comment: 'by map' }],
    ]),
  })
})

it('DECLARE and DERIVE are parsed and kept with the model', async () => {
  const { model } = await modelOf(`[autoCalendar]:
    DECLARE FIELD DEFINITION Tagged ('$date')
    FIELDS
      Dual(Year($1), YearStart($1)) AS [Year] Tagged ('$axis', '$year'),
      Week($1) AS [Week] Tagged $week,
      Date(Floor($1)) AS [Date];
    T: LOAD 45000 as day, 1 as [other day] AutoGenerate 1;
    DERIVE FIELDS FROM FIELDS [day], [other day] USING [autoCalendar];
    mine: Declare Field Definition Parameters first = 1, w = 'x' Fields YearStart($1, 0, first) as M;
    yours: Declare Field Using mine With first = 4;
    Derive Fields From Explicit Tags $date Using yours; Derive Fields From Implicit Tag Using autoCalendar;`)
  expect(model.derived).toMatchObject([
    {
      from: 'fields',
      names: ['day', 'other day'],
      definition: 'autoCalendar',
      tags: ['$date'],
      fields: [
        { expression: 'Dual(Year($1), YearStart($1))', name: 'Year', tags: ['$axis', '$year'] },
        { expression: 'Week($1)', name: 'Week', tags: ['$week'] },
        { expression: 'Date(Floor($1))', name: 'Date', tags: [] },
      ],
    },
    { from: 'explicit', names: ['$date'], definition: 'yours', parameters: { first: '4', w: "'x'" } },
    { from: 'implicit', names: [], definition: 'autoCalendar' },
  ])
})

describeScripts('DERIVE', [
  {
    rule: 'a definition that is not declared, or has no name',
    script: `SET ErrorMode=0; DERIVE FIELDS FROM FIELDS a USING nix; TRACE $(=Num(ScriptError));
      DECLARE FIELD DEFINITION FIELDS $1 AS a; TRACE $(=Num(ScriptError));`,
    traced: ['16', '2'],
  },
])

it('HidePrefix and HideSuffix tag the fields of all tables, as they are at the end', async () => {
  const script = `SET HidePrefix='_'; A: LOAD 1 AS _a, 2 AS b AUTOGENERATE 1; B: LOAD 3 AS c_, 4 AS %d AUTOGENERATE 1;
    SET hideprefix='%'; SET HideSuffix='_';`
  await withScript(script, {}, ({ run }) => {
    const hidden = run.profile?.fields.filter(({ tags }) => tags.includes('$hidden')).map(({ name }) => name)
    expect(hidden).toEqual(['c_', '%d'])
  })
})
