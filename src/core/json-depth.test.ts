import { expect, it } from 'vitest'
import { isDeeperThan } from './json-depth.ts'

it('counts levels of lists and objects', () => {
  for (const [text, depth] of [
    ['1', 0],
    ['"[[["', 0],
    ['null', 0],
    ['[]', 1],
    ['{"a":[1,{}]}', 3],
    [`${'['.repeat(30_000)}${']'.repeat(30_000)}`, 30_000],
  ] as const) {
    const value: unknown = JSON.parse(text)
    expect([depth, isDeeperThan(value, depth)]).toEqual([depth, false])
    if (depth > 0) expect(isDeeperThan(value, depth - 1)).toBe(true)
  }
})
