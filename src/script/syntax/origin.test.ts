import fc from 'fast-check'
import { expect, it } from 'vitest'
import { joined, TextMaker, through } from './origin.ts'

const span = (start: number, end = start + 1) => ({ start, end })

/** Pieces of a source, one behind another: copied, left out, or replaced by a text. */
const pieces = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constant('copy'),
      source: fc.string({ minLength: 1, maxLength: 5 }),
      text: fc.constant(''),
    }),
    fc.record({ kind: fc.constant('skip'), source: fc.string({ maxLength: 5 }), text: fc.constant('') }),
    fc.record({
      kind: fc.constant('replace'),
      source: fc.string({ maxLength: 5 }),
      text: fc.string({ maxLength: 5 }),
    }),
  ),
)

it('each character of a made text comes from its own in the source, or from all that was replaced', () => {
  fc.assert(
    fc.property(pieces, (list) => {
      const source = list.map((piece) => piece.source).join('')
      const maker = new TextMaker(source)
      const expected: { start: number; end: number }[] = []
      let at = 0
      for (const piece of list) {
        const end = at + piece.source.length
        if (piece.kind === 'copy') {
          maker.copy(at, end)
          for (let each = at; each < end; each += 1) expected.push(span(each))
        } else if (piece.kind === 'replace') {
          maker.replace(at, end, piece.text)
          for (const _ of piece.text.split('')) expected.push(span(at, end))
        }
        at = end
      }
      const { text, origin } = maker.made()
      expect(text.length).toBe(maker.length)
      for (let each = 0; each < text.length; each += 1) {
        expect(origin(span(each))).toEqual(expected[each])
      }
    }),
  )
})

it('a span over several pieces goes from the first to the last', () => {
  const maker = new TextMaker('ab/* c */cd$(e)f')
  maker.copy(0, 2)
  maker.replace(2, 9, ' ')
  maker.copy(9, 11)
  maker.replace(11, 15, 'EEEE')
  maker.copy(15, 16)
  const { text, origin } = maker.made()
  expect(text).toBe('ab cdEEEEf')
  expect(origin(span(1, 4))).toEqual(span(1, 10))
  expect(origin(span(3, 6))).toEqual(span(9, 15))
  expect(origin(span(7, 10))).toEqual(span(11, 16))
})

it('the end of a text is the end of its source, and an empty span stays empty', () => {
  const maker = new TextMaker('ab;')
  maker.copy(0, 2)
  expect(maker.made().origin(span(2, 2))).toEqual(span(2, 2))
  expect(maker.made().origin(span(1, 1))).toEqual(span(1, 1))
  expect(new TextMaker('').made().origin(span(0, 0))).toEqual(span(0, 0))
})

it('blanks that are cut off count in the source', () => {
  const maker = new TextMaker(';\u2003 ab  ;')
  maker.copy(1, 7)
  const { text, origin } = maker.trimmed()
  expect(text).toBe('ab')
  expect(origin(span(0, 2))).toEqual(span(3, 5))
})

it('texts made of made texts, and texts put together, lead back to their own sources', () => {
  const later =
    (by: number) =>
    ({ start, end }: { start: number; end: number }) =>
      span(start + by, end + by)
  expect(through(later(1), later(10))(span(3))).toEqual(span(14))
  const both = joined(later(100), 5, later(200))
  expect(both(span(4, 6))).toEqual(span(104, 105))
  expect(both(span(5))).toEqual(span(200))
})
