/** Compared with a formatter by others: that of the library which reads old workbooks. */
import { SSF } from '@e965/xlsx'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DEFAULT_SETTINGS } from '../../script/value/settings.ts'
import { numberShown } from './cell-number.ts'

const shown = (code: string, value: number, changed = {}) =>
  numberShown(code, { ...DEFAULT_SETTINGS, ...changed })(value)

describe('numbers as their cells show them', () => {
  it.each([
    ['0.000', 0, '0.000'],
    ['000', 5, '005'],
    ['0%', 0.5, '50%'],
    ['0.00%', 0.12345, '12.35%'],
    ['#,##0.00', 1234567.895, '1,234,567.90'],
    ['#,##0', -1234, '-1,234'],
    ['0.00', -0.001, '0.00'],
    ['#,##0.00;[Red](#,##0.00)', -5, '(5.00)'],
    ['0;-0;"none"', 0, 'none'],
    ['[$€-407] #,##0.00', 3, '€ 3.00'],
    ['0.0,,"M"', 12_345_678, '12.3M'],
    ['0.00E+00', 12345, '1.23E+04'],
    ['[>=1000]0.0,"k";0', 1500, '1.5k'],
    ['[>=1000]0.0,"k";0', 150, '150'],
    ['_(* #,##0.00_);_(* \\(#,##0.00\\);_(* "-"??_);_(@_)', 12.5, '12.50'],
    ['_(* #,##0.00_);_(* \\(#,##0.00\\);_(* "-"??_);_(@_)', -12.5, '(12.50)'],
  ])('%s of %d', (code, value, text) => {
    expect(shown(code, value)).toBe(text)
  })

  it('are as they are where the format shows no digits', () => {
    expect(['General', '@', '# ?/?'].map((code) => shown(code, 1.5))).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })

  it('take the separators of the script', () => {
    expect(shown('#,##0.0', 1234.5, { decimalSep: ',', thousandSep: '.' })).toBe('1.234,5')
  })

  it('are those of another formatter', () => {
    const digits = fc.constantFrom(
      '0',
      '0.0',
      '0.00',
      '0.000',
      '#,##0',
      '#,##0.00',
      '000',
      '#',
      '0.0#',
      '0%',
      '0.0%',
    )
    const literal = fc.constantFrom('', '"x "', ' "kg"')
    const one = fc.tuple(literal, digits, literal).map(([a, b, c]) => (c.startsWith(' ') ? b + c : a + b))
    // It writes the sign behind a literal, Excel before it.
    const bare = fc.tuple(digits, literal).map(([a, b]) => a + b)
    const code = fc.oneof(
      bare,
      fc.tuple(one, one).map(([a, b]) => `${a};(${b})`),
      fc.tuple(one, one).map(([a, b]) => `${a};-${b};"nil"`),
    )
    const value = fc.oneof(
      fc.integer({ min: -1_000_000, max: 1_000_000 }),
      // No halves: it rounds negative ones up.
      fc.integer({ min: -1_000_000, max: 1_000_000 }).map((n) => (10 * n + 3) / 1000),
      fc.double({ min: -1e6, max: 1e6, noNaN: true }),
    )
    fc.assert(
      fc.property(code, value, (format, number) => {
        const theirs = SSF.format(format, number).trim()
        // It keeps the sign of some numbers that it shows as zero.
        fc.pre(number >= 0 || /[1-9]/.test(theirs))
        expect(shown(format, number)).toBe(theirs)
      }),
      { numRuns: 2000 },
    )
  })
})
