import { expect, it } from 'vitest'
import { AGAINST_THE_ORDER, DIRECTIONS, directionFaults } from './directions.ts'
import { SourceTree, thisTree } from './source-tree.ts'

const table = { core: '', channel: 'core', pool: 'channel', child: 'channel core' }
const kept = {
  'src/core/rule.ts': 'export const rule = 1',
  'src/channel/message.ts': "import { rule } from '../core/rule.ts'",
  'src/pool/start.ts': `import { message } from '../channel/message.ts'
const process = new URL('../child/process.ts', import.meta.url)`,
  'src/pool/start.test.ts': "import { process } from '../child/process.ts'",
  'src/child/process.ts': "import '../channel/message.ts'\nexport * from '../core/rule.ts'",
}

it('rooms of this repository import what the table says, and nothing against its order but what is to be cut', () => {
  expect(directionFaults(thisTree(), DIRECTIONS, AGAINST_THE_ORDER)).toEqual([])
})

it('accepts a tree that keeps its table, with tests and processes that cross the wall', () => {
  expect(directionFaults(new SourceTree(kept), table, [])).toEqual([])
})

it.each([
  ['a value', "import { process } from '../child/process.ts'"],
  ['a type', "import type { Process } from '../child/process.ts'"],
  ['a type in place', "type Process = import('../child/process.ts').Process"],
  ['a lazy import', "await import('../child/process.ts')"],
  ['a re-export', "export { process } from '../child/process.ts'"],
])('finds %s through the wall', (_, line) => {
  const tree = new SourceTree({ ...kept, 'src/pool/other.ts': line })
  expect(directionFaults(tree, table, [])).toEqual([
    'pool -> child is not in the table: src/pool/other.ts:1 imports src/child/process.ts',
  ])
})

it('finds an arrow that nobody uses any more', () => {
  expect(directionFaults(new SourceTree(kept), { ...table, pool: 'core channel' }, [])).toEqual([
    'pool -> core is in the table and nobody uses it: take it out',
  ])
})

it('finds a room that the table does not know, and one that is gone', () => {
  const tree = new SourceTree({ ...kept, 'src/attic/old.ts': '' })
  expect(directionFaults(tree, table, [])).toEqual(['the room attic is not in the table'])
  expect(directionFaults(tree, { ...table, attic: '', cellar: '' }, [])).toEqual([
    'the room cellar is gone: take it out',
  ])
})

it('finds an arrow against the order, and a known one that is cut', () => {
  const circle = new SourceTree({ ...kept, 'src/core/up.ts': "import '../pool/start.ts'" })
  const withCircle = { ...table, core: 'pool' }
  expect(directionFaults(circle, withCircle, [])).toEqual([
    'core -> pool runs against the order of the table',
  ])
  expect(directionFaults(circle, withCircle, ['core -> pool'])).toEqual([])
  expect(directionFaults(new SourceTree(kept), table, ['core -> pool'])).toEqual([
    'core -> pool does not run against the order any more: take it out',
  ])
})
