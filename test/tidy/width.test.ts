import { expect, it } from 'vitest'
import { SourceTree, thisTree } from './source-tree.ts'
import { wideLines } from './width.ts'

it('no line is wider than 110 columns but for one long literal', () => {
  expect(wideLines(thisTree())).toEqual([])
})

it('finds wide comments on lines of their own, in blocks and behind code, and leaves long literals', () => {
  const long = 'x'.repeat(90)
  const tree = new SourceTree({
    'src/a.ts': `// ${'full '.repeat(21)}ok
// ${'words '.repeat(20)}
/**
 * ${'words '.repeat(20)}
 */
const a = '${long}' // ${'words '.repeat(4)}
const b = refuse('${long}', { parameter: 'sort' })
const c = /${long}${long}/.test(\`${long}\`)
const d = \`short
${long} \${a} ${long}
\`
const e = { ${'value: a, '.repeat(11)} }
`,
  })
  expect(wideLines(tree)).toEqual([
    'src/a.ts:2 has 123 columns',
    'src/a.ts:4 has 123 columns',
    'src/a.ts:6 has 130 columns',
    'src/a.ts:12 has 124 columns',
  ])
})
