import fc from 'fast-check'
import { expect, test } from 'vitest'
import { chatOrigin } from './chat.ts'

test('what is told of an address is its origin, wherever its path begins for those that call it', () => {
  // WHATWG URL: a backslash begins a path, too.
  const begins = fc.constantFrom('/', '\\', '?', '#')
  fc.assert(
    fc.property(begins, fc.string({ unit: 'binary' }), (begin, rest) => {
      expect(chatOrigin(`https://hooks.example.com:8443${begin}secret${rest}`)).toBe(
        'https://hooks.example.com:8443',
      )
    }),
  )
  expect(chatOrigin('hooks.example.com/secret')).toBe('')
})
