/** No file and no function so long that a reader cannot hold it (STYLE.md, Files). */
import { Visitor } from 'oxc-parser'
import { productFiles, type SourceTree, typeScriptFiles } from './source-tree.ts'

const FILE_LINES = 400
const PURE_FILE_LINES = 300
const FUNCTION_LINES = 70

/** Files and functions over their ceiling, as `path: lines` and `path:line: lines of a function`. */
export interface OverCeiling {
  readonly path: string
  readonly fault: string
}

/** @param isTable tables of data are exempt: they are looked up and not read */
export function filesOverCeiling(tree: SourceTree, isTable: (path: string) => boolean): OverCeiling[] {
  return typeScriptFiles(tree).flatMap((path) => {
    const lines = tree.text(path).trimEnd().split('\n').length
    const most = ceilingOf(path)
    if (lines <= most || isTable(path)) return []
    return [{ path, fault: `${path} has ${lines} lines, ${most} are the most` }]
  })
}

/** Functions of the product; a function within another counts in both. */
export function functionsOverCeiling(tree: SourceTree): OverCeiling[] {
  return productFiles(tree).flatMap((path) => {
    const found: OverCeiling[] = []
    const measure = ({ start, end }: { readonly start: number; readonly end: number }) => {
      const first = tree.lineAt(path, start)
      const lines = tree.lineAt(path, end) - first + 1
      if (lines <= FUNCTION_LINES) return
      const fault = `${path}:${first} is a function of ${lines} lines, ${FUNCTION_LINES} are the most`
      found.push({ path, fault })
    }
    new Visitor({
      FunctionDeclaration: measure,
      FunctionExpression: measure,
      ArrowFunctionExpression: measure,
    }).visit(tree.parsed(path).program)
    return found
  })
}

function ceilingOf(path: string): number {
  return /^src\/(core|script)\//.test(path) && !path.endsWith('.test.ts') ? PURE_FILE_LINES : FILE_LINES
}
