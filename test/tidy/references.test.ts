import { expect, it } from 'vitest'
import { referencesOf } from './references.ts'
import { SourceTree } from './source-tree.ts'

const referred = (text: string) =>
  referencesOf(new SourceTree({ 'src/a/one.ts': text }), 'src/a/one.ts').map(
    ({ line, kind, specifier, to }) => `${line} ${kind} ${to ?? specifier}`,
  )

it('finds every way to name another file, and nothing in comments and strings', () => {
  expect(
    referred(`import { a } from './a.ts'
import type { B } from '../b/b.ts'
import { type C, type D } from './c.ts'
import { type E, f } from './e.ts'
import './effect.ts'
import fastify from 'fastify'
export * from './g.ts'
export { h } from './h.ts'
export type { I } from './i.ts'
type J = import('./j.ts').J
type K = typeof import('./k.ts')
const l = await import('./l.ts')
const m = new Worker(new URL('./m.ts', import.meta.url))
const n = new URL(\`../child/n.\${extension}\`, import.meta.url)
// import { no } from './comment.ts'
const o = "import { no } from './text.ts'"
const p = new URL('./request', base)
export const q = a`),
  ).toEqual([
    '1 value src/a/a.ts',
    '2 type src/b/b.ts',
    '3 type src/a/c.ts',
    '4 value src/a/e.ts',
    '5 value src/a/effect.ts',
    '6 value fastify',
    '7 value src/a/g.ts',
    '8 value src/a/h.ts',
    '9 type src/a/i.ts',
    '10 type src/a/j.ts',
    '11 type src/a/k.ts',
    '12 lazy src/a/l.ts',
    '13 path src/a/m.ts',
    '14 path src/child/n.ts',
  ])
})

it('refuses an import that its text does not name', () => {
  expect(() => referred('await import(name)')).toThrow('src/a/one.ts:1 imports what its text does not name')
})
