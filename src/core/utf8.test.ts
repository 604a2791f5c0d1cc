import { expect, it } from 'vitest'
import { utf8Bytes } from './utf8.ts'

it('counts the bytes of UTF-8, a lone surrogate as its replacement character', () => {
  for (const text of [
    '',
    'abc',
    'é',
    '中',
    '😀',
    '\ud800',
    '\udc00',
    'a\udc00b',
    '\ud800😀\ud800',
    '😀😀x',
  ]) {
    expect([text, utf8Bytes(text)]).toEqual([text, Buffer.byteLength(text)])
  }
})
