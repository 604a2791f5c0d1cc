import { expect, test } from 'vitest'
import { realWorld } from './world.ts'

test('random bytes of the real world never come twice, whatever sizes are asked for', () => {
  const { random } = realWorld({ info() {}, warn() {}, error() {} })
  const seen = new Set<string>()
  const sizes = [16, 8, 32, 24, 4096, 16, 5000, 8]
  for (let round = 0; round < 300; round++) {
    const size = sizes[round % sizes.length]!
    const bytes = random.bytes(size)
    expect(bytes).toHaveLength(size)
    // Eight zeros in a row would be bytes of the pool that were handed out before.
    for (let at = 0; at + 8 <= size; at += 8) {
      const piece = bytes.subarray(at, at + 8).join()
      expect(piece).not.toBe('0,0,0,0,0,0,0,0')
      seen.add(piece)
    }
  }
  const pieces = Array.from({ length: 300 }, (_, round) => Math.floor(sizes[round % sizes.length]! / 8))
  expect(seen.size).toBe(pieces.reduce((sum, count) => sum + count, 0))
  expect(random.bytes(0)).toHaveLength(0)
})
