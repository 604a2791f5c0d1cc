/**
 * STORE (LANGUAGE, section 8). The format is what the specification says; without one the host writes a QVD
 * (R1).
 */
import { faults } from '../fault.ts'
import type { TokenStream } from './lexer.ts'
import { unexpected } from './parse-expression.ts'
import { readFormat, readPath } from './parse-format.ts'
import { expectEnd, readName } from './read-name.ts'
import type { StoreStatement } from './statement.ts'

/** The stream stands behind STORE. */
export function parseStore(tokens: TokenStream): StoreStatement {
  const { fields, table } = readTable(tokens)
  if (tokens.atSymbol(',')) throw faults.semantic('STORE writes one table to a file, not several')
  if (!tokens.takeWord('into')) throw unexpected(tokens, 'INTO')
  const path = readPath(tokens)
  const format = readFormat(tokens)
  expectEnd(tokens)
  return { kind: 'store', table, ...(fields === undefined ? {} : { fields }), path, format }
}

function readTable(tokens: TokenStream): Pick<StoreStatement, 'fields' | 'table'> {
  if (tokens.takeSymbol('*')) {
    if (!tokens.takeWord('from')) throw unexpected(tokens, 'FROM')
    return { table: readName(tokens, 'a table name') }
  }
  const fields = readFields(tokens)
  if (tokens.takeWord('from')) return { fields, table: readName(tokens, 'a table name') }
  const [only, second] = fields
  if (second !== undefined || only!.as !== only!.field) throw unexpected(tokens, 'FROM')
  return { table: only!.field }
}

function readFields(tokens: TokenStream): { readonly field: string; readonly as: string }[] {
  const fields = []
  do {
    const field = readName(tokens, 'a field or table name')
    fields.push({ field, as: tokens.takeWord('as') ? readName(tokens, 'a field name') : field })
  } while (tokens.takeSymbol(','))
  return fields
}
