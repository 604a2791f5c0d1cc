/**
 * Which code runs in which process and thread. An entry of the product is a file that a process or thread
 * starts with; what it loads is what can be reached from it by imports that are there at run time. So the
 * wall between the service and the child that runs untrusted scripts holds also over several imports.
 */
import { importsOf } from './arrows.ts'
import { type Reference, referencesOf } from './references.ts'
import { productFiles, roomOf, type SourceTree } from './source-tree.ts'

/** Rooms of all files that a process which starts with `entry` can load, sorted. */
export function roomsLoadedBy(tree: SourceTree, entry: string): string[] {
  return [...new Set(filesLoaded(tree, entry, ['value', 'lazy']).map(roomOf))].sort()
}

/** Files that are loaded before anything of `entry` runs, sorted. */
export function filesLoadedAtOnce(tree: SourceTree, entry: string): string[] {
  return filesLoaded(tree, entry, ['value'])
}

function filesLoaded(tree: SourceTree, entry: string, kinds: readonly Reference['kind'][]): string[] {
  const imports = importsOf(tree).filter(({ kind }) => kinds.includes(kind))
  const loaded = new Set([entry])
  for (const path of loaded) {
    for (const { from, to } of imports) if (from === path) loaded.add(to)
  }
  return [...loaded].sort()
}

/** Where the product starts threads and processes of its own, as `who -> what`. */
export function startedFiles(tree: SourceTree): string[] {
  return productFiles(tree)
    .flatMap((path) => referencesOf(tree, path))
    .filter(({ kind, to }) => kind === 'path' && to?.startsWith('src/'))
    .map(({ from, to }) => `${from} -> ${to}`)
}
