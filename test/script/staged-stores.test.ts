/**
 * What a script stores is seen by the script itself, in every way in which it looks at files, and by nobody
 * else before its reload is settled.
 */
import { spawnSync } from 'node:child_process'
import { lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ScriptRunRequest } from '../../src/engine/channel/script-run.ts'
import { runScript } from '../../src/engine/child/run-script.ts'
import { writtenTables } from '../support/script-under-test.ts'

let folder: string
const at = (...parts: string[]) => path.join(folder, ...parts)

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'reprise-staged-'))
  await mkdir(at('d', 'sub'), { recursive: true })
  await writeFile(at('d', 'old.csv'), 'a\n1\n')
})

afterEach(() => rm(folder, { recursive: true, force: true }))

async function run(script: string, more: Partial<ScriptRunRequest> = {}) {
  const dataFile = at('app.duckdb')
  const ran = await runScript(
    {
      dataFile,
      script,
      variables: {},
      partial: false,
      appId: 'a',
      appName: 'A',
      connections: [
        { name: 'd', root: at('d'), writable: true },
        { name: 'again', root: at('d'), writable: true },
      ],
      storesFolder: at('stores'),
      ...more,
    },
    () => {},
  )
  const tables =
    ran.end.kind === 'completed' && more.dataFile === undefined ? await writtenTables(dataFile) : {}
  return { ...ran, tables }
}

const CSV = "(txt, utf8, embedded labels, delimiter is ',')"
const T = 'T: LOAD 7 as a AutoGenerate 2;'

describe('A script that stores', () => {
  it('reads what it stored, in every format, while the folder stays as it was', async () => {
    const ran = await run(`${T}
      STORE T INTO [lib://d/t.qvd] (qvd); STORE T INTO [lib://d/t.parquet] (parquet); STORE T INTO [lib://d/t.csv] (txt);
      Q: NoConcatenate LOAD a as q FROM [lib://d/t.qvd] (qvd);
      P: NoConcatenate LOAD a as p FROM [lib://d/t.parquet] (parquet);
      C: NoConcatenate LOAD a as c FROM [lib://d/t.csv] ${CSV};`)
    expect(ran.end).toEqual({ kind: 'completed' })
    expect(ran.tables).toMatchObject({ Q: 'q: 7 | 7', P: 'p: 7 | 7', C: 'c: 7 | 7' })
    expect(await readdir(at('d'))).toEqual(['old.csv', 'sub'])
    expect(ran.storedFiles.map((stored) => stored.path)).toEqual(['t.qvd', 't.parquet', 't.csv'])
  })

  it('sees its version of a file that was there, others the old one', async () => {
    const ran = await run(`T: LOAD * FROM [lib://d/old.csv] ${CSV}; CONCATENATE LOAD 2 as a AutoGenerate 1;
      STORE T INTO [lib://d/old.csv] (txt); DROP TABLE T;
      T: LOAD * FROM [lib://d/old.csv] ${CSV}; CONCATENATE LOAD 3 as a AutoGenerate 1;
      STORE T INTO [lib://d/old.csv] (txt); DROP TABLE T;
      R: LOAD * FROM [lib://d/old.csv] ${CSV};`)
    expect(ran.tables).toEqual({ R: 'a: 1 | 2 | 3' })
    expect(await readFile(at('d', 'old.csv'), 'utf8')).toBe('a\n1\n')
    expect(ran.storedFiles).toHaveLength(1)
    expect(await readdir(at('stores'))).toEqual(['0'])
  })

  it('finds them by functions about files, wildcards and folders', async () => {
    const ran =
      await run(`${T} STORE T INTO [lib://d/new.csv] (txt); STORE T INTO [lib://d/sub/deep.qvd] (qvd);
      LET size = FileSize('lib://d/new.csv'); LET rows = QvdNoOfRecords('lib://d/sub/deep.qvd');
      LET none = IsNull(FileSize('lib://d/none.csv')); LET age = Now() - FileTime('lib://d/new.csv');
      FOR EACH f IN FileList('lib://d/*.csv')
        LET found = '$(found)|$(f)';
      NEXT
      FOR EACH f IN FileList('lib://d/*/*.qvd')
        LET found = '$(found)|$(f)';
      NEXT
      FOR EACH f IN DirList('lib://d/*')
        LET folders = '$(folders)|$(f)';
      NEXT
      ALL: LOAD FileName() as name, a as value FROM [lib://d/*.csv] ${CSV};
      V: LOAD $(size) as size, $(rows) as rows, $(none) as none, $(age) < 1 as fresh, '$(found)' as found,
        '$(folders)' as folders AutoGenerate 1;`)
    expect(ran.end).toEqual({ kind: 'completed' })
    expect(ran.tables.ALL).toBe('name,value: new.csv,7 | new.csv,7 | old.csv,1')
    expect(ran.tables.V).toBe(
      'size,rows,none,fresh,found,folders: ' +
        '12,2,-1,-1,|lib://d/new.csv|lib://d/old.csv|lib://d/sub/deep.qvd,|lib://d/sub',
    )
  })

  it('has one file, whichever connection and way lead to it', async () => {
    await symlink(at('d', 'sub'), at('d', 'link'))
    const ran =
      await run(`${T} STORE T INTO [lib://d/sub/x.csv] (txt); STORE T INTO [lib://again/sub/./x.csv] (txt);
      STORE T INTO [lib://d/link/x.csv] (txt);
      X: NoConcatenate LOAD a as x FROM [lib://again/link/x.csv] ${CSV};`)
    expect(ran.tables.X).toBe('x: 7 | 7')
    expect(ran.storedFiles).toHaveLength(1)
  })

  it('includes and reads through DIRECTORY what it stored', async () => {
    const ran = await run(`S: LOAD 'LET made = 5;' as line AutoGenerate 1;
      STORE S INTO [lib://d/made.qvs] (txt, no labels, no quotes); DROP TABLE S;
      $(Must_Include=lib://d/made.qvs)
      DIRECTORY lib://d; ${T} STORE T INTO [rel.csv] (txt);
      R: NoConcatenate LOAD a as r, $(made) as made FROM [rel.csv] ${CSV};`)
    expect(ran.tables.R).toBe('r,made: 7,5 | 7,5')
  })

  it('is refused where a folder has the name, at the STORE', async () => {
    await mkdir(at('d', 'folder.csv'))
    const ran = await run(`${T}\nSTORE T INTO [lib://d/folder.csv] (txt);`)
    expect(ran.end).toMatchObject({
      kind: 'failed',
      line: 2,
      fault: { message: expect.stringContaining('a folder') },
    })
    expect(ran.storedFiles).toEqual([])
  })

  it('is refused where a link or a pipe has the name, and leaves it as it is', async () => {
    await symlink(at('d', 'old.csv'), at('d', 'link.csv'))
    spawnSync('mkfifo', [at('d', 'pipe.csv')])
    for (const name of ['link.csv', 'pipe.csv']) {
      const ran = await run(`${T}\nSTORE T INTO [lib://d/${name}] (txt);`, { dataFile: ':memory:' })
      expect(ran.end).toMatchObject({
        kind: 'failed',
        fault: { message: expect.stringContaining('a link, pipe') },
      })
    }
    expect((await lstat(at('d', 'link.csv'))).isSymbolicLink()).toBe(true)
    expect((await lstat(at('d', 'pipe.csv'))).isFIFO()).toBe(true)
  })

  it('waits at each STORE when stores are immediate, and takes a refusal as a fault of the statement', async () => {
    const told: string[] = []
    const publish: ScriptRunRequest['publish'] = async ({ path: name, file }) => {
      told.push(name)
      if (name === 'no.csv') return 'the folder is gone'
      await writeFile(at('d', name), await readFile(at('stores', file)))
      return undefined
    }
    const ran = await run(
      `${T} STORE T INTO [lib://d/yes.csv] (txt);
       R: NoConcatenate LOAD a as r FROM [lib://d/yes.csv] ${CSV};
       STORE T INTO [lib://d/no.csv] (txt);`,
      { publish },
    )
    expect(ran.end).toMatchObject({ kind: 'failed', line: 3, fault: { message: 'the folder is gone' } })
    expect(told).toEqual(['yes.csv', 'no.csv'])
    expect(ran.storedFiles).toEqual([])
  })
})
