/**
 * What a TypeScript file refers to: every import, static, dynamic or of a type, every re-export, and every
 * path that is resolved beside the file (`new URL(..., import.meta.url)`: worker threads, child
 * processes).
 */
import { dirname, join } from 'node:path/posix'
import { type Argument, type Expression, Visitor } from 'oxc-parser'
import type { SourceTree } from './source-tree.ts'

export interface Reference {
  readonly from: string
  readonly line: number
  /** As written: a path or the name of a package. */
  readonly specifier: string
  /** The path from the root when the specifier is relative, whether there is such a file or not. */
  readonly to: string | undefined
  /**
   * `type` vanishes at run time, `lazy` is loaded when it is reached, `path` is another thread or process.
   */
  readonly kind: 'value' | 'type' | 'lazy' | 'path'
}

/** @throws for an import whose specifier cannot be read from the text: it could lead anywhere */
export function referencesOf(tree: SourceTree, path: string): Reference[] {
  const found: Reference[] = []
  const add = (node: { readonly start: number }, specifier: string, kind: Reference['kind']) => {
    const to = /^\.\.?\//.test(specifier) ? join(dirname(path), specifier) : undefined
    found.push({ from: path, line: tree.lineAt(path, node.start), specifier, to, kind })
  }
  new Visitor({
    ImportDeclaration(node) {
      const types =
        node.importKind === 'type' ||
        (node.specifiers.length > 0 &&
          node.specifiers.every((one) => one.type === 'ImportSpecifier' && one.importKind === 'type'))
      add(node, node.source.value, types ? 'type' : 'value')
    },
    ExportAllDeclaration(node) {
      add(node, node.source.value, node.exportKind === 'type' ? 'type' : 'value')
    },
    ExportNamedDeclaration(node) {
      if (node.source) add(node, node.source.value, node.exportKind === 'type' ? 'type' : 'value')
    },
    ImportExpression(node) {
      const specifier = textOf(node.source)
      if (specifier === undefined) {
        throw new Error(`${path}:${tree.lineAt(path, node.start)} imports what its text does not name`)
      }
      add(node, specifier, 'lazy')
    },
    TSImportType(node) {
      add(node, node.source.value, 'type')
    },
    NewExpression(node) {
      const [target, base] = node.arguments
      if (node.callee.type !== 'Identifier' || node.callee.name !== 'URL' || !isOwnUrl(base)) return
      const specifier = textOf(target)
      if (specifier !== undefined) add(node, specifier, 'path')
    },
  }).visit(tree.parsed(path).program)
  return found
}

function isOwnUrl(node: Argument | undefined): boolean {
  return node?.type === 'MemberExpression' && node.object.type === 'MetaProperty'
}

/** A literal's text. What a template fills in after a dot is the extension: `ts` in sources. */
function textOf(node: Argument | Expression | undefined): string | undefined {
  if (node?.type === 'Literal' && typeof node.value === 'string') return node.value
  if (node?.type !== 'TemplateLiteral') return undefined
  const [first, second] = node.quasis.map(({ value }) => value.cooked ?? '')
  if (node.quasis.length === 1) return first
  return node.quasis.length === 2 && first?.endsWith('.') && second === '' ? `${first}ts` : undefined
}
