import { expect, it } from 'vitest'
import { namesWithoutFiles } from './named-files.ts'
import { SourceTree, thisTree } from './source-tree.ts'

/** The contract and its lists are kept beside this repository; the rest is what a running service makes. */
const OUTSIDE = ['functions.tsv', 'TARGETS.md', 'apps/', 'tmp/', '.set-aside/']

it('files that comments and documents name are there', () => {
  expect(namesWithoutFiles(thisTree(), OUTSIDE)).toEqual([])
})

it('finds names of files and folders that are gone, and leaves names by tail, from the root and beside', () => {
  const tree = new SourceTree({
    'src/core/reload.ts': `// See core/order.ts, order.ts, ./order.ts, ../store/store.ts and src/store/store.ts.
// Not store/order.ts.
const text = 'queue/worker.ts' // and not ../order.ts either`,
    'src/core/order.ts': '',
    'src/store/store.ts': '',
    'HACKING.md':
      'Start with `src/core/reload.ts`, then `store/`, `src/core/`, never `src/queue/` or\nqueue/worker.ts.',
  })
  expect(namesWithoutFiles(tree, [])).toEqual([
    'HACKING.md:2 names queue/worker.ts, which is not there',
    'HACKING.md:1 names src/queue/, which is not there',
    'src/core/reload.ts:2 names store/order.ts, which is not there',
    'src/core/reload.ts:3 names ../order.ts, which is not there',
  ])
})

it('takes what is kept outside by its name, and finds a name that nobody uses', () => {
  const tree = new SourceTree({ 'README.md': 'The list is functions.tsv.' })
  expect(namesWithoutFiles(tree, ['functions.tsv'])).toEqual([])
  expect(namesWithoutFiles(tree, ['functions.tsv', 'old.tsv'])).toEqual([
    'nobody names old.tsv any more: take it out',
  ])
})
