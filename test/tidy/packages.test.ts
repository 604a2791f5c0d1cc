import { expect, it } from 'vitest'
import { foreignImports } from './packages.ts'
import { SourceTree, thisTree } from './source-tree.ts'

/** The manifest tells the version; the demo's script and data are in a clone only, as its command says. */
const OWN_PATHS = ['package.json', 'node_modules/vega-datasets/data/', 'examples/demo/']

it('the product takes nothing that an installation does not bring', () => {
  expect(foreignImports(thisTree(), OWN_PATHS)).toEqual([])
})

it('finds a devDependency, also by its type or a part of it, and imports out of the product', () => {
  const tree = new SourceTree({
    'package.json': JSON.stringify({
      dependencies: { fastify: '5', '@scope/one': '1' },
      peerDependencies: { kafka: '1' },
      devDependencies: { vitest: '5', '@scope/two': '1' },
    }),
    'src/a.ts': `import fastify from 'fastify'
import one from '@scope/one/part'
import { readFileSync } from 'node:fs'
const kafka = () => import('kafka')
const manifest = new URL('../package.json', import.meta.url)
import type { Vi } from 'vitest'
import two from '@scope/two/part'
import { page } from '../docs/generate/page.ts'
const script = new URL('../examples/run.qvs', import.meta.url)`,
    'src/a.test.ts': "import { it } from 'vitest'",
  })
  expect(foreignImports(tree, ['package.json'])).toEqual([
    'src/a.ts:6 imports vitest, which an installation does not bring',
    'src/a.ts:7 imports @scope/two, which an installation does not bring',
    'src/a.ts:8 takes docs/generate/page.ts, which is no part of the product',
    'src/a.ts:9 takes examples/run.qvs, which is no part of the product',
  ])
})
