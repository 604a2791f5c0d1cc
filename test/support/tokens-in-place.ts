/** Tokens of split statements, held against the script that they came from. */
import { expect } from 'vitest'
import { tokensOf } from '../../src/script/syntax/lexer.ts'
import { split } from '../../src/script/syntax/split.ts'

/**
 * Each token begins and ends in the script with its own first and last character; one without blanks, which
 * may stand for comments, is there as it is.
 */
export function expectTokensInPlace(script: string): void {
  for (const { text, origin, start, end } of split(script)) {
    const tokens = tokensOf(text)
    for (let token = tokens.next(); token.kind !== 'end'; token = tokens.next()) {
      const written = text.slice(token.start, token.end).trimEnd()
      const from = origin({ start: token.start, end: token.start + written.length })
      const found = script.slice(from.start, from.end)
      expect(from.start).toBeGreaterThanOrEqual(start)
      expect(from.end).toBeLessThanOrEqual(end)
      if (/\s/.test(written)) {
        expect([found.at(0), found.at(-1)]).toEqual([written.at(0), written.at(-1)])
      } else expect(found).toBe(written)
    }
  }
}
