import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hashText } from './hash-text.ts'

test('a digest is the start of SHA-256 in base 64', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', maxLength: 300 }),
      fc.constantFrom([16, 22], [20, 27], [32, 43]),
      (text, [bytes = 0, characters]) => {
        const expected = createHash('sha256').update(text, 'utf8').digest().subarray(0, bytes)
        expect(hashText(text, bytes)).toBe(expected.toString('base64').replace(/=+$/, ''))
        expect(hashText(text, bytes)).toHaveLength(characters ?? 0)
      },
    ),
  )
})
