import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import {
  foldersOf,
  judgeFolder,
  leftBehind,
  makeFolder,
  markFolder,
  refuseWithoutDatabase,
  setAsideLeft,
} from './surroundings.ts'

const folder = mkdtempSync(join(tmpdir(), 'reprise-surroundings-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const REFUSES = { beginAnew: false, acceptLoss: false }
const ACCEPTS = { beginAnew: false, acceptLoss: true }

describe('makeFolder', () => {
  it('makes folders on the way, for their owner only, may be repeated, and fails where none can be made', async () => {
    const deep = join(folder, 'on', 'the', 'way')
    await makeFolder(deep)
    await makeFolder(deep)
    expect(statSync(deep).mode & 0o777).toBe(0o700)
    writeFileSync(join(folder, 'file'), '')
    await expect(makeFolder(join(folder, 'file'))).rejects.toThrow('EEXIST')
    await expect(makeFolder(join(folder, 'file', 'below'))).rejects.toThrow('ENOTDIR')
  })

  it('does not hang where a folder can hold no other', async (context) => {
    if (!existsSync('/proc/self')) context.skip('there is no /proc here')
    await expect(makeFolder('/proc/reprise')).rejects.toThrow('ENOENT')
  })
})

describe('without a database', () => {
  it('a folder is new when nothing is left in it but what a file system puts there', async () => {
    const data = mkdtempSync(join(folder, 'new-'))
    expect(await leftBehind(data)).toEqual([])
    await makeFolder(join(data, 'apps', 'lost+found'))
    expect(await leftBehind(data)).toEqual([])
    expect(await leftBehind(join(data, 'not-made-yet'))).toEqual([])
  })

  it.each([
    ['an app data file', 'apps', 'x.duckdb'],
    ['a data file', 'files', 'tenant'],
    ['the key', '', 'secret.key'],
    ['a write-ahead log', '', 'reprise.db-wal'],
  ])(
    '%s that is left refuses the start, and is set aside when it is to begin anew',
    async (_what, at, name) => {
      const data = mkdtempSync(join(folder, 'left-'))
      await makeFolder(join(data, at))
      writeFileSync(join(data, at, name), 'kept')
      writeFileSync(join(data, 'reprise.db'), '')
      const left = await leftBehind(data)
      expect(left).toEqual([at === '' ? name : at])
      await expect(refuseWithoutDatabase(data, left)).rejects.toThrow(/reprise.db is empty.*--begin-anew/)
      await setAsideLeft(data, left, 0)
      expect(readFileSync(join(data, at, '.set-aside/1970-01-01T00-00-00.000Z', name), 'utf8')).toBe('kept')
      expect(await leftBehind(data)).toEqual([])
    },
  )

  it('with a database nothing is left behind', async () => {
    const data = mkdtempSync(join(folder, 'whole-'))
    writeFileSync(foldersOf(data).database, 'not empty')
    writeFileSync(join(data, 'secret.key'), 'key')
    expect(await leftBehind(data)).toEqual([])
  })
})

describe('a folder', () => {
  const fresh = () => join(mkdtempSync(join(folder, 'marks-')), 'apps')
  const told: string[] = []
  const log = { info() {}, warn: (message: string) => void told.push(message), error() {} }
  const judge = (path: string, name: string, starts: number, marked: boolean, accepted = REFUSES) =>
    judgeFolder(path, { name, starts, marked }, accepted, { log, at: 0 })

  it('of an installation before there were marks gets one without a word', async () => {
    const path = fresh()
    await makeFolder(path)
    writeFileSync(join(path, 'x.duckdb'), 'data')
    await judge(path, 'mine', 1, false)
    await markFolder(path, { name: 'mine', starts: 1, marked: false })
    await judge(path, 'mine', 2, true)
    expect(readdirSync(path).sort()).toEqual(['.reprise-installation', 'x.duckdb'])
    expect(told).toEqual([])
  })

  it('that is missing, has lost its mark or bears another one is refused', async () => {
    const path = fresh()
    await expect(judge(path, 'mine', 2, true)).rejects.toThrow(/apps is missing: is its volume mounted/)
    await makeFolder(path)
    await expect(judge(path, 'mine', 2, true)).rejects.toThrow(/has lost its mark.*--accept-loss/)
    await markFolder(path, { name: 'other', starts: 1, marked: false })
    await expect(judge(path, 'mine', 2, true)).rejects.toThrow(/belongs to another installation \(other/)
    await expect(judge(path, 'mine', 2, false)).rejects.toThrow(/belongs to another installation/)
  })

  it('is gone on with when the loss is accepted; what is of another installation is set aside', async () => {
    const path = fresh()
    await judge(path, 'mine', 2, true, ACCEPTS)
    await markFolder(path, { name: 'other', starts: 1, marked: true })
    writeFileSync(join(path, 'x.duckdb'), 'of another')
    await judge(path, 'mine', 2, true, ACCEPTS)
    expect(readdirSync(path)).toEqual(['.set-aside'])
  })

  it('and a database of another age are told', async () => {
    const path = fresh()
    await markFolder(path, { name: 'mine', starts: 7, marked: true })
    told.length = 0
    for (const starts of [8, 9]) await judge(path, 'mine', starts, true)
    expect(told).toEqual([])
    await judge(path, 'mine', 7, true)
    await judge(path, 'mine', 10, true)
    expect(told).toEqual([
      'the database is older than a folder beside it; what it does not know is set aside',
      'a folder is older than the database; what is missing in it is named',
    ])
  })
})
