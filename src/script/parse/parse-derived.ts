/**
 * DECLARE and DERIVE: templates of calculated fields, as generated scripts have them for calendars, and the
 * fields that they are laid over (LANGUAGE, section 9). The expressions are over `$1`, the field, and
 * parameters.
 */
import { faults } from '../fault/fault.ts'
import type { TokenStream } from '../syntax/lexer.ts'
import type { DerivedField, Statement } from '../syntax/statement.ts'
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
  if (tokens.takeWord('using')) {
    return {
      kind: 'declare',
      name,
      like: readName(tokens, 'the name of a definition'),
      parameters: readParameters(tokens, 'with'),
    }
  }
  if (!tokens.takeWord('definition')) throw unexpected(tokens, 'DEFINITION or USING')
  const tags = readTags(tokens)
  const parameters = readParameters(tokens, 'parameters')
  if (!tokens.takeWord('fields')) throw unexpected(tokens, 'FIELDS')
  return { kind: 'declare', name, tags, parameters, fields: readFields(tokens) }
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

function readFrom(tokens: TokenStream): 'fields' | 'explicit' | 'implicit' {
  if (tokens.takeWord('explicit')) return 'explicit'
  if (tokens.takeWord('implicit')) return 'implicit'
  if (tokens.takeWord('fields') || tokens.takeWord('field')) return 'fields'
  throw unexpected(tokens, 'FIELDS, EXPLICIT TAGS or IMPLICIT TAG')
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
  // Groups of fields are for the selections of a user.
  if (!tokens.atWord('groups')) expectEnd(tokens)
  return fields
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
