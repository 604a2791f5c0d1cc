import {
  chmod,
  link,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { DataVersion } from '../../core/ids.ts'
import { DataFolder } from './data-files.ts'

const ONE = '0b5f3c1e-0000-4000-8000-000000000001.duckdb' as DataVersion
const TWO = '0b5f3c1e-0000-4000-8000-000000000002.duckdb' as DataVersion

let folder: string
let data: DataFolder
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reprise-data-'))
  data = new DataFolder(join(folder, 'apps'))
  await data.prepare()
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const write = (name: string, text = 'data') => writeFile(join(data.folder, name), text)
const left = async () => (await readdir(data.folder)).sort()

test.each([
  '../x.duckdb',
  'a/b.duckdb',
  '.duckdb',
  '.hidden.duckdb',
  'x.txt',
  '',
  'x.duckdb.wal',
  'x.duckdb\n',
  '/etc/x.duckdb',
])('"%s" names no data version', async (name) => {
  expect(() => data.path(name as DataVersion)).toThrow('not the name of a data version')
  await expect(data.discard(name as DataVersion)).rejects.toThrow('not the name')
})

describe('sealing', () => {
  const made = () => join(folder, 'made')

  test('puts a complete file in its place, for its owner only, and tells its size', async () => {
    await writeFile(made(), '12345')
    await chmod(made(), 0o4777)
    expect(await data.seal(made(), ONE)).toBe(5)
    expect(await readFile(data.path(ONE), 'utf8')).toBe('12345')
    expect((await stat(data.path(ONE))).mode & 0o7777).toBe(0o600)
    await expect(stat(made())).rejects.toThrow('ENOENT')
  })

  test('refuses one that is not there, a link, one with a second name, a folder, and an open one', async () => {
    await expect(data.seal(made(), ONE)).rejects.toThrow('ENOENT')
    await writeFile(join(folder, 'outside'), 'secret')
    await symlink(join(folder, 'outside'), made())
    await expect(data.seal(made(), ONE)).rejects.toThrow('no file')
    await rm(made())
    await link(join(folder, 'outside'), made())
    await expect(data.seal(made(), ONE)).rejects.toThrow('no file')
    await rm(made())
    await mkdir(made())
    await expect(data.seal(made(), ONE)).rejects.toThrow('no file')
    await rm(made(), { recursive: true })
    await writeFile(made(), 'data')
    await writeFile(`${made()}.wal`, 'data')
    await expect(data.seal(made(), TWO)).rejects.toThrow('not closed')
    expect(await left()).toEqual([])
  })
})

test('discarding takes a version with its leftovers, leaves the others, and may be repeated', async () => {
  for (const name of [ONE, `${ONE}.wal`, TWO]) await write(name)
  await mkdir(join(data.folder, `${ONE}.tmp`))
  await data.discard(ONE)
  await data.discard(ONE)
  expect(await left()).toEqual([TWO])
})

test('names what no app points at, and the leftovers of what one does', async () => {
  for (const name of [ONE, `${ONE}.wal`, TWO, `${TWO}.wal`, 'notes.txt']) await write(name)
  await mkdir(join(data.folder, `${TWO}.tmp`))
  expect((await data.unreferenced([ONE])).sort()).toEqual([`${ONE}.wal`, TWO, `${TWO}.tmp`, `${TWO}.wal`])
})

test('knows a version that is missing, empty or cut', async () => {
  await write(ONE, '12345')
  expect(await data.isWhole({ version: ONE, fileBytes: 5 })).toBe(true)
  expect(await data.isWhole({ version: ONE, fileBytes: 6 })).toBe(false)
  expect(await data.isWhole({ version: TWO, fileBytes: 0 })).toBe(false)
})

test('a copy has a content of its own, and there is none of what is gone', async () => {
  await data.prepare()
  await writeFile(data.path(ONE), 'data')
  expect(await data.copy(ONE, TWO)).toBe(true)
  await expect(data.copy(ONE, TWO)).rejects.toThrow('EEXIST')
  await data.discard(ONE)
  expect(await readFile(data.path(TWO), 'utf8')).toBe('data')
  expect(await data.copy(ONE, 'gone.duckdb' as DataVersion)).toBe(false)
})

test('the profile of a version stays, is copied and goes with it', async () => {
  const profile = { tables: [], fields: [], hasSectionAccess: true }
  await write(ONE)
  expect(await data.profile(ONE)).toBeUndefined()
  await data.saveProfile(ONE, profile)
  expect(await data.copy(ONE, TWO)).toBe(true)
  expect([await data.profile(ONE), await data.profile(TWO)]).toEqual([profile, profile])
  expect(await data.unreferenced([ONE, TWO])).toEqual([])
  expect((await data.unreferenced([TWO])).sort()).toEqual([ONE, `${ONE}.profile`])
  await data.discard(ONE)
  expect(await left()).toEqual([TWO, `${TWO}.profile`])
  expect(await data.profile(TWO)).toEqual(profile)
})
