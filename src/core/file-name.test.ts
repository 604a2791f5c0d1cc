import { posix } from 'node:path'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  baseNameOf,
  checkFileName,
  checkFolderPath,
  extensionOf,
  foldersAbove,
  parentOf,
} from './file-name.ts'

it.each(['a.csv', 'in/2026/ä ö.csv', 'a.b.qvd', '.hidden.csv', `${'x'.repeat(251)}.csv`])(
  'takes %j',
  (name) => {
    expect(checkFileName(name)).toBeUndefined()
  },
)

it.each([
  ['..', 'dataFileNameNotCanonical'],
  ['a/../b.csv', 'dataFileNameNotCanonical'],
  [' a.csv', 'dataFileNameNotCanonical'],
  ['a.csv ', 'dataFileNameNotCanonical'],
  ['a./b.csv', 'dataFileNameNotCanonical'],
  ['\ud800.csv', 'dataFileNameNotCanonical'],
  ['a\u0085b.csv', 'dataFileNameNotCanonical'],
  [`${'ä'.repeat(126)}.csv`, 'dataFileNameNotCanonical'],
  ['a.', 'dataFileNameNotCanonical'],
  ['a', 'dataFileExtension'],
  [`${'a/'.repeat(21)}b.csv`, 'dataFileFoldersTooDeep'],
])('refuses %j as %s', (name, refused) => {
  expect(checkFileName(name)?.refused).toBe(refused)
})

it('never lets a canonical name leave its place, whatever was sent', () => {
  const part = fc.oneof(fc.constantFrom('.', '..', '', 'a', 'b.csv', '~', '\\..', '%2e%2e'), fc.string())
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), (parts) => {
      const name = parts.join('/')
      if (checkFileName(name) !== undefined && checkFolderPath(name) !== undefined) return
      const path = posix.join('/root', name)
      expect(path.startsWith('/root/')).toBe(true)
      expect(path).toBe(`/root/${name}`)
    }),
  )
})

it('tells the parts of a name', () => {
  expect([baseNameOf('a/b.csv'), baseNameOf('a/b/'), baseNameOf('b')]).toEqual(['b.csv', 'b', 'b'])
  expect([parentOf('a/b/c.csv'), parentOf('a/b/'), parentOf('c.csv')]).toEqual(['a/b/', 'a/', ''])
  expect(foldersAbove('a/b/c.csv')).toEqual(['a/', 'a/b/'])
  expect([extensionOf('a.b.CSV'), extensionOf('.csv'), extensionOf('a.b/c')]).toEqual(['csv', '', ''])
})
