import { expect, it } from 'vitest'
import { doubleCasts } from './casts.ts'
import { unlisted } from './shrinking-list.ts'
import { SourceTree, thisTree } from './source-tree.ts'

/** Files that still cast over unknown, each to be mended. */
const CASTING = [
  'src/api/data-file/data-file-upload.ts',
  'src/api/http/page.test.ts',
  'src/api/http/validate.ts',
  'src/event/fan-out.test.ts',
  'src/delivery/settings-patch.test.ts',
  'src/outcome/script-log.test.ts',
  'src/receiver/receive.ts',
  'src/script/function/colour-functions.ts',
  'test/api/catalog-isolation.test.ts',
  'test/api/isolation.test.ts',
  'test/contract/catalog.ts',
  'test/support/engine-service.ts',
]

it('nothing is cast over unknown but where it is known', () => {
  expect(unlisted(doubleCasts(thisTree()), CASTING)).toEqual([])
})

it('finds casts over unknown, also with parentheses and over two lines, and leaves other casts and comments', () => {
  const tree = new SourceTree({
    'src/a.ts': `const a = row as unknown as Reload
const b = (row as unknown) as Reload
const c = row as
  unknown as Reload
const d = row as Reload
const e = row as unknown // as unknown as Reload
const f = 'row as unknown as Reload'`,
  })
  expect(doubleCasts(tree).map(({ fault }) => fault)).toEqual([
    'src/a.ts:1 casts over unknown',
    'src/a.ts:2 casts over unknown',
    'src/a.ts:3 casts over unknown',
  ])
})
