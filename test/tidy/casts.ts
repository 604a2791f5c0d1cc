/** `as unknown as` switches the compiler off: what comes after it is believed and not checked. */
import { Visitor } from 'oxc-parser'
import { type SourceTree, typeScriptFiles } from './source-tree.ts'

export function doubleCasts(tree: SourceTree): { readonly path: string; readonly fault: string }[] {
  return typeScriptFiles(tree).flatMap((path) => {
    const found: { readonly path: string; readonly fault: string }[] = []
    new Visitor({
      TSAsExpression({ expression, start }) {
        const inner = expression.type === 'ParenthesizedExpression' ? expression.expression : expression
        if (inner.type !== 'TSAsExpression' || inner.typeAnnotation.type !== 'TSUnknownKeyword') return
        found.push({ path, fault: `${path}:${tree.lineAt(path, start)} casts over unknown` })
      },
    }).visit(tree.parsed(path).program)
    return found
  })
}
