import { expect, it } from 'vitest'
import { sameJson } from './same-json.ts'

it.each([
  [{ a: 1, b: [{ c: null }] }, { b: [{ c: null }], a: 1 }, true],
  [{ a: 1 }, { a: 1, b: 2 }, false],
  [{ a: 1, b: 2 }, { a: 1 }, false],
  [{ toString: 1 }, { a: 1 }, false],
  [[1, 2], [2, 1], false],
  [[], {}, false],
  [null, {}, false],
  ['a', 'a', true],
  [1, '1', false],
])('%j and %j: %s', (one, other, same) => expect(sameJson(one as never, other as never)).toBe(same))
