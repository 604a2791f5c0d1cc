/**
 * Partial reloads (LANGUAGE, section 12; SEMANTICS S5): a full reload, then a partial one of the data it
 * left.
 */

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { defined } from '../../src/core/defined.ts'
import type { ScriptRun } from '../../src/engine/channel/script-run.ts'
import { Database } from '../../src/engine/duckdb/database.ts'
import { readQvdHeader } from '../../src/qvd/qvd-file.ts'
import { runChecked } from '../support/checked-ahead.ts'
import { inline, writtenTables } from '../support/script-under-test.ts'

interface Reloads {
  readonly rule: string
  readonly script: string
  /** The script of the partial reload, where it is another one. */
  readonly second?: string
  readonly full: Readonly<Record<string, string>>
  readonly partial?: Readonly<Record<string, string>>
  readonly fault?: readonly [number, string]
}

async function reloadTwice(
  { script, second = script }: Pick<Reloads, 'script' | 'second'>,
  look: (root: string) => Promise<void> = async () => {},
) {
  const folder = await mkdtemp(path.join(tmpdir(), 'reprise-partial-'))
  try {
    const root = path.join(folder, 'd')
    await mkdir(root)
    await writeFile(path.join(root, 'x1.csv'), 'a\n1\n')
    await writeFile(path.join(root, 'x2.csv'), 'a\n2\n')
    const files = [path.join(folder, 'full.duckdb'), path.join(folder, 'partial.duckdb')] as const
    const run = (text: string, dataFile: string, dataBefore?: string): Promise<ScriptRun> =>
      runChecked(
        {
          dataFile,
          script: text,
          variables: {},
          partial: dataBefore !== undefined,
          appId: 'app',
          appName: 'App',
          connections: [{ name: 'd', root, writable: true }],
          ...defined({ dataBefore }),
        },
        () => {},
      )
    const full = await run(script, files[0])
    expect(full.end).toEqual({ kind: 'completed' })
    const partial = await run(second, files[1], files[0])
    await look(root)
    return {
      partial,
      before: await writtenTables(files[0]),
      after: partial.end.kind === 'completed' ? await writtenTables(files[1]) : {},
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

describe('A partial reload', () => {
  it.each<Reloads>([
    {
      rule: 'skips plain loads, appends with ADD, runs ONLY loads',
      script: `A: LOAD * ${inline('a', '1')}; A: ADD LOAD * ${inline('a', '2')}; A: ADD ONLY LOAD * ${inline('a', '3')};
        B: REPLACE ONLY LOAD 9 as b AutoGenerate 1;`,
      full: { A: 'a: 1 | 2' },
      partial: { A: 'a: 1 | 2 | 2 | 3', B: 'b: 9' },
    },
    {
      rule: 'replaces the table with the label, also by rows made of it',
      script: `A: LOAD * ${inline('a', '1', '2')}; A: REPLACE ONLY LOAD a * 10 as a RESIDENT A WHERE a > 1;
        B: REPLACE LOAD IsPartialReload() as b AutoGenerate 1;`,
      full: { A: 'a: 1 | 2', B: 'b: 0' },
      partial: { A: 'a: 20', B: 'b: -1' },
    },
    {
      rule: 'replaces the table with the same fields when there is no label, and the named one with CONCATENATE',
      script: `A: LOAD * ${inline('a,b', '1,2')}; C: LOAD 1 as c AutoGenerate 1;
        REPLACE ONLY LOAD 4 as b, 3 as a AutoGenerate 1; REPLACE ONLY CONCATENATE (C) LOAD 5 as d AutoGenerate 1;`,
      full: { A: 'a,b: 1,2', C: 'c: 1' },
      partial: { A: 'b,a: 4,3', C: 'd: 5' },
    },
    {
      rule: 'adds to the table with the label when the fields differ; a full reload makes another table',
      script: `A: LOAD 1 as a AutoGenerate 1; A: ADD LOAD 2 as a, 3 as b AutoGenerate 1;`,
      second: `A: LOAD 1 as a AutoGenerate 1; A: ADD LOAD 2 as a, 3 as c AutoGenerate 1;`,
      full: { A: 'a: 1', 'A-1': 'a,b: 2,3' },
      partial: { A: 'a,c: 1,∅ | 2,3', 'A-1': 'a,b: 2,3' },
    },
    {
      rule: 'replaces once by all files of a mask',
      script: `x: LOAD 0 as a AutoGenerate 1; REPLACE ONLY LOAD a FROM [lib://d/x*.csv] (txt);`,
      full: { x: 'a: 0' },
      partial: { x: 'a: 1 | 2' },
    },
    {
      rule: 'knows the values of the data before: Exists, RowNo, first texts, joins, KEEP',
      script: `A: LOAD *, RowNo() as r ${inline('a', '01', '2')};
        ADD LOAD a, RowNo() as r ${inline('a', '1', '3', '3')} WHERE NOT Exists(a);
        LEFT JOIN (A) ADD ONLY LOAD * ${inline('a,v', '1,x')};`,
      full: { A: 'a,r: 01#1,1 | 2,2 | 3,3' },
      second: `A: LOAD *, RowNo() as r ${inline('a', '01', '2')};
        ADD LOAD a, RowNo() as r ${inline('a', '1', '4', '4')} WHERE NOT Exists(a);
        LEFT JOIN (A) ADD ONLY LOAD * ${inline('a,v', '1,x')};`,
      partial: { A: 'a,r,v: 01#1,1,x | 2,2,∅ | 3,3,∅ | 4,4,∅' },
    },
    {
      rule: 'S5: runs all other statements',
      script: `SUB Work
        IF IsPartialReload() THEN
          DROP TABLE Gone;
          RENAME FIELD a TO z;
        ELSE
          TRACE full;
        END IF
        END SUB
        A: LOAD 1 as a AutoGenerate 1; Gone: LOAD 2 as g AutoGenerate 1; CALL Work`,
      full: { A: 'a: 1', Gone: 'g: 2' },
      partial: { A: 'z: 1' },
    },
    {
      rule: 'loads mapping tables again, and maps with ADD MAP only',
      script: `M: MAPPING LOAD * ${inline('k,v', '1,one')}; MAP a USING M; ADD MAP b USING M;
        A: ADD LOAD 1 as a, 1 as b AutoGenerate 1;`,
      full: { A: 'a,b: one,one' },
      partial: { A: 'a,b: one,one | 1,one' },
    },
    {
      rule: 'keeps notes and the tables of SECTION ACCESS apart',
      script: `SECTION ACCESS; R: LOAD 'admin' as access AutoGenerate 1; SECTION APPLICATION;
        R: ADD LOAD 1 as a AutoGenerate 1;`,
      full: { R: 'a: 1' },
      partial: { R: 'a: 1 | 1' },
    },
    {
      rule: 'S6: MERGE inserts, updates and deletes by key; a full reload merges the loaded rows with each other',
      script: `T: LOAD * ${inline('seq,k,v', '0,old,1', '0,a,0', '0,b,9')};
        MERGE (seq, vSeq) ON k CONCATENATE (T) LOAD * ${inline('op,seq,k,v', 'Insert,1,c,x', 'Update,3,c,z', 'u,2,c,y', 'Delete,3,d,w')};
        TRACE $(vSeq);`,
      second: `T: LOAD * ${inline('seq,k,v', '0,old,1')};
        MERGE (seq, vSeq) ON k CONCATENATE (T) LOAD * ${inline('op,seq,k,v', 'Insert,4,e,new', 'U,5,a,changed', 'd,6,b,', 'D,7,nix,', 'insert,8,c,again')};
        M: ADD LOAD '$(vSeq)' as max AutoGenerate 1;`,
      full: { T: 'seq,k,v: 0,old,1 | 0,a,0 | 0,b,9 | 3,c,z' },
      partial: { T: 'seq,k,v: 0,old,1 | 4,e,new | 5,a,changed | 8,c,again', M: 'max: 8' },
    },
    {
      rule: 'MERGE without a sequence: the last row of a key counts; several keys; missing fields become NULL; ONLY',
      script: `T: LOAD * ${inline('k,l,v,w', '1,a,x,1', '1,b,y,2')};
        MERGE ONLY ON k, l CONCATENATE (T) LOAD * ${inline('what,k,l,v', 'i,1,a,first', 'u,01,a,last', 'd,1,b,')};`,
      full: { T: 'k,l,v,w: 1,a,x,1 | 1,b,y,2' },
      partial: { T: 'k,l,v,w: 01#1,a,last,∅' },
    },
    {
      rule: 'MERGE finds the table with the same fields, or makes one',
      script: `MERGE ON k LOAD * ${inline('op,k,v', 'Insert,a,1', 'Insert,b,2', 'Delete,b,')};`,
      full: { INLINE01: 'k,v: a,1' },
      partial: { INLINE01: 'k,v: a,1' },
    },
    {
      rule: 'fails at a row that tells no operation',
      script: `T: ADD LOAD 1 as k, 2 as v AutoGenerate 1; MERGE ONLY ON k LOAD 'x' as op, 1 as k, 3 as v AutoGenerate 1;`,
      full: { T: 'k,v: 1,2' },
      fault: [16, "MERGE: the first field 'op' must be Insert, Update or Delete in every row"],
    },
    {
      rule: 'fails when it names a table that only a full reload makes',
      script: 'Tmp: LOAD 1 as a AutoGenerate 1; A: LOAD a as b RESIDENT Tmp; DROP TABLE Tmp;',
      full: { A: 'b: 1' },
      fault: [10, "Table 'Tmp' not found"],
    },
  ])('$rule', async (row) => {
    const { partial, before, after } = await reloadTwice(row)
    expect(before).toEqual(row.full)
    if (row.fault === undefined) expect(partial.end).toEqual({ kind: 'completed' })
    else {
      const [scriptError, message] = row.fault
      expect(partial.end).toMatchObject({ kind: 'failed', fault: { scriptError, message } })
    }
    expect(after).toEqual(row.partial ?? {})
  })
})

it('starts from a data file of the version before notes and access, too', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'reprise-partial-'))
  try {
    const [before, after] = [path.join(folder, 'before.duckdb'), path.join(folder, 'after.duckdb')]
    const request = { variables: {}, appId: 'app', appName: 'App', connections: [] }
    const script = 'A: ADD LOAD 1 as a AutoGenerate 1;'
    await runChecked({ ...request, script, dataFile: before, partial: false }, () => {})
    const database = await Database.open({ file: before, privateFolder: `${before}.old` })
    await database.run('UPDATE reprise_model SET version = 1')
    await database.run('ALTER TABLE reprise_fields DROP COLUMN format')
    for (const table of ['access', 'notes', 'derived']) await database.run(`DROP TABLE reprise_${table}`)
    database.close()
    const run = await runChecked(
      { ...request, script, dataFile: after, dataBefore: before, partial: true },
      () => {},
    )
    expect(run.end).toEqual({ kind: 'completed' })
    expect(await writtenTables(after)).toEqual({ A: 'a: 1 | 1' })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

it('a partial reload keeps how fields show their numbers', async () => {
  const script = 'A: LOAD Year(45000) as y, Round(2.345, 0.01) as r AutoGenerate 1;'
  const second = 'STORE A INTO [lib://d/a.qvd] (qvd);'
  await reloadTwice({ script, second }, async (root) => {
    const { fields } = readQvdHeader(path.join(root, 'a.qvd'))
    expect(fields.map(({ numberFormat }) => numberFormat)).toMatchObject([
      { type: 'INTEGER', format: '###0' },
      { type: 'FIX', decimals: 2 },
    ])
  })
})
