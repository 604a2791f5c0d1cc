import { describe, expect, test } from 'vitest'
import { ranValueVectors } from '../../../test/script/vectors/run-vectors.ts'
import { bindingOf, shown } from '../../../test/support/evaluated.ts'
import { withoutSpans } from '../../../test/support/without-spans.ts'
import { compile } from '../evaluate/compile-expression.ts'
import { faultOf } from '../fault/fault.ts'
import { parseExpression } from '../parse/parse-expression.ts'
import { type Expression, expressionKey } from '../syntax/expression.ts'
import { formatsOf } from '../value/formats.ts'
import { DEFAULT_SETTINGS } from '../value/settings.ts'
import type { Value } from '../value/value.ts'
import { readMade } from './made-text.ts'

const { readText } = formatsOf(DEFAULT_SETTINGS)

function valueFrom(expression: Expression): Value | undefined {
  try {
    return compile(expression, bindingOf())()
  } catch (error) {
    if (faultOf(error) !== undefined) return undefined
    throw error
  }
}

const isUnread = (value: Value | undefined): boolean =>
  typeof value === 'string' && !Number.isNaN(readText(value))

describe('over the vectors of all functions', () => {
  const expressions = [...new Set(ranValueVectors().map(({ vector }) => vector))]

  test('only Text() leaves a text that reads as a number (FACTS 2)', () => {
    const plain = expressions.filter((each) => isUnread(valueFrom(parseExpression(each))))
    expect(plain.length).toBeGreaterThan(10)
    expect(
      expressions.filter(
        (each) => isUnread(valueFrom(readMade(parseExpression(each)))) && !/^Text\(/.test(each),
      ),
    ).toEqual([])
  })

  test('reading changes no text, and no value that has a number', () => {
    const texts = (value: Value | undefined) =>
      value !== null && typeof value === 'object'
        ? value.text
        : value === undefined
          ? ''
          : shown(value).replace(/^#/, '')
    for (const each of expressions) {
      const expression = parseExpression(each)
      const [before, after] = [valueFrom(expression), valueFrom(readMade(expression))]
      expect(`${each} is ${texts(after)}`).toBe(`${each} is ${texts(before)}`)
      if (!isUnread(before)) expect(after).toEqual(before)
    }
  })

  test('an expression has the key that it has unread', () => {
    for (const each of expressions) {
      const expression = withoutSpans(parseExpression(each))
      expect(expressionKey(readMade(expression))).toBe(expressionKey(expression))
    }
  })
})
