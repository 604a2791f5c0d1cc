import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { shown } from '../../../test/support/evaluated.ts'
import { textOf } from './convert.ts'
import { interpretText, textInterpreter } from './interpret-text.ts'
import { DEFAULT_SETTINGS, type Settings } from './settings.ts'

const COMMA = { decimalSep: ',', thousandSep: '.' }

const DAY_FIRST = { dateFormat: 'DD/MM/YYYY', timestampFormat: 'DD/MM/YYYY hh:mm:ss' }
const AMERICAN = { dateFormat: 'M/D/YYYY', timestampFormat: 'M/D/YYYY h:mm:ss[.fff] TT' }

/** Texts without what the format has, and with what it has not (FACTS 24). */
const LENIENT_TIMES: readonly (readonly [string, string, Partial<Settings>])[] = [
  ['13/01/2006 00:00', '13/01/2006 00:00#38730', DAY_FIRST],
  ['12/01/2006 12:23:00', '12/01/2006 12:23:00#38729.515972222', DAY_FIRST],
  ['12/01/2006 12:00:00.5', '12/01/2006 12:00:00.5#38729.500005787', DAY_FIRST],
  ['12/01/2006 12', '12/01/2006 12', DAY_FIRST],
  ['1/13/2006 18:00', '1/13/2006 18:00#38730.75', AMERICAN],
  ['1/13/2006 6:00 PM', '1/13/2006 6:00 PM#38730.75', AMERICAN],
  ['1/13/2006 18:00 PM', '1/13/2006 18:00 PM', AMERICAN],
  ['1/13/2006 6:00:00 PM', '1/13/2006 6:00:00 PM#38730.75', AMERICAN],
  ['12.01.2006 12:00:36', '12.01.2006 12:00:36#38729.500416667', { timestampFormat: 'DD.MM.YYYY hh:mm' }],
  ['6:00 PM', '6:00 PM#0.75', { timeFormat: 'h:mm:ss TT' }],
]

describe('a text is read in the order of SEMANTICS D1', () => {
  const rows: readonly (readonly [text: string, expected: string, settings?: Partial<Settings>])[] = [
    ['1', '#1'],
    ['-5', '#-5'],
    ['06884', '06884#6884'],
    ['1.0', '1.0#1'],
    ['.5', '.5#0.5'],
    ['1,234.5', '1,234.5#1234.5'],
    ['1,234,567', '1,234,567#1234567'],
    ['1,23', '1,23'],
    ['1.234,5', '1.234,5'],
    ['1.234,5', '1.234,5#1234.5', COMMA],
    ['3.5', '3.5#3.5', { decimalSep: ',', thousandSep: ' ' }],
    ['3,5', '3,5#3.5', { decimalSep: '.', thousandSep: ' ' }],
    ['35 648', '35 648#35648', { thousandSep: ' ' }],
    ['1e3', '1e3#1000'],
    ['1.5E-3', '1.5E-3#0.0015'],
    ['99999999999999', '#99999999999999'],
    ['100000000000000', '100000000000000'],
    ['12345678901234567890', '12345678901234567890'],
    ['-100000000000000', '-100000000000000'],
    ['1.2345678901234', '1.2345678901234#1.2345678901234'],
    ['1.23456789012345', '1.23456789012345'],
    ['1.00000000000000', '1.00000000000000'],
    ['1.23456789012345e3', '1.23456789012345e3'],
    ['0.00012345678901234', '0.00012345678901234#0.00012345678901234'],
    ['000000000000000007', '000000000000000007#7'],
    ['100,000,000,000,000', '100,000,000,000,000'],
    ['123456789012,345', '123456789012,345', { decimalSep: '.', thousandSep: ' ' }],
    ['$100,000,000,000,000', '$100,000,000,000,000', { moneyFormat: '$#,##0' }],
    ['20240501123456789', '20240501123456789#45413.524268391', { timestampFormat: 'YYYYMMDDhhmmssfff' }],
    ['1e999', '1e999'],
    ['4E', '4E'],
    ['E72', 'E72'],
    ['2E53-4802-85', '2E53-4802-85'],
    ['2967 542', '2967 542#2967542'],
    ['31 12 34 56', '31 12 34 56#31123456'],
    ['12345678 12345678', '12345678 12345678'],
    ['031-987 65 43', '031-987 65 43'],
    ['(171) 555-7788', '(171) 555-7788'],
    ['+46 8 123', '+46 8 123'],
    ['12 3.5', '12 3.5'],
    ['0,15', '0,15'],
    ['31 12 2020', '31 12 2020#44196', { dateFormat: 'DD MM YYYY' }],
    ['inf', 'inf'],
    ['nan', 'nan'],
    ['Infinity', 'Infinity'],
    ['1_000', '1_000'],
    ['0x1F', '0x1F'],
    ['12 Main Street', '12 Main Street'],
    ['-', '-'],
    ['', "''"],
    [' ', ' '],
    [' 12 ', ' 12 #12'],
    ['\t12', '\t12'],
    ['970806', '#970806'],
    ['2012-03-04', '2012-03-04#40972', { dateFormat: 'M/D/YYYY' }],
    ['3/4/2012', '3/4/2012#40972', { dateFormat: 'M/D/YYYY' }],
    ['3/4/2012', '3/4/2012'],
    ['09:00', '09:00#0.375', { dateFormat: 'M/D/YYYY' }],
    ['09:00:00.5', '09:00:00.5#0.37500578703704'],
    ['2012-03-04 09:00', '2012-03-04 09:00#40972.375'],
    ['2012-02-30', '2012-02-30'],
    ['2012-13-01', '2012-13-01'],
    ['25:00', '25:00'],
    ['8/6/97', '8/6/97', { dateFormat: 'YY-MM-DD' }],
    ['97-08-06', '97-08-06#35648', { dateFormat: 'YY-MM-DD' }],
    ['12/31/96', '12/31/96#35430', { dateFormat: 'MM/DD/YY' }],
    ['4 Mar 2012', '4 Mar 2012#40972', { dateFormat: 'D MMM YYYY' }],
    ['mar 4, 2012', 'mar 4, 2012#40972', { dateFormat: 'MMM D, YYYY' }],
    ['March 2012', 'March 2012#40969', { dateFormat: 'MMMM YYYY' }],
    ['9:00:00 PM', '9:00:00 PM#0.875', { timeFormat: 'h:mm:ss TT' }],
    ['20120304', '#20120304', { dateFormat: 'YYYYMMDD' }],
    ['$1,234.50', '$1,234.50#1234.5', { moneyFormat: '$#,##0.00;-$#,##0.00' }],
    ['-$1,234.50', '-$1,234.50#-1234.5', { moneyFormat: '$#,##0.00;-$#,##0.00' }],
    ['($5)', '($5)#-5', { moneyFormat: '$#,##0.00;($#,##0.00)' }],
    ...LENIENT_TIMES,
    ['12.50 €', '12.50 €#12.5', { moneyFormat: '#,##0.00 €' }],
  ]
  for (const [text, expected, settings] of rows)
    test(`${JSON.stringify(text)} is ${expected}`, () => {
      expect(shown(interpretText(text, { ...DEFAULT_SETTINGS, ...settings }))).toBe(expected)
    })

  test('and NullInterpret stands for NULL', () => {
    const read = textInterpreter({ ...DEFAULT_SETTINGS, nullInterpret: 'NULL' })
    expect([read('NULL'), read('null'), read('')]).toEqual([null, 'null', ''])
    expect(interpretText('', { ...DEFAULT_SETTINGS, nullInterpret: '' })).toBeNull()
  })
})

describe('every text', () => {
  const settings = fc.constantFrom<Settings>(
    DEFAULT_SETTINGS,
    { ...DEFAULT_SETTINGS, ...COMMA },
    { ...DEFAULT_SETTINGS, dateFormat: 'MMM D, YYYY', moneyFormat: '#,##0 kr' },
  )
  const likely = fc.stringMatching(/^[ 0-9.,:eE+\-/A-Za-z]{0,14}$/)

  test('keeps its text when it is read (A3)', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), likely), settings, (text, given) => {
        const value = interpretText(text, given)
        expect(textOf(value, given)).toBe(text)
        if (value !== null && typeof value === 'object') expect(Number.isFinite(value.number)).toBe(true)
      }),
      { numRuns: 1000 },
    )
  })

  test('of a default-formatted number reads as that number to 14 digits', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), settings, (number, given) => {
        const text = textOf(number, given)!
        const value = interpretText(text, given)
        const read = typeof value === 'object' && value !== null ? value.number : value
        expect(textOf(read, given)).toBe(text)
      }),
      { numRuns: 1000 },
    )
  })
})
