/**
 * Lines of at most 110 columns. The formatter breaks code wherever it can, so a longer line of code stands
 * only where one literal leaves it no choice; comments it does not touch, so they are held here.
 */
import { Visitor } from 'oxc-parser'
import { type SourceTree, typeScriptFiles } from './source-tree.ts'

const COLUMNS = 110

export function wideLines(tree: SourceTree): string[] {
  return typeScriptFiles(tree).flatMap((path) => {
    const lines = tree.text(path).split('\n')
    if (lines.every(({ length }) => length <= COLUMNS)) return []
    const literals = literalsOf(tree, path)
    const { comments } = tree.parsed(path)
    let start = 0
    return lines.flatMap((line, index) => {
      const end = start + line.length
      const within = ({ start: from, end: to }: Span) => Math.min(to, end) - Math.max(from, start)
      const longest = Math.max(0, ...literals.map(within))
      const commented = comments.some((comment) => comment.end > start + COLUMNS && within(comment) > 0)
      const wide = line.length > COLUMNS && (commented || line.length - longest > COLUMNS)
      start = end + 1
      return wide ? [`${path}:${index + 1} has ${line.length} columns`] : []
    })
  })
}

interface Span {
  readonly start: number
  readonly end: number
}

function literalsOf(tree: SourceTree, path: string): Span[] {
  const found: Span[] = []
  const take = (node: Span) => void found.push(node)
  new Visitor({ Literal: take, TemplateLiteral: take }).visit(tree.parsed(path).program)
  return found
}
