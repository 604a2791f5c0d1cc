/** Every state of one reload, two attempts, two workers and one kill, over the real rules. */
import { describe, expect, test } from 'vitest'
import { ONE_KILL } from './bounds.ts'
import { explore } from './explore.ts'
import { PLANTED } from './planted.ts'

const LONG = { timeout: 120_000 }

test('every invariant holds in every state, and the end can be reached from each', LONG, async () => {
  const explored = await explore(ONE_KILL)
  const { states, transitions, depth } = explored
  console.log(`explored: ${states} states, ${transitions} transitions, ${depth} steps deep`)
  expect(explored.broken).toBeUndefined()
  // Fewer would be less than all: a change of the rules that makes it so has to be looked at.
  expect(states).toBeGreaterThan(10_000)
})

describe('a planted bug is found:', () => {
  test.each(PLANTED.map((bug) => [bug.name, bug] as const))('%s', LONG, async (_name, bug) => {
    const bounds = bug.bounds ?? ONE_KILL
    const { broken } = await explore(bounds, bug)
    expect(broken?.rule).toMatch(bug.breaks)
  })
})
