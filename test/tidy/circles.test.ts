import { expect, it } from 'vitest'
import { fileGraph, roomGraph } from './arrows.ts'
import { circlesOf } from './circles.ts'
import { SourceTree, thisTree } from './source-tree.ts'

/** Circles of rooms that stand; each is to be cut, and none may come or grow (directions.ts tells their arrows). */
const ROOM_CIRCLES = [
  ['api/app', 'api/reload'],
  ['catalog', 'store/port'],
  ['engine/child', 'engine/duckdb', 'engine/sink', 'engine/source'],
  ['script', 'script/evaluate', 'script/function', 'script/syntax', 'script/value'],
  ['script/function/context', 'script/plan', 'script/row'],
]

/** Circles of files that stand, likewise. */
const FILE_CIRCLES = [
  [
    'src/script/function/context/collected-values.ts',
    'src/script/function/context/context-functions.ts',
    'src/script/function/context/row-functions.ts',
    'src/script/row/level-machine.ts',
  ],
]

it('rooms make no circle but those that are to be cut', () => {
  expect(circlesOf(roomGraph(thisTree()))).toEqual(ROOM_CIRCLES)
})

it('files make no circle but those that are to be cut', () => {
  expect(circlesOf(fileGraph(thisTree()))).toEqual(FILE_CIRCLES)
})

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
