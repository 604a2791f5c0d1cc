/**
 * Files that comments and documents name are there, so that a reader who follows a name finds something. A
 * name may stand by itself (`reload.ts`), with its last folders (`core/reload.ts`), from the root or beside
 * the file.
 */
import { dirname, join } from 'node:path/posix'
import type { SourceTree } from './source-tree.ts'

const FILE = /(?<![\w/.*}{@-])(?:\.\.?\/)*(?:[\w@-][\w.@-]*\/)*[\w-][\w.-]*\.(?:ts|md|tsv)(?![\w/])/g
/** A folder counts as named only in backticks and with its slash: `test/simulation/`. */
const FOLDER = /(?<=`)(?:\.\.?\/)*(?:[\w.-]+\/)+(?=`)/g

/** @param outside names of what is kept elsewhere, and of what the product itself makes */
export function namesWithoutFiles(tree: SourceTree, outside: readonly string[]): string[] {
  const names = namesOf(tree)
  const missing = names.filter(({ from, name }) => !isThere(tree, from, name) && !outside.includes(name))
  const named = new Set(names.map(({ name }) => name))
  return [
    ...missing.map(({ from, line, name }) => `${from}:${line} names ${name}, which is not there`),
    ...outside.filter((name) => !named.has(name)).map((name) => `nobody names ${name} any more: take it out`),
  ]
}

interface NamedFile {
  readonly from: string
  readonly line: number
  readonly name: string
}

function namesOf(tree: SourceTree): NamedFile[] {
  return tree.paths.flatMap((from) =>
    proseOf(tree, from).flatMap(({ start, text }) =>
      [...text.matchAll(FILE), ...text.matchAll(FOLDER)].map(({ 0: name, index }) => ({
        from,
        line: tree.lineAt(from, start + index),
        name,
      })),
    ),
  )
}

/** A document is prose as a whole, of a source only its comments are. */
function proseOf(tree: SourceTree, path: string): { readonly start: number; readonly text: string }[] {
  if (path.endsWith('.md')) return [{ start: 0, text: tree.text(path) }]
  if (!path.endsWith('.ts')) return []
  return tree
    .parsed(path)
    .comments.map(({ start, end }) => ({ start, text: tree.text(path).slice(start, end) }))
}

function isThere(tree: SourceTree, from: string, name: string): boolean {
  const beside = join(dirname(from), name)
  const folder = name.endsWith('/')
  return tree.paths.some((path) =>
    folder
      ? path.startsWith(beside) || `/${path}`.includes(`/${name}`)
      : path === beside || `/${path}`.endsWith(`/${name}`),
  )
}
