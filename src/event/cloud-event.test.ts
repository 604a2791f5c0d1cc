import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cleanText, cutToBytes } from '../core/plain-text.ts'
import { utf8Bytes } from '../core/utf8.ts'
import { ATTRIBUTE_MAX_BYTES, cleanAttribute, cloudEvent } from './cloud-event.ts'

const envelope = {
  id: 'e',
  type: 't',
  source: 's',
  time: 0,
  tenantId: 'n' as never,
  attributes: {},
  data: {},
}

describe('the envelope', () => {
  test('leaves out what is unknown and what is too long to be whole', () => {
    const tooLong = 'x'.repeat(ATTRIBUTE_MAX_BYTES + 1)
    const attributes = { host: '', clientid: undefined, authclaims: tooLong, reason: 'r' }
    const event = cloudEvent({ ...envelope, attributes, data: { a: undefined, b: '', c: 0, d: false } })
    expect(Object.keys(event)).toEqual([
      'specversion',
      'id',
      'type',
      'source',
      'time',
      'datacontenttype',
      'reason',
      'tenantid',
      'data',
    ])
    expect(event.data).toEqual({ c: 0, d: false })
    expect(event.time).toBe('1970-01-01T00:00:00.000Z')
  })
})

describe('texts', () => {
  test.each([
    ['a\u0000b\u001f\u007f\u009fc', 'abc'],
    ['tab\tline\r\nend', 'tablineend'],
    ['lone \ud83d surrogate \ude00.', 'lone  surrogate .'],
    ['Zoë 😀', 'Zoë 😀'],
  ])('as attributes have neither control characters nor lone surrogates: %j', (text, clean) => {
    expect(cleanAttribute(text)).toBe(clean)
  })

  test('in data keep tabs and line ends', () => {
    expect(cleanText('a\u0000\tb\r\n\ud800c\u0085')).toBe('a\tb\r\nc')
  })

  test('cut to bytes are the longest whole beginning that fits', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat({ max: 60 }), (text, maxBytes) => {
        const cut = cutToBytes(text, maxBytes)
        expect(text.startsWith(cut)).toBe(true)
        expect(utf8Bytes(cut)).toBeLessThanOrEqual(maxBytes)
        const [next] = text.slice(cut.length)
        if (next !== undefined) {
          const character = String.fromCodePoint(text.codePointAt(cut.length)!)
          expect(utf8Bytes(cut + character)).toBeGreaterThan(maxBytes)
        }
      }),
    )
  })
})
