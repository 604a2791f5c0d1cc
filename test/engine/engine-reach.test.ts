/**
 * What DuckDB in an engine process can reach, were a script ever to get a statement of its own past the
 * interpreter: no network, no extension, no file but its own, no setting.
 */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Database } from '../../src/engine/duckdb/database.ts'

let folder: string
let database: Database
let asked = 0
const server = createServer((_request, response) => {
  asked++
  response.end('a\n1\n')
})

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reprise-reach-'))
  await writeFile(join(folder, 'secret.csv'), 'a\n1\n')
  const other = await Database.open({ file: join(folder, 'other.duckdb'), privateFolder: join(folder, 'p2') })
  await other.run('CREATE TABLE t AS SELECT 1 AS a')
  other.close()
  database = await Database.open({ file: join(folder, 'own.duckdb'), privateFolder: join(folder, 'private') })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterAll(async () => {
  database.close()
  server.close()
  await rm(folder, { recursive: true, force: true })
})

const port = () => (server.address() as AddressInfo).port

describe('DuckDB in an engine process refuses', () => {
  test.each<[string, () => string]>([
    ['to install an extension', () => 'INSTALL httpfs'],
    ['to load an extension', () => 'LOAD httpfs'],
    ['to load a file as an extension', () => `LOAD '${join(folder, 'private', 'x.duckdb_extension')}'`],
    ['to read from the network', () => `SELECT * FROM read_csv('http://127.0.0.1:${port()}/x.csv')`],
    ['to attach from the network', () => `ATTACH 'http://127.0.0.1:${port()}/x.duckdb' AS far`],
    ['to attach another app’s data', () => `ATTACH '${join(folder, 'other.duckdb')}' AS other (READ_ONLY)`],
    ['to read a system file', () => "SELECT * FROM read_text('/etc/passwd')"],
    ['to read a file beside its own', () => `SELECT * FROM read_csv('${join(folder, 'secret.csv')}')`],
    ['to leave its folder by dots', () => `SELECT * FROM read_csv('${folder}/private/../secret.csv')`],
    ['to list a folder', () => `SELECT * FROM glob('${folder}/*')`],
    ['to write beside its own', () => `COPY (SELECT 1) TO '${join(folder, 'out.csv')}'`],
    ['to export itself', () => `EXPORT DATABASE '${join(folder, 'export')}'`],
    ['to open itself again', () => 'SET enable_external_access = true'],
    ['to widen its folders', () => "SET allowed_directories = ['/']"],
    ['to raise its memory', () => "SET memory_limit = '100GB'"],
    ['to move its spill folder', () => `SET temp_directory = '${folder}'`],
    ['to unlock its settings', () => 'SET lock_configuration = false'],
    ['to load extensions by itself', () => 'SET autoload_known_extensions = true'],
    ['to keep a secret', () => "CREATE SECRET s (TYPE s3, KEY_ID 'k', SECRET 's')"],
  ])('%s', async (_what, sql) => {
    await expect(database.run(sql())).rejects.toThrow(
      /disabled|has been locked|requires the extension httpfs/,
    )
  })

  test('all of it without having asked the network or written a file', async () => {
    expect(asked).toBe(0)
    expect((await readdir(folder)).filter((name) => name.startsWith('out') || name === 'export')).toEqual([])
  })
})
