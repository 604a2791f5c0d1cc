/** What the engine tells that a script read: by whose change its app is concerned. */
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { utils, write } from '@e965/xlsx'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ScriptRunRequest } from '../../src/engine/channel/script-run.ts'
import { runScript } from '../../src/engine/child/run-script.ts'

let folder: string
const at = (...parts: string[]) => path.join(folder, ...parts)

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'reprise-reads-'))
  await mkdir(at('d', 'in'), { recursive: true })
  for (const name of ['a.csv', 'b.csv', 'in/s_1.csv', 'in/s_2.csv']) await writeFile(at('d', name), 'a\n1\n')
})

afterEach(() => rm(folder, { recursive: true, force: true }))

async function run(script: string, more: Partial<ScriptRunRequest> = {}) {
  const about = { variables: {}, partial: false, appId: 'a', appName: 'A' }
  const connections = [
    { name: 'd', root: at('d'), writable: true },
    { name: 'sub', root: at('d', 'in'), writable: false },
  ]
  return runScript(
    { ...about, dataFile: ':memory:', script, connections, storesFolder: at('stores'), ...more },
    () => {},
  )
}

async function readsOf(script: string, more: Partial<ScriptRunRequest> = {}): Promise<string[]> {
  const { end, reads } = await run(script, more)
  expect(end).toEqual({ kind: 'completed' })
  return reads.map((read) => `${read.connection}/${read.path}`)
}

const CSV = "(txt, utf8, embedded labels, delimiter is ',')"
const load = (file: string) => `LOAD * FROM [lib://${file}] ${CSV};`

describe('What a script read', () => {
  it('is every file whose rows it loaded, of every format, each once', async () => {
    const { storedFiles } = await run(`T: LOAD 7 as a AutoGenerate 2;
      STORE T INTO [lib://d/t.qvd] (qvd); STORE T INTO [lib://d/t.parquet] (parquet);`)
    for (const { path: name, file } of storedFiles) await copyFile(at('stores', file), at('d', name))
    await writeFile(at('d', 'f.txt'), 'ab\n')
    const workbook = utils.book_new()
    utils.book_append_sheet(workbook, utils.aoa_to_sheet([['a'], [1]]), 'S')
    for (const [name, bookType] of [
      ['b.xlsx', 'xlsx'],
      ['b.xls', 'biff8'],
    ] as const) {
      await writeFile(at('d', name), write(workbook, { type: 'buffer', bookType }) as Buffer)
    }
    const script = `${load('d/a.csv')} ${load('d/a.csv')}
      LOAD a FROM [lib://d/t.qvd] (qvd);
      LOAD a FROM [lib://d/t.parquet] (parquet);
      LOAD @1:2 as a FROM [lib://d/f.txt] (fix, utf8);
      LOAD a FROM [lib://d/b.xlsx] (ooxml, embedded labels);
      LOAD a FROM [lib://d/b.xls] (biff, embedded labels);
      M: MAPPING LOAD a, a as b FROM [lib://d/b.csv] ${CSV};`
    expect(await readsOf(script)).toEqual([
      ...['d/a.csv', 'd/t.qvd', 'd/t.parquet', 'd/f.txt', 'd/b.xlsx', 'd/b.xls', 'd/b.csv'],
    ])
  })

  it('is every script that it included, and what that one loaded', async () => {
    await writeFile(at('d', 'in', 'part.qvs'), load('d/b.csv'))
    await writeFile(at('d', 'other.qvs'), 'SET x = 1;')
    expect(
      await readsOf(
        '$(Must_Include=lib://sub/part.qvs);\n$(Include=lib://d/other.qvs);\n$(Include=lib://d/none.qvs);',
      ),
    ).toEqual(['sub/part.qvs', 'd/b.csv', 'd/other.qvs'])
  })

  it('is a mask for the files that it covers, also one that has none yet', async () => {
    expect(
      await readsOf(`${load('d/in/s_1.csv')} ${load('d/in/s_*.csv')}
      FOR EACH f IN FileList('lib://sub/s_?.csv')
        LOAD a FROM [$(f)] ${CSV};
      NEXT f
      FOR EACH f IN FileList('lib://d/late_*.csv')
      NEXT f`),
    ).toEqual(['d/in/s_*.csv', 'sub/s_?.csv', 'd/late_*.csv'])
  })

  it('is named by its place behind DIRECTORY, dots and links', async () => {
    await symlink(at('d', 'b.csv'), at('d', 'in', 'link.csv'))
    const script = `DIRECTORY lib://d/in; LOAD * FROM s_1.csv ${CSV}; ${load('d/in/../a.csv')} ${load('d/in/link.csv')}`
    expect(await readsOf(script)).toEqual(['d/in/s_1.csv', 'd/a.csv', 'd/b.csv'])
  })

  it('is nothing that it only asked about, made itself, or failed to find', async () => {
    expect(
      await readsOf(`SET ErrorMode=0;
      LET a = FileSize('lib://d/a.csv'); LET b = FileTime('lib://d/b.csv'); LET c = QvdNoOfRecords('lib://d/a.csv');
      FOR EACH f IN DirList('lib://d/*')
      NEXT f
      T: LOAD 1 as a AutoGenerate 1; LOAD a RESIDENT T; LOAD * INLINE [a\n1]; ${load('d/none.csv')}`),
    ).toEqual([])
  })

  it('is what lay there before it stored the same name, and not what it stored', async () => {
    const own = `T: LOAD 2 as a AutoGenerate 1; STORE T INTO [lib://d/new.csv] (txt); ${load('d/new.csv')}`
    expect(await readsOf(own)).toEqual([])
    const before = `T: ${load('d/a.csv')} STORE T INTO [lib://d/a.csv] (txt); ${load('d/a.csv')}`
    expect(await readsOf(before)).toEqual(['d/a.csv'])
  })

  it('is not what it stored at once either', async () => {
    const publish: NonNullable<ScriptRunRequest['publish']> = async ({ path: name, file }) => {
      await copyFile(at('stores', file), at('d', name))
      return undefined
    }
    const own = `T: LOAD 2 as a AutoGenerate 1; STORE T INTO [lib://d/new.csv] (txt); ${load('d/new.csv')}`
    expect(await readsOf(own, { publish })).toEqual([])
  })

  it('is told of a script that completed only', async () => {
    expect(await run(`${load('d/a.csv')} ${load('d/none.csv')}`)).toMatchObject({
      end: { kind: 'failed' },
      reads: [],
    })
  })

  it('is as much as an app can keep', async () => {
    const script = `FOR i = 1 TO 120
      FOR EACH f IN FileList('lib://d/x$(i)_*.csv')
      NEXT f
      NEXT i`
    const reads = await readsOf(script)
    expect(reads).toHaveLength(100)
    expect(reads.at(-1)).toBe('d/x100_*.csv')
  })
})
