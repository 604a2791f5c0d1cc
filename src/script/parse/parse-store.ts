/**
 * STORE (LANGUAGE, section 8). The format is what the specification says; without one the host writes a QVD
 * (R1).
 */
import { defined } from '../../core/defined.ts'
import { faults } from '../fault/fault.ts'
import type { TokenStream } from '../syntax/lexer.ts'
import type { StoreStatement } from '../syntax/statement.ts'
import { unexpected } from './parse-expression.ts'
import { readFormat, readPath } from './parse-format.ts'
import { expectEnd, readName } from './read-name.ts'

/** The stream stands behind STORE. */
export function parseStore(tokens: TokenStream): StoreStatement {
  const { fields, table, tableSpan } = readTable(tokens)
  if (tokens.atSymbol(',')) {
    throw faults.semantic('STORE writes one table to a file, not several', tokens.peek())
  }
  if (!tokens.takeWord('into')) throw unexpected(tokens, 'INTO')
  const path = readPath(tokens)
  const format = readFormat(tokens)
  expectEnd(tokens)
  return { kind: 'store', table, tableSpan, ...defined({ fields }), path, format }
}

function readTable(tokens: TokenStream): Pick<StoreStatement, 'fields' | 'table' | 'tableSpan'> {
  if (tokens.takeSymbol('*')) {
    if (!tokens.takeWord('from')) throw unexpected(tokens, 'FROM')
    return readTableName(tokens)
  }
  const { start } = tokens.peek()
  const fields = readFields(tokens)
  if (tokens.takeWord('from')) return { fields, ...readTableName(tokens) }
  const [only, second] = fields
  if (second !== undefined || only!.as !== only!.field) throw unexpected(tokens, 'FROM')
  return { table: only!.field, tableSpan: tokens.since(start) }
}

function readTableName(tokens: TokenStream): Pick<StoreStatement, 'table' | 'tableSpan'> {
  const { start } = tokens.peek()
  return { table: readName(tokens, 'a table name'), tableSpan: tokens.since(start) }
}

function readFields(tokens: TokenStream): { readonly field: string; readonly as: string }[] {
  const fields = []
  do {
    const field = readName(tokens, 'a field or table name')
    fields.push({ field, as: tokens.takeWord('as') ? readName(tokens, 'a field name') : field })
  } while (tokens.takeSymbol(','))
  return fields
}
