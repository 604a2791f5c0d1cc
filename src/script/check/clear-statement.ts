/** Statements with text that is not known, as far as their meaning is clear all the same. */
import type { LoadStatement, Statement } from '../syntax/statement.ts'
import { GAP, gapsIn, gapsOf } from './known-value.ts'

/**
 * The statement, if what is not known in it is only the path of a file, or stands in texts. It may stand for
 * more than it shows anywhere else.
 */
export function withoutGaps(statement: Statement, text: string): Statement | undefined {
  switch (statement.kind) {
    case 'trace':
    case 'rem':
    case 'directory':
      return statement
    case 'set':
      return statement.name.includes(GAP) ? undefined : { kind: 'let', name: statement.name, expression: ANY }
    case 'let': {
      const { name, expression } = statement
      if (name.includes(GAP)) return undefined
      return expression !== undefined && gapsIn(expression, 'texts') === gapsOf(text)
        ? statement
        : { ...statement, expression: ANY }
    }
    case 'store':
      return gapsOf(statement.path) === gapsOf(text) ? statement : undefined
    case 'load':
      return gapsInTexts(statement) + gapsOf(pathOf(statement)) === gapsOf(text) ? statement : undefined
    default:
      return undefined
  }
}

/** Of any value. */
const ANY = { kind: 'text', value: GAP } as const

function pathOf({ levels }: LoadStatement): string {
  const { source } = levels.at(-1)!
  return source.kind === 'file' ? source.path : ''
}

/** An expression without AS is its own name, which then is not known. */
function gapsInTexts({ levels, prefixes }: LoadStatement): number {
  const { first, sample } = prefixes
  const expressions = levels.flatMap(({ items, where, while: repeats, groupBy = [], orderBy = [] }) => [
    ...items.flatMap((item) => (item.kind === 'field' && !item.name.includes(GAP) ? [item.expression] : [])),
    where,
    repeats,
    ...groupBy,
    ...orderBy.map(({ expression }) => expression),
  ])
  return [...expressions, first, sample].reduce(
    (count, expression) => count + (expression === undefined ? 0 : gapsIn(expression, 'texts')),
    0,
  )
}
