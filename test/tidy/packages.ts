/**
 * What the product takes from outside of `src/`: packages that an installation brings, and nothing that only
 * developers have, such as devDependencies, tests or the generators of documents.
 */
import { isBuiltin } from 'node:module'
import { referencesOf } from './references.ts'
import { productFiles, type SourceTree } from './source-tree.ts'

/** @param ownPaths paths outside of `src/` that the product reads where it is not installed */
export function foreignImports(tree: SourceTree, ownPaths: readonly string[]): string[] {
  const manifest: Partial<Record<string, Readonly<Record<string, string>>>> = JSON.parse(
    tree.text('package.json'),
  )
  const installed = { ...manifest.dependencies, ...manifest.peerDependencies }
  return productFiles(tree)
    .flatMap((path) => referencesOf(tree, path))
    .flatMap(({ from, line, specifier, to }) => {
      if (to !== undefined) {
        const ours = to.startsWith('src/') || ownPaths.includes(to)
        return ours ? [] : [`${from}:${line} takes ${to}, which is no part of the product`]
      }
      const [scope, name] = specifier.split('/')
      const packageName = specifier.startsWith('@') ? `${scope}/${name}` : scope!
      if (isBuiltin(specifier) || packageName in installed) return []
      return [`${from}:${line} imports ${packageName}, which an installation does not bring`]
    })
}
