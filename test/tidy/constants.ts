/**
 * A constant's name means one value in the whole product: numbers and texts only, for a table or a pattern of
 * one name in two files is seldom the same thing told twice.
 */
import type { Expression, VariableDeclarator } from 'oxc-parser'
import { productFiles, type SourceTree } from './source-tree.ts'

export function constantsWithTwoValues(tree: SourceTree): string[] {
  const constants = productFiles(tree).flatMap((path) => constantsOf(tree, path))
  return [...new Set(constants.map(({ name }) => name))].flatMap((name) => {
    const all = constants.filter((constant) => constant.name === name)
    const values = new Set(all.map(({ value }) => value))
    if (values.size < 2) return []
    return [`${name} is ${all.map(({ value, path }) => `${JSON.stringify(value)} in ${path}`).join(', ')}`]
  })
}

interface Constant {
  readonly path: string
  readonly name: string
  readonly value: number | string
}

function constantsOf(tree: SourceTree, path: string): Constant[] {
  const known = new Map<string, number | string>()
  for (const { id, init } of topLevelConstants(tree, path)) {
    if (id.type !== 'Identifier' || !/^[A-Z][A-Z0-9_]*$/.test(id.name) || init === null) continue
    const value = scalarOf(init, known)
    if (value !== undefined) known.set(id.name, value)
  }
  return [...known].map(([name, value]) => ({ path, name, value }))
}

function topLevelConstants(tree: SourceTree, path: string): VariableDeclarator[] {
  return tree.parsed(path).program.body.flatMap((statement) => {
    const declaration = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement
    return declaration?.type === 'VariableDeclaration' ? declaration.declarations : []
  })
}

const CALCULATIONS: Readonly<Record<string, (left: number, right: number) => number>> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => left / right,
  '**': (left, right) => left ** right,
}

/** The number or text of an expression over literals and constants known so far; undefined for all else. */
function scalarOf(
  node: Expression,
  known: ReadonlyMap<string, number | string>,
): number | string | undefined {
  switch (node.type) {
    case 'Literal':
      return typeof node.value === 'number' || typeof node.value === 'string' ? node.value : undefined
    case 'Identifier':
      return known.get(node.name)
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'ParenthesizedExpression':
      return scalarOf(node.expression, known)
    case 'BinaryExpression': {
      if (node.left.type === 'PrivateIdentifier') return undefined
      const [left, right] = [scalarOf(node.left, known), scalarOf(node.right, known)]
      if (typeof left !== 'number' || typeof right !== 'number') return undefined
      return CALCULATIONS[node.operator]?.(left, right)
    }
    default:
      return undefined
  }
}
