import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ScriptFaultError } from '../../script/fault/fault.ts'
import { FilePaths, hasWildcard } from './file-paths.ts'

let base: string
let paths: FilePaths

beforeEach(() => {
  base = realpathSync(mkdtempSync(path.join(tmpdir(), 'reprise-paths-')))
  for (const folder of ['d/sub', 'd2', 'secret']) mkdirSync(path.join(base, folder), { recursive: true })
  for (const file of ['d/a.csv', 'd/b.csv', 'd/sub/c.csv', 'd2/x.csv', 'secret/s.csv']) {
    writeFileSync(path.join(base, file), 'x')
  }
  symlinkSync(path.join(base, 'secret'), path.join(base, 'd/link'))
  symlinkSync(path.join(base, 'secret/s.csv'), path.join(base, 'd/link.csv'))
  symlinkSync(path.join(base, 'd/sub'), path.join(base, 'd/inner'))
  symlinkSync(path.join(base, 'nowhere'), path.join(base, 'd/dangling.csv'))
  paths = new FilePaths([
    { name: 'd', root: path.join(base, 'd'), writable: true },
    { name: 'Space:Files', root: path.join(base, 'd2'), writable: false },
  ])
})

afterEach(() => rmSync(base, { recursive: true, force: true }))

function code(look: () => unknown): number | undefined {
  try {
    look()
  } catch (error) {
    if (error instanceof ScriptFaultError) return error.fault.engineErrorCode
    throw error
  }
  return undefined
}

const NOT_FOUND = 11020
const NO_CONNECTION = 11015
const INVALID = 11025
const OUTSIDE = 11026

describe('Paths of a script', () => {
  it.each([
    ['lib://d/a.csv', 'd/a.csv'],
    ['LIB://d/a.csv', 'd/a.csv'],
    ['lib://d\\sub\\c.csv', 'd/sub/c.csv'],
    ['lib://d//sub/./../a.csv', 'd/a.csv'],
    ['lib://d/inner/c.csv', 'd/sub/c.csv'],
    ['lib://Space:Files/x.csv', 'd2/x.csv'],
  ])('%s leads to a file of its connection', (given, expected) => {
    expect(paths.forReading(given)).toBe(path.join(base, expected))
  })

  it.each([
    ['lib://d/../secret/s.csv', OUTSIDE],
    ['lib://d/sub/../../secret/s.csv', OUTSIDE],
    ['lib://d/..\\secret\\s.csv', OUTSIDE],
    ['lib://d/..', OUTSIDE],
    ['lib://d/../d/a.csv', OUTSIDE],
    ['lib://d/../d2/x.csv', OUTSIDE],
    ['lib://d/link/s.csv', OUTSIDE],
    ['lib://d/link.csv', OUTSIDE],
    ['lib://d/%2e%2e/secret/s.csv', NOT_FOUND],
    ['lib://d/a.csv\0.txt', INVALID],
    ['lib://d/nix.csv', NOT_FOUND],
    ['lib://d/dangling.csv', NOT_FOUND],
    ['lib://d/sub', NOT_FOUND],
    ['lib://d/a.csv/x', NOT_FOUND],
    ['lib://d', NOT_FOUND],
    [`lib://d/${'x'.repeat(5000)}`, NOT_FOUND],
    ['lib://nix/a.csv', NO_CONNECTION],
    ['lib://D/a.csv', NO_CONNECTION],
    ['lib://../secret/s.csv', NO_CONNECTION],
    ['lib:///etc/passwd', NO_CONNECTION],
    ['/etc/passwd', INVALID],
    ['\\\\server\\share\\x', INVALID],
    ['C:\\x.csv', INVALID],
    ['file:///etc/passwd', INVALID],
    ['a.csv', INVALID],
    ['', INVALID],
  ])('%j is refused', (given, expected) => {
    expect(code(() => paths.forReading(given))).toBe(expected)
  })

  it('an absolute path after the connection stays below it', () => {
    expect(code(() => paths.forReading('lib://d//etc/passwd'))).toBe(NOT_FOUND)
  })

  it('relative paths start from DIRECTORY and cannot leave its connection', () => {
    paths.setDirectory('lib://d/sub')
    expect(paths.forReading('c.csv')).toBe(path.join(base, 'd/sub/c.csv'))
    expect(paths.forReading('..\\a.csv')).toBe(path.join(base, 'd/a.csv'))
    expect(code(() => paths.forReading('../../secret/s.csv'))).toBe(OUTSIDE)
    expect(code(() => paths.forReading('/etc/passwd'))).toBe(INVALID)
    paths.setDirectory('')
    expect(code(() => paths.forReading('c.csv'))).toBe(INVALID)
  })

  it('files are written into folders of writable connections only', () => {
    expect(paths.forWriting('lib://d/sub/new.csv').target).toBe(path.join(base, 'd/sub/new.csv'))
    expect(code(() => paths.forWriting('lib://d/link/new.csv'))).toBe(OUTSIDE)
    expect(code(() => paths.forWriting('lib://d/../new.csv'))).toBe(OUTSIDE)
    expect(code(() => paths.forWriting('lib://d/no/new.csv'))).toBe(NOT_FOUND)
    expect(code(() => paths.forWriting('lib://d'))).toBe(INVALID)
    expect(code(() => paths.forWriting('lib://Space:Files/new.csv'))).toBe(INVALID)
  })

  it('lists by name what a mask names, never what lies behind a link to the outside', () => {
    expect(paths.list('lib://d/?.csv', 'files')).toEqual(['lib://d/a.csv', 'lib://d/b.csv'])
    expect(paths.list('lib://d/s*/*.csv', 'files')).toEqual(['lib://d/sub/c.csv'])
    expect(paths.list('lib://d/s*', 'folders')).toEqual(['lib://d/sub'])
    expect(paths.list('lib://d/zz*', 'files')).toEqual([])
    expect(code(() => paths.list('lib://d/link/*', 'files'))).toBe(OUTSIDE)
    expect(code(() => paths.list('lib://d/../*', 'folders'))).toBe(OUTSIDE)
    expect(paths.list('lib://d/*', 'folders')).toEqual(['lib://d/inner', 'lib://d/sub'])
  })

  it('a question mark in a connection name is no wildcard', () => {
    expect(hasWildcard('lib://what?/a.csv')).toBe(false)
    expect(hasWildcard('lib://d/a?.csv')).toBe(true)
  })
})
