import { expect, it } from 'vitest'
import { fileGraph, roomGraph } from './arrows.ts'
import { circlesOf } from './circles.ts'
import { SourceTree, thisTree } from './source-tree.ts'

it('files make no circle', () => {
  expect(circlesOf(fileGraph(thisTree()))).toEqual([])
})

// Circles of rooms are closed by the arrows that directions.test.ts holds.
it('finds a circle of files over three steps, also of types, and leaves a diamond alone', () => {
  const tree = new SourceTree({
    'src/a/one.ts': "import './two.ts'\nimport '../b/four.ts'",
    'src/a/two.ts': "import type { T } from './three.ts'",
    'src/a/three.ts': "export * from './one.ts'\nimport '../b/four.ts'",
    'src/b/four.ts': 'export const four = 4',
  })
  expect(circlesOf(fileGraph(tree))).toEqual([['src/a/one.ts', 'src/a/three.ts', 'src/a/two.ts']])
  expect(circlesOf(roomGraph(tree))).toEqual([])
})

it('finds a circle of rooms that no circle of files shows', () => {
  const tree = new SourceTree({
    'src/a/one.ts': "import '../b/two.ts'",
    'src/b/two.ts': '',
    'src/b/three.ts': "import '../a/four.ts'",
    'src/a/four.ts': '',
  })
  expect(circlesOf(fileGraph(tree))).toEqual([])
  expect(circlesOf(roomGraph(tree))).toEqual([['a', 'b']])
})
