/**
 * What a load script can reach from a real engine process: the folders of its connections, and nothing else.
 */
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { utils, write } from '@e965/xlsx'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { FileConnection } from '../../src/engine/engine-session.ts'
import { type DuckDbHarness, duckDbHarness } from '../support/duckdb-session-harness.ts'

let harness: DuckDbHarness
let asked = 0
const server = createServer((_request, response) => {
  asked++
  response.end('a\n1\n')
})

beforeAll(async () => {
  harness = await duckDbHarness({ warm: 2 })
  for (const folder of ['mine', 'shared', 'theirs']) await mkdir(join(harness.filesRoot, folder))
  for (const file of ['mine/own.csv', 'shared/shared.csv', 'theirs/secret.csv']) {
    await writeFile(join(harness.filesRoot, file), 'a\n1\n')
  }
  await symlink('/etc/passwd', join(harness.filesRoot, 'mine', 'passwd.csv'))
  await symlink(join(harness.filesRoot, 'theirs'), join(harness.filesRoot, 'mine', 'theirs'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterAll(async () => {
  await harness.close()
  server.close()
})

async function run(script: string) {
  const connections: FileConnection[] = [
    { name: 'DataFiles', root: join(harness.filesRoot, 'mine'), writable: true },
    { name: 'Shared', root: join(harness.filesRoot, 'shared'), writable: false },
  ]
  const session = await harness.sessions.acquire(harness.size)
  return session.run(harness.workOf(script, { connections }), () => {})
}

const port = () => (server.address() as AddressInfo).port
const load = (path: string) => `T: LOAD * FROM [${path}] (txt, utf8, embedded labels, delimiter is ',');`
const store = (path: string) => `T: LOAD 1 AS a AUTOGENERATE 1; STORE T INTO [${path}] (txt);`

describe('a load script', () => {
  test('reads its connections and writes into those that allow it', async () => {
    const end = await run(
      `${load('lib://DataFiles/own.csv')}
       CONCATENATE (T) LOAD * FROM [lib://Shared/shared.csv] (txt, utf8, embedded labels, delimiter is ',');
       STORE T INTO [lib://DataFiles/out.csv] (txt);`,
    )
    expect(end).toMatchObject({
      kind: 'completed',
      tables: [{ name: 'T', rows: 2, fields: ['a'] }],
      storedFiles: [{ connection: 'DataFiles', path: 'out.csv' }],
    })
    const [stored] = end.kind === 'completed' ? end.storedFiles : []
    const spooled = join(harness.folder, 'spool', stored!.content)
    expect(await readFile(spooled, 'utf8')).toMatch(/^\ufeff?a\r?\n1\r?\n1\r?\n$/)
    expect(existsSync(join(harness.filesRoot, 'mine', 'out.csv'))).toBe(false)
  })

  test('reads workbooks and fixed-width files inside the walls of its process', async () => {
    const sheet = utils.aoa_to_sheet([
      ['a', 'b'],
      [1, 2],
    ])
    const book = utils.book_new(sheet, 'S')
    for (const bookType of ['xlsx', 'biff8'] as const) {
      await writeFile(
        join(harness.filesRoot, 'mine', `b.${bookType}`),
        write(book, { type: 'buffer', bookType }),
      )
    }
    const end = await run(
      `T: LOAD * FROM [lib://DataFiles/b.xlsx] (ooxml, embedded labels, table is S);
       LOAD a, b FROM [lib://DataFiles/b.biff8] (biff, embedded labels, table is S$);
       F: LOAD @1:n AS f FROM [lib://DataFiles/own.csv] (fix);`,
    )
    expect(end).toMatchObject({
      kind: 'completed',
      tables: [
        { name: 'T', rows: 2 },
        { name: 'F', rows: 2 },
      ],
    })
  })

  test.each<[string, () => string]>([
    ['reads a system file', () => load('/etc/passwd')],
    ['reads a system file through a connection', () => load('lib://DataFiles//etc/passwd')],
    ['climbs out of its connection', () => load('lib://DataFiles/../theirs/secret.csv')],
    ['climbs out with backslashes', () => load('lib://DataFiles/..\\theirs\\secret.csv')],
    ['follows a link to a system file', () => load('lib://DataFiles/passwd.csv')],
    ['follows a link to a folder of others', () => load('lib://DataFiles/theirs/secret.csv')],
    ['names a connection it does not have', () => load('lib://Theirs/secret.csv')],
    ['reads from the network', () => load(`http://127.0.0.1:${port()}/x.csv`)],
    [
      'reads from the network through a connection',
      () => load(`lib://DataFiles/http://127.0.0.1:${port()}/x.csv`),
    ],
    ['hides a query in a path', () => load("lib://DataFiles/x.csv'); COPY t TO '/tmp/x'; --")],
    ['stores above its connection', () => store('lib://DataFiles/../theirs/out.csv')],
    ['stores into a connection that is read only', () => store('lib://Shared/out.csv')],
    ['stores through a link', () => store('lib://DataFiles/theirs/out.csv')],
    ['stores to the system', () => store('/tmp/reprise-out.csv')],
    ['includes a system file', () => '$(Must_Include=/etc/passwd);'],
  ])('that %s ends with a script error and has done nothing', async (_what, script) => {
    const end = await run(script())
    expect(end).toMatchObject({ kind: 'script-error', fault: { line: 1 } })
    expect(JSON.stringify(end)).not.toContain('root:')
    expect(await readdir(join(harness.filesRoot, 'theirs'))).toEqual(['secret.csv'])
    expect(await readdir(join(harness.filesRoot, 'shared'))).toEqual(['shared.csv'])
    expect(asked).toBe(0)
  })

  test('cannot speak SQL through the names of its tables and fields', async () => {
    const name = `x"; ATTACH '/etc/passwd' AS y; --`
    const end = await run(`[${name}]: LOAD RecNo() AS [${name}] AUTOGENERATE 2;`)
    expect(end).toMatchObject({ kind: 'completed', tables: [{ name, rows: 2, fields: [name] }] })
  })
})
