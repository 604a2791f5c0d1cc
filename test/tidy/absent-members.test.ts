import { expect, it } from 'vitest'
import { spreadConditions } from './absent-members.ts'
import { SourceTree, thisTree } from './source-tree.ts'

it('no member is spread under the condition that it is defined', () => {
  expect(spreadConditions(thisTree())).toEqual([])
})

it('finds spreads of what is tested, however they are written, and leaves those of other conditions', () => {
  const tree = new SourceTree({
    'src/a.ts': `const a = { ...(name === undefined ? {} : { name }) }
const b = { ...(name !== undefined ? { title: name } : {}) }
const c = { ...(app.name !== undefined && { name: app.name }) }
const d = { ...(name && { name: name as Name }) }
const e = { ...(app === undefined ? {} : { name: app.name, space: app.space.id }) }
const f = { ...(time === undefined ? {} : { time: timeText(time) }) }
const g = { ...(end.kind === 'failed' ? { error } : {}) }
const h = { ...(withLog ? { log } : {}), ...(withLog && { pages }), ...rest }`,
  })
  expect(spreadConditions(tree)).toEqual([
    'src/a.ts:1 spreads name if defined: use defined()',
    'src/a.ts:2 spreads name if defined: use defined()',
    'src/a.ts:3 spreads app.name if defined: use defined()',
    'src/a.ts:4 spreads name if defined: use defined()',
    'src/a.ts:5 spreads app if defined: use defined()',
  ])
})
