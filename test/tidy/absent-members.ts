/**
 * A record leaves out an undefined member with `defined({ member })` (core/defined.ts), not by spreading a
 * condition that names the member twice: `...(member === undefined ? {} : { member })`.
 */
import { type Expression, type SpreadElement, Visitor } from 'oxc-parser'
import { type SourceTree, typeScriptFiles } from './source-tree.ts'

export function spreadConditions(tree: SourceTree): string[] {
  return typeScriptFiles(tree).flatMap((path) => {
    const found: string[] = []
    new Visitor({
      SpreadElement(spread) {
        const tested = spreadIfDefined(spread, tree.text(path))
        if (tested === undefined) return
        found.push(`${path}:${tree.lineAt(path, spread.start)} spreads ${tested} if defined: use defined()`)
      },
    }).visit(tree.parsed(path).program)
    return found
  })
}

/** The expression that is spread only if it is defined; undefined for a spread that means something else. */
function spreadIfDefined({ argument }: SpreadElement, text: string): string | undefined {
  const source = (node: Expression) => text.slice(node.start, node.end)
  const condition = bare(argument)
  const [test, record] = testAndRecord(condition) ?? []
  if (test === undefined || record?.type !== 'ObjectExpression' || record.properties.length === 0) return
  const tested = source(bare(comparedWithUndefined(test) ?? test))
  const isSame = record.properties.every((member) => {
    if (member.type !== 'Property') return false
    const value = source(bare(member.value))
    return value === tested || (value.startsWith(`${tested}.`) && /^[\w.]+$/.test(value))
  })
  return isSame ? tested : undefined
}

/** The condition under which a record is spread, and the record. */
function testAndRecord(node: Expression): [Expression, Expression] | undefined {
  if (node.type === 'LogicalExpression' && node.operator === '&&') return [node.left, bare(node.right)]
  if (node.type !== 'ConditionalExpression') return undefined
  const [yes, no] = [bare(node.consequent), bare(node.alternate)]
  if (isEmpty(yes)) return [node.test, no]
  return isEmpty(no) ? [node.test, yes] : undefined
}

function comparedWithUndefined(node: Expression): Expression | undefined {
  const test = bare(node)
  if (test.type !== 'BinaryExpression' || !/^[!=]==$/.test(test.operator)) return undefined
  if (test.right.type !== 'Identifier' || test.right.name !== 'undefined') return undefined
  return test.left.type === 'PrivateIdentifier' ? undefined : test.left
}

const isEmpty = (node: Expression) => node.type === 'ObjectExpression' && node.properties.length === 0

/** Without parentheses, casts and assertions. */
function bare(node: Expression): Expression {
  switch (node.type) {
    case 'ParenthesizedExpression':
    case 'TSAsExpression':
    case 'TSNonNullExpression':
      return bare(node.expression)
    default:
      return node
  }
}
