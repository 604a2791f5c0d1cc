/**
 * DECLARE and DERIVE: templates of calculated fields, as generated scripts have them for calendars, and the
 * fields that they are laid over (LANGUAGE, section 9). The expressions are over `$1`, the field, and
 * parameters.
 */
import { defined } from '../../core/defined.ts'
import { faults } from '../fault/fault.ts'
import type { TokenStream } from '../syntax/lexer.ts'
import type { DerivedField, DeriveStatement, Statement } from '../syntax/statement.ts'
import { readExpression, unexpected } from './parse-expression.ts'
import { readLabel } from './parse-prefixes.ts'
import { expectEnd, readName, readNames } from './read-name.ts'

/** Undefined: the stream, which stands behind no label yet, leads to no DECLARE. */
export function parseDeclare(tokens: TokenStream): Statement | undefined {
  let name: string | undefined
  for (let label = readLabel(tokens); label !== undefined; label = readLabel(tokens)) name = label
  if (!tokens.takeWord('declare')) return undefined
  if (name === undefined)
    throw faults.syntax('DECLARE needs the name of its definition before it: name: DECLARE')
  if (!tokens.takeWord('field')) tokens.takeWord('fields')
  const defines = tokens.takeWord('definition')
  if (tokens.takeWord('using')) {
    const like = readName(tokens, 'the name of a definition')
    const parameters = readParameters(tokens, 'with')
    expectEnd(tokens)
    return { kind: 'declare', name, like, parameters }
  }
  if (!defines) throw unexpected(tokens, 'DEFINITION or USING')
  const tags = readTags(tokens)
  const parameters = readParameters(tokens, 'parameters')
  if (!tokens.takeWord('fields')) throw unexpected(tokens, 'FIELDS')
  const fields = readFields(tokens)
  const groups = readGroups(tokens)
  expectEnd(tokens)
  return { kind: 'declare', name, tags, parameters, fields, ...defined({ groups }) }
}

/** The stream stands behind DERIVE. */
export function parseDerive(tokens: TokenStream): Statement {
  if (!tokens.takeWord('fields')) tokens.takeWord('field')
  if (!tokens.takeWord('from')) throw unexpected(tokens, 'FROM')
  const from = readFrom(tokens)
  if (from !== 'fields' && !tokens.takeWord('tags')) tokens.takeWord('tag')
  const names = tokens.atWord('using') ? [] : readNames(tokens, from === 'fields' ? 'a field name' : 'a tag')
  if (!tokens.takeWord('using')) throw unexpected(tokens, 'USING')
  const definition = readName(tokens, 'the name of a definition')
  expectEnd(tokens)
  return { kind: 'derive', from, names, definition }
}

/** Where DERIVE takes its fields from, by the word for it. */
export const DERIVED_FROM: Readonly<Record<string, DeriveStatement['from']>> = {
  fields: 'fields',
  field: 'fields',
  explicit: 'explicit',
  implicit: 'implicit',
}

function readFrom(tokens: TokenStream): DeriveStatement['from'] {
  const word = Object.keys(DERIVED_FROM).find((each) => tokens.takeWord(each))
  if (word === undefined) throw unexpected(tokens, 'FIELDS, EXPLICIT TAGS or IMPLICIT TAG')
  return DERIVED_FROM[word]!
}

function readFields(tokens: TokenStream): DerivedField[] {
  const fields: DerivedField[] = []
  do {
    const start = tokens.peek().start
    readExpression(tokens)
    const expression = tokens.text.slice(start, tokens.lastEnd)
    if (!tokens.takeWord('as')) throw unexpected(tokens, 'AS')
    fields.push({ expression, name: readName(tokens, 'a field name'), tags: readTags(tokens) })
  } while (tokens.takeSymbol(','))
  return fields
}

/** `GROUPS ...` to the end, as it stands: kept with the definition for whoever shows its fields. */
function readGroups(tokens: TokenStream): string | undefined {
  if (!tokens.takeWord('groups')) return undefined
  const groups = tokens.text.slice(tokens.lastEnd).trim()
  if (groups === '') throw unexpected(tokens, 'fields of a group')
  tokens.seek(tokens.text.length)
  return groups
}

/** `TAGGED tag`, `TAGGED ('$a', '$b')`, or nothing: a comma without parentheses begins the next field. */
function readTags(tokens: TokenStream): string[] {
  if (!tokens.takeWord('tagged')) return []
  if (!tokens.takeSymbol('(')) return [readName(tokens, 'a tag')]
  const tags = readNames(tokens, 'a tag')
  if (!tokens.takeSymbol(')')) throw unexpected(tokens, "')'")
  return tags
}

/** `name = value, ...` behind the word, as they stand. */
function readParameters(tokens: TokenStream, word: string): Record<string, string> {
  const parameters: Record<string, string> = {}
  if (!tokens.takeWord(word)) return parameters
  do {
    const name = readName(tokens, 'a parameter')
    if (!tokens.takeSymbol('=')) throw unexpected(tokens, "'='")
    const start = tokens.peek().start
    readExpression(tokens)
    parameters[name] = tokens.text.slice(start, tokens.lastEnd)
  } while (tokens.takeSymbol(','))
  return parameters
}
