/**
 * Prefixes that transform the rows of a LOAD: CROSSTABLE, INTERVALMATCH, GENERIC, HIERARCHY and
 * HIERARCHYBELONGSTO (LANGUAGE, section 5; SEMANTICS block N).
 */
import { defined } from '../../core/defined.ts'
import { faults } from '../fault/fault.ts'
import type { TokenStream } from '../syntax/lexer.ts'
import type { Transform } from '../syntax/statement.ts'
import { readExpression, unexpected } from './parse-expression.ts'
import { readName, readNames } from './read-name.ts'

/** What stands behind the word of each. A reader throws ScriptFaultError: syntax. */
export const TRANSFORMS: Readonly<Record<Transform['kind'], (tokens: TokenStream) => Transform>> = {
  generic: () => ({ kind: 'generic' }),
  crosstable: (tokens) => inParentheses(tokens, readCrosstable),
  intervalmatch: (tokens) => inParentheses(tokens, readIntervalMatch),
  hierarchy: (tokens) => inParentheses(tokens, readHierarchy),
  hierarchybelongsto: (tokens) => inParentheses(tokens, readBelongsTo),
}

function inParentheses(tokens: TokenStream, read: (tokens: TokenStream) => Transform): Transform {
  if (!tokens.takeSymbol('(')) throw unexpected(tokens, "'('")
  const transform = read(tokens)
  if (!tokens.takeSymbol(')')) throw unexpected(tokens, "')'")
  return transform
}

function readCrosstable(tokens: TokenStream): Transform {
  const attribute = readName(tokens, 'the name of the attribute field')
  if (!tokens.takeSymbol(',')) throw unexpected(tokens, "','")
  const data = readName(tokens, 'the name of the data field')
  if (!tokens.takeSymbol(',')) return { kind: 'crosstable', attribute, data }
  return { kind: 'crosstable', attribute, data, qualifiers: readExpression(tokens) }
}

function readIntervalMatch(tokens: TokenStream): Transform {
  const [point, ...keys] = readNames(tokens, 'a field name')
  return { kind: 'intervalmatch', point: point!, keys }
}

function readHierarchy(tokens: TokenStream): Transform {
  const [node, parent, name, parentName, pathSource, pathName, delimiter, depth] = readArguments(
    tokens,
    'HIERARCHY',
    3,
    8,
  )
  return {
    kind: 'hierarchy',
    node: node!,
    parent: parent!,
    name: name!,
    ...defined({ parentName, pathSource, pathName }),
    delimiter: delimiter ?? '/',
    ...defined({ depth }),
  }
}

function readBelongsTo(tokens: TokenStream): Transform {
  const [node, parent, name, ancestor, ancestorName, difference] = readArguments(
    tokens,
    'HIERARCHYBELONGSTO',
    5,
    6,
  )
  return {
    kind: 'hierarchybelongsto',
    node: node!,
    parent: parent!,
    name: name!,
    ancestor: ancestor!,
    ancestorName: ancestorName!,
    ...defined({ difference }),
  }
}

/** Names with commas between; those after the first `least` are optional and may be empty. */
function readArguments(
  tokens: TokenStream,
  prefix: string,
  least: number,
  most: number,
): (string | undefined)[] {
  const names: (string | undefined)[] = []
  do {
    const isEmpty = tokens.atSymbol(',') || tokens.atSymbol(')')
    names.push(isEmpty ? undefined : readName(tokens, 'a field name') || undefined)
  } while (tokens.takeSymbol(','))
  if (names.length < least || names.length > most || names.slice(0, least).includes(undefined)) {
    throw faults.syntax(`${prefix} takes ${least} to ${most} names, the first ${least} of them always`)
  }
  return names
}
