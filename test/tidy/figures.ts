/**
 * Prints figures of a source tree, so that two can be compared: `npm run tidy -- --root OLDER_CHECKOUT`. It
 * judges older layouts by the same yardsticks; the tests beside it hold what must not get worse.
 */
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { Visitor } from 'oxc-parser'
import { fileGraph, roomGraph } from './arrows.ts'
import { doubleCasts } from './casts.ts'
import { filesOverCeiling, functionsOverCeiling } from './ceilings.ts'
import { circlesOf, type Graph } from './circles.ts'
import { productFiles, readSourceTree, type SourceTree, typeScriptFiles } from './source-tree.ts'
import { wideLines } from './width.ts'

/** Parts of the product from the ground up; names of older layouts among them. */
const ORDER =
  'core event script qvd receiver store catalog delivery outcome history engine files intake queue worker api main cli'

/** Typical verbs and functions of the load language: where they stand, a new one has to be written. */
const VERBS = ['overdueReloads', 'renewLeases', 'eventsBefore']
const FUNCTIONS = ['Capitalize', 'FirstSortedValue', 'Peek', 'Sum', 'QvdTableName']

const part = (path: string): string => path.split('/')[1]!

function figures(tree: SourceTree): (readonly [figure: string, value: unknown])[] {
  const product = productFiles(tree)
  const parts = roomGraph(tree, part)
  const wide = typeScriptFiles(tree).flatMap((path) => tree.text(path).split('\n'))
  return [
    ['files of the product', product.length],
    ['lines of the product', product.reduce((sum, path) => sum + tree.text(path).split('\n').length - 1, 0)],
    ['pairs of folders that import each other', told(mutual(parts))],
    ['arrows between folders that run back up', told(backArrows(parts))],
    ['circles of rooms', told(circlesOf(roomGraph(tree)).map((circle) => circle.join(' ')))],
    ['circles of files', told(circlesOf(fileGraph(tree)).map((circle) => `${circle.length} files`))],
    ['verbs of the store port', verbsOfPort(tree)],
    ['files over their ceiling', filesOverCeiling(tree, () => false).length],
    ['functions over their ceiling', functionsOverCeiling(tree).length],
    ['lines over 110 columns', wide.filter(({ length }) => length > 110).length],
    ['of them comments or breakable', wideLines(tree).length],
    ['longest line', Math.max(...wide.map(({ length }) => length))],
    ['casts over unknown', doubleCasts(tree).length],
    ...VERBS.map((verb) => [`places of the verb ${verb}`, told(placesOfVerb(tree, verb))] as const),
    ...FUNCTIONS.map(
      (name) => [`places of the function ${name}`, told(placesOfFunction(tree, name))] as const,
    ),
  ]
}

function told(all: readonly string[]): string {
  return all.length === 0 ? '0' : `${all.length}: ${all.join(', ')}`
}

function mutual(graph: Graph): string[] {
  return [...graph].flatMap(([from, all]) =>
    [...all].filter((to) => from < to && graph.get(to)?.has(from)).map((to) => `${from}-${to}`),
  )
}

function backArrows(graph: Graph): string[] {
  const order = ORDER.split(' ')
  return [...graph].flatMap(([from, all]) =>
    [...all].filter((to) => order.indexOf(to) > order.indexOf(from)).map((to) => `${from} -> ${to}`),
  )
}

/** Methods of the interfaces of the port that are named for stores. */
function verbsOfPort(tree: SourceTree): number {
  let verbs = 0
  for (const path of tree.paths.filter((each) => /^src\/store\/(port\/[^/]+|store)\.ts$/.test(each))) {
    new Visitor({
      TSInterfaceDeclaration({ id, body }) {
        if (!id.name.endsWith('Store')) return
        verbs += body.body.filter(({ type }) => type === 'TSMethodSignature').length
      },
    }).visit(tree.parsed(path).program)
  }
  return verbs
}

/** Port, stores and contract; who calls the verb is no part of it. */
function placesOfVerb(tree: SourceTree, verb: string): string[] {
  const named = new RegExp(`\\b${verb}\\b`)
  return typeScriptFiles(tree).filter(
    (path) => /^(src\/store|test\/contract)\//.test(path) && named.test(tree.text(path)),
  )
}

/** Where the name stands as a key, as a literal or as the name of a vector's call. */
function placesOfFunction(tree: SourceTree, name: string): string[] {
  const named = new RegExp(`['"]${name}['"]|^\\s*${name}:|^\\s*'?${name}\\(`, 'im')
  return typeScriptFiles(tree).filter(
    (path) =>
      /^(src\/(script|engine)|docs\/generate|test\/script\/vectors)\//.test(path) &&
      !path.endsWith('.test.ts') &&
      named.test(tree.text(path)),
  )
}

const { values } = parseArgs({ options: { root: { type: 'string' } } })
for (const [figure, value] of figures(
  readSourceTree(values.root ?? fileURLToPath(new URL('../..', import.meta.url))),
)) {
  console.log(`${figure}: ${value}`)
}
