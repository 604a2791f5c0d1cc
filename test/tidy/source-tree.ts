/**
 * The source tree as the tidy rules see it: paths with texts, parsed on demand. A rule is a function over a
 * tree, so it judges this repository, an older checkout, and trees of a few lines made by its own test alike.
 */
import { globSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Comment, type Program, parseSync } from 'oxc-parser'

export interface ParsedFile {
  readonly program: Program
  readonly comments: readonly Comment[]
}

export class SourceTree {
  /** Paths from the root, with `/` on every system, in order. */
  readonly paths: readonly string[]
  readonly #texts: ReadonlyMap<string, string>
  readonly #parsed = new Map<string, ParsedFile>()

  constructor(texts: Readonly<Record<string, string>>) {
    this.#texts = new Map(Object.entries(texts))
    this.paths = [...this.#texts.keys()].sort()
  }

  has(path: string): boolean {
    return this.#texts.has(path)
  }

  /** @throws for a path that is not in the tree */
  text(path: string): string {
    const text = this.#texts.get(path)
    if (text === undefined) throw new Error(`no file ${path} in the tree`)
    return text
  }

  /** Parses a TypeScript file once. @throws when its syntax is wrong */
  parsed(path: string): ParsedFile {
    const known = this.#parsed.get(path)
    if (known !== undefined) return known
    const { program, comments, errors } = parseSync(path, this.text(path))
    if (errors.length > 0) throw new Error(`${path}: ${errors[0]!.message}`)
    const parsed = { program, comments }
    this.#parsed.set(path, parsed)
    return parsed
  }

  /** 1 for the first line. */
  lineAt(path: string, offset: number): number {
    let line = 1
    const text = this.text(path)
    for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) line += 1
    return line
  }
}

/** Reads a checkout, without what is made from it (`dist`, `node_modules`). */
export function readSourceTree(root: string): SourceTree {
  const exclude = (path: string) => /(^|\/)(node_modules|dist)$/.test(path)
  const paths = globSync(['*.*', '{src,test,docs,bench,examples,.ci}/**/*.*'], { cwd: root, exclude })
  const files = paths.filter((path) => statSync(join(root, path)).isFile())
  return new SourceTree(
    Object.fromEntries(files.map((path) => [path, readFileSync(join(root, path), 'utf8')])),
  )
}

/** This repository. */
export function thisTree(): SourceTree {
  return readSourceTree(fileURLToPath(new URL('../..', import.meta.url)))
}

/** The files of the product: what is built into `dist`. */
export function productFiles(tree: SourceTree): string[] {
  return tree.paths.filter(
    (path) => path.startsWith('src/') && path.endsWith('.ts') && !path.endsWith('.test.ts'),
  )
}

export function typeScriptFiles(tree: SourceTree): string[] {
  return tree.paths.filter((path) => path.endsWith('.ts'))
}

/**
 * The room of a product file: its folder below `src`, such as `engine/pool`; `''` for a file in `src` itself.
 */
export function roomOf(path: string): string {
  return dirname(path).replace(/^src\/?/, '')
}
