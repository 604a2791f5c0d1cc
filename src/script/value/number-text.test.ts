import fc from 'fast-check'
import { expect, test } from 'vitest'
import { numberText } from './number-text.ts'

test.each([
  [0, '0'],
  [-0, '0'],
  [3.5, '3.5'],
  [1 / 3, '0.33333333333333'],
  [-2 / 3, '-0.66666666666667'],
  [Math.PI, '3.1415926535898'],
  [0.1 + 0.2, '0.3'],
  [1e13, '10000000000000'],
  [99_999_999_999_999, '99999999999999'],
  [123_456_789_012_345, '1.2345678901235e+14'],
  [99_999_999_999_999.9, '1e+14'],
  [1e21, '1e+21'],
  [1e-7, '1e-07'],
  [1.5e-10, '1.5e-10'],
  [0.0001, '0.0001'],
  [0.00001, '1e-05'],
  [1e-300, '1e-300'],
  [40968.99999998843, '40968.999999988'],
])('%d is %s', (number, expected) => {
  expect(numberText(number, '.')).toBe(expected)
})

test('the decimal mark is the one of the settings', () => {
  expect(numberText(3.5, ',')).toBe('3,5')
  expect(numberText(1.5e-10, ',')).toBe('1,5e-10')
})

test('14 digits are right to one unit of the last place, and never more are shown', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
      const text = numberText(number, '.')
      expect(text.replace(/e.*/, '').replace(/[-.]/g, '').replace(/^0+/, '').length).toBeLessThanOrEqual(14)
      if (Math.abs(number) > 1e-290) {
        expect(Math.abs(Number(text) - number)).toBeLessThanOrEqual(Math.abs(number) * 5.1e-14)
      }
    }),
    { numRuns: 2000 },
  )
})
