/**
 * Sources run unbuilt: Node's own reader of TypeScript takes less than the compiler, for one not
 * `for (const of of [1, 2])`.
 */
import { stripTypeScriptTypes } from 'node:module'
import { type SourceTree, typeScriptFiles } from './source-tree.ts'

export function notReadByNode(tree: SourceTree): string[] {
  return typeScriptFiles(tree).flatMap((path) => {
    try {
      stripTypeScriptTypes(tree.text(path))
      return []
    } catch (error) {
      return [`${path}: ${String(error)}`]
    }
  })
}
