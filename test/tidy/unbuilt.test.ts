import { expect, it } from 'vitest'
import { SourceTree, thisTree } from './source-tree.ts'
import { notReadByNode } from './unbuilt.ts'

it('Node reads every source as it stands', () => {
  expect(notReadByNode(thisTree())).toEqual([])
})

it('finds what only the compiler takes', () => {
  const tree = new SourceTree({
    'src/a.ts': 'for (const of of [1, 2]) console.log(of)',
    'src/b.ts': 'enum Colour { Red }',
    'src/c.ts': 'export const c: number = 1',
  })
  expect(notReadByNode(tree).map((fault) => fault.split(':')[0])).toEqual(['src/a.ts', 'src/b.ts'])
})
