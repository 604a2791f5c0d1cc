/** Who imports whom in the product: between files, and between the rooms (folders) that they stand in. */
import type { Graph } from './circles.ts'
import { type Reference, referencesOf } from './references.ts'
import { productFiles, roomOf, type SourceTree } from './source-tree.ts'

/**
 * References of product files to product files, but those to threads and processes, which share no memory.
 */
export function importsOf(tree: SourceTree): (Reference & { readonly to: string })[] {
  return productFiles(tree)
    .flatMap((path) => referencesOf(tree, path))
    .filter((reference) => reference.to?.startsWith('src/') && reference.kind !== 'path')
    .map((reference) => ({ ...reference, to: reference.to! }))
}

export function fileGraph(tree: SourceTree): Graph {
  return graphOf(importsOf(tree).map(({ from, to }) => [from, to]))
}

/** @param roomName the room of a path; by default each folder is one */
export function roomGraph(tree: SourceTree, roomName: (path: string) => string = roomOf): Graph {
  return graphOf(importsOf(tree).map(({ from, to }) => [roomName(from), roomName(to)]))
}

function graphOf(arrows: readonly (readonly [from: string, to: string])[]): Graph {
  const graph = new Map<string, Set<string>>()
  for (const [from, to] of arrows) {
    if (from !== to) graph.set(from, (graph.get(from) ?? new Set()).add(to))
  }
  return graph
}
